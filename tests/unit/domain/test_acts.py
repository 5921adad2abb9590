"""What is kept of who did something, who told something, and of a person's force."""

from __future__ import annotations

import pytest

from shared.domain.act import Signed, Way
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Speaker, Trigger
from shared.domain.keys import CONTROLS_KEY, breaker_key, owed_key, range_key
from shared.domain.keys import kind_of as kind
from shared.domain.limits import SharedLimit, closed_by_hand, opened
from shared.domain.mode import Controls
from shared.domain.reasons import Reason
from shared.domain.record import OWED_RETRY_S, CaseState, JobRecord
from shared.domain.transitions import waiting
from shared.domain.verdicts import Verdict
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.decide.facts import make_failure


@pytest.mark.parametrize(("identity", "actor"), [("", "ann"), ("system user root", "ann (system user root)")])
def test_a_name_has_its_identity_behind_it(identity: str, actor: str) -> None:
    """Where nothing more is known it stands alone."""
    assert Signed(identity=identity).actor("ann") == actor


def test_what_is_owed_of_modes_is_due_until_it_is_written() -> None:
    """Struck by its id, put off while it cannot be written; without anything owed there is nothing to put off."""
    owing = Controls(acts=({"outcome_id": "a"}, {"outcome_id": "b"}), acts_at=START)
    assert owing.due_at == START + OWED_RETRY_S
    assert owing.paid(["a"]).acts == ({"outcome_id": "b"},)
    assert owing.paid(["a", "b"]).due_at is None
    assert owing.put_off(START + 5).acts_at == START + 5
    assert Controls().put_off(START) == Controls()


def test_only_records_are_records() -> None:
    """A breaker, the modes and a range's progress are documents of other kinds."""
    others = (CONTROLS_KEY, breaker_key(CLUSTER), range_key("p", "l", 0, "c"))
    assert [kind(key).is_record for key in others] == [False, False, False]
    assert kind(owed_key("x")).is_record
    assert kind(f"{CLUSTER.key}/1").is_record


@pytest.mark.parametrize(
    ("speaker", "called"),
    [
        (Speaker(), "nobody known"),
        (Speaker(project="p", logstore="l"), "log p/l"),
        (Speaker(project="p", logstore="l", topic="t"), "log p/l topic t"),
        (Speaker(event_source="s", event_bus="b", event_account="1"), "event source s event bus b event account 1"),
        (Speaker(event_source="s"), "event source s"),
        (Speaker(event_bus="b"), "event bus b"),
        (Speaker(event_account="1"), "event account 1"),
        (Speaker(event_bus="b", project="p", logstore="l"), "event bus b log p/l"),
    ],
)
def test_a_speaker_is_called_by_all_that_is_known(speaker: Speaker, called: str) -> None:
    """For people."""
    assert speaker.called == called


def test_a_breaker_says_who_opened_and_closed_it() -> None:
    """By hand with the person; by itself with nobody."""
    by_hand = opened(
        SharedLimit(), CLUSTER, "maintenance", START, "ann", Signed(identity="system user root", way=Way.LINK)
    )
    (row,) = by_hand.owed
    assert (row["actor"], row["why"], row["trigger"]) == ("ann (system user root)", "maintenance", "manual")
    assert row["way"] == "link"
    (_, row) = closed_by_hand(by_hand, CLUSTER, START + 1, "bob", Signed(why="done", way=Way.LINK)).owed
    assert (row["actor"], row["why"], row["trigger"], row["way"]) == ("bob", "done", "manual", "link")
    (row,) = opened(SharedLimit(), CLUSTER, "more than 2", START).owed
    assert ("actor" in row, row["why"]) == (False, "more than 2")


def test_what_waits_keeps_who_forced_it_and_what_was_seen() -> None:
    """A hold has the rule and the start of the live run; a forced case its person, whoever goes on with it."""
    held = Decision(
        verdict=Verdict.HELD,
        reason=Reason.RULE_HOLDS,
        message="",
        failure_id="f",
        rule="ask",
        running_since=START - 60,
        forced=True,
        actor="ann",
        why="w",
    )
    ask = Ask(now=START, trigger=Trigger.MANUAL, request_id="r")
    record, outcome = waiting(JobRecord(), make_failure(), None, held, ask, "1")
    (case,) = record.cases
    assert (case.state, case.held_rule, case.held_since) == (CaseState.HELD, "ask", START - 60)
    assert (case.forced, case.forced_by, case.forced_why) == (True, "ann", "w")
    assert outcome is not None
    assert (outcome.forced, outcome.actor, outcome.why) == ("true", "ann", "w")
