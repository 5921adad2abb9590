"""Hours lost and saved, and what they cost, as docs/report.md says."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from shared.domain.outcome import rfc3339
from shared.policy.prices import Price, Prices
from shared.report import NightReport
from shared.report.hours import next_morning
from tests.support.make import Make

NIGHT = 1_767_571_200.0
HOUR = 3600.0
CNY = Prices(per_hour=10.0, by=(Price(queues="gpu-*", per_hour=100.0),))
Row = dict[str, str]


def ran(began_h: float, failed_h: float) -> Row:
    """When a run began and failed, in hours from `NIGHT`."""
    return {"started_at": rfc3339(NIGHT + began_h * HOUR), "occurred_at": rfc3339(NIGHT + failed_h * HOUR)}


def test_a_rerun_of_a_live_run_loses_its_work(row: Make[Row], report: Make[NightReport]) -> None:
    """From the run's start to the rerun; what was not running lost nothing, an unknown start is said."""
    live = {"state": "RUNNING", "attempt": "1"}
    lost = report(
        row("rerun", "accepted", 2 * HOUR, **live, **ran(-4, 1)),
        row("rerun", "accepted", 2 * HOUR, failure_id="f2", state="FAILED", attempt="1", **ran(-4, 1)),
        row("rerun", "accepted", 2 * HOUR, failure_id="f3", **live),
        prices=CNY,
    ).hours.lost
    assert (lost.hours, lost.counted, lost.not_known, lost.money) == (6.0, 1, 1, 60.0)


def test_a_rerun_that_did_not_take_place_lost_nothing(row: Make[Row], report: Make[NightReport]) -> None:
    """The second attempt of a failure ends the same run that the first one did not."""
    live = {"state": "RUNNING", **ran(0, 1)}
    lost = report(
        row("rerun", "accepted", 1 * HOUR, attempt="1", **live),
        row("unknown", "not_restarted", 2 * HOUR, attempt="1", final="false"),
        row("rerun", "accepted", 3 * HOUR, attempt="2", **live),
    ).hours.lost
    assert (lost.hours, lost.counted, lost.money) == (3.0, 1, None)


def test_waiting_for_the_morning_is_saved_by_what_nobody_had_to_do(row: Make[Row], report: Make[NightReport]) -> None:
    """Failed at 21:00, rerun at 22:00: eleven hours until 09:00. Not what failed again, not what a person approved.

    Money only where the run held its machines meanwhile.
    """
    at = {"attempt": "1", **ran(11, 13)}
    waiting = report(
        row("rerun", "accepted", 14 * HOUR, state="RUNNING", queue="gpu-1", **at),
        row("rerun", "accepted", 14 * HOUR, state="FAILED", failure_id="f2", **at),
        row("rerun", "accepted", 14 * HOUR, state="RUNNING", failure_id="f3", **at),
        row("rerun", "seen_failed", 15 * HOUR, failure_id="f3", attempt="1"),
        row("deferred", "approved", 13 * HOUR, failure_id="f4", actor="ann"),
        row("rerun", "accepted", 14 * HOUR, failure_id="f4", state="RUNNING", **at),
        prices=CNY,
    ).hours.waiting
    assert (waiting.hours, waiting.counted, waiting.money, waiting.not_priced) == (22.0, 2, 1100.0, 0)


def test_a_rerun_after_the_morning_saved_no_waiting(row: Make[Row], report: Make[NightReport]) -> None:
    """Nothing below zero."""
    told = report(row("rerun", "accepted", 20 * HOUR, state="FAILED", attempt="1", **ran(-8, -7)))
    assert (told.hours.waiting.hours, told.hours.waiting.counted) == (0.0, 1)


def test_what_was_not_rerun_in_vain_is_spared(row: Make[Row], report: Make[NightReport]) -> None:
    """As long as the failed run had taken; a no for another reason spares nothing."""
    spared = report(
        row("suppressed", "rule_ignores", 3 * HOUR, **ran(0, 2)),
        row("suppressed", "thrashing", 3 * HOUR, failure_id="f2"),
        row("suppressed", "kill_switch", 3 * HOUR, failure_id="f3", **ran(0, 2)),
    ).hours.spared
    assert (spared.hours, spared.counted, spared.not_known) == (2.0, 1, 1)


@pytest.mark.parametrize(
    ("failed", "morning"),
    [("2026-01-05 08:59", "2026-01-05 09:00"), ("2026-01-05 09:00", "2026-01-06 09:00")],
)
def test_the_next_morning_is_later_than_the_failure(failed: str, morning: str) -> None:
    """At nine sharp somebody is there already: the next one counts."""
    zone = ZoneInfo("Asia/Shanghai")
    at = datetime.fromisoformat(failed).replace(tzinfo=zone).timestamp()
    assert next_morning(at, time(9), zone) == datetime.fromisoformat(morning).replace(tzinfo=zone).timestamp()
