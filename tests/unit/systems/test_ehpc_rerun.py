"""RerunJobs: what goes out, what each ending means for each job, and that nothing uncertain is called again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import CallResult, Effect, Target
from shared.domain.job import Scope
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.wire import jobs_text
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.schedulerx.scope import Group
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Play

HERE = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-a")


def targets(*job_ids: str, scope: Scope = HERE) -> list[Target]:
    """These jobs of a cluster."""
    return [Target(scope=scope, job_id=job_id) for job_id in job_ids]


def ids_of(asked: dict[str, str]) -> list[str]:
    """The ids that a call names."""
    return [entry["Id"] for entry in json.loads(asked["Jobs"])]


def refusal(code: str, wanted: ApiCall, message: str = "no", *, status: int = 400) -> CallFailed:
    """An error answer to this call."""
    return refused(code, message, jobs=wanted.jobs, http_status=status, request_id="bad", parameters=wanted.parameters)


def test_a_batch_is_one_call(fake_api: Play, clock: Clock, ok: Make[Reply]) -> None:
    """Compact JSON in the given order, brackets inside the text, and never `Async`."""
    api = fake_api(lambda _: ok())
    results = EhpcJobs(api, clock).rerun(targets("2.scheduler", "12[3].scheduler"))
    assert api.asked == [
        ApiCall(
            action="RerunJobs",
            version="2018-04-12",
            parameters={"ClusterId": "ehpc-hz-a", "Jobs": '[{"Id":"2.scheduler"},{"Id":"12[3].scheduler"}]'},
            jobs=2,
        )
    ]
    done = CallResult(effect=Effect.DONE, api="RerunJobs", request_id="req", left_at=1_001.0)
    assert results == [done, done]


@pytest.mark.parametrize(
    ("code", "message", "one", "several"),
    [
        ("AgentError.Job.RerunFailure", "Job is pending execution", Effect.NOT_DONE_USELESS, Effect.UNKNOWN),
        ("AgentError.Job.RerunFailure", "still in progress", Effect.UNKNOWN, Effect.UNKNOWN),
        ("PartFailure", "part", Effect.UNKNOWN, Effect.UNKNOWN),
        ("ConflictOpt", "busy", Effect.NOT_DONE_LATER, Effect.NOT_DONE_LATER),
        ("ClusterNotFound", "gone", Effect.NOT_DONE_USELESS, Effect.NOT_DONE_USELESS),
        ("AgentResponseTimeout", "late", Effect.UNKNOWN, Effect.UNKNOWN),
    ],
)
def test_a_refusal_goes_to_every_job_of_its_call(
    fake_api: Play, clock: Clock, code: str, message: str, one: Effect, several: Effect
) -> None:
    """One call, whatever it came to: nothing is tried again here."""
    for job_ids, effect in ((("1.s",), one), (("1.s", "2.s"), several)):
        api = fake_api(lambda wanted: refusal(code, wanted, message))
        results = EhpcJobs(api, clock).rerun(targets(*job_ids))
        assert [(result.effect, result.code, result.request_id) for result in results] == [(effect, code, "bad")] * len(
            job_ids
        )
        assert len(api.asked) == 1


@pytest.mark.parametrize("code", ["InvalidParams", "InvalidJobs"])
def test_one_bad_id_is_found_by_halving(fake_api: Play, clock: Clock, ok: Make[Reply], code: str) -> None:
    """What is not valid in a batch is certainly not done: the ninety-nine are rerun once each, the one is refused."""

    def picky(wanted: ApiCall) -> Reply | CallFailed:
        done: Reply = ok()
        return refusal(code, wanted) if "bad.s" in ids_of(dict(wanted.parameters)) else done

    api = fake_api(picky)
    job_ids = [f"{number}.s" for number in range(100)]
    job_ids[37] = "bad.s"
    results = EhpcJobs(api, clock).rerun(targets(*job_ids))
    assert [result.effect for result in results] == [
        Effect.NOT_DONE_USELESS if job_id == "bad.s" else Effect.DONE for job_id in job_ids
    ]
    accepted = [
        job_id for asked in api.asked if "bad.s" not in (ids := ids_of(dict(asked.parameters))) for job_id in ids
    ]
    assert sorted(accepted) == sorted(set(job_ids) - {"bad.s"})
    assert len(api.asked) <= 15


@pytest.mark.parametrize(
    ("code", "effect", "account_wide"),
    [
        ("InDebt", Effect.NOT_DONE_USELESS, True),
        ("Throttling.User", Effect.NOT_DONE_LATER, False),
        ("ClusterNotFound", Effect.NOT_DONE_USELESS, False),
    ],
)
def test_halving_stops_where_the_next_half_cannot_go_better(
    fake_api: Play,
    clock: Clock,
    code: str,
    effect: Effect,
    account_wide: bool,  # noqa: FBT001 - one example
) -> None:
    """What waits has certainly not been done either, and shares the reason."""
    api = fake_api(lambda wanted: refusal("InvalidParams" if wanted.jobs == 4 else code, wanted))
    results = EhpcJobs(api, clock).rerun(targets("1.s", "2.s", "3.s", "4.s"))
    assert [(one.effect, one.code, one.account_wide) for one in results] == [(effect, code, account_wide)] * 4
    assert len(api.asked) == 2


def test_no_half_leaves_when_a_look_has_become_too_old(fake_api: Play, clock: Clock) -> None:
    """Each answer takes a second, and the look at the third job is good for one more. What is left says so."""
    api = fake_api(lambda wanted: refusal("InvalidParams", wanted))
    told = [replace(one, call_by=clock.now() + 1 + number % 3) for number, one in enumerate(targets(*"01234567"), 1)]
    results = EhpcJobs(api, clock).rerun(told)
    late = CallResult(effect=Effect.NOT_DONE_LATER, api="RerunJobs", code="LookTooOld", left_at=1_002.0, too_late_for=2)
    assert [call.jobs for call in api.asked] == [8, 4]
    assert results == [late] * 8


def test_what_a_product_may_have_said_midway_is_not_called_again(fake_api: Play, clock: Clock) -> None:
    """The same code with a 5xx proves nothing, so no half of that call is made."""
    api = fake_api(lambda wanted: refusal("InvalidJobs", wanted, status=502))
    results = EhpcJobs(api, clock).rerun(targets("1.s", "2.s"))
    assert ([one.effect for one in results], len(api.asked)) == ([Effect.UNKNOWN] * 2, 1)


def test_a_half_of_unknown_effect_is_not_called_again(fake_api: Play, clock: Clock, ok: Make[Reply]) -> None:
    """The other half, which was certainly not done, goes on."""

    def script(wanted: ApiCall) -> Reply | CallFailed:
        done: Reply = ok()
        if wanted.jobs == 4:
            return refusal("InvalidParams", wanted)
        return refusal("AgentResponseTimeout", wanted) if "1.s" in ids_of(dict(wanted.parameters)) else done

    api = fake_api(script)
    results = EhpcJobs(api, clock).rerun(targets("1.s", "2.s", "3.s", "4.s"))
    assert [one.effect for one in results] == [Effect.UNKNOWN, Effect.UNKNOWN, Effect.DONE, Effect.DONE]
    assert [one.left_at for one in results] == [1_002.0, 1_002.0, 1_003.0, 1_003.0]
    assert len(api.asked) == 3


@pytest.mark.parametrize(
    ("body", "effect", "code"),
    [
        ({}, Effect.UNKNOWN, "UnreadableAnswer"),
        ({"RequestId": "r", "Code": "AgentError"}, Effect.UNKNOWN, "AgentError"),
        ({"RequestId": "r", "Code": "ConflictOpt"}, Effect.NOT_DONE_LATER, "ConflictOpt"),
        ({"RequestId": "r", "Code": 200}, Effect.DONE, ""),
    ],
)
def test_a_200_is_done_only_if_it_says_nothing_else(
    fake_api: Play, clock: Clock, body: dict[str, Any], effect: Effect, code: str
) -> None:
    """Without a request id, or with an error's code, it is no acceptance."""
    answer = Reply(body=body, request_id=str(body.get("RequestId", "")), status=200)
    (result,) = EhpcJobs(fake_api(lambda _: answer), clock).rerun(targets("1.s"))
    assert (result.effect, result.code) == (effect, code)


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        targets(*(f"{number}.s" for number in range(101))),
        targets("1.s") + targets("2.s", scope=Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-b")),
    ],
)
def test_a_call_that_no_call_can_make_is_the_callers_mistake(fake_api: Play, clock: Clock, wrong: list[Target]) -> None:
    """None, more than a hundred, or two clusters: nothing is sent."""
    api = fake_api(lambda _: pytest.fail("nothing should be sent"))
    with pytest.raises(ValueError, match="1 to 100 jobs of one cluster"):
        EhpcJobs(api, clock).rerun(wrong)


def test_another_systems_target_is_the_callers_mistake(fake_api: Play, clock: Clock, group: Group) -> None:
    """A group has no cluster."""
    with pytest.raises(TypeError, match="clusters"):
        EhpcJobs(fake_api(lambda _: pytest.fail("sent")), clock).rerun(targets("1", scope=group))


def test_ids_go_out_as_compact_text_that_a_log_shows_as_it_is() -> None:
    """In their order; none is none."""
    assert jobs_text(["2.s", "12[3].集群"]) == '[{"Id":"2.s"},{"Id":"12[3].集群"}]'
    assert jobs_text([]) == "[]"
