"""The lines of a digest, and what a report says of channels."""

from __future__ import annotations

from shared.domain.mode import Mode
from shared.domain.outcome import rfc3339
from shared.notify.night import night_lines
from shared.report import ReportTerms, report_of
from tests.support.clock import START
from tests.support.messages import REFUSED, TellingHouse
from tests.unit.heal.tricks import set_policy

TERMS = ReportTerms(since_at=START - 86_400, until_at=START + 86_400)


def test_the_night_is_told_with_what_needs_somebody_first(house: TellingHouse) -> None:
    """Counts, who is held, and the channel that takes nothing; each line is short."""
    house.robot().endings = [REFUSED]
    house.deliver(house.hung(1, message="weigh"), house.hung(2))
    house.leave()
    lines = {fact.label: fact.text for fact in night_lines(report_of(house.sink.rows, TERMS))}
    assert lines["failures"] == "2: 1 wait for your yes or no, 1 healed"
    assert "1.scheduler" in lines["held"]
    assert "the channel ops takes no message: 310000" in lines["channels"]


def test_a_night_that_was_only_observed_asks_nobody(house: TellingHouse) -> None:
    """What would be held waits for nobody's answer: `held` lists none of it."""
    set_policy(house, mode=Mode.OBSERVE)
    house.deliver(house.hung(1, message="weigh"), house.hung(2))
    lines = {fact.label: fact.text for fact in night_lines(report_of(house.sink.rows, TERMS))}
    assert lines["failures"] == "2: 1 would be held, 1 would be healed"
    assert "held" not in lines


def test_a_quiet_night_has_one_line() -> None:
    """Nothing failed."""
    assert [(fact.label, fact.text) for fact in night_lines(report_of([], TERMS))] == [("failures", "none")]


def test_what_is_told_of_a_channel_is_no_failure(house: TellingHouse) -> None:
    """The report counts one failure, not two."""
    house.robot().endings = [REFUSED]
    house.deliver(house.hung(1, message="weigh"))
    house.leave()
    report = report_of(house.sink.rows, TERMS)
    assert (report.failures, report.notices) == (1, {"channel_refuses": 1})
    assert all(row["at"] <= rfc3339(START + 60) for row in house.sink.rows)
