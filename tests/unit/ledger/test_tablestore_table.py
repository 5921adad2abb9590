"""What Tablestore's table makes of answers that are none, or of other rows, without a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_messages as messages
from shared.ledger._tablestore_cells import Bound, Key
from shared.ledger._tablestore_cells import written as row_written
from shared.ledger._tablestore_link import Asked, Link, Place, TableCallFailed, TableFailure
from shared.ledger._tablestore_rows import VERSION, Put, Seen, key_wanted, put_item
from shared.ledger._tablestore_table import Table
from tests.support.tablestore_server import credentials, write

PLACE = Place(endpoint="https://sw.example.com", instance="sw", table="ledger")


T = TypeVar("T")


class Answers(Link):
    """A link whose requests are answered in turn, each noted; the last answer stays."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.pauses: list[float] = []
        super().__init__(PLACE, credentials(), lambda: 60.0, self.pauses.append)
        self.answers = list(answers)
        self.asked: list[tuple[str, bytes]] = []
        self.whenever_read: Callable[[], None] = lambda: None
        self.dropped = 0

    def ask(self, operation: str, body: bytes, read: Callable[[bytes], T]) -> Asked[T]:
        """The next one."""
        self.asked.append((operation, body))
        return Given(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0], read, self)


class Given(Asked[T]):
    """An answer that is there already, read or raised."""

    def __init__(self, given: bytes | Exception, read: Callable[[bytes], T], link: Answers) -> None:
        self._given, self._read, self._link = given, read, link

    def drop(self) -> None:
        """Nobody reads it."""
        self._link.dropped += 1

    def answer(self) -> T:
        """It."""
        self._link.whenever_read()
        if isinstance(self._given, Exception):
            raise self._given
        return self._read(self._given)


def field(number: int, value: bytes) -> bytes:
    """Of a message."""
    size = len(value)
    return bytes((number << 3 | 2,)) + (bytes((size,)) if size < 128 else bytes((size & 127 | 128, size >> 7))) + value


def rows_told(*rows: bytes, table: str = "ledger") -> bytes:
    """An answer to a batch."""
    return field(1, field(1, table.encode()) + b"".join(field(2, row) for row in rows))


def row(version: int) -> bytes:
    """One that is there."""
    return b"\x08\x01" + field(4, row_written([("key", "k")], [("version", version), ("owner", "t")]))


NO_ROW = DONE = b"\x08\x01"


def failing(code: str) -> bytes:
    """One that failed."""
    return b"\x08\x00" + field(2, field(1, code.encode()))


def page(rows: Sequence[bytes], following: bytes = b"") -> bytes:
    """An answer to GetRange."""
    whole = b"".join([rows[0], *(one[4:] for one in rows[1:])]) if rows else b""
    return field(2, whole) + (field(3, following) if following else b"")


ITEMS = [put_item(Put(write=write(key), expected=None), "t") for key in "ab"]


def test_rows_are_read_in_their_order() -> None:
    """One that is not there is none; a key that is asked for twice is read once."""
    found = Table(PLACE, Answers(rows_told(row(1), NO_ROW, row(3)))).read(["a", "b", "a", "c"], [VERSION])
    assert found == {key: Seen(version=at, owner="t", expires_ns=None) for key, at in (("a", 1), ("c", 3))}


def test_a_batch_is_asked_for_as_it_is_sent() -> None:
    """Those rows, those columns, of that table."""
    link = Answers(rows_told(NO_ROW))
    assert Table(PLACE, link).read(["a"], [VERSION]) == {}
    assert link.asked == [("BatchGetRow", messages.batch_get_row("ledger", [key_wanted("a")], (VERSION,)))]
    link = Answers(rows_told(DONE, DONE))
    assert Table(PLACE, link).write(ITEMS) == [None, None]
    assert link.asked == [("BatchWriteRow", messages.batch_write_row("ledger", ITEMS))]


def test_an_answer_for_other_rows_is_none() -> None:
    """To take one row for another would run a job again."""
    others = rows_told(row(1), row(2), table="other")
    for answer in (rows_told(row(1)), rows_told(row(1), row(2), row(3)), rows_told(), b"", others):
        with pytest.raises(LedgerUnavailable, match="an answer for other rows"):
            Table(PLACE, Answers(answer)).read(["a", "b"], [VERSION])
    for done in ([], [DONE], [DONE] * 3):
        answers = Table(PLACE, Answers(rows_told(*done))).write(ITEMS)
        assert [answer and answer.failure for answer in answers] == [TableFailure.UNKNOWN] * 2


def test_rows_that_fail_are_read_again_alone() -> None:
    """Three times in all, whatever of them fails, and the first one's code is told."""
    link = Answers(rows_told(row(1), failing("OTSServerBusy")), rows_told(row(2)))
    assert {key: one.version for key, one in Table(PLACE, link).read(["a", "b"], [VERSION]).items()} == {"a": 1, "b": 2}
    assert link.pauses == [0.1]
    link = Answers(rows_told(failing("OTSServerBusy"), failing("OTSTimeout")))
    with pytest.raises(LedgerUnavailable, match="OTSServerBusy"):
        Table(PLACE, link).read(["a", "b"], [VERSION])
    assert link.pauses == [0.1, 0.4]


def test_rows_that_were_asked_for_early_are_all_there_or_none_is() -> None:
    """One of which nothing was said is none that is not there, and an answer for others is none."""
    columns = [VERSION]

    def found(answer: bytes | Exception) -> dict[str, Seen] | None:
        link = Answers(answer)
        reading = Table(PLACE, link).begin_read(["a", "b"], columns)
        assert link.asked == [
            ("BatchGetRow", messages.batch_get_row("ledger", [key_wanted("a"), key_wanted("b")], (VERSION,)))
        ]
        assert reading is not None
        return reading.found()

    assert found(rows_told(row(1), NO_ROW)) == {"a": Seen(version=1, owner="t", expires_ns=None)}
    assert found(rows_told(row(1), failing("OTSServerBusy"))) is None
    assert found(rows_told(row(1))) is None
    assert found(TableCallFailed("OTSTimeout", TableFailure.UNKNOWN)) is None


@pytest.mark.parametrize("most", [100, 101])
def test_only_what_one_request_can_bring_is_asked_for_early(most: int) -> None:
    """Whoever waits for several round trips has won nothing."""
    link = Answers(rows_told(*[NO_ROW] * most))
    reading = Table(PLACE, link).begin_read([str(number) for number in range(most)], [VERSION])
    assert (reading and reading.found(), len(link.asked)) == (({}, 1) if most == 100 else (None, 0))


def test_documents_that_are_too_large_together_are_read_in_halves() -> None:
    """A hundred of two megabytes are more than an answer may have, and must not stop every sweep."""
    large = TableCallFailed("AnswerTooLong", TableFailure.UNKNOWN)
    link = Answers(large, rows_told(row(1)), large, rows_told(row(2)), rows_told(row(3)))
    found = Table(PLACE, link).read(["a", "b", "c"], [VERSION])
    assert {key: one.version for key, one in found.items()} == {"a": 1, "b": 2, "c": 3}
    assert (len(link.asked), link.pauses) == (5, []), "the same again would be as long"
    link = Answers(large)
    with pytest.raises(LedgerUnavailable, match="AnswerTooLong"):
        Table(PLACE, link).read(["a"], [VERSION])
    assert (len(link.asked), link.pauses) == (1, [])


def numbered(end: int) -> list[str]:
    """Keys."""
    return [str(number) for number in range(end)]


def test_batches_are_asked_for_together() -> None:
    """The second before the first is read, five at once; a single one is not asked for early."""
    link = Answers(*[rows_told(*[row(at)] * 100) for at in range(1, 7)], rows_told(row(7)))
    asked_at_first: list[int] = []
    link.whenever_read = lambda: asked_at_first.append(len(link.asked))
    found = Table(PLACE, link).read(numbered(601), [VERSION])
    assert [found[str(number)].version for number in range(0, 601, 100)] == [1, 2, 3, 4, 5, 6, 7]
    assert asked_at_first == [5, 5, 5, 5, 5, 7, 7]
    assert link.dropped == 0


def test_a_batch_that_fails_beside_others_is_read_again() -> None:
    """By itself, and what its neighbours brought stays."""
    lost = TableCallFailed("OTSTimeout", TableFailure.UNKNOWN)
    link = Answers(rows_told(*[row(1)] * 100), lost, rows_told(row(3)), rows_told(*[row(2)] * 100))
    found = Table(PLACE, link).read(numbered(201), [VERSION])
    assert (found["99"].version, found["100"].version, found["200"].version) == (1, 2, 3)
    assert (len(link.asked), link.pauses) == (4, [])


def test_whoever_gives_up_lets_go_of_what_is_under_way() -> None:
    """The third is not waited for where the second cannot be read."""
    busy, whole = rows_told(*[failing("OTSServerBusy")] * 100), rows_told(*[NO_ROW] * 100)
    link = Answers(whole, busy, whole, busy)
    with pytest.raises(LedgerUnavailable, match="OTSServerBusy"):
        Table(PLACE, link).read(numbered(300), [VERSION])
    assert link.dropped == 1


def test_pauses_are_counted_over_all_batches() -> None:
    """A hundred keys each: what the first had to wait for the second has not."""
    busy, whole = rows_told(*[failing("OTSServerBusy")] * 100), rows_told(*[NO_ROW] * 100)
    link = Answers(busy, rows_told(failing("OTSServerBusy")), busy, busy, whole, rows_told(failing("OTSServerBusy")))
    with pytest.raises(LedgerUnavailable):
        Table(PLACE, link).read(numbered(101), [VERSION])
    assert link.pauses == [0.1, 0.4]


def test_each_row_of_a_write_has_its_answer() -> None:
    """In the order of the rows; what was refused ends it."""
    answers = Table(PLACE, Answers(rows_told(DONE, failing("OTSConditionCheckFail")))).write(ITEMS)
    assert [answer and answer.failure for answer in answers] == [None, TableFailure.CONFLICT]
    whole = Table(PLACE, Answers(TableCallFailed("OTSTimeout", TableFailure.UNKNOWN))).write(ITEMS)
    assert [answer and answer.code for answer in whole] == ["OTSTimeout"] * 2
    with pytest.raises(LedgerUnavailable, match="OTSAuthFailed"):
        Table(PLACE, Answers(TableCallFailed("OTSAuthFailed", TableFailure.REFUSED))).write(ITEMS)
    for odd in ("CAIS-token-hunter23", "OTS Auth", "OTS" + "x" * 61):
        answers = Table(PLACE, Answers(rows_told(DONE, failing(odd)))).write(ITEMS)
        assert [answer and (answer.code, answer.failure) for answer in answers] == [
            None,
            ("AnswerUnreadable", TableFailure.UNKNOWN),
        ], "what is no code may be what was sent"


def test_an_index_is_read_to_its_end() -> None:
    """In pages of so many rows, each from where the last one ended; one that fails amid them is told."""
    told: Key = [("due_ns", 1), ("key", "a")]
    one, following = row_written(told, [("expires_ns", 2)]), row_written([("due_ns", 2), ("key", "b")])
    first, stop = [("due_ns", 0)], row_written([("due_ns", 9), ("key", Bound.LEAST)])
    link = Answers(page([one, one], following), page([one]))
    found = list(Table(PLACE, link).scan("ledger_due", first, ("due_ns", 9), 7))
    assert found == [(dict(told), {"expires_ns": 2})] * 3
    starts = [row_written(first), following]
    assert link.asked == [("GetRange", messages.get_range("ledger_due", start, stop, 7)) for start in starts]
    cut = Answers(page([one], following), TableCallFailed("OTSAuthFailed", TableFailure.REFUSED))
    scan = Table(PLACE, cut).scan("ledger_due", first, ("due_ns", 9), 1)
    next(scan)
    with pytest.raises(LedgerUnavailable, match=r"sw/ledger at https://sw.example.com did not answer: OTSAuthFailed"):
        next(scan)
    assert list(Table(PLACE, Answers(page([]))).scan("ledger_due", first, ("due_ns", 9), 7)) == []


def test_a_missing_table_names_what_sets_it_up() -> None:
    """Its code says so."""
    missing = Answers(TableCallFailed("OTSObjectNotExist", TableFailure.REFUSED))
    with pytest.raises(LedgerUnavailable, match="sw/ledger or its index is missing: create_table"):
        Table(PLACE, missing).read(["a"], [VERSION])
