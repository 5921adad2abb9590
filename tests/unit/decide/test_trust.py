"""Who may speak for a job, and whether what they say agrees with the job."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.conditions import EventPlace, LogPlace, Source
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates_trust import Standing, standing
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.make import Make

NOW = 1_800_000_000.0
START = int(NOW) - 3600
LOG = LogPlace(project="jobs", logstore="fail*")
BY_LOG = Speaker(project="jobs", logstore="failures", topic="slurm")
BY_EVENT = Speaker(event_source="acs.jobs")
BY_BUS = Speaker(event_source="acs.jobs", event_bus="batch", event_account="1234")
CONNECTOR = Speaker(event_source="strange", project="jobs", logstore="failures", topic="slurm")


def untrusted(facts: Facts, gate: str) -> bool:
    """Whether the gate says no, as an untrusted source; else it must have passed."""
    decision = decide(facts)
    found = next(one for one in decision.gates if one.name == gate)
    if not found.passed:
        assert decision.gates[-1] == found
        assert (decision.verdict.value, decision.reason.value) == ("suppressed", "untrusted_source")
    return not found.passed


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
    ("told", "seen", "agrees"),
    [
        ({"owner": "ann"}, {"owner": "ann@scheduler"}, True),
        ({"owner": "ann@login1"}, {"owner": "ann@scheduler"}, True),
        ({"owner": "Ann"}, {"owner": "ann@scheduler"}, False),
        ({"owner": "an"}, {"owner": "ann@scheduler"}, False),
        ({"owner": "ann"}, {}, True),
        ({}, {"owner": "ann"}, True),
        ({"job_name": "cfx"}, {"name": "cfd-solve"}, True),
        ({"queue": "gpu"}, {"queue": "gpu_routed"}, True),
        ({"node": "compute1"}, {"nodes": ("compute1", "compute2")}, True),
        ({"node": "Compute2.cluster.local"}, {"nodes": ("compute1", "compute2")}, True),
        ({"node": "compute1,compute2"}, {"nodes": ("compute1", "compute2")}, True),
        ({"node": "compute1/0*8+compute2/0*8"}, {"nodes": ("compute1", "compute2")}, True),
        ({"node": "compute[1-2]"}, {"nodes": ("compute1", "compute2")}, True),
        ({"node": "compute3"}, {"nodes": ("compute1", "compute2")}, False),
        ({"node": "compute1,compute3"}, {"nodes": ("compute1", "compute2")}, False),
        ({"node": "compute3"}, {}, True),
        ({"node": "compute3"}, {"nodes": ("compute1",), "start_time": int(NOW) - 15}, True),
        ({"started_at": START}, {}, True),
        ({"started_at": START + 1}, {}, True),
        ({"started_at": START + 2}, {}, False),
        ({"started_at": START + 2}, {"look_begun_at": START + 122}, True),
        ({"started_at": START + 2}, {"look_begun_at": START + 123}, False),
    ],
)
def test_what_is_told_must_be_what_is_seen(
    facts: Make[Facts],
    failure: Make[Failure],
    look: Make[EhpcSnapshot],
    told: dict[str, Any],
    seen: dict[str, Any],
    *,
    agrees: bool,
) -> None:
    """Owner, nodes and start where both speak; a queue may be routed, a name shown otherwise, a list lag behind."""
    assert untrusted(facts(failure=failure(**told), observation=look(**seen)), "claims_agree") is not agrees


def test_nodes_and_start_are_compared_of_a_running_job_only(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot]
) -> None:
    """Of a job that is queued the list may name the nodes of no run, and forecast its start."""
    queued = look(state=State.QUEUED, nodes=("compute1",))
    assert decide(facts(failure=failure(node="compute3"), observation=queued)).reason.value == "restarted_since"
    told = failure(owner="bob")
    assert untrusted(facts(failure=told, observation=look(state=State.QUEUED, owner="ann")), "claims_agree")


def test_force_does_not_make_a_claim_true(facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot]) -> None:
    """A person who forces may be misled as well."""
    forced = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    assert untrusted(facts(failure=failure(owner="bob"), observation=look(owner="ann"), ask=forced), "claims_agree")


def test_schedulerx_instances_are_compared_by_owner_alone(schedulerx_facts: Make[Facts]) -> None:
    """An instance has no nodes to compare, and its start is not the scheduler's own telling."""
    told = replace(schedulerx_facts().failure, job_name="nightly", node="x", started_at=NOW, owner="ann")
    assert not untrusted(schedulerx_facts(failure=told, look={"name": "weekly"}), "claims_agree")
    assert untrusted(schedulerx_facts(failure=told, look={"owner": "bob"}), "claims_agree")


def test_a_forged_telling_leaves_the_true_one_alone(
    facts: Make[Facts], failure: Make[Failure], case: Make[Case]
) -> None:
    """Who may not speak cannot learn either what has been told before."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="x")),))
    record = JobRecord(cases=(case(state=CaseState.DONE, tellings=("t",)),))
    assert untrusted(facts(policy=policy, record=record, failure=failure(speaker=BY_LOG)), "may_speak")


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


@pytest.mark.parametrize("reason", [Reason.LOOK_FAILED, Reason.LOOK_CREDENTIALS_REFUSED, Reason.LOOKS_USED_UP])
def test_how_old_it_was_is_asked_with_the_first_look(facts: Make[Facts], case: Make[Case], reason: Reason) -> None:
    """Whyever there was none before: the job's own word for when it ended counts then."""
    asked = [gate.name for gate in decide(facts(case=case(reason=reason))).gates]
    assert "fresh" in asked
    assert "fresh" not in [gate.name for gate in decide(facts(case=case(reason=Reason.RATE))).gates]


def test_a_look_that_was_not_left_is_due_again(facts: Make[Facts]) -> None:
    """And says that nobody looked."""
    unseen = LookFailed(worth_repeating=True, none_left=True, code="LooksUsedUp", message="no", look_begun_at=NOW)
    decision = decide(facts(observation=unseen))
    assert (decision.verdict.value, decision.reason, decision.due_at) == ("deferred", Reason.LOOKS_USED_UP, NOW + 30)
