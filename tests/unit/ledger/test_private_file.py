"""A ledger's file is its owner's alone."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from pathlib import Path

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger import sqlite
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.reality import SystemClock

WRITE = Write(key="k", document=b"{}", expected=None, due_at=None, expires_at=None)


def modes(folder: Path) -> dict[str, int]:
    """Each file's permissions."""
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_a_new_file_is_private_whatever_the_mask(tmp_path: Path, mask: int) -> None:
    """It holds what failed jobs said, and who writes it approves reruns: so also the log and the shared memory."""
    before = os.umask(mask)
    try:
        with closing(SqliteLedger(str(tmp_path / "ledger.db"), SystemClock())) as ledger:
            ledger.save([WRITE])
            assert modes(tmp_path) == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
    finally:
        os.umask(before)


def test_what_is_beside_a_file_behind_a_link_is_taken_back_as_well(tmp_path: Path) -> None:
    """SQLite keeps it at the file, not at the link."""
    link, file = tmp_path / "link.db", tmp_path / "ledger.db"
    link.symlink_to(file)
    with closing(SqliteLedger(str(file), SystemClock())) as ledger:
        ledger.save([WRITE])
        for one in tmp_path.iterdir():
            one.chmod(0o666)
        with closing(SqliteLedger(str(link), SystemClock())):
            assert set(modes(tmp_path).values()) == {0o600}


def test_a_ledger_in_memory_makes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name is no path."""
    monkeypatch.chdir(tmp_path)
    with closing(SqliteLedger(":memory:", SystemClock())) as ledger:
        ledger.save([WRITE])
    assert modes(tmp_path) == {}


def test_a_file_that_its_owner_has_locked_up_stays_so(tmp_path: Path) -> None:
    """Rights are taken from others, never given."""
    path = tmp_path / "ledger.db"
    path.touch(0o400)
    sqlite._kept_private(str(path))
    assert modes(tmp_path) == {"ledger.db": 0o400}


def test_a_file_of_an_earlier_version_is_taken_back(tmp_path: Path) -> None:
    """Made readable for all: from the next start on it is not, nor what stands beside it; nothing of it is lost."""
    path = tmp_path / "ledger.db"
    with closing(SqliteLedger(str(path), SystemClock())) as ledger:
        ledger.save([WRITE])
        for file in tmp_path.iterdir():
            file.chmod(0o666)
        with closing(SqliteLedger(str(path), SystemClock())) as other:
            assert set(modes(tmp_path).values()) == {0o600}
            assert other.load(["k"])["k"].document == b"{}"


def test_what_cannot_be_made_is_out_of_reach(tmp_path: Path) -> None:
    """No such folder, or a folder in its place: as before an error of the ledger, and nothing else is touched."""
    for path in (tmp_path / "no" / "ledger.db", tmp_path):
        with pytest.raises(LedgerUnavailable):
            SqliteLedger(str(path), SystemClock())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
