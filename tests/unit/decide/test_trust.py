"""Who may speak for a job, by where they tell it and whose job it is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.domain.record import Case
from shared.domain.snapshot import LookFailed
from shared.policy.conditions import EventPlace, LogPlace, Source
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates.trust import Standing, standing
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.speakers import BY_LOG, untrusted

LOG = LogPlace(project="jobs", logstore="fail*")
BY_EVENT = Speaker(event_source="acs.jobs")
BY_BUS = Speaker(event_source="acs.jobs", event_bus="batch", event_account="1234")
CONNECTOR = Speaker(event_source="strange", project="jobs", logstore="failures", topic="slurm")


@pytest.mark.parametrize(
    ("source", "speaker", "speaks"),
    [
        (Source(log=LOG), BY_LOG, True),
        (Source(log=LOG), Speaker(project="jobs", logstore="other"), False),
        (Source(log=LOG), Speaker(project="Jobs", logstore="failures"), False),
        (Source(log=LOG), Speaker(), False),
        (Source(log=LOG), BY_EVENT, False),
        (Source(log=LOG), CONNECTOR, False),
        (Source(log=replace(LOG, topic="slurm")), BY_LOG, True),
        (Source(log=replace(LOG, topic="s?urm")), BY_LOG, True),
        (Source(log=replace(LOG, topic="pbs")), BY_LOG, False),
        (Source(log=replace(LOG, topic="*")), Speaker(project="jobs", logstore="failures"), False),
        (Source(event=EventPlace(source="acs.*")), BY_EVENT, True),
        (Source(event=EventPlace(source="acs.job")), BY_EVENT, False),
        (Source(event=EventPlace(source="*")), BY_LOG, False),
        (Source(event=EventPlace(source="strange")), CONNECTOR, True),
        (Source(event=EventPlace(source="acs.*", bus="batch", account="1234")), BY_BUS, True),
        (Source(event=EventPlace(bus="bat*")), BY_BUS, True),
        (Source(event=EventPlace(bus="bat*")), replace(BY_BUS, event_source=""), True),
        (Source(event=EventPlace(account="1234")), BY_BUS, True),
        (Source(event=EventPlace(source="acs.*", bus="other")), BY_BUS, False),
        (Source(event=EventPlace(source="acs.*", account="12345")), BY_BUS, False),
        (Source(event=EventPlace(bus="batch", source="other")), BY_BUS, False),
        (Source(event=EventPlace(source="acs.*", bus="*")), BY_EVENT, False),
        (Source(event=EventPlace(source="acs.*", account="*")), BY_EVENT, False),
        (Source(event=EventPlace(bus="*")), BY_LOG, False),
        (Source(event=EventPlace()), BY_LOG, False),
        (Source(), BY_LOG, False),
        (Source(log=LOG), Speaker(project="jobs", logstore="failures"), True),
        (Source(log=LOG), Speaker(project="jobs", logstore="failures", event_bus="batch"), False),
    ],
)
def test_who_told_it(
    facts: Make[Facts], failure: Make[Failure], source: Source, speaker: Speaker, *, speaks: bool
) -> None:
    """A source is a place in the Log Service, or an event's source, bus and account; one never passes for the other."""
    policy = replace(facts().policy, sources=(source,))
    assert untrusted(facts(policy=policy, failure=failure(speaker=speaker)), "may_speak") is not speaks


@pytest.mark.parametrize(
    ("bounds", "ehpc", "schedulerx"),
    [
        ({}, True, True),
        ({"systems": ("ehpc",)}, True, False),
        ({"systems": ("schedulerx",)}, False, True),
        ({"clusters": "ehpc-hz-?"}, True, False),
        ({"clusters": ("a", "b")}, False, False),
        ({"namespaces": "ns"}, False, True),
        ({"groups": "demo.*"}, False, True),
        ({"groups": "demo.*", "clusters": "ehpc-*"}, True, True),
        ({"groups": "x", "namespaces": "ns"}, False, False),
    ],
)
def test_for_which_jobs(
    facts: Make[Facts],
    schedulerx_facts: Make[Facts],
    failure: Make[Failure],
    bounds: dict[str, Any],
    *,
    ehpc: bool,
    schedulerx: bool,
) -> None:
    """A source speaks for what it names; one that names places of one system only does not speak for the other."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.*"), **bounds),))
    assert untrusted(facts(policy=policy, failure=failure(speaker=BY_EVENT)), "may_speak") is not ehpc
    other = schedulerx_facts()
    told = replace(other.failure, speaker=BY_EVENT)
    assert untrusted(schedulerx_facts(policy=policy, failure=told), "may_speak") is not schedulerx


@pytest.mark.parametrize(
    ("told", "seen", "speaks"),
    [
        ("", "ann@scheduler", True),
        ("", "ann", True),
        ("", "bob@scheduler", False),
        ("ann", "", False),
        ("bob", "", False),
        ("", "", False),
        ("ann", "ann", True),
    ],
)
def test_for_whose_jobs(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot], told: str, seen: str, *, speaks: bool
) -> None:
    """The owner that the live job names decides; who tells a failure says nothing of whose job it is."""
    source = Source(event=EventPlace(source="acs.*"), owners=("ann", "eve"))
    policy = replace(facts().policy, sources=(source,))
    found = facts(policy=policy, failure=failure(speaker=BY_EVENT, owner=told), observation=look(owner=seen))
    assert untrusted(found, "may_speak") is not speaks


@pytest.mark.parametrize("owners", ["ann", "*", ("a*", "eve")])
def test_where_the_system_names_no_owner_only_places_can(
    schedulerx_facts: Make[Facts], owners: str | tuple[str, ...]
) -> None:
    """SchedulerX tells no owner: whoever told one could speak for every job there. The no says what is missing."""
    event = EventPlace(source="acs.*")
    told = replace(schedulerx_facts().failure, speaker=BY_EVENT, owner="ann")
    by_owner = replace(schedulerx_facts().policy, sources=(Source(event=event, groups="demo.*", owners=owners),))
    found = schedulerx_facts(policy=by_owner, failure=told)
    assert untrusted(found, "may_speak")
    assert "names no owner" in decide(found).message
    by_place = replace(by_owner, sources=(Source(event=event, groups="demo.*"),))
    assert not untrusted(schedulerx_facts(policy=by_place, failure=told), "may_speak")


def test_a_job_that_is_not_there_is_told_as_that(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot]
) -> None:
    """It has no owner to name and nothing that could be rerun: the outcome says what is the matter."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.*"), owners="ann"),))
    gone = look(state=State.NOT_FOUND)
    found = facts(policy=policy, failure=failure(speaker=BY_EVENT, owner="ann"), observation=gone)
    assert decide(found).reason.value == "not_found"


def test_the_seen_owner_counts_more_than_the_told_one(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot]
) -> None:
    """Who claims to speak of somebody else's job as of an owner of their own is not believed."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.*"), owners="ann"),))
    told = failure(speaker=BY_EVENT, owner="ann")
    assert untrusted(facts(policy=policy, failure=told, observation=look(owner="bob@s")), "may_speak")


def test_owner_is_waited_for_while_nothing_is_seen(facts: Make[Facts], failure: Make[Failure]) -> None:
    """A failure whose job cannot be looked at is not lost for want of an owner: it is asked when it goes on."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.*"), owners="ann"),))
    blind = LookFailed(worth_repeating=True, code="x", message="x", look_begun_at=NOW)
    found = facts(policy=policy, failure=failure(speaker=BY_EVENT), observation=blind)
    assert decide(found).reason.value == "look_failed"
    assert untrusted(
        facts(policy=policy, failure=failure(speaker=BY_EVENT, owner="bob"), observation=blind), "may_speak"
    )


def test_any_of_the_sources_is_enough(facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot]) -> None:
    """Sources are alternatives; each bounds only itself."""
    sources = (Source(log=LOG, clusters="other"), Source(log=LOG, owners="ann"), Source(event=EventPlace(source="x")))
    policy = replace(facts().policy, sources=sources)
    told = failure(speaker=BY_LOG)
    assert not untrusted(facts(policy=policy, failure=told, observation=look(owner="ann")), "may_speak")
    assert untrusted(facts(policy=policy, failure=told, observation=look(owner="bob")), "may_speak")


def test_a_person_is_not_asked_for_a_source(facts: Make[Facts], failure: Make[Failure]) -> None:
    """Who may invoke the function is RAM's business; the sweep knows how a failure was told."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="x")),))
    by_hand = failure(trigger=Trigger.MANUAL)
    sweep = Ask(now=NOW, trigger=Trigger.SWEEP, request_id="r")
    assert not untrusted(facts(policy=policy, failure=by_hand, ask=sweep), "may_speak")
    assert untrusted(facts(policy=policy, ask=sweep), "may_speak")
    forced = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    assert untrusted(facts(policy=policy, ask=forced), "may_speak")


def test_answers_about_one_place_are_not_taken_for_another(facts: Make[Facts], failure: Make[Failure]) -> None:
    """What is kept of earlier answers never answers for another speaker, place or owner."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.*"), clusters="ehpc-hz-1"),))
    elsewhere = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-2")
    for _ in range(2):
        assert not untrusted(facts(policy=policy, failure=failure(speaker=BY_EVENT)), "may_speak")
        assert untrusted(facts(policy=policy, failure=failure(speaker=BY_EVENT, scope=elsewhere)), "may_speak")
        assert untrusted(facts(policy=policy, failure=failure(speaker=BY_LOG)), "may_speak")


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"clusters": "ehpc-hz-1"}, Standing.NAMED),
        ({"clusters": "ehpc-hz-1", "owners": "nobody"}, Standing.NAMED),
        ({"systems": ("ehpc",)}, Standing.ALLOWED),
        ({}, Standing.ALLOWED),
        ({"owners": "nobody"}, Standing.ALLOWED),
        ({"clusters": "other"}, Standing.STRANGER),
        ({"groups": "demo.group"}, Standing.STRANGER),
    ],
)
def test_what_a_speaker_is_to_a_place_needs_no_look(
    facts: Make[Facts], failure: Make[Failure], bounds: dict[str, Any], expected: Standing
) -> None:
    """Place and speaker alone; whose job it is only the live job tells."""
    policy = replace(facts().policy, sources=(Source(log=LOG, **bounds),))
    assert standing(policy, failure(speaker=BY_LOG)) is expected
    assert standing(policy, failure(speaker=BY_EVENT)) is Standing.STRANGER
    assert standing(policy, failure(speaker=BY_EVENT, trigger=Trigger.MANUAL)) is Standing.ALLOWED
    assert standing(replace(policy, sources=()), failure(speaker=BY_EVENT)) is Standing.ALLOWED


@pytest.mark.parametrize(
    "reason", [Reason.LOOK_FAILED, Reason.LOOKS_USED_UP, Reason.CONTENDED, Reason.RECORD_UNREADABLE, Reason.RATE]
)
def test_how_old_it_was_is_asked_with_every_look(facts: Make[Facts], case: Make[Case], reason: Reason) -> None:
    """Whyever it waits: what was in the way may have kept it from being asked when it was told."""
    assert "fresh" in [gate.name for gate in decide(facts(case=case(reason=reason))).gates]


def test_a_look_that_was_not_left_is_due_again(facts: Make[Facts]) -> None:
    """And says that nobody looked."""
    unseen = LookFailed(worth_repeating=True, none_left=True, code="LooksUsedUp", message="no", look_begun_at=NOW)
    decision = decide(facts(observation=unseen))
    assert (decision.verdict.value, decision.reason, decision.due_at) == ("deferred", Reason.LOOKS_USED_UP, NOW + 30)
