"""What a cluster answers when it is asked for what a job has printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import structs

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.snapshot import Observation
from shared.heal import Report
from shared.ports import OutputPart
from tests.support.house import House


@dataclass
class Output:
    """What the cluster answers, and what it was asked."""

    house: House
    text: str | None = "SyntaxError: invalid syntax"
    takes_s: float = 0.0
    result: str = ""
    """What a look shows already; empty: nothing."""
    asked: list[str] = field(default_factory=list)

    def __call__(self, failure: Failure, seen: Observation, *, logged: bool = False) -> OutputPart | None:
        if self.result and not logged:
            return OutputPart(self.result, EvidenceFrom.RESULT)
        assert seen.look_begun_at > 0
        self.asked.append(failure.job_id)
        self.house.later(self.takes_s)
        if self.text is None:
            return None
        return OutputPart(self.text, EvidenceFrom.JOB_LOG)


def deliver(house: House, *failures: Failure, time_s: float = 60.0, **how: Any) -> Report:
    """As the functions do: fetching is switched on."""
    healer = structs.replace(house.healer(time_s), fetches=True)
    return healer.handle(Intake(failures=list(failures), **how), Trigger.EVENT)
