"""What a person who forces may skip, and what not."""

from __future__ import annotations

import pytest

from shared.domain.call import Effect
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.policy.model import Attempts, Cooldown
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, hang_again, quiet, set_policy


def test_force_skips_rules_budget_and_cooldown(house: House) -> None:
    """A person takes these decisions; each attempt is counted all the same."""
    set_policy(house, cooldown=Cooldown(base_s=DAY_S, max_s=DAY_S), attempts=Attempts(max=1))
    assert verdicts(house.deliver(house.hung(message="SyntaxError"), force=True)) == [("rerun", "accepted")]
    report = house.deliver(hang_again(house), force=True)
    assert (verdicts(report), report.results[0].outcome.attempt) == ([("rerun", "accepted")], "2")


def test_force_never_skips_eligibility_nor_what_is_in_hand(house: House) -> None:
    """The live state, the reservation and an attempt in doubt bind everybody."""
    ended = house.hung(1)
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    fixed = house.hung(2)
    house.ehpc.jobs["2.scheduler"].rerunnable = False
    assert sorted(verdicts(house.deliver(ended, fixed, force=True))) == [
        ("ineligible", "job_finished"),
        ("ineligible", "not_rerunnable"),
    ]
    handled = house.hung(3)
    house.deliver(handled)
    assert verdicts(house.deliver(handled, force=True)) == [("duplicate", "already_handled")]
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    lost = house.hung(4)
    house.deliver(lost)
    assert verdicts(house.deliver(lost, force=True)) == [("duplicate", "in_hand")]
    assert verdicts(house.deliver(house.failure(4, telling_id="anew"), force=True)) == [("duplicate", "in_hand")]
    live = house.failed_instance(state=State.RUNNING)
    assert verdicts(house.deliver(live, force=True)) == [("ineligible", "state_not_eligible")]
    assert [len(call) for call in house.ehpc.calls] == [1, 1]


def test_a_forced_dry_run_says_what_force_would_do(house: House) -> None:
    """Both at once: no gate that force skips, and no call."""
    report = house.deliver(house.hung(message="SyntaxError"), force=True, dry_run=True, trigger=Trigger.MANUAL)
    assert verdicts(report) == [("would_rerun", "dry_run")]
    decision = report.results[0].decision
    assert decision is not None
    assert {gate.name for gate in decision.gates if gate.saw == "forced"} == {
        "rule_allows",
        "outside_windows",
        "needs_no_person",
        "little_to_lose",
        "not_thrashing",
        "text_is_new",
        "attempts_left",
        "late_enough",
        "node_sound",
        "cooled_down",
        "breaker_closed",
    }


def test_force_is_told_with_the_person(house: House) -> None:
    """Who forced it and why is in each outcome of it, the sweep's as well; what nobody forced says nothing of it."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1, message="SyntaxError"), force=True, actor="ann (system user root)", why="the fix is in")
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    house.sweep()
    house.deliver(house.hung(2))
    forced = ("true", "ann (system user root)", "the fix is in")
    told = [
        (row["job_id"], row["reason"], (row.get("forced"), row.get("actor"), row.get("why"))) for row in house.sink.rows
    ]
    assert told == [
        ("1.scheduler", "throttled", forced),
        ("1.scheduler", "accepted", forced),
        ("2.scheduler", "accepted", (None, None, None)),
    ]


def test_a_name_without_force_is_no_act(house: House) -> None:
    """Only what was forced is somebody's."""
    house.deliver(house.hung(1), actor="ann", why="w")
    assert {"actor", "why", "forced"}.isdisjoint(house.sink.rows[0])


def test_a_force_that_did_not_help_is_told_too(house: House) -> None:
    """A job that cannot be rerun: the outcome says that a person tried to force it."""
    ended = house.hung(1)
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.deliver(ended, force=True, actor="ann")
    (row,) = house.sink.rows
    assert (row["verdict"], row["forced"], row["actor"]) == ("ineligible", "true", "ann")


@pytest.mark.parametrize("code", ["NoPermission", "Throttling.User"])
def test_force_begins_anew_where_nothing_was_done(house: House, code: str) -> None:
    """A role that may not rerun, an API that was busy for a day: somebody has mended it and sends the failure again."""
    later = code.startswith("Throttling")
    house.ehpc.code, house.ehpc.answer = code, lambda _: Effect.NOT_DONE_LATER if later else Effect.NOT_DONE_USELESS
    house.deliver(house.hung(1, started_at=START - 3600))
    quiet(house)
    assert house.sink.told()[-1] == ("refused", "gave_up" if later else "api_refused")
    house.ehpc.code, house.ehpc.answer = "", lambda _: Effect.DONE
    again = house.failure(1, event_id="again")
    assert verdicts(house.deliver(again)) == [("duplicate", "already_handled")]
    by_hand = house.failure(1, event_id="by hand", telling_id="by hand")
    assert verdicts(house.deliver(by_hand, force=True, actor="ann")) == [("rerun", "accepted")]
    assert verdicts(house.deliver(by_hand, force=True, actor="ann")) == [("duplicate", "already_handled")]
    assert len(house.ehpc.kills) == 1
    quiet(house)
