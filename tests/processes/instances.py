"""A fixed number of function instances, each a process, that take invocations and get killed."""

from __future__ import annotations

import base64
import json
import queue
import random
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, final
from uuid import uuid4

from localcloud.fc.models import InvocationResult
from tests.processes.fast_clock import FastClock

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 40
"""Of a function, by the fast clock."""
START_S = 30.0


@dataclass
class _Instance:
    pid: int
    wire: socket.socket
    lines: Any
    busy: bool = False


@final
class Instances:
    """The platform's side: who has no free instance waits; one that died or timed out is replaced by a new process.

    `figures` counts invocations, failed ones by their error's type, timeouts and kills. A context manager.
    """

    def __init__(self, count: int, environment: Mapping[str, str], clock: FastClock) -> None:
        self.figures: Counter[str] = Counter()
        self._clock = clock
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(START_S)
        self._control = threading.Lock()
        port = str(self._listener.getsockname()[1])
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.processes.worker", port],
            cwd=ROOT,
            env={**environment, "PATH": "", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._idle: queue.Queue[_Instance] = queue.Queue()
        self._alive: list[_Instance] = []
        self._count = count

    def invoke(self, door: str, body: bytes) -> InvocationResult:
        """One synchronous invocation of a function, as a trigger's target sees it."""
        instance, request_id = self._idle.get(), str(uuid4())
        wanted = {
            "door": door,
            "body": base64.b64encode(body).decode(),
            "timeout_s": TIMEOUT_S,
            "request_id": request_id,
            "clock": self._clock.numbers,
        }
        instance.busy = True
        try:
            instance.wire.settimeout(TIMEOUT_S / self._clock.speed)
            instance.lines.write(json.dumps(wanted).encode() + b"\n")
            instance.lines.flush()
            answer = instance.lines.readline()
            error = json.loads(answer)["error"] if answer else "ProcessExitedError: killed"
        except TimeoutError:
            answer, error = b"", "FunctionTimeoutError: timed out"
        except OSError:
            answer, error = b"", "ProcessExitedError: killed"
        instance.busy = False
        self._idle.put(instance if answer else self._replaced(instance))
        self.figures["invocations"] += 1
        if error is None:
            return InvocationResult(b"{}", None, request_id, "")
        kind, _, message = error.partition(": ")
        self.figures[kind] += 1
        return InvocationResult(b"{}", {"errorType": kind, "errorMessage": message}, request_id, "")

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL one of those at work, whatever it does just now; nobody if all are idle."""
        with self._control:
            at_work = [one for one in self._alive if one.busy]
            if at_work:
                victim = chance.choice(at_work)
                self._alive.remove(victim)
                self._ask(f"kill {victim.pid}")
                self.figures["SIGKILL"] += 1

    @contextmanager
    def frozen(self, chance: random.Random) -> Iterator[None]:
        """Let some of those at work stand still meanwhile, as a starved machine does, each with even chance."""
        with self._control:
            still = [one for one in self._alive if one.busy and chance.random() < 0.5]
            for one in still:
                self._ask(f"freeze {one.pid}")
                self.figures["SIGSTOP"] += 1
        try:
            yield
        finally:
            with self._control:
                for one in still:
                    if one in self._alive:
                        self._ask(f"thaw {one.pid}")

    def _replaced(self, dead: _Instance) -> _Instance:
        with self._control:
            if dead in self._alive:  # it timed out: nothing leaves it from here on
                self._alive.remove(dead)
                self._ask(f"kill {dead.pid}")
        _hang_up(dead)
        return self._spawn()

    def _spawn(self) -> _Instance:
        with self._control:
            pid = int(self._ask("spawn"))
            wire, _ = self._listener.accept()
            made = _Instance(pid, wire, wire.makefile("rwb"))
            self._alive.append(made)
            return made

    def _ask(self, command: str) -> str:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(command + "\n")
        self._nursery.stdin.flush()
        answer = self._nursery.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"the instances' parent has died, status {self._nursery.poll()}")
        return answer

    def __enter__(self) -> Instances:
        try:
            for _ in range(self._count):
                self._idle.put(self._spawn())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        with self._nursery:  # closes its input: it ends every instance, then itself
            for instance in self._alive:
                _hang_up(instance)
        self._listener.close()


def _hang_up(instance: _Instance) -> None:
    with suppress(OSError):  # what was left to send has nobody to go to
        instance.lines.close()
    instance.wire.close()
