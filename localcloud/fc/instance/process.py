"""The runtime's side of a function instance: a child process, its two pipes and its log, without threads."""

from __future__ import annotations

import json
import os
import selectors
import signal
import struct
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LOG_BYTES_MAX = 256 * 1024
"""How much of the end of one invocation's log is kept."""
GRACE_S = 1.0
"""Between SIGTERM, at which the worker shows where it hangs, and SIGKILL."""

_WORKER = Path(__file__).with_name("worker.py")
_CHUNK = 1 << 16
_READS_MAX = 64


class TimedOut(Exception):  # noqa: N818 - named for what happened to the instance
    """No answer in time; the process was told to end."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__("timed out")


class InstanceDied(Exception):  # noqa: N818 - as above
    """The process ended without an answer."""

    def __init__(self, status: int, log: str) -> None:
        self.status = status
        self.log = log
        super().__init__(f"exit status {status}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the worker sent back."""

    done: bool
    body: bytes
    log: str


class Process:
    """A worker that is running, leader of a session: what the function started dies with it."""

    def __init__(self, python: str, environment: Mapping[str, str]) -> None:
        self._child = subprocess.Popen(  # noqa: S603 - the interpreter and our own worker, no shell
            [python, "-u", "-B", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )
        self._pipes = [_pipe(self._child.stdin), _pipe(self._child.stdout), _pipe(self._child.stderr)]
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)

    def exchange(self, head: bytes, event: bytes, timeout_s: float) -> Answer:
        """Send a request, wait for its answer. Raises TimedOut or InstanceDied; then only `kill` is left."""
        deadline = time.monotonic() + timeout_s
        pending = memoryview(b"".join(struct.pack(">I", len(part)) + part for part in (head, event)))
        requests, answers, log = self._pipes
        received, logged = bytearray(), bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(requests, selectors.EVENT_WRITE)
            ready.register(answers, selectors.EVENT_READ)
            ready.register(log, selectors.EVENT_READ)
            while (frames := _frames(received)) is None:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimedOut(self._terminate(logged))
                for key, _ in ready.select(left):
                    if key.fileobj is requests:
                        pending = _send(requests, pending)
                        if not pending:
                            ready.unregister(requests)
                    elif key.fileobj is log:
                        if not _drain(log, logged):
                            ready.unregister(log)
                    elif not _receive(answers, received):
                        raise InstanceDied(self._end(), self._rest(logged))
        return Answer(bool(json.loads(frames[0])["done"]), frames[1], self._rest(logged))

    def kill(self) -> None:
        """End the process and all that it started, and wait until it is gone."""
        for pipe in self._pipes:
            pipe.close()
        self._signal(signal.SIGKILL)
        self._child.wait()

    def _terminate(self, logged: bytearray) -> str:
        self._signal(signal.SIGTERM)
        self._end()
        return self._rest(logged)

    def _end(self) -> int:
        """Exit status of a process that is about to end, or is made to."""
        try:
            return self._child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            return self._child.wait()

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self._child.pid, number)
        except ProcessLookupError:
            return  # gone with all its children: nothing left to signal

    def _rest(self, logged: bytearray) -> str:
        _drain(self._pipes[2], logged)
        return logged.decode(errors="replace")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the child has no pipes")
    return stream


def _send(pipe: IO[bytes], pending: memoryview) -> memoryview:
    try:
        return pending[os.write(pipe.fileno(), pending[:_CHUNK]) :]
    except BrokenPipeError:
        return pending[:0]  # the child is gone; reading its answer will tell


def _receive(pipe: IO[bytes], into: bytearray) -> bool:
    chunk = os.read(pipe.fileno(), _CHUNK)
    into += chunk
    return bool(chunk)


def _drain(pipe: IO[bytes], into: bytearray) -> bool:
    """Read what is there now, keep the end of it; False if the pipe is closed at the other side.

    More than a pipe holds, and yet bounded: a child that never stops writing must not keep its reader.
    """
    for _ in range(_READS_MAX):
        try:
            chunk = os.read(pipe.fileno(), _CHUNK)
        except BlockingIOError:
            return True
        if not chunk:
            return False
        into += chunk
        del into[:-LOG_BYTES_MAX]
    return True


def _frames(received: bytearray) -> tuple[bytes, bytes] | None:
    """The two frames of an answer once both are whole."""
    parts: list[bytes] = []
    at = 0
    for _ in range(2):
        if len(received) < at + 4:
            return None
        size = int.from_bytes(received[at : at + 4], "big")
        at += 4
        if len(received) < at + size:
            return None
        parts.append(bytes(received[at : at + size]))
        at += size
    return parts[0], parts[1]
