"""Instances of functions that are measured: processes of `runner`, fed one event at a time."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from typing_extensions import Self

from tools.bundle_parts import RUNTIMES
from tools.test_elsewhere import environment_of, interpreters

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"
RUNNER = BENCHMARKS / "runner.py"
CONTEXT = ROOT / "localcloud" / "fc" / "instance" / "context.py"


@dataclass(frozen=True)
class Code:
    """What an instance has on its path, and the Python that runs it."""

    python: str
    paths: tuple[Path, ...]
    kind: str


def bundled() -> tuple[Code, Code]:
    """Second Wind from its bundle, and the same Python with the official SDKs, which are installed where they are not.

    Raises:
        SystemExit: no bundle, or no such Python.
    """
    for runtime in RUNTIMES.values():
        folder = ROOT / "build" / f"secondwind-{runtime.name}"
        python = next(interpreters(runtime.version), None)
        if folder.is_dir() and python:
            packages = site_packages(runtime.version, python)
            return Code(python, (folder,), runtime.version), Code(python, (BENCHMARKS, packages), runtime.version)
    raise SystemExit("make bench needs a bundle (`make bundle`) and its Python on this machine")


def with_client_of(ledger: str) -> Code:
    """Second Wind from the bundle for that ledger; for Redis without one, with the client that is installed behind."""
    ours, theirs = bundled()
    if ledger != "Redis":
        return ours
    own = ROOT / "build" / "redis" / ours.paths[0].name
    return Code(ours.python, (own,) if own.is_dir() else (*ours.paths, *theirs.paths[1:]), ours.kind)


def at_hand() -> Code:
    """Second Wind from its bundle if there is one, else as it stands in this tree with its own Python."""
    try:
        return bundled()[0]
    except SystemExit:
        packages = Path(msgspec.__file__).parents[1]
        return Code(sys.executable, (ROOT, packages), "3.12")


def site_packages(version: str, python: str) -> Path:
    """Where the packages are that the tests have on that Python."""
    return Path(environment_of(version, python)).parents[1] / "lib" / f"python{version}" / "site-packages"


class Instance:
    """A process; leave the block to end it."""

    def __init__(self, code: Code, module: str, environment: Mapping[str, str]) -> None:
        paths = os.pathsep.join(map(str, code.paths))
        command = [code.python, "-I", "-S", "-B", str(RUNNER), paths, module, code.kind, str(CONTEXT)]
        environ = {**environment, "BENCH_BEGUN": str(time.time())}
        self._process = subprocess.Popen(  # noqa: S603 - our own child
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def handle(self, event: Any) -> dict[str, Any]:
        """What one event cost: `cpu`, `wall`, `since_start` in seconds, `peak_mb`, `counts`, `modules`."""
        assert self._process.stdin is not None  # noqa: S101 - for the types
        assert self._process.stdout is not None  # noqa: S101 - for the types
        self._process.stdin.write(base64.b64encode(json.dumps(event).encode()) + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("an instance has ended before its answer")
        found: dict[str, Any] = json.loads(line)
        return found
