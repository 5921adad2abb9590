"""For every test: nothing leaves this machine, folders are in memory, and Hypothesis judges properties, not speed.

The examples are the same in each run, so that a change is judged by what it changes; `make histories` draws new ones.
"""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests.proof.summary import pytest_terminal_summary  # noqa: F401 - prints how many histories the proof ran
from tests.support.depth import DEPTH, Depth, deep

SAME_EXAMPLES = DEPTH is not Depth.ALL
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=SAME_EXAMPLES, database=None, max_examples=deep(40, 100)
)
hypothesis.settings.load_profile("house")

MEMORY = "/dev/shm"  # noqa: S108 - pytest makes a folder in it that is its user's alone
ROOM_BYTES = 4 << 30
"""The tests leave some 200 MB; a container's memory for files has 64 MB if nobody says more."""


def pytest_configure() -> None:
    """Folders of tests in memory, where there is room and programs may run: thousands of saves wait for a disk."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= ROOM_BYTES and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """What is collected stays: looking through it for garbage while it grows finds none."""
    gc.disable()


def pytest_collection_finish() -> None:
    """The thousands of tests are left out of each later search for garbage, which took a tenth of the run."""
    gc.freeze()
    gc.enable()


_connect = socket.socket.connect


def _loopback_only(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "::1", "localhost")):
        pytest.fail(f"a test tried to reach {address!r}")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _stay_at_home() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _loopback_only)
        yield


@pytest.fixture
def md5_for_checksums_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under FIPS 140: MD5 is refused unless it is said to be for no security."""
    md5 = hashlib.md5

    def strict(body: bytes = b"", *, usedforsecurity: bool = True) -> object:
        if usedforsecurity:
            raise ValueError("disabled for FIPS")
        return md5(body, usedforsecurity=False)

    monkeypatch.setattr(hashlib, "md5", strict)
