"""A range of logs in slices: what is handled together, when the next is begun, and how far the ledger says it got."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from shared import ranges
from shared.documents import KEPT_S, decode_progress, progress_write
from shared.domain import failure
from shared.domain.decision import Ask
from shared.domain.errors import RangeUnfinished, SourceUnavailable
from shared.domain.failure import Intake, Trigger
from shared.domain.keys import range_key
from shared.domain.progress import Progress
from shared.heal import Healer, Report
from shared.heal.report import result_of_flood
from shared.intake.context import Context
from shared.ports import LogEntry, LogPage, LogRange, Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.unit.heal.told_logs import log

RANGE = LogRange(endpoint="e", project="p", logstore="l", shard=1, begin_cursor="0", end_cursor="9")
KEY = range_key("p", "l", 1, "0")
ENDS_AT = START + 60.0
CONTEXT = Context(region="cn-hangzhou", now=START)


class _Source:
    """Pages of logs; the cursor of each is its number, the last ends at the range's end. An error is raised in turn."""

    def __init__(self, *pages: list[int | None] | Exception) -> None:
        self._pages = pages
        self.asked: list[Progress] = []

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        self.asked.append(since)
        ordinal = since.ordinal
        for number, logs in enumerate(self._pages):
            if isinstance(logs, Exception):
                raise logs
            after = wanted.end_cursor if number + 1 == len(self._pages) else str(number + 1)
            if number >= (int(since.cursor)):
                entries = [LogEntry(ordinal + place, int(START), log(one)) for place, one in enumerate(logs)]
                yield LogPage(str(number), after, ordinal, iter(entries))
                ordinal += len(logs)


class _Bad(_Source):
    """Five logs that lack what they would have to say."""

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        del since
        entries = (LogEntry(place, int(START), {"system": "ehpc", "job_id": "1.s"}) for place in range(5))
        yield LogPage("0", wanted.end_cursor, 0, entries)


class _Healer:
    """Keeps what it was given; each slice takes so long."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.clock = Clock()
        self.ledger = MemoryLedger(self.clock)
        self.invocation = SimpleNamespace(hard_deadline=ENDS_AT)
        self.given: list[Intake] = []
        self._takes_s = takes_s

    def handle(self, intake: Intake, trigger: Trigger) -> Report:
        assert trigger is Trigger.LOG
        self.given.append(intake)
        self.clock.moment += self._takes_s
        return Report([], folded=1)

    def heal(self, source: _Source, wanted: LogRange = RANGE) -> Report:
        return ranges.heal_range(cast("Healer", self), source, wanted, CONTEXT)

    @property
    def jobs(self) -> list[list[str]]:
        return [[failure.job_id.partition(".")[0] for failure in intake.failures] for intake in self.given]

    @property
    def book(self) -> tuple[Progress, int] | None:
        kept = self.ledger.load([KEY]).get(KEY)
        return (decode_progress(kept.document), kept.version) if kept else None


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "SLICE_RECORDS", 2)


def test_slices_are_handled_one_by_one_and_the_last_one_is_booked() -> None:
    """Two failures make a slice, wherever a page ends; what is none of ours counts for nothing."""
    healer = _Healer()
    report = healer.heal(_Source([1, None, 2, 3], [None, 4], [5]))
    assert healer.jobs == [["1", "2"], ["3", "4"], ["5"]]
    assert [intake.passed_over for intake in healer.given] == [1, 1, 0]
    assert (report.folded, report.results) == (3, [])
    assert healer.book == (Progress(cursor="9", ordinal=7, handled=7), 3), "written once a slice"


def test_a_range_of_one_slice_or_of_nothing_leaves_no_book() -> None:
    """Nobody is called for nothing, and nothing is read of a range that ends where it begins."""
    for source in (_Source([1]), _Source([None])):
        healer = _Healer()
        healer.heal(source)
        assert healer.book is None
        assert len(healer.given) == 1
    source = _Source([1])
    empty = LogRange(endpoint="e", project="p", logstore="l", shard=1, begin_cursor="0", end_cursor="0")
    assert _Healer().heal(source, empty) == Report()
    assert source.asked == []


def test_a_slice_is_full_at_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the values of logs that announce something; the bound itself is enough, and each slice begins from nothing."""
    size = len(log(1)["content"])
    two, three = [["1", "2"], ["3", "4"], ["5", "6"]], [["1", "2", "3"], ["4", "5", "6"]]
    for most, slices in ((2 * size, two), (2 * size + 1, three)):
        monkeypatch.setattr(ranges, "SLICE_RECORDS", 100)
        monkeypatch.setattr(ranges, "SLICE_BYTES", most)
        healer = _Healer()
        healer.heal(_Source([1, None, 2, None, None, None, 3], [4, 5], [6]))
        assert [jobs for jobs in healer.jobs if jobs] == slices


@pytest.mark.parametrize(("takes_s", "handled"), [(50.0, 4), (50.1, 2)])
def test_without_room_no_further_slice_is_begun(takes_s: float, handled: int) -> None:
    """Ten seconds before the end are enough; with less the next delivery goes on where this one stopped."""
    healer, source = _Healer(takes_s), _Source([1, 2, 3], [4, 5])
    with pytest.raises(RangeUnfinished, match=rf"^{handled} logs of the range have been handled"):
        healer.heal(source)
    healer.invocation.hard_deadline = healer.clock.moment + 1000.0
    healer.heal(source)
    assert [job for jobs in healer.jobs for job in jobs] == ["1", "2", "3", "4", "5"], "each once"


def test_pages_of_others_use_up_time_and_are_booked() -> None:
    """A page that announces nothing is handled as well: the next delivery does not read it again."""
    healer = _Healer()
    healer.invocation.hard_deadline = START
    source = _Source([None, None], [1])
    with pytest.raises(RangeUnfinished):
        healer.heal(source)
    assert healer.book == (Progress(cursor="1", ordinal=2, handled=2), 1)
    healer.heal(source)
    assert source.asked == [Progress(cursor="0"), Progress(cursor="1", ordinal=2, handled=2)]
    assert [(intake.passed_over, len(intake.failures)) for intake in healer.given] == [(2, 0), (0, 1)]


def test_foreign_pages_are_counted_and_nothing_of_them_is_read() -> None:
    """Also where a slice was full amid such a page's place in an earlier delivery: only what follows counts."""

    class _Foreign(_Source):
        def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
            unread = (entry for entry in [LogEntry(0, 0, {}, unread="asked for")])
            yield LogPage(since.cursor, "1", since.ordinal, unread, foreign=3)
            yield from super().pages(wanted, Progress(cursor="1", ordinal=since.ordinal + 3))

    healer = _Healer()
    healer.heal(_Foreign([], [1]))
    assert [(intake.passed_over, intake.kept) for intake in healer.given] == [(3, 1)]
    assert healer.given[0].failures[0].event_id.endswith("/3")
    write = progress_write(KEY, Progress(cursor="0", ordinal=0, handled=2), None, START)
    healer = _Healer()
    healer.ledger.save([write])
    healer.heal(_Foreign([], [1]))
    assert [(intake.passed_over, intake.kept) for intake in healer.given] == [(1, 1)]


@pytest.mark.parametrize("logs", [{"system": "ehpc"}, {"content": "nothing of ours"}], ids=["bad", "foreign"])
def test_a_page_that_takes_longer_than_there_is_time_is_gone_on_with(
    monkeypatch: pytest.MonkeyPatch, logs: dict[str, str]
) -> None:
    """Nothing of it makes a slice full: killed in its middle each delivery would begin it anew, for ever."""
    monkeypatch.setattr(ranges, "LOGS_A_LOOK", 10)
    monkeypatch.setattr(ranges, "SLICE_RECORDS", 100)
    healer = _Healer()
    book: list[int] = []

    class _Slow(_Source):
        def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
            def entries() -> Iterator[LogEntry]:
                for place in range(35):
                    healer.clock.moment += 6.0 if place >= since.handled else 0.0
                    yield LogEntry(place, int(START), logs)

            yield LogPage("0", wanted.end_cursor, 0, entries())

    while not book or book[-1] < 30:
        healer.clock.moment = START
        with pytest.raises(RangeUnfinished):
            healer.heal(_Slow())
        assert healer.book is not None
        book.append(healer.book[0].handled)
    assert book == [10, 20, 30]
    healer.clock.moment = START
    healer.heal(_Slow())
    assert healer.book == (Progress(cursor="9", ordinal=35, handled=35), 4)
    assert sum(len(intake.unreadable) + intake.passed_over for intake in healer.given) == 35


def test_with_time_left_a_page_is_handled_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at the clock ends no slice by itself."""
    monkeypatch.setattr(ranges, "LOGS_A_LOOK", 10)
    monkeypatch.setattr(ranges, "SLICE_RECORDS", 100)
    healer = _Healer()
    healer.heal(_Source([*range(35)]))
    assert [intake.kept for intake in healer.given] == [35]


def test_what_was_read_before_an_error_is_handled_and_booked() -> None:
    """The error leaves all the same; a delivery that gets no further writes nothing."""
    healer = _Healer()
    for _ in range(2):
        with pytest.raises(SourceUnavailable):
            healer.heal(_Source([1], [2, 3], SourceUnavailable("away"), [4]))
    assert healer.jobs[:2] == [["1", "2"], ["3"]]
    assert healer.book == (Progress(cursor="2", ordinal=3, handled=3), 2)


def test_of_a_flood_each_slice_knows_how_much_was_told_before() -> None:
    """Those that are told whole are counted over the range."""
    healer = _Healer()
    healer.heal(_Bad())
    assert [intake.told_whole for intake in healer.given] == [0, 2, 4]


def test_what_is_only_counted_makes_no_slice_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is in memory."""
    monkeypatch.setattr(failure, "MAX_WHOLE", 1)
    monkeypatch.setattr(ranges, "SLICE_BYTES", len("ehpc1.s") * 2)
    healer = _Healer()
    healer.heal(_Bad())
    assert [(len(intake.unreadable), sum(intake.more.values())) for intake in healer.given] == [(1, 4)]


def test_equal_floods_of_two_slices_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the second would pass for the first told again, and half of the bad records for none."""
    monkeypatch.setattr(failure, "MAX_WHOLE", 0)
    monkeypatch.setattr(ranges, "SLICE_RECORDS", 1)

    class Mixed(_Source):
        def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
            good, bad = log(1), {"system": "ehpc"}
            entries = [LogEntry(place, 0, one) for place, one in enumerate((bad, good, bad, good))]
            yield LogPage(since.cursor, wanted.end_cursor, 0, iter(entries))

    healer = _Healer()
    healer.heal(Mixed())
    ask = Ask(now=START, trigger=Trigger.LOG, request_id="r")
    told = [result_of_flood(intake, ask).outcome for intake in healer.given if intake.more]
    assert [one.message for one in told] == [told[0].message] * 2
    assert len({one.outcome_id for one in told}) == 2


def test_the_book_of_another_delivery_holds() -> None:
    """Whoever meets another's write handles its own range to the end and writes no more."""
    healer, other = _Healer(), Progress(cursor="0", handled=1)
    handle = healer.handle

    def meddled(intake: Intake, trigger: Trigger) -> Report:
        version = stored.version if (stored := healer.ledger.load([KEY]).get(KEY)) else None
        if version is None:
            healer.ledger.save([progress_write(KEY, other, None, START)])
        return handle(intake, trigger)

    healer.handle = meddled  # type: ignore[method-assign]
    save, saves = healer.ledger.save, [0]

    def counted(writes: Sequence[Write]) -> frozenset[str]:
        saves[0] += 1
        return save(writes)

    healer.ledger.save = counted  # type: ignore[method-assign]
    healer.heal(_Source([1, 2, 3, 4, 5]))
    assert healer.jobs == [["1", "2"], ["3", "4"], ["5"]]
    assert healer.book == (other, 1)
    assert saves[0] == 2, "the other one's, and the one that met it"


def test_a_book_that_cannot_be_read_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """The range is read from its beginning, and that is logged."""
    healer = _Healer()
    write: Any = progress_write(KEY, Progress(cursor="1"), None, START)
    assert write.expires_at == START + KEPT_S
    healer.ledger.save([write.__class__(key=KEY, document=b"{}", expected=None, due_at=None, expires_at=None)])
    healer.heal(_Source([1, 2, 3, 4, 5]))
    assert healer.jobs == [["1", "2"], ["3", "4"], ["5"]]
    assert healer.ledger.load([KEY])[KEY].document == b"{}"
    assert "read from its beginning" in caplog.text
