"""Whether what is told of a job agrees with the job as it is seen."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.record import Case, CaseState, JobRecord
from shared.policy.conditions import EventPlace, Source
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.speakers import BY_LOG, untrusted

START = int(NOW) - 3600


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
