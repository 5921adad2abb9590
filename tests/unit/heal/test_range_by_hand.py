"""A range of logs that a person names is read whole, and what it tells came by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from shared import ranges
from shared.domain.errors import Fault, SourceUnavailable
from shared.domain.failure import Intake, Speaker, Trigger, Unreadable
from shared.domain.progress import Progress
from shared.intake import Context
from shared.ports import LogEntry, LogPage, LogRange
from shared.ranges import read_range

RANGE = LogRange(endpoint="e", project="p", logstore="l", shard=0, begin_cursor="a", end_cursor="c")


CONTEXT = Context(region="cn-hangzhou", now=1_767_610_000.0)


def _nothing() -> None:
    """Nobody heals."""


class _Source:
    """Two pages or more, each with a failure and a line of somebody else's; perhaps no more can be read then."""

    def __init__(self, error: Exception | None = None, cursors: str = "abc") -> None:
        self.error = error
        self.cursors = cursors

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        assert (wanted, since) == (RANGE, Progress(cursor="a"))
        for place, (cursor, behind) in enumerate(pairwise(self.cursors)):
            told = {"system": "ehpc", "cluster_id": "ehpc-hz-demo1", "job_id": f"{place}.scheduler"}
            entries = [LogEntry(2 * place, 1_767_608_131, told), LogEntry(2 * place + 1, 0, {"content": "up"})]
            yield LogPage(cursor=cursor, ordinal=2 * place, next_cursor=behind, entries=iter(entries))
        if self.error is not None:
            raise self.error


def test_a_foreign_page_is_counted() -> None:
    """As if its logs had been read."""

    class _Foreign(_Source):
        def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
            for page in super().pages(wanted, since):
                yield LogPage(page.cursor, page.next_cursor, page.ordinal, page.entries, 0 if page.ordinal else 2)

    intake = Intake(passed_over=1)
    read_range(_Foreign(), RANGE, CONTEXT, intake, _nothing)
    assert ([failure.job_id for failure in intake.failures], intake.passed_over) == (["1.scheduler"], 4)


def test_every_page_of_it_is_read() -> None:
    """Beside what the body itself held; no place of a log speaks for who sent it."""
    intake = Intake(passed_over=1)
    read_range(_Source(), RANGE, CONTEXT, intake, _nothing)
    assert [(failure.job_id, failure.trigger, failure.speaker) for failure in intake.failures] == [
        ("0.scheduler", Trigger.MANUAL, Speaker()),
        ("1.scheduler", Trigger.MANUAL, Speaker()),
    ]
    assert intake.passed_over == 3


@pytest.mark.parametrize(("bound", "most"), [("SLICE_RECORDS", 1), ("SLICE_BYTES", 10)])
def test_a_long_one_is_healed_in_slices_unless_nothing_may_come_of_it(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """What was handled is let go; a dry run is decided as a whole."""
    monkeypatch.setattr(ranges, bound, most)
    for dry_run, slices, left in ((False, [["0.scheduler"], ["1.scheduler"]], 0), (True, [], 2)):
        intake, healed = Intake(dry_run=dry_run), list[list[str]]()
        read_range(_Source(), RANGE, CONTEXT, intake, lambda: healed.append([one.job_id for one in intake.failures]))  # noqa: B023 - called at once
        assert (healed, len(intake.failures)) == (slices, left)


def test_a_slice_is_full_with_as_many_bytes_of_records_as_it_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own, to the byte: lines that are nobody's failure do not count, nor what was handled before."""
    record = len("ehpc") + len("ehpc-hz-demo1") + len("0.scheduler")
    for most, slices in ((2 * record, [[0, 1], [2, 3], [4, 5]]), (2 * record + 1, [[0, 1, 2], [3, 4, 5]])):
        monkeypatch.setattr(ranges, "SLICE_BYTES", most)
        intake, healed = Intake(), list[list[int]]()
        six = _Source(cursors="abcdefg")
        read_range(six, RANGE, CONTEXT, intake, lambda: healed.append([int(one.job_id[0]) for one in intake.failures]))  # noqa: B023 - called at once
        assert healed == slices


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_was_read_is_healed_before_the_error_is_told(*, dry_run: bool) -> None:
    """As in a trigger's range; who asked what would happen asks again."""
    intake, healed = Intake(dry_run=dry_run), list[int]()
    broken = _Source(SourceUnavailable("no"))
    with pytest.raises(SourceUnavailable):
        read_range(broken, RANGE, CONTEXT, intake, lambda: healed.append(len(intake.failures)))
    assert healed == ([] if dry_run else [2])


def test_unreadable_records_of_slices_that_are_gone_count_among_those_told_whole() -> None:
    """Only the first hundred of a delivery are, whatever the slices."""
    intake = Intake(unreadable=[_bad()] * 99, more={"kind": 3}, passed_over=4)
    intake.let_go()
    for _ in range(3):
        intake.reject(_bad())
    assert (len(intake.unreadable), sum(intake.more.values()), intake.passed_over) == (1, 2, 0)


def _bad() -> Unreadable:
    return Unreadable(event_id="e", faults=(Fault("$", "is nothing"),), raw="", trigger=Trigger.MANUAL)
