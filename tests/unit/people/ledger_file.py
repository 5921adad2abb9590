"""Commands of people over a real ledger file."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from secondwind.cli import main
from shared.reality import SystemClock
from tests.unit.people.conftest import held


def holding(number: int, **about: object) -> object:
    """A hold that has not expired by the real clock."""
    now = SystemClock().now()
    return replace(held(number, opened_at=now - 60, expires_at=now + 3600), **about)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    status = main(arguments)
    said = capsys.readouterr()
    return status, said.out, said.err
