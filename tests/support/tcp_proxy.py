"""A TCP proxy on loopback that can lose, cut or repeat what goes through it."""

from __future__ import annotations

import enum
import selectors
import socket
import ssl
import struct
import threading
from collections.abc import Callable


class Fault(enum.Enum):
    """What happens to the next request."""

    NONE = "none"
    REQUEST_LOST = "the request never arrives"
    ANSWER_LOST = "the request arrives, its answer does not"
    CUT = "the request arrives, then the connection is reset"
    TWICE = "the request arrives twice, the first answer is lost"


class TcpProxy:
    """Serves one connection at a time, in a thread of its own; `close` when done.

    A fault hits one request of at most 64 kB and is then over, but the connection it hit stays silent to its end.
    `turns` counts round trips: how often the client spoke after the server had.

    Args:
        port: the server's.
        tls: what to meet clients with; none for plain TCP. The server is always spoken to plainly.
    """

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.turns = 0
        self.fault = Fault.NONE
        self.meanwhile: Callable[[], object] = lambda: None
        """Called after a lost answer, before the client can ask again."""
        self._target = ("127.0.0.1", port)
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._client_spoke = self._silent = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, and every connection with it."""
        self._over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        self._listener.settimeout(0.05)
        while not self._over.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            try:
                with self._met(client) as met, socket.create_connection(self._target) as server:
                    self._relay(met, server)
            except (ssl.SSLError, ConnectionError):
                continue  # the client did not like the certificate, or has gone

    def _met(self, client: socket.socket) -> socket.socket:
        return self._tls.wrap_socket(client, server_side=True) if self._tls else client

    def _relay(self, client: socket.socket, server: socket.socket) -> None:
        self._client_spoke = self._silent = False
        with selectors.DefaultSelector() as ready:
            for end in (client, server):
                ready.register(end, selectors.EVENT_READ)
            alive = True
            while alive and not self._over.is_set():
                for key, _ in ready.select(0.05):
                    data = _received(key.fileobj)
                    if key.fileobj is client:
                        alive = alive and bool(data) and self._pass_on(data, client, server)
                    else:
                        alive = alive and bool(data) and self._answer(data, client)

    def _answer(self, data: bytes, client: socket.socket) -> bool:
        self._client_spoke = False
        if not self._silent:
            client.sendall(data)
        return True

    def _pass_on(self, data: bytes, client: socket.socket, server: socket.socket) -> bool:
        """Send a request on, or do to it what the fault says; whether the connection lives."""
        self.turns += not self._client_spoke
        self._client_spoke = True
        fault, self.fault = self.fault, Fault.NONE
        self._silent = self._silent or fault in {Fault.REQUEST_LOST, Fault.ANSWER_LOST}
        if fault is Fault.REQUEST_LOST:
            return True
        server.sendall(data)
        if fault in {Fault.ANSWER_LOST, Fault.TWICE, Fault.CUT}:
            server.recv(1 << 16)
            self.meanwhile()
        if fault is Fault.TWICE:
            server.sendall(data)
        if fault is Fault.CUT:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return fault is not Fault.CUT


def _received(end: object) -> bytes:
    assert isinstance(end, socket.socket)
    try:
        return end.recv(1 << 16)
    except ConnectionResetError:
        return b""
