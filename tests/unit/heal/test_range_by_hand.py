"""A range of logs that a person names is read whole, and what it tells came by hand."""

from __future__ import annotations

from collections.abc import Iterator

from shared.domain.failure import Intake, Speaker, Trigger
from shared.domain.progress import Progress
from shared.intake import Context
from shared.ports import LogEntry, LogPage, LogRange
from shared.ranges import read_range

RANGE = LogRange(endpoint="e", project="p", logstore="l", shard=0, begin_cursor="a", end_cursor="c")


class _Source:
    """Two pages, each with a failure and a line of somebody else's."""

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        assert (wanted, since) == (RANGE, Progress(cursor="a"))
        for place, (cursor, behind) in enumerate([("a", "b"), ("b", "c")]):
            told = {"system": "ehpc", "cluster_id": "ehpc-hz-demo1", "job_id": f"{place}.scheduler"}
            entries = [LogEntry(2 * place, 1_767_608_131, told), LogEntry(2 * place + 1, 0, {"content": "up"})]
            yield LogPage(cursor=cursor, ordinal=2 * place, next_cursor=behind, entries=iter(entries))


def test_every_page_of_it_is_read() -> None:
    """Beside what the body itself held; no place of a log speaks for who sent it."""
    intake = Intake(passed_over=1)
    read_range(_Source(), RANGE, Context(region="cn-hangzhou", now=1_767_610_000.0), intake)
    assert [(failure.job_id, failure.trigger, failure.speaker) for failure in intake.failures] == [
        ("0.scheduler", Trigger.MANUAL, Speaker()),
        ("1.scheduler", Trigger.MANUAL, Speaker()),
    ]
    assert intake.passed_over == 3
