"""The walk of one failure goes one way: it comes to where something is decided a few times, and not back and forth."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import pytest
from msgspec import structs

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.snapshot import Observation
from shared.heal import decider
from shared.policy import decide
from shared.policy.model import Rate
from shared.ports import OutputPart
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import set_policy

ROOMS = (decider, decide)
MOST = 4


def visits(work: Callable[[], Any]) -> Counter[str]:
    """How often each room is entered from another module."""
    rooms = {room.__file__: room.__name__ for room in ROOMS}
    entered: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or frame.f_back is None:
            return
        here: CodeType = frame.f_code
        if here.co_filename in rooms and frame.f_back.f_code.co_filename != here.co_filename:
            entered[rooms[here.co_filename]] += 1

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return entered


def printed(failure: Failure, seen: Observation) -> OutputPart:
    """What the job has printed: a cause."""
    assert failure.job_id
    assert seen.look_begun_at > 0
    return OutputPart("SyntaxError: x", EvidenceFrom.JOB_LOG)


@pytest.mark.parametrize("case", ["rerun", "waits", "asked for its output"])
def test_a_failure_comes_to_a_deciding_room_at_most_four_times(house: House, case: str) -> None:
    """Whether it is rerun at once, gets no token, or has to be asked what its job has printed."""
    expected = {"rerun": "accepted", "waits": "rate", "asked for its output": "rule_ignores"}[case]
    if case == "waits":
        set_policy(house, rate=Rate(max_jobs=1, window_s=3600))
        house.deliver(house.hung(2))
    if case == "asked for its output":
        house.ehpc.output = printed  # type: ignore[attr-defined]  # a world that has logs, too
    healer = structs.replace(house.healer(60.0), fetches=True)
    reports: list[Any] = []
    hung = house.hung()
    entered = visits(lambda: reports.append(healer.handle(Intake(failures=[hung]), Trigger.EVENT)))
    assert [reason for _, reason in verdicts(reports[0])] == [expected]
    assert min(entered.values()) > 0
    assert max(entered.values()) <= MOST, entered
