"""DataWorks: answers that say neither yes nor no, looks that share calls, and runs that are told apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.domain.call import CallResult, Effect, Target
from shared.domain.failure import Failure, Trigger
from shared.domain.gate import GateAnswer
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed, Offered
from shared.systems.dataworks.adapter import MOST_A_CALL, DataworksJobs
from shared.systems.dataworks.look import MOST_DAYS, MOST_ONE_BY_ONE
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.snapshot import DataworksSnapshot, RerunMode, TaskInstance
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi, Script

HERE = Project(region="cn-hangzhou", project_id="12345")
ID = 453_000_000_001
DAY = 1_767_139_200_000


def failure(number: int = ID, scope: Project = HERE, **told: Any) -> Failure:
    """It has failed just now."""
    base: dict[str, Any] = {"occurred_at": START, "trigger": Trigger.EVENT, "event_id": "e", "telling_id": "t"}
    return Failure(**{"scope": scope, "job_id": str(number), **base, **told})


def shown(number: int = ID, **rest: Any) -> dict[str, Any]:
    """An instance as the service shows it."""
    base: dict[str, Any] = {
        "Id": number,
        "Status": "Failure",
        "RunNumber": 1,
        "ProjectId": 12345,
        "ProjectEnv": "Prod",
        "RerunMode": "AllAllowed",
        "TriggerRecurrence": "Normal",
        "StartedTime": 1_767_239_000_000,
        "FinishedTime": 1_767_239_300_000,
        "Bizdate": DAY,
        "Owner": "1000",
    }
    return {**base, **rest}


def yes(request_id: str = "req", **body: Any) -> Reply:
    """An answer with HTTP 200."""
    return Reply(body=body, request_id=request_id, status=200)


def service(*rows: dict[str, Any], listed: bool = True) -> Script:
    """A service that has these instances; the list shows them only if it works."""

    def answer(wanted: ApiCall) -> Reply | CallFailed:
        assert not wanted.mutates
        if wanted.action == "GetTaskInstance":
            assert wanted.method == "GET"
            found = [row for row in rows if str(row["Id"]) == wanted.parameters["Id"]]
            return yes(TaskInstance=found[0]) if found else refused("NoSuch", "no", jobs=1, http_status=404)
        assert (wanted.method, wanted.parameters["ProjectId"]) == ("POST", "12345")
        ids = json.loads(wanted.parameters["Ids"])
        of_day = [row for row in rows if row["Id"] in ids and str(row["Bizdate"]) == wanted.parameters["Bizdate"]]
        return (
            yes(PagingInfo={"TaskInstances": of_day}) if listed else refused("Throttling", "", jobs=1, http_status=400)
        )

    return answer


def looked(script: Script, *failures: Failure) -> tuple[list[State | str], list[str]]:
    """What a look shows, or the code of its failure; and the calls that it took."""
    clock = Clock()
    api = FakeApi(clock, script)
    seen = DataworksJobs(api, clock).observe(failures)
    states = [one.code if isinstance(one, LookFailed) else one.state for one in seen]
    return states, [wanted.action for wanted in api.asked]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, State.FAILED),
        ({"Status": "Success"}, State.SUCCEEDED),
        ({"Status": "Running"}, State.RUNNING),
        ({"Status": "Checking"}, State.RUNNING),
        ({"Status": "CheckingCondition"}, State.RUNNING),
        ({"Status": "NotRun"}, State.QUEUED),
        ({"Status": "WaitTime"}, State.QUEUED),
        ({"Status": "WaitResource"}, State.QUEUED),
        ({"Status": "WaitTrigger"}, State.QUEUED),
        ({"Status": "Nobody knows"}, State.UNKNOWN),
        ({"RunNumber": "2", "StartedTime": "0"}, State.FAILED),
        ({"ProjectId": 54321}, State.NOT_FOUND),
        ({"RunNumber": None}, "MalformedAnswer"),
        ({"Status": None}, "MalformedAnswer"),
    ],
)
def test_what_a_look_shows(row: dict[str, Any], found: State | str) -> None:
    """Without a run's number nothing could be proven; of another workspace nothing is shown."""
    assert looked(service(shown(**row)), failure()) == ([found], ["GetTaskInstance"])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (refused("InstanceNotFound", "no", jobs=1, http_status=404), State.NOT_FOUND),
        (refused("InvalidAction.NotFound", "no", jobs=1, http_status=404), "InvalidAction.NotFound"),
        (refused("Whatever", "no such instance", jobs=1, http_status=400), "Whatever"),
        (yes(), "MalformedAnswer"),
        (yes(TaskInstance=None), "MalformedAnswer"),
        (yes(Code="NoPermission", TaskInstance=shown()), "NoPermission"),
        (yes("", TaskInstance=shown()), "UnreadableAnswer"),
    ],
)
def test_only_a_plain_no_means_that_it_is_not_there(answer: Reply | CallFailed, found: State | str) -> None:
    """An empty answer, or a code that nobody documented, is looked at again."""
    assert looked(lambda _: answer, failure())[0] == [found]


def test_neighbours_are_seen_on_one_page() -> None:
    """The first one tells the day of the others; what the page leaves out or spoils is read by itself."""
    rows = [shown(ID + number) for number in range(10)]
    spoiled = {**rows[3], "Status": None}
    states, calls = looked(
        lambda wanted: (
            service(*rows)(wanted)
            if wanted.action == "GetTaskInstance"
            else yes(PagingInfo={"TaskInstances": [*rows[1:3], spoiled, *rows[4:9]]})
        ),
        *(failure(ID + number) for number in range(10)),
    )
    assert states == [State.FAILED] * 10
    assert calls == ["GetTaskInstance", "ListTaskInstances", "GetTaskInstance", "GetTaskInstance"]


def test_of_an_instances_runs_the_list_means_the_newest() -> None:
    """It may show those before as well."""
    runs = [shown(ID + 4, RunNumber=number, Status=status) for number, status in ((1, "Failure"), (2, "Running"))]
    rows = [*(shown(ID + number) for number in range(4)), *runs]
    states, _ = looked(service(*rows), *(failure(ID + number) for number in range(5)))
    assert states == [State.FAILED] * 4 + [State.RUNNING]


def test_a_list_that_does_not_serve_loses_nothing() -> None:
    """Each is read by itself then, and days that differ cost a bounded number of lists."""
    rows = [shown(ID + number, Bizdate=DAY + number) for number in range(30)]
    told = [failure(ID + number) for number in range(30)]
    assert looked(service(*rows, listed=False), *told)[0] == [State.FAILED] * 30
    states, calls = looked(service(*rows), *told)
    assert states == [State.FAILED] * 30
    assert calls.count("ListTaskInstances") == MOST_DAYS


def test_invented_ids_cost_no_more_than_so_many_calls() -> None:
    """Those of a day that is known stand on its list all the same; of the rest the last wait, however they are told."""
    flood = [failure(ID + number) for number in range(MOST_ONE_BY_ONE + 5)]
    real = [failure(number) for number in (1, 2, 3, 4)]
    for told in ([*real, *flood], [*reversed(flood), *reversed(real)]):
        states, asked = looked(service(*map(shown, (1, 2, 3, 4))), *told)
        by_id = {one.job_id: state for one, state in zip(told, states, strict=True)}
        assert [by_id[one.job_id] for one in real] == [State.FAILED] * 4
        assert [by_id[one.job_id] for one in flood[-6:]] == ["LooksUsedUp"] * 6
        assert (states.count(State.NOT_FOUND), asked.count("GetTaskInstance")) == (MOST_ONE_BY_ONE - 1, MOST_ONE_BY_ONE)


def test_workspaces_are_looked_at_apart() -> None:
    """An id of one is not looked for in another."""
    other = Project(region="cn-hangzhou", project_id="54321")
    states, _ = looked(
        service(shown(), shown(ID + 1, ProjectId=54321)), failure(), failure(ID + 1, other), failure(ID, other)
    )
    assert states == [State.FAILED, State.FAILED, State.NOT_FOUND]


def rerun(script: Script, many: int = 1) -> tuple[list[CallResult], FakeApi]:
    """Rerun so many instances."""
    clock = Clock()
    api = FakeApi(clock, script)
    targets = [Target(scope=HERE, job_id=str(ID + number)) for number in range(many)]
    return DataworksJobs(api, clock).rerun(targets), api


@pytest.mark.parametrize(
    ("info", "effect"),
    [
        ({"Success": True, "Message": "The instance does not exist."}, Effect.DONE),
        ({"Success": False, "Message": ""}, Effect.NOT_DONE_USELESS),
        ({"Success": "true"}, Effect.UNKNOWN),
        ({"Message": ""}, Effect.UNKNOWN),
        (None, Effect.UNKNOWN),
        ([], Effect.UNKNOWN),
    ],
)
def test_the_answer_speaks_of_each(info: Any, effect: Effect) -> None:
    """`Success` decides, never the message; of an instance that it does not name nothing is known."""
    said = {str(ID): {"Success": True}, str(ID + 1): info}
    results, api = rerun(lambda _: yes(SuccessInfo=said), 2)
    assert [one.effect for one in results] == [Effect.DONE, effect]
    (call,) = api.asked
    assert (call.method, call.mutates, call.jobs, call.in_query) == ("POST", True, 2, False)
    assert call.parameters == {"Ids": f"[{ID},{ID + 1}]"}


@pytest.mark.parametrize("body", [{}, {"SuccessInfo": None}, {"SuccessInfo": []}])
def test_an_answer_without_the_instances_proves_nothing(body: dict[str, Any]) -> None:
    """It is looked at what became of each."""
    results, _ = rerun(lambda _: yes(**body), 2)
    assert {one.effect for one in results} == {Effect.UNKNOWN}


def test_a_refused_batch_is_halved_down_to_the_one_that_spoils_it() -> None:
    """A refusal of the whole did nothing; one that leaves it open is not repeated, nor one of the account."""

    def picky(wanted: ApiCall) -> Reply | CallFailed:
        ids = json.loads(wanted.parameters["Ids"])
        if ID + 5 in ids:
            return refused("InvalidParameter", "", jobs=len(ids), http_status=400)
        return yes(SuccessInfo={str(number): {"Success": True} for number in ids})

    results, api = rerun(picky, 8)
    assert [one.effect is Effect.DONE for one in results] == [number != 5 for number in range(8)]
    named = [number for call in api.asked[:] for number in json.loads(call.parameters["Ids"]) if number != ID + 5]
    assert len(api.asked) == 7
    assert set(named) == {ID + number for number in range(8) if number != 5}
    for code, status in (("InternalError", 500), ("NoPermission", 403), ("Throttling.User", 400)):
        _, api = rerun(lambda _, code=code, status=status: refused(code, "", jobs=8, http_status=status), 8)  # type: ignore[misc]
        assert len(api.asked) == 1, code


def test_a_call_takes_fifty_of_one_workspace() -> None:
    """More is the caller's mistake."""
    with pytest.raises(ValueError, match="1 to 50"):
        rerun(lambda _: yes(), MOST_A_CALL + 1)
    with pytest.raises(ValueError, match="1 to 50"):
        rerun(lambda _: yes(), 0)


def instance(**parts: Any) -> TaskInstance:
    """One that failed a moment before the telling."""
    base: dict[str, Any] = {"started_at": START - 600, "finished_at": START - 5}
    return TaskInstance(**{"instance_id": ID, "state": State.FAILED, **base, **parts})


def seen(one: TaskInstance | None) -> DataworksSnapshot:
    """A look that shows it."""
    return DataworksSnapshot(job_id=str(ID), instance=one, look_begun_at=START)


def reserved(**parts: Any) -> Case:
    """A case whose call is in doubt, of a failure six minutes before it."""
    base: dict[str, Any] = {"failure_id": "f", "state": CaseState.UNKNOWN, "opened_at": START, "attempt": 1}
    return Case(
        **{
            "failure": failure(occurred_at=START - 360),
            "life": seen(instance()).life,
            "reserved_at": START,
            **base,
            **parts,
        }
    )


_AGAIN = (Conclusion.RESTARTED, Aftermath.RESTARTED)


@pytest.mark.parametrize(
    ("one", "settled", "concluded", "became"),
    [
        (instance(), False, Conclusion.WAIT, Aftermath.WAIT),
        (instance(), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (None, True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.UNKNOWN), True, Conclusion.NO_EVIDENCE, Aftermath.NOT_RESTARTED),
        (instance(state=State.QUEUED), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING, started_at=START), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.RUNNING, started_at=START - 31), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.RUNNING, started_at=START - 30), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING, run_number=0), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.QUEUED, run_number=0), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300), True, Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300), False, Conclusion.WAIT, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300, state=State.QUEUED), False, *_AGAIN),
        (instance(run_number=2, started_at=START - 391), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (instance(state=State.SUCCEEDED), False, Conclusion.ENDED, Aftermath.ENDED),
        (instance(state=State.RUNNING, run_number=2), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.SUCCEEDED, run_number=2), False, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
        (instance(run_number=2), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (instance(state=State.UNKNOWN, run_number=2), False, Conclusion.RESTARTED, Aftermath.ENDED),
    ],
)
def test_what_a_look_proves(
    one: TaskInstance | None,
    settled: bool,  # noqa: FBT001 - a table
    concluded: Conclusion,
    became: Aftermath,
) -> None:
    """Another run is proof unless it was there before the call, and so is one that waits; success alone was set."""
    assert seen(one).conclude(reserved(), settled=settled) is concluded
    assert seen(one).aftermath(reserved(), settled=settled) is became


@pytest.mark.parametrize(
    ("one", "told", "run"),
    [
        (None, {}, Run.THIS),
        (instance(), {}, Run.THIS),
        (instance(started_at=START - 5), {}, Run.THIS),
        (instance(run_number=2), {}, Run.THIS),
        (instance(run_number=2, started_at=START + 60), {}, Run.EARLIER),
        (instance(run_number=2, started_at=START - 30), {}, Run.UNCLEAR),
        (instance(run_number=2, started_at=START + 30), {}, Run.UNCLEAR),
        (instance(run_number=2, started_at=START - 20, finished_at=START), {}, Run.THIS),
        (instance(run_number=2, started_at=None, finished_at=None), {}, Run.UNCLEAR),
        (instance(run_number=3), {"restart_count": 2}, Run.THIS),
        (instance(run_number=3), {"restart_count": 1}, Run.EARLIER),
        (instance(run_number=3), {"restart_count": 3}, Run.UNCLEAR),
        (instance(run_number=2), {"started_at": START - 600}, Run.THIS),
        (instance(run_number=2), {"started_at": START - 1200}, Run.EARLIER),
    ],
)
def test_which_run_a_failure_means(one: TaskInstance | None, told: dict[str, Any], run: Run) -> None:
    """By the counter, the start or the end; else by the time, and if that is too near it waits."""
    assert seen(one).which_run(failure(**told), JobRecord()) is run


def test_a_rerun_of_ours_since_makes_it_an_earlier_run() -> None:
    """The record knows what the look does not show yet."""
    done = reserved(state=CaseState.DONE, reserved_at=START + 10)
    assert seen(instance()).which_run(failure(), JobRecord(cases=(done,))) is Run.EARLIER


def test_runs_that_were_not_ours_count() -> None:
    """So that its retries and ours do not multiply; what was paid from another budget was ours all the same."""
    marks = tuple(AttemptMark(number, START) for number in (1, 2))
    assert seen(instance(run_number=4)).retries_of_its_own(JobRecord(), failure(), 1) == 2
    assert seen(instance(run_number=4)).retries_of_its_own(JobRecord(attempts=marks), failure(), 1) == 1
    assert seen(None).retries_of_its_own(JobRecord(), failure(), 0) == 0


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (instance(), ""),
        (instance(rerun_mode=RerunMode.FAILURE_ALLOWED), ""),
        (instance(rerun_mode=RerunMode.ALL_DENIED), "not_rerunnable"),
        (instance(rerun_mode=RerunMode.UNKNOWN), "not_rerunnable"),
        (instance(frozen=True), "job_disabled"),
        (None, ""),
    ],
)
def test_what_a_node_allows(one: TaskInstance | None, reason: str) -> None:
    """A word that nobody documented is a no."""
    answer: GateAnswer = seen(one).may_rerun()
    assert (answer.stop.reason.value if answer.stop else "") == reason


@pytest.mark.parametrize(
    ("written", "mode"),
    [(None, RerunMode.ALL_ALLOWED), ("", RerunMode.ALL_ALLOWED), ("Perhaps", RerunMode.UNKNOWN)],
)
def test_how_a_mode_is_read(written: str | None, mode: RerunMode) -> None:
    """What is not there forbids nothing."""
    clock = Clock()
    (one,) = DataworksJobs(FakeApi(clock, service(shown(RerunMode=written))), clock).observe([failure()])
    assert isinstance(one, DataworksSnapshot)
    assert one.instance is not None
    assert one.instance.rerun_mode is mode


def test_lives_come_back_from_documents() -> None:
    """With the instance that they name; each run is another."""
    life = seen(instance(run_number=2)).life
    assert life is not None
    assert (Life.read(life.text), Life.read(life.text).instance_id) == (life, ID)
    assert life != seen(instance()).life


def test_what_a_look_offers() -> None:
    """Owner and name as listed; a start while it runs, an end once it is over; nothing of what is not there."""
    over = seen(instance(owner="ann", name="daily"))
    goes_on = seen(instance(state=State.RUNNING))
    assert (over.owner, over.offered, over.running_since) == ("ann", Offered("ann", "", "daily"), None)
    assert over.instance is not None
    assert over.ended_at == over.instance.finished_at
    assert goes_on.instance is not None
    assert (goes_on.running_since, goes_on.ended_at) == (goes_on.instance.started_at, None)
    gone = seen(None)
    assert (gone.owner, gone.offered, gone.running_since, gone.ended_at) == ("", Offered("", "", ""), None, None)


def test_a_run_is_labelled_by_its_life_or_as_it_was_told() -> None:
    """An earlier one has no life that could be seen."""
    look, told = seen(instance()), failure(started_at=START - 7)
    assert look.run_label(told, Run.THIS) == str(look.life)
    assert look.run_label(told, Run.EARLIER) == f"told:{ID}:{int(START - 7)}"


@pytest.mark.parametrize("state", [State.FAILED, State.RUNNING, State.SUCCEEDED])
def test_only_a_failed_instance_is_eligible(state: State) -> None:
    """What is retried by its settings waits or runs."""
    stop = seen(instance(state=state)).eligible(beside_live=False).stop
    assert (stop is None) is (state is State.FAILED)


def test_what_is_under_development_wants_a_person() -> None:
    """And nothing else; a rerun is the same instance again, so that nothing of it can stray or stand beside it."""
    assert seen(instance(dev=True)).wants_person() == (
        Reason.DEV_ENVIRONMENT,
        "the instance is of the development environment",
    )
    look = seen(instance())
    assert look.share(None) is None
    assert (look.wants_person(), seen(None).wants_person(), look.not_single()) == (None, None, None)
    assert (look.strays(reserved()), look.alone(JobRecord(), look_again_at=START), look.known_reruns) == (
        None,
        None,
        (),
    )
    assert (look.concerns(reserved()), look.disagreement(failure(), Run.THIS, settle_s=1)) == (True, "")
