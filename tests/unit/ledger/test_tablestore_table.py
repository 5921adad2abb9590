"""What Tablestore's table makes of answers that are none, or of other rows, without a service."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger._tablestore_link import Link, Place, TableCallFailed, TableFailure
from shared.ledger._tablestore_rows import VERSION, Put, Seen, put_item
from shared.ledger._tablestore_table import Table
from tests.support.tablestore_server import credentials, write

PLACE = Place(endpoint="https://sw.example.com", instance="sw", table="ledger")


class Answers(Link):
    """A link whose requests are answered in turn; the last answer stays."""

    def __init__(self, *answers: Any) -> None:
        self.pauses: list[float] = []
        super().__init__(PLACE, credentials(), lambda: 60.0, self.pauses.append)
        self.answers = list(answers)

    def call(self, request: Any) -> Any:
        """The next one, returned or raised."""
        del request
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def read_rows(*rows: Any) -> Any:
    """An answer to BatchGetRow."""
    return SimpleNamespace(get_result_by_table=lambda name: list(rows) if name == "ledger" else None)


def row(version: int) -> Any:
    """One that is there."""
    columns = [("version", version, 0), ("owner", "t", 0)]
    return SimpleNamespace(is_ok=True, row=SimpleNamespace(attribute_columns=columns))


NO_ROW = SimpleNamespace(is_ok=True, row=None)


def failing(code: str) -> Any:
    """One that failed."""
    return SimpleNamespace(is_ok=False, row=None, error_code=code)


def written(puts: Any, deletes: Any = ()) -> Any:
    """An answer to BatchWriteRow."""
    return SimpleNamespace(table_of_put={"ledger": list(puts)}, table_of_delete={"ledger": list(deletes)})


ITEMS = [put_item(Put(write=write(key), expected=None), "t") for key in "ab"]
DONE = SimpleNamespace(is_ok=True)


def test_rows_are_read_in_their_order() -> None:
    """One that is not there is none; a key that is asked for twice is read once."""
    found = Table(PLACE, Answers(read_rows(row(1), NO_ROW, row(3)))).read(["a", "b", "a", "c"], [VERSION])
    assert found == {key: Seen(version=at, owner="t", expires_ns=None) for key, at in (("a", 1), ("c", 3))}


def test_one_version_of_each_row_is_asked_for() -> None:
    """The service refuses to read without a number of versions, or a time."""
    asked = list[Any]()

    class Asked(Answers):
        def call(self, request: Any) -> Any:
            request(SimpleNamespace(batch_get_row=asked.append, get_range=lambda *_, **how: asked.append(how)))
            return super().call(request)

    Table(PLACE, Asked(read_rows(NO_ROW))).read(["a"], [VERSION])
    (wanted,) = asked[0].items.values()
    assert (wanted.max_version, wanted.columns_to_get) == (1, [VERSION])
    assert list(Table(PLACE, Asked((None, None, [], None))).scan("ledger_due", [("due_ns", 0)], ("due_ns", 9), 7)) == []
    assert asked[1] == {"limit": 7, "max_version": 1}


def test_an_answer_for_other_rows_is_none() -> None:
    """To take one row for another would run a job again."""
    of_no_table = SimpleNamespace(get_result_by_table=lambda _: None)
    for answer in (read_rows(row(1)), read_rows(row(1), row(2), row(3)), read_rows(), of_no_table):
        with pytest.raises(LedgerUnavailable, match="an answer for other rows"):
            Table(PLACE, Answers(answer)).read(["a", "b"], [VERSION])
    for puts in ([], [DONE], [DONE] * 3):
        answers = Table(PLACE, Answers(written(puts))).write(ITEMS)
        assert [answer and answer.failure for answer in answers] == [TableFailure.UNKNOWN] * 2


def test_rows_that_fail_are_read_again_alone() -> None:
    """Three times in all, whatever of them fails, and the first one's code is told."""
    link = Answers(read_rows(row(1), failing("OTSServerBusy")), read_rows(row(2)))
    assert {key: one.version for key, one in Table(PLACE, link).read(["a", "b"], [VERSION]).items()} == {"a": 1, "b": 2}
    assert link.pauses == [0.1]
    link = Answers(read_rows(failing("OTSServerBusy"), failing("OTSTimeout")))
    with pytest.raises(LedgerUnavailable, match="OTSServerBusy"):
        Table(PLACE, link).read(["a", "b"], [VERSION])
    assert link.pauses == [0.1, 0.4]


def test_pauses_are_counted_over_all_batches() -> None:
    """A hundred keys each: what the first had to wait for the second has not."""
    busy, whole = read_rows(*[failing("OTSServerBusy")] * 100), read_rows(*[NO_ROW] * 100)
    link = Answers(busy, busy, whole, read_rows(failing("OTSServerBusy")))
    with pytest.raises(LedgerUnavailable):
        Table(PLACE, link).read([str(number) for number in range(101)], [VERSION])
    assert link.pauses == [0.1, 0.4]


def test_each_row_of_a_write_has_its_answer() -> None:
    """Puts before removals; what was refused ends it."""
    answers = Table(PLACE, Answers(written([DONE], [failing("OTSConditionCheckFail")]))).write(ITEMS)
    assert [answer and answer.failure for answer in answers] == [None, TableFailure.CONFLICT]
    whole = Table(PLACE, Answers(TableCallFailed("OTSTimeout", TableFailure.UNKNOWN))).write(ITEMS)
    assert [answer and answer.code for answer in whole] == ["OTSTimeout"] * 2
    with pytest.raises(LedgerUnavailable, match="OTSAuthFailed"):
        Table(PLACE, Answers(TableCallFailed("OTSAuthFailed", TableFailure.REFUSED))).write(ITEMS)
    with pytest.raises(LedgerUnavailable, match=r": x{64}$"):
        Table(PLACE, Answers(written([DONE, failing("x" * 70)]))).write(ITEMS)


def test_an_index_is_read_to_its_end() -> None:
    """In pages; one that fails amid them is told."""
    one = SimpleNamespace(primary_key=[("due_ns", 1), ("key", "a")], attribute_columns=[("expires_ns", 2, 0)])
    pages = (None, [("due_ns", 2), ("key", "b")], [one], None), (None, None, [one], None)
    scan = Table(PLACE, Answers(*pages)).scan("ledger_due", [("due_ns", 0)], ("due_ns", 9), 1)
    assert list(scan) == [({"due_ns": 1, "key": "a"}, [("expires_ns", 2, 0)])] * 2
    cut = Answers(pages[0], TableCallFailed("OTSAuthFailed", TableFailure.REFUSED))
    scan = Table(PLACE, cut).scan("ledger_due", [("due_ns", 0)], ("due_ns", 9), 1)
    next(scan)
    with pytest.raises(LedgerUnavailable, match=r"sw/ledger at https://sw.example.com did not answer: OTSAuthFailed"):
        next(scan)


def test_a_missing_table_names_what_sets_it_up() -> None:
    """Its code says so."""
    missing = Answers(TableCallFailed("OTSObjectNotExist", TableFailure.REFUSED))
    with pytest.raises(LedgerUnavailable, match="sw/ledger or its index is missing: create_table"):
        Table(PLACE, missing).read(["a"], [VERSION])


class Asked(Link):
    """A link whose client notes what an index is asked for."""

    def __init__(self) -> None:
        super().__init__(PLACE, credentials(), lambda: 60.0, lambda _: None)
        self.noted: list[tuple[Any, ...]] = []

    def call(self, request: Any) -> Any:
        """An empty page."""
        return request(SimpleNamespace(get_range=self._noted))

    def _noted(self, index: str, direction: str, start: Any, stop: Any, **bounds: Any) -> Any:
        self.noted.append((index, direction, start, stop, bounds))
        return None, None, [], None


def test_a_page_has_its_bounds() -> None:
    """Forward, so many rows, and of each the newest version alone."""
    link = Asked()
    assert list(Table(PLACE, link).scan("ledger_due", [("due_ns", 0)], ("due_ns", 9), 7)) == []
    ((index, direction, start, (end, _), bounds),) = link.noted
    assert (index, direction, start, end) == ("ledger_due", "FORWARD", [("due_ns", 0)], ("due_ns", 9))
    assert bounds == {"limit": 7, "max_version": 1}
