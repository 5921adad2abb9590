"""What a person lists has something in it, and their terminal is as wide as it is: nothing is lost, nothing breaks."""

from __future__ import annotations

import pytest

from secondwind import table as tables
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.unit.people.conftest import failure_id, put
from tests.unit.people.ledger_file import holding, run

PLACES = ("ehpc/cn-hangzhou/ehpc-hz-1", "schedulerx/cn-hangzhou/space/group")
LISTS = ("held", "breaker list", "mode show", f"explain --failure {failure_id(1)}")


@pytest.mark.parametrize("columns", [1, 24, 60, 80, 132])
@pytest.mark.parametrize("listed", LISTS)
def test_a_list_says_the_same_in_a_terminal_of_any_width(
    listed: str,
    columns: int,
    book: SqliteLedger,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The words of a pipe, with the same exit status; only how they are set differs."""
    for number in (1, 2):
        put(book, holding(number))  # type: ignore[arg-type]  # a Case
    for place in PLACES:
        assert run(capsys, "breaker", "open", place, "--why", "maintenance of the file server")[0] == 0
    assert run(capsys, "mode", "set", "observe", "--why", "a long word", "--rule", "ask-first", "--anyway")[0] == 0
    now = SystemClock().now()
    monkeypatch.setattr(SystemClock, "now", lambda _clock: now)
    wide, told, _ = run(capsys, *listed.split())
    monkeypatch.setattr(tables, "width", lambda: columns)
    status, said, _ = run(capsys, *listed.split())
    assert status == wide
    assert set(told.split()) - set(said.split()) == set()
