"""What every ledger backend must do (`shared.ports.Ledger`), run over each of them."""

from __future__ import annotations

import itertools

import pytest

from shared.documents import decode_limit, decode_record
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.room import LARGEST_BYTES
from shared.ledger import _tablestore_rows as rows
from shared.ledger import redis, sqlite
from shared.ports import Due, Stored, Write, early_load_of, whole_save_of
from tests.support.meddled_ledger import Closable
from tests.support.memory_ledger import MemoryLedger
from tests.unit.ledger.conftest import Place

MONTH_S = 30 * 86_400.0


def write(key: str, document: bytes = b"{}", expected: int | None = None, due_at: float | None = None) -> Write:
    """A save of one document that never expires."""
    return Write(key=key, document=document, expected=expected, due_at=due_at, expires_at=None)


def test_what_was_saved_is_loaded(ledger: Closable) -> None:
    """A new document has version 1 and its bytes come back as they were, whatever they are."""
    documents = {"a": b"{}", "b/c%2Fd": b"\x00\xff\n", "ü/作业": "日本".encode()}
    assert ledger.save([write(key, document) for key, document in documents.items()]) == frozenset()
    assert ledger.load([*documents, "missing"]) == {key: Stored(text, 1) for key, text in documents.items()}


def test_loading_nothing_and_saving_nothing_are_nothing(ledger: Closable) -> None:
    """Empty calls are answered without a document."""
    assert (ledger.load([]), ledger.save([]), ledger.due(10**10, 10)) == ({}, frozenset(), [])


def test_every_save_adds_one_to_the_version(ledger: Closable) -> None:
    """Versions count saves, and only the present one may be named."""
    ledger.save([write("a")])
    for version in range(1, 6):
        assert ledger.save([write("a", str(version).encode(), expected=version)]) == frozenset()
        assert ledger.load(["a"])["a"] == Stored(str(version).encode(), version + 1)


@pytest.mark.parametrize("expected", [None, 0, 1, 3, 99])
def test_a_wrong_expectation_changes_nothing(ledger: Closable, expected: int | None) -> None:
    """New although it exists, an older or a newer version: a conflict, and document, version and due time stay."""
    ledger.save([write("a", b"1", due_at=5.0)])
    ledger.save([write("a", b"2", expected=1, due_at=6.0)])
    assert ledger.save([write("a", b"3", expected=expected, due_at=7.0)]) == {"a"}
    assert ledger.load(["a"])["a"] == Stored(b"2", 2)
    assert ledger.due(100, 10) == [Due(6.0, "a")]


def test_expecting_a_version_of_a_missing_document_conflicts(ledger: Closable) -> None:
    """A document that expired meanwhile is not made again by a writer who has seen it."""
    assert ledger.save([write("a", expected=1)]) == {"a"}
    assert ledger.load(["a"]) == {}


def test_conflicts_are_per_document(ledger: Closable) -> None:
    """One that conflicts holds none of the others up."""
    ledger.save([write("a", b"old"), write("b", b"old")])
    conflicts = ledger.save([write("a", b"new", expected=7), write("b", b"new", expected=1), write("c", b"new")])
    assert conflicts == {"a"}
    assert {key: found.document for key, found in ledger.load(["a", "b", "c"]).items()} == {
        "a": b"old",
        "b": b"new",
        "c": b"new",
    }


def test_a_whole_is_saved_or_nothing_of_it(ledger: Closable, place: Place) -> None:
    """Where a batch is one atomic step: one that conflicts holds all others up, whichever it is."""
    whole = whole_save_of(ledger)
    assert (whole is None) == (place.backend == "tablestore")
    if whole is None:
        return
    assert whole([write("a", b"old", due_at=3.0), write("b", b"old")]) == frozenset()
    there = ledger.load(["a", "b", "c"])
    assert {key: (found.document, found.version) for key, found in there.items()} == {
        "a": (b"old", 1),
        "b": (b"old", 1),
    }
    for wrong in "abc":
        writes = [
            write(key, b"new", (7 if key == wrong else 1) if key != "c" or wrong == "c" else None) for key in "abc"
        ]
        assert whole(writes) == {wrong}
        assert (ledger.load(["a", "b", "c"]), ledger.due(10, 10)) == (there, [Due(3.0, "a")])
    assert whole([write("a", b"new", 1), write("b", b"new", 1), write("c", b"new")]) == frozenset()
    assert {key: found.version for key, found in ledger.load(["a", "b", "c"]).items()} == {"a": 2, "b": 2, "c": 1}


def test_what_is_asked_for_early_is_there_later(ledger: Closable, place: Place) -> None:
    """Where a ledger can be asked so: as it was at some moment since; in between it may be used as ever."""
    early = early_load_of(ledger)
    assert (early is None) == (place.backend != "tablestore")
    if early is None:
        return
    assert not ledger.save([write("a", b"1"), write("b", b"1")])
    coming = early(["a", "b", "missing"])
    assert not ledger.save([write("a", b"2", expected=1)])
    found = dict(coming.documents())
    assert found.pop("a") in {Stored(b"1", 1), Stored(b"2", 2)}
    assert found == {"b": Stored(b"1", 1)}
    early(["a"]).drop()
    assert ledger.load(["a"]) == {"a": Stored(b"2", 2)}


def test_due_comes_oldest_first_and_ties_by_key(ledger: Closable) -> None:
    """Only what is due by then, in the order of (due time, key), at most so many."""
    moments = {"d": 3.0, "c": 1.0, "b": 2.0, "a": 2.0, "never": None, "later": 9.5}
    ledger.save([write(key, due_at=due_at) for key, due_at in moments.items()])
    wanted = [Due(1.0, "c"), Due(2.0, "a"), Due(2.0, "b"), Due(3.0, "d")]
    assert ledger.due(9.0, 10) == wanted
    assert ledger.due(3.0, 10) == wanted
    assert ledger.due(2.999, 10) == wanted[:3]
    assert ledger.due(9.0, 2) == wanted[:2]


def test_due_goes_on_after_a_place(ledger: Closable) -> None:
    """Pages of any size show each document once, in the same order; the place itself may be gone."""
    ledger.save([write(f"k{number:02}", due_at=float(number // 3)) for number in range(20)])
    whole = ledger.due(100, 100)
    for size in (1, 3, 7):
        paged: list[Due] = []
        while page := ledger.due(100, size, paged[-1] if paged else None):
            paged += page
        assert paged == whole
    assert ledger.due(100, 100, Due(1.0, "k04x")) == [one for one in whole if one > Due(1.0, "k04x")]


def test_a_save_moves_the_due_time_or_takes_it_away(ledger: Closable) -> None:
    """Each save says when the document is due; none is said, none is kept."""
    ledger.save([write("a", due_at=1.0)])
    ledger.save([write("a", expected=1, due_at=50.0)])
    assert (ledger.due(10, 10), ledger.due(50, 10)) == ([], [Due(50.0, "a")])
    ledger.save([write("a", expected=2, due_at=None)])
    assert ledger.due(10**10, 10) == []


def test_documents_expire_and_the_rest_stays(ledger: Closable, place: Place) -> None:
    """A document may be forgotten from its time on, never before; one without a time never is."""
    now = place.clock.moment
    ledger.save(
        [
            Write(key="month", document=b"{}", expected=None, due_at=now, expires_at=now + MONTH_S),
            Write(key="ever", document=b"{}", expected=None, due_at=now, expires_at=None),
        ]
    )
    place.clock.moment = now + MONTH_S - 1
    ledger.save([write("other")])
    assert set(ledger.load(["month", "ever"])) == {"month", "ever"}
    place.clock.moment = now + 400 * MONTH_S
    ledger.save([write("another")])
    assert set(ledger.load(["month", "ever"])) == {"ever"}
    assert ledger.due(place.clock.moment, 10) == [Due(now, "ever")]


def test_a_thousand_documents_go_in_one_call(ledger: Closable) -> None:
    """As many as a delivery may hold: saved, loaded and listed whole."""
    keys = [f"ehpc/cn-hangzhou/c/{number}" for number in range(1000)]
    assert ledger.save([write(key, key.encode(), due_at=1.0) for key in keys]) == frozenset()
    assert {key: found.document.decode() for key, found in ledger.load(keys).items()} == {key: key for key in keys}
    assert len(ledger.due(2, 2000)) == 1000
    assert ledger.save([write(key, expected=1 + number % 2) for number, key in enumerate(keys)]) == set(keys[1::2])


def test_the_largest_record_fits_everywhere(ledger: Closable) -> None:
    """What the corridor may write is no more than the narrowest ledger keeps."""
    document = b"x" * LARGEST_BYTES
    assert ledger.save([write("a", document), write("b", document)]) == frozenset()
    assert {key: found.document for key, found in ledger.load(["a", "b"]).items()} == {"a": document, "b": document}


def test_what_can_never_be_kept_is_refused_before_anything_is_saved(
    ledger: Closable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By name, so that the rest can be saved without it."""
    for module, limit in ((sqlite, "VALUE_BYTES_MAX"), (redis, "VALUE_BYTES_MAX"), (rows, "DOCUMENT_BYTES_MAX")):
        monkeypatch.setattr(module, limit, 100)
    if isinstance(ledger, MemoryLedger):
        return  # it has no bound
    with pytest.raises(DocumentRefused) as refused:
        ledger.save([write("a"), write("large", b"x" * 101), write("b")])
    assert refused.value.keys == {"large"}
    assert ledger.load(["a", "b", "large"]) == {}


def test_a_second_connection_sees_what_the_first_saved(ledger: Closable, place: Place) -> None:
    """Strongly consistent: the next load, of whomever, shows the save; the older version conflicts."""
    other = place.connect()
    ledger.save([write("a", b"1", due_at=1.0)])
    assert other.load(["a"])["a"] == Stored(b"1", 1)
    assert other.save([write("a", b"2", expected=1, due_at=2.0)]) == frozenset()
    assert ledger.save([write("a", b"3", expected=1)]) == {"a"}
    assert (ledger.load(["a"])["a"].document, ledger.due(5, 5)) == (b"2", [Due(2.0, "a")])
    other.close()


def test_a_closed_ledger_is_out_of_reach(ledger: Closable) -> None:
    """Every operation says so with the one error that makes the delivery come again."""
    ledger.close()
    with pytest.raises(LedgerUnavailable):
        ledger.load(["a"])
    with pytest.raises(LedgerUnavailable):
        ledger.save([write("a")])
    with pytest.raises(LedgerUnavailable):
        ledger.due(1, 1)


BAD_DOCUMENTS = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'{"cases":{}}',
    b'{"cases":[{"state":"new word"}]}',
    b"\xff",
    b'{"owed":5}',
)


@pytest.mark.parametrize("document", BAD_DOCUMENTS)
def test_a_malformed_document_is_kept_and_never_counts_as_an_empty_one(ledger: Closable, document: bytes) -> None:
    """The store has no opinion on bytes; reading it as a record stops everything."""
    ledger.save([write("a", document)])
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_record(ledger.load(["a"])["a"].document)


@pytest.mark.parametrize("document", [b"", b"{", b"[]", b"null", b'{"buckets":{"1":5}}', b'{"opened_at":"yes"}'])
def test_a_malformed_limit_never_counts_as_an_unused_one(document: bytes) -> None:
    """An unreadable breaker is no closed breaker."""
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_limit(document)


def test_every_interleaving_of_two_writers_keeps_one_of_them(place: Place) -> None:
    """Two connections load, then save, in each order of the four steps: no save is lost."""
    for number, order in enumerate(sorted(set(itertools.permutations("aabb")))):
        key, one, other = f"k{number}", place.connect(), place.connect()
        one.save([write(key, b"0")])
        seen: dict[str, Stored] = {}
        won = 0
        for who in order:
            ledger = one if who == "a" else other
            if who not in seen:
                seen[who] = ledger.load([key])[key]
            else:
                count = int(seen[who].document) + 1
                won += not ledger.save([write(key, str(count).encode(), expected=seen[who].version)])
        assert one.load([key])[key] == Stored(str(won).encode(), won + 1)
        assert won == (2 if order in {("a", "a", "b", "b"), ("b", "b", "a", "a")} else 1)
        one.close()
        other.close()
