"""Function instances as processes: `python -m tests.processes.worker PORT`.

This process loads the functions once and then forks an instance for each line `spawn` on its standard input (answered
with the instance's process id) and sends one a signal for each `kill <id>`, `freeze <id>` or `thaw <id>` (answered with
the command); so a start costs milliseconds, and a process id is never used after its process is gone. With its standard
input it ends every instance.

An instance connects to PORT on loopback and gets one invocation a line: `{"door", "body", "timeout_s", "request_id",
"clock"}`, answered with `{"error": text or null}`. It calls the real handler; only the clock is another, and the
ledger is further away: what matters happens between its calls, so that is where processes should meet and die.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import random
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import shared.runtime
from localcloud.fc.instance.context import make_context
from shared.openers.ledger import OpenLedger, open_ledger
from shared.ports import Due, EarlyLoad, Stored, WholeSave, Write, early_load_of, whole_save_of
from shared.reality import SystemClock
from tests.processes.fast_clock import FastClock

DOORS = ("log_trigger", "event_trigger", "manual", "sweep", "discover")
LEDGERS = ("shared.ledger.redis", "shared.ledger.sqlite", "shared.ledger.tablestore")
HEAVY = ("shared.systems.openapi._sdk", "shared.sls._client", *LEDGERS)
"""Loaded before the first fork, as they are in an instance that has worked before."""
SIGNALS = {"freeze": signal.SIGSTOP, "thaw": signal.SIGCONT}
FAR_S = 0.04
"""A ledger's answer takes up to this much longer than it does on loopback."""


class FarLedger:
    """A ledger with a slow way to it."""

    def __init__(self, near: OpenLedger) -> None:
        self._near = near
        self.close = near.close
        self.save_whole: WholeSave | None = self._save_whole if whole_save_of(near) else None
        self.load_early: EarlyLoad | None = early_load_of(near)

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the ledger, later."""
        time.sleep(random.uniform(0, FAR_S))
        return self._near.load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger, later."""
        time.sleep(random.uniform(0, FAR_S))
        return self._near.save(writes)

    def _save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        time.sleep(random.uniform(0, FAR_S))
        return (whole_save_of(self._near) or self._near.save)(writes)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the ledger."""
        return self._near.due(before, limit, after)


def main(port: int) -> None:
    """Serve until standard input ends."""
    for name in (*HEAVY, *(f"functions.{door}.index" for door in DOORS)):
        importlib.import_module(name)
    shared.runtime.open_ledger = lambda *about, **rest: FarLedger(open_ledger(*about, **rest))  # type: ignore[attr-defined]  # imported there, replaced here
    alive: set[int] = set()
    try:
        for line in sys.stdin:
            command, _, which = line.strip().partition(" ")
            if command == "spawn":
                pid = os.fork()
                if pid == 0:
                    _instance(port)
                alive.add(pid)
                _say(str(pid))
            elif command == "kill":
                _end(int(which))
                alive.discard(int(which))
                _say(command)
            else:
                os.kill(int(which), SIGNALS[command])
                _say(command)
    finally:
        for pid in alive:
            _end(pid)


def _end(pid: int) -> None:
    """Kill one of our own children, which stays a zombie and keeps its id until we have waited for it."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _instance(port: int) -> NoReturn:
    """One instance's life, in the child."""
    try:
        os.close(0)  # else it would keep the parent's end of work open
        with socket.create_connection(("127.0.0.1", port)) as wire, wire.makefile("rwb") as lines:
            for line in lines:
                lines.write(json.dumps({"error": _invoke(json.loads(line))}).encode() + b"\n")
                lines.flush()
    except ConnectionError:
        os._exit(0)  # the test is over
    except BaseException:  # noqa: BLE001 - a fork must never return into its parent's work
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _invoke(wanted: dict[str, Any]) -> str | None:
    clock = FastClock(*wanted["clock"])
    setattr(SystemClock, "now", lambda _self: clock.now())  # noqa: B010 - the one module that knows the real time
    context = make_context("3.12", request_id=wanted["request_id"], timeout_s=wanted["timeout_s"])
    handler = importlib.import_module(f"functions.{wanted['door']}.index").handler
    try:
        handler(base64.b64decode(wanted["body"]), context)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises is a failed invocation
        return f"{type(error).__name__}: {error}"
    return None


if __name__ == "__main__":
    main(int(sys.argv[1]))
