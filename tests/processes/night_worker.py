"""Invocations as processes: `python -m tests.processes.night_worker PATH`.

Like `worker`, it forks a process for each line `spawn` on its standard input, which it answers with the process's id,
and kills one for each `kill <id>`. A process connects to the socket PATH, is sent a `Task`, and walks the corridor as a
function does: over the real ledger, which it opens itself. All else it asks the test for, which plays clock, schedulers
and Logstore; also whether it may touch the ledger, so that the test knows where each process is when it kills one.

A question is a tuple, its name first; the answer is `("return", value)` or `("raise", error)`.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Client, Connection
from typing import Any, NoReturn

from shared.domain.call import CallResult, Target
from shared.domain.credentials import Credentials
from shared.domain.errors import DeliveryError, LedgerUnavailable
from shared.domain.failure import Failure, Intake
from shared.domain.snapshot import Observation
from shared.heal import Healer, Invocation
from shared.openers.ledger import OpenLedger, open_ledger
from shared.policy.model import Policy
from shared.ports import Due, Stored, Write, whole_save_of
from shared.settings import parse_ledger_url
from shared.sweep import sweep
from tests.proof.delivery import Delivery
from tests.support.clock import Chance

LOADED = ("redis.connection", "shared.ledger.redis", "shared.ledger.redis_link", "shared.ledger.sqlite")
"""Before the first fork, as in an instance that has worked before."""


@dataclass(frozen=True)
class Task:
    """What one process does."""

    label: str
    deadline: float
    policy: Policy
    ledger_url: str
    batch_sizes: Mapping[str, int]
    delivery: Delivery | None
    """None: it sweeps."""


class Wire:
    """The way to the test, which plays everything else."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ask(self, *question: object) -> Any:
        """One question; the answer may be an error."""
        self._connection.send(question)
        how, what = self._connection.recv()
        if how == "raise":
            raise what
        return what

    def now(self) -> float:
        """Unix seconds."""
        moment: float = self.ask("now")
        return moment

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """The outcome Logstore."""
        self.ask("put", [dict(record) for record in records])


class AskedSystem:
    """A job system, as the test plays it."""

    def __init__(self, wire: Wire, system: str, batch_size: int) -> None:
        self._wire = wire
        self._system = system
        self.batch_size = batch_size

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """A look."""
        seen: list[Observation] = self._wire.ask("observe", self._system, list(failures))
        return seen

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """A call."""
        results: list[CallResult] = self._wire.ask("rerun", self._system, list(targets))
        return results


class AskingLedger:
    """The real ledger; the test knows before and after each request. What it makes fail fails as a lost one does."""

    def __init__(self, wire: Wire, real: OpenLedger) -> None:
        self._wire = wire
        self._real = real

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the ledger."""
        self._wire.ask("load", len(keys))
        found = self._tried(lambda: self._real.load(keys))
        self._wire.ask("done", 0)
        return found  # type: ignore[no-any-return]  # as the ledger gives it

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger; of the first so many documents, if the answer says so."""
        taken = self._wire.ask("save", list(writes))
        conflicts = self._tried(lambda: self._real.save(writes[:taken]))
        self._wire.ask("done", len(conflicts))
        return conflicts  # type: ignore[no-any-return]  # as above

    def save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger; what would be a part of it is nothing."""
        taken = self._wire.ask("save", list(writes))
        whole = whole_save_of(self._real) or self._real.save
        conflicts = self._tried(lambda: whole(writes if taken == len(writes) else []))
        self._wire.ask("done", len(conflicts))
        return conflicts  # type: ignore[no-any-return]  # as above

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the ledger."""
        self._wire.ask("due")
        found = self._tried(lambda: self._real.due(before, limit, after))
        self._wire.ask("done", 0)
        return found  # type: ignore[no-any-return]  # as above

    def _tried(self, work: Any) -> Any:
        try:
            return work()
        except LedgerUnavailable:
            self._wire.ask("failed")
            raise


def run(wire: Wire, task: Task) -> None:
    """One invocation. Raises what the corridor raises."""
    url = parse_ledger_url(task.ledger_url)
    keys = Credentials(access_key_id="", access_key_secret="")
    real = open_ledger(url, keys, wire, lambda: 60.0)
    try:
        healer = Healer(
            systems=lambda system, _region: AskedSystem(wire, system, task.batch_sizes[system]),
            ledger=AskingLedger(wire, real),
            sink=wire,
            clock=wire,
            chance=Chance(0.999),
            policy=task.policy,
            invocation=Invocation(task.label, task.deadline),
        )
        told = task.delivery
        if told is None:
            sweep(healer)
            return
        intake = Intake(
            failures=list(told.failures), unreadable=list(told.unreadable), dry_run=told.dry_run, force=told.force
        )
        healer.handle(intake, told.door)
    finally:
        real.close()


def main(path: str) -> None:
    """Serve until standard input ends."""
    for name in LOADED:
        importlib.import_module(name)
    alive: set[int] = set()
    try:
        for line in sys.stdin:
            command, _, which = line.strip().partition(" ")
            if command == "spawn":
                pid = os.fork()
                if pid == 0:
                    _live(path)
                alive.add(pid)
                _say(str(pid))
            else:
                alive.discard(int(which))
                _end(int(which))
                _say(command)
    finally:
        for pid in alive:
            _end(pid)


def _live(path: str) -> NoReturn:
    """One process's life, in the child."""
    status = 1
    try:
        os.close(0)
        with Client(path, "AF_UNIX") as connection:
            task: Task = connection.recv()
            wire = Wire(connection)
            try:
                run(wire, task)
                ended: BaseException | None = None
            except (DeliveryError, AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                ended = error
            connection.send(("ended", ended))
        status = 0
    finally:
        os._exit(status)  # a fork must never return into its parent's work


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
