"""What stands between Second Wind and a service and does not behave: whole requests go in, answers come out spoilt.

with RoguePeer(cloud.server.port) as peer:
    peer.spoil("RerunJobs", Spoil(after_effect=True, how=cut_head))
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType

from typing_extensions import Self

How = Callable[[socket.socket, bytes], bool]
"""Sends what it likes in place of the answer, which it is given; whether the connection goes on."""


@dataclass(frozen=True, slots=True)
class Spoil:
    """What becomes of a request."""

    how: How
    after_effect: bool = True
    """Whether the service does its work before."""


class RoguePeer:
    """A server on loopback in front of another one; a context manager. `arrived` counts whole requests by operation."""

    def __init__(self, port: int) -> None:
        self.arrived: Counter[str] = Counter()
        self.spoil_all: Spoil | None = None
        """What every request meets."""
        self._target = ("127.0.0.1", port)
        self._spoilt: dict[str, list[Spoil | None]] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    @property
    def endpoint(self) -> str:
        """Where it listens, as a URL."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def spoil(self, operation: str, *how: Spoil | None) -> None:
        """Let the next requests of an operation meet these, one each; None: that one passes."""
        self._spoilt.setdefault(operation, []).extend(how)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _serve(self) -> None:
        self._listener.settimeout(0.02)
        while not self._over.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                thread = threading.Thread(target=self._talk, args=(client,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _talk(self, client: socket.socket) -> None:
        client.settimeout(0.05)
        with client, suppress(ConnectionError):
            while (request := self._whole(client)) and self._answer(client, request):
                pass

    def _answer(self, client: socket.socket, request: bytes) -> bool:
        operation = operation_of(request)
        self.arrived[operation] += 1
        waiting = self._spoilt.get(operation)
        spoil = waiting.pop(0) if waiting else self.spoil_all
        answer = b"" if spoil is not None and not spoil.after_effect else self._asked(request)
        if spoil is not None:
            return spoil.how(client, answer)
        client.sendall(answer)
        return True

    def _asked(self, request: bytes) -> bytes:
        with socket.create_connection(self._target) as server:
            server.settimeout(0.05)
            server.sendall(request)
            return self._whole(server)

    def _whole(self, sock: socket.socket) -> bytes:
        """One message with its body; empty where the connection ended before."""
        came = b""
        while not self._over.is_set():
            head, ends, body = came.partition(b"\r\n\r\n")
            if ends and len(body) >= length_of(head):
                return came
            try:
                part = sock.recv(1 << 16)
            except TimeoutError:
                continue
            if not part:
                return b""
            came += part
        return b""


def length_of(head: bytes) -> int:
    """Of the body, as the head has it."""
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


def operation_of(request: bytes) -> str:
    """An OpenAPI's by its header; else the last part of the path."""
    head = request.partition(b"\r\n\r\n")[0].decode("latin-1")
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "x-acs-action":
            return value.strip()
    return head.split(" ")[1].partition("?")[0].rpartition("/")[2]


def hang_up(_client: socket.socket, _answer: bytes) -> bool:
    """No answer, an orderly end."""
    return False


def reset(client: socket.socket, _answer: bytes) -> bool:
    """No answer, a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def half_close(client: socket.socket, _answer: bytes) -> bool:
    """It says that nothing comes any more, and listens on."""
    client.shutdown(socket.SHUT_WR)
    with suppress(OSError):
        client.settimeout(1.0)
        client.recv(1)
    return False


def cut(share: float) -> How:
    """The answer up to there."""

    def how(client: socket.socket, answer: bytes) -> bool:
        client.sendall(answer[: int(len(answer) * share)])
        return False

    return how


def say(raw: bytes, *, keep: bool = True) -> How:
    """Something else in its place, byte for byte."""

    def how(client: socket.socket, _answer: bytes) -> bool:
        client.sendall(raw)
        return keep

    return how


def twice(client: socket.socket, answer: bytes) -> bool:
    """The answer, and once more what nobody asked for."""
    client.sendall(answer + answer)
    return True


def page(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
