"""What a SchedulerX instance has ended with, and its log: which of them is read, and how much."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.ports import OutputPart
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play
from tests.unit.systems.schedulerx_answers import FAILED, ZONE, seen, yes

PLACE = {"RegionId": "cn-hangzhou", "Namespace": "space", "GroupId": "app.defaultGroup"}


def output(play: Play, clock: Clock, failure: Failure, look: Any, *endings: Ending, **how: bool) -> tuple[Any, FakeApi]:
    """What is had of it, and the transport."""
    told = iter(endings)
    api = play(lambda _: next(told))
    return SchedulerxJobs(api, clock, ZONE).output(failure, look, **how), api


SAID = [
    "java.lang.OutOfMemoryError",
    "no space left",
    "a b",
    "内存不足",
    "权限不足无法读取数据表",
    "OutOfMemoryError",
    '{"e":"X"}',
]


@pytest.mark.parametrize("result", SAID)
def test_what_an_instance_said_is_its_output(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, result: str
) -> None:
    """Without a call; nothing follows it."""
    part, api = output(fake_api, clock, failure("7", group), seen(result), FAILED)
    assert part == OutputPart(result, EvidenceFrom.RESULT)
    assert api.asked == []


LINES = [f"line {number}" for number in range(350)]


def asked_for(*, newest: bool) -> dict[str, str]:
    """The parameters of one call for lines."""
    return {
        **PLACE, "JobId": "7", "JobInstanceId": "9", "Line": "200", "Offset": "0", "Reverse": str(newest).lower()
    }  # fmt: skip


@pytest.mark.parametrize("result", ["", " \n", "failed", "null", "Failed\n", "NULL", "-1", "500"])
def test_where_it_says_nothing_its_log_is_read(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, result: str
) -> None:
    """Its last lines, oldest first, each bounded; what is less than the service gives at once is all."""
    newest_first = yes(Logs=[*LINES[198:0:-1], "x" * 5_000])
    part, api = output(fake_api, clock, failure("7", group), seen(result), newest_first)
    assert part == OutputPart("\n".join(["x" * 4_096, *LINES[1:199]]), EvidenceFrom.JOB_LOG)
    assert api.parameters("GetLog") == [asked_for(newest=True)]


def test_its_log_alone_is_read_for_who_knows_the_result(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """Whatever that says."""
    part, api = output(fake_api, clock, failure("7", group), seen(SAID[0]), yes(Logs=["b", "a"]), logged=True)
    assert part == OutputPart("a\nb", EvidenceFrom.JOB_LOG)
    assert api.parameters("GetLog") == [asked_for(newest=True)]


@pytest.mark.parametrize("lines", [200, 201, 250, 350])
def test_of_a_long_log_the_beginning_is_read_too(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, lines: int
) -> None:
    """The cause may stand at either end; no line comes twice, and a service that gives more is not believed."""
    log = LINES[:lines]
    endings = yes(Logs=[*log[:-201:-1], "more"]), yes(Logs=[*log[:200], "more"])
    part, api = output(fake_api, clock, failure("7", group), seen(), *endings)
    assert part == OutputPart("\n".join(log), EvidenceFrom.JOB_LOG)
    assert api.parameters("GetLog") == [asked_for(newest=True), asked_for(newest=False)]


def test_of_a_very_long_log_the_middle_is_left_out(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """And where its beginning cannot be had its end is enough."""
    ends = yes(Logs=[f"line {number}" for number in range(999, 799, -1)])
    part, _ = output(fake_api, clock, failure("7", group), seen(), ends, yes(Logs=LINES[:200]))
    assert part is not None
    assert part.text.split("\n") == [f"line {number}" for number in (*range(200), *range(800, 1000))]
    part, _ = output(fake_api, clock, failure("7", group), seen(), ends, FAILED)
    assert part is not None
    assert part.text.split("\n") == [f"line {number}" for number in range(800, 1000)]


def test_a_log_is_asked_for_from_when_the_instance_began(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """Else the service looks half an hour back."""
    part, api = output(fake_api, clock, failure("7", group), seen(started_at=1.5), yes(Logs=[]))
    assert part == OutputPart("", EvidenceFrom.JOB_LOG)
    assert api.asked[0].parameters["StartTimestamp"] == "1500"


@pytest.mark.parametrize("ending", [FAILED, yes(), yes(Logs=[1])])
def test_a_log_that_cannot_be_had_is_none(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group, ending: Ending
) -> None:
    """Only one edition has them."""
    assert output(fake_api, clock, failure("7", group), seen(), ending)[0] is None


def test_there_is_no_output_of_what_was_not_seen(
    fake_api: Play, clock: Clock, failure: Make[Failure], group: Group
) -> None:
    """No call is made."""
    gone = SchedulerxSnapshot(job_id="7", state=State.NOT_FOUND, look_begun_at=1.0)
    failed = LookFailed(worth_repeating=True, code="", message="", look_begun_at=1.0)
    for look in (gone, failed):
        part, api = output(fake_api, clock, failure("7", group), look, FAILED)
        assert (part, api.asked) == (None, [])
