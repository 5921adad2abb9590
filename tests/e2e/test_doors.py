"""The four doors, from the bytes that the platform sends to the rows in the outcome Logstore, over real wires."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.models import JobConfig, fails, keeps_running, succeeds
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import DeliveryError, SettingsError
from tests.e2e.conftest import Town

HOUR = 3600.0


def hung_cluster(town: Town, *numbers: int) -> Any:
    """A cluster with jobs that have hung for an hour."""
    cluster = town.cloud[Ehpc].cluster("ehpc-hz-1")
    for number in numbers:
        cluster.submit(f"{number}.scheduler", JobSpec(runs=(hangs(), finishes(600))), at=time.time() - HOUR)
    return cluster


def failure(number: int = 1, **more: Any) -> dict[str, Any]:
    """`job-failure/1` of an E-HPC job."""
    told = {"schema": "job-failure/1", "system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": f"{number}.scheduler"}
    return {**told, "occurred_at": int(time.time()) - 5, **more}


def event(data: Any, event_id: str = "1") -> dict[str, Any]:
    """A CloudEvent as EventBridge delivers it."""
    return {"id": event_id, "source": "hpc.watch", "specversion": "1.0", "type": "job:failed", "data": data}


def test_a_log_is_healed_and_told(town: Town) -> None:
    """A failure among strangers' logs is rerun; the row in the outcome Logstore holds all that the reference names."""
    hung_cluster(town, 1)
    town.put("failures", {"level": "info"}, {key: str(value) for key, value in failure().items()}, {"content": "hi"})
    answer = town.invoke("log_trigger", town.trigger_event())
    assert answer["schema"] == "secondwind-result/1"
    assert (answer["counts"]["rerun"], answer["counts"]["passed_over"], answer["counts"]["folded"]) == (1, 2, 0)
    (row,) = town.outcomes()
    assert (row["verdict"], row["trigger"], row["state"], row["final"]) == ("rerun", "log", "RUNNING", "true")
    assert row["api_request_id"] == next(c for c in town.cloud.openapi.calls if c.action == "RerunJobs").request_id
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == ["1.scheduler"]


def test_a_log_that_names_two_jobs_kills_neither(town: Town) -> None:
    """A key twice among its contents is a fault with its path; the good log beside it is healed."""
    hung_cluster(town, 1, 2, 3)
    pairs = [(key, str(value)) for key, value in failure(1).items()]
    town.put("failures", [*pairs, ("job_id", "2.scheduler")], {key: str(value) for key, value in failure(3).items()})
    answer = town.invoke("log_trigger", town.trigger_event())
    assert (answer["counts"]["invalid"], answer["counts"]["rerun"]) == (1, 1)
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == ["3.scheduler"]
    bad = next(row for row in town.outcomes() if row["verdict"] == "invalid")
    assert bad["message"] == "$[0].job_id: is given more than once"


def test_redelivery_of_a_range_reruns_nothing(town: Town) -> None:
    """The same range again is told as a duplicate with the same failure id."""
    hung_cluster(town, 1)
    town.put("failures", {"content": json.dumps(failure())})
    body = town.trigger_event()
    first, second = town.invoke("log_trigger", body), town.invoke("log_trigger", body)
    assert (first["counts"]["rerun"], second["counts"]["duplicate"]) == (1, 1)
    assert first["outcomes"][0]["failure_id"] == second["outcomes"][0]["failure_id"]
    assert first["outcomes"][0]["event_id"] == second["outcomes"][0]["event_id"]
    assert len(town.cloud[Ehpc].kills) == 1


def test_nothing_at_or_after_the_end_cursor_is_touched(town: Town) -> None:
    """A failure in the log group that the end cursor names belongs to the next delivery."""
    hung_cluster(town, 1, 2)
    town.put("failures", {"content": json.dumps(failure(1))})
    end = town.client().get_cursor("secondwind", "failures", 0, "end").get_cursor()
    town.put("failures", {"content": json.dumps(failure(2))})
    answer = town.invoke("log_trigger", town.trigger_event(end=end))
    assert [one["job_id"] for one in answer["outcomes"]] == ["1.scheduler"]
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == ["1.scheduler"]


def test_many_groups_and_pages_are_one_delivery(town: Town) -> None:
    """Whatever the number of log groups and pages, each failure is handled once; one PutLogs tells them all."""
    hung_cluster(town, *range(1, 31))
    town.logs._pull_bytes_max = 2_000
    for number in range(1, 31):
        town.put("failures", {"x": "y" * 400}, {"content": json.dumps(failure(number))})
    answer = town.invoke("log_trigger", town.trigger_event())
    pulls = [call for call in town.logs.calls if call.operation == "PullLogs"]
    puts = [call for call in town.logs.calls if call.operation == "PutLogs" and call.logstore == "outcomes"]
    assert (answer["counts"]["rerun"], answer["counts"]["passed_over"]) == (30, 30)
    assert len(pulls) > 3
    assert len(puts) == 1
    assert len(town.rerun_calls()) == 1


def test_an_empty_range_is_a_quiet_success(town: Town) -> None:
    """Equal cursors: nothing is asked of anybody."""
    cursor = town.client().get_cursor("secondwind", "failures", 0, "end").get_cursor()
    before = len(town.logs.calls)
    answer = town.invoke("log_trigger", town.trigger_event(begin=cursor, end=cursor))
    assert (answer["outcomes"], sum(answer["counts"].values())) == ([], 0)
    assert len(town.logs.calls) == before


def test_a_source_out_of_reach_fails_the_delivery(town: Town) -> None:
    """The platform must send the whole delivery again, and nothing was called."""
    town.put("failures", {"content": json.dumps(failure())})
    with pytest.raises(DeliveryError):
        town.invoke("log_trigger", town.trigger_event(logstoreName="elsewhere"))
    assert town.rerun_calls() == []


def test_a_hostile_endpoint_gets_no_credentials(town: Town) -> None:
    """A trigger body that names another host is invalid, and nothing is sent there."""
    answer = town.invoke("log_trigger", town.trigger_event(endpoint="http://evil.example.com"))
    assert answer["counts"]["invalid"] == 1
    assert [call for call in town.logs.calls if call.operation == "PullLogs"] == []


@pytest.mark.parametrize(
    "wrap",
    [
        event,
        lambda data: event(json.dumps(data)),
        lambda data: [event(data)],
        lambda data: data,
        lambda data: {**event(data), "aliyunpublishtime": "2020-11-19T21:04:42.179PRC"},
        lambda data: {**event({k: str(v) for k, v in data.items()}), "type": "sls:connector"},
        lambda data: {**event({"content": json.dumps(data), "__topic__": ""}), "type": "sls:connector"},
    ],
)
def test_every_shape_of_event_heals(town: Town, wrap: Any) -> None:
    """One CloudEvent, JSON text, an array, a transformed body, odd publish time, the connector's log."""
    hung_cluster(town, 1)
    answer = town.invoke("event_trigger", wrap(failure()))
    assert [one["verdict"] for one in answer["outcomes"]] == ["rerun"]
    assert len(town.cloud[Ehpc].kills) == 1


def test_one_bad_event_does_not_stop_its_neighbours(town: Town) -> None:
    """An array with garbage in the middle: the good ones are healed, the bad one is told with path and original."""
    hung_cluster(town, 1, 2)
    body = [event(failure(1), "a"), event({"system": "ehpc"}, "b"), event(failure(2), "c")]
    answer = town.invoke("event_trigger", body)
    assert (answer["counts"]["rerun"], answer["counts"]["invalid"]) == (2, 1)
    (bad,) = [row for row in town.outcomes() if row["verdict"] == "invalid"]
    assert "$[1].data.job_id" in bad["message"]
    assert "$[1].data.cluster_id" in bad["message"]
    assert '"system":"ehpc"' in bad["raw"]


def test_a_storm_in_one_cluster_takes_the_fewest_calls(town: Town) -> None:
    """1,000 failures, the breaker off: ten RerunJobs of 100, one pass over the list, one PutLogs, nobody twice."""
    hung_cluster(town, *range(1, 1001))
    answer = town.invoke("event_trigger", [event(failure(number), str(number)) for number in range(1, 1001)])
    assert answer["counts"]["rerun"] == 1000
    assert [len(json.loads(call["Jobs"])) for call in town.rerun_calls()] == [100] * 10
    assert len({kill.job_id for kill in town.cloud[Ehpc].kills}) == len(town.cloud[Ehpc].kills) == 1000
    assert len(town.cloud.openapi.calls_of("ListJobsWithFilters")) == 20
    assert len([call for call in town.logs.calls if call.operation == "PutLogs"]) == 1
    assert len(answer["outcomes"]) == 50


def test_manual_answers_gate_by_gate_and_dry_runs(town: Town) -> None:
    """A dry run decides as a real run and calls nothing; the real one then reruns."""
    hung_cluster(town, 1)
    body = {"jobs": [failure()], "dry_run": True}
    dry = town.invoke("manual", body)
    assert [one["verdict"] for one in dry["outcomes"]] == ["would_rerun"]
    assert dry["outcomes"][0]["dry_run"] == "true"
    assert town.rerun_calls() == []
    real = town.invoke("manual", {**body, "dry_run": False})
    assert [one["verdict"] for one in real["outcomes"]] == ["rerun"]
    names = [gate["name"] for gate in real["outcomes"][0]["gates"]]
    assert names == [gate["name"] for gate in dry["outcomes"][0]["gates"]]
    assert {"observed", "eligible", "in_hand", "rule_allows", "attempts_left", "breaker_closed"} <= set(names)
    assert [row["dry_run"] for row in town.outcomes()] == ["true", "false"]


def test_manual_takes_any_body_of_the_other_doors(town: Town) -> None:
    """A Log Service trigger's body and a CloudEvent, bare or wrapped."""
    hung_cluster(town, 1, 2)
    town.put("failures", {"content": json.dumps(failure(1))})
    answer = town.invoke("manual", town.trigger_event())
    assert [one["verdict"] for one in answer["outcomes"]] == ["rerun"]
    answer = town.invoke("manual", {"event": event(failure(2)), "dry_run": True})
    assert [one["verdict"] for one in answer["outcomes"]] == ["would_rerun"]


def schedulerx(town: Town, **config: Any) -> Any:
    """A SchedulerX job."""
    group = town.cloud[Schedulerx].group("ns", "demo.defaultGroup")
    return group.job(92583, JobConfig(name="nightly", **config))


def sx_failure(**more: Any) -> dict[str, Any]:
    """`job-failure/1` of a SchedulerX job."""
    told = {"system": "schedulerx", "namespace": "ns", "group_id": "demo.defaultGroup", "job_id": 92583}
    return {**told, "occurred_at": int(time.time()) - 5, **more}


def test_schedulerx_reruns_exactly_the_failed_day(town: Town) -> None:
    """One RerunJob for the one day of the failed instance's data time, by instance id."""
    failed = schedulerx(town).instance("2026-01-01 10:00:00", fails(30), scheduled_at=time.time() - HOUR)
    answer = town.invoke("event_trigger", event(sx_failure(job_instance_id=failed.instance_id)))
    assert [(one["verdict"], one["state"]) for one in answer["outcomes"]] == [("rerun", "FAILED")]
    (call,) = town.rerun_calls()
    assert (call["StartDate"], call["EndDate"], call["DataTime"]) == ("1767196800000", "1767283199000", "10:00:00")
    assert [made.data_time for made in town.cloud[Schedulerx].reruns] == ["2026-01-01 10:00:00"]
    told = answer["outcomes"][0]
    assert (told["job_instance_id"], told["data_time"]) == (str(failed.instance_id), "2026-01-01 10:00:00")
    again = town.invoke("event_trigger", event(sx_failure(data_time="2026-01-01 10:00:00"), "2"))
    assert [one["verdict"] for one in again["outcomes"]] == ["duplicate"]
    assert len(town.cloud[Schedulerx].reruns) == 1


def test_schedulerx_beside_a_live_instance_is_ineligible(town: Town) -> None:
    """RerunJob would start a second instance beside the live one."""
    job = schedulerx(town)
    failed = job.instance("2026-01-01 10:00:00", fails(30), scheduled_at=time.time() - HOUR)
    job.instance("2026-01-02 10:00:00", keeps_running(), scheduled_at=time.time() - 60)
    answer = town.invoke("event_trigger", event(sx_failure(job_instance_id=failed.instance_id)))
    assert [(one["verdict"], one["reason"]) for one in answer["outcomes"]] == [("ineligible", "live_instance")]
    assert town.rerun_calls() == []


def test_schedulerx_that_succeeded_or_is_unknown_is_ineligible(town: Town) -> None:
    """Nothing is rerun for an instance that succeeded, nor for one that is not there."""
    job = schedulerx(town)
    well = job.instance("2026-01-01 10:00:00", succeeds(30), scheduled_at=time.time() - HOUR)
    body = [event(sx_failure(job_instance_id=well.instance_id)), event(sx_failure(job_instance_id=5), "2")]
    answer = town.invoke("event_trigger", body)
    assert sorted((one["verdict"], one["state"]) for one in answer["outcomes"]) == [
        ("ineligible", "NOT_FOUND"),
        ("ineligible", "SUCCEEDED"),
    ]


RERUN, LIST = "RerunJobs", "ListJobsWithFilters"
LOST, LATER = ("unknown", "answer_lost"), ("deferred", "retryable_refusal")


def refusal(action: str, status: int, code: str) -> Fault:
    """An error answer in the place of the effect."""
    return Fault(action, FaultKind.ERROR_BEFORE_EFFECT, status=status, code=code)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(RERUN, FaultKind.CLOSE_AFTER_EFFECT), LOST),
        (Fault(RERUN, FaultKind.CLOSE_BEFORE_EFFECT), LOST),
        (Fault(RERUN, FaultKind.HTML_AFTER_EFFECT), LOST),
        (Fault(RERUN, FaultKind.EMPTY_BEFORE_EFFECT), LOST),
        (Fault(RERUN, FaultKind.THROTTLED), ("deferred", "throttled")),
        (refusal(RERUN, 403, "ConflictOpt"), LATER),
        (refusal(RERUN, 407, "NotAuthorized"), ("refused", "api_refused")),
        (refusal(RERUN, 503, "ServiceUnavailable"), LOST),
        (Fault(LIST, FaultKind.THROTTLED), ("deferred", "look_failed")),
        (refusal(LIST, 404, "ClusterNotFound"), ("refused", "look_refused")),
    ],
)
def test_what_the_service_answers_decides_the_verdict(town: Town, fault: Fault, expected: tuple[str, str]) -> None:
    """Done, certainly not done, or unknown: each with its verdict, one call, no repetition in the invocation."""
    hung_cluster(town, 1)
    town.cloud.faults.add(fault)
    answer = town.invoke("event_trigger", event(failure()))
    assert [(one["verdict"], one["reason"]) for one in answer["outcomes"]] == [expected]
    assert len(town.rerun_calls()) == (fault.action == "RerunJobs")


@pytest.mark.parametrize("kind", [FaultKind.CLOSE_AFTER_EFFECT, FaultKind.CLOSE_BEFORE_EFFECT])
def test_a_lost_answer_is_settled_by_looking(town: Town, kind: FaultKind) -> None:
    """With and without effect, the job ends up restarted exactly once."""
    hung_cluster(town, 1)
    town.cloud.faults.add(Fault("RerunJobs", kind))
    town.invoke("event_trigger", event(failure()))
    deadline = time.time() + 20
    while time.time() < deadline and town.outcomes()[-1]["verdict"] != "rerun":
        time.sleep(0.05)
        town.invoke("sweep", {"triggerTime": "2026-01-01T00:00:00Z", "triggerName": "t", "payload": ""})
    told = [(row["verdict"], row["reason"]) for row in town.outcomes()]
    assert told[0] == ("unknown", "answer_lost")
    assert told[-1] == ("rerun", "observed_restart" if kind is FaultKind.CLOSE_AFTER_EFFECT else "accepted")
    assert len(town.cloud[Ehpc].kills) == 1


def test_outcomes_wait_for_their_logstore(town: Town) -> None:
    """PutLogs refused: the delivery succeeds, and the sweep writes the outcome later."""
    hung_cluster(town, 1)
    town.logs.faults.add(Fault("PutLogs", FaultKind.ERROR_BEFORE_EFFECT, status=403, code="WriteQuotaExceed", times=2))
    answer = town.invoke("event_trigger", event(failure()))
    assert answer["counts"]["rerun"] == 1
    assert town.outcomes() == []


def test_a_python310_context_brings_its_own_credentials(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 3.10 the context's keys are used, afresh, whatever the environment says."""
    hung_cluster(town, 1)
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "stale")
    town.context_kind = "3.10"
    assert town.invoke("event_trigger", event(failure()))["counts"]["rerun"] == 1


def test_bad_settings_are_one_error_without_values(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """`initialize` and `handler` name every bad setting and show none."""
    import functions.manual.index as manual

    monkeypatch.setenv("SECONDWIND_EHPC_ENDPOINT", "http://user:sesame@host/path")
    monkeypatch.setenv("SECONDWIND_MODE", "sesame")
    monkeypatch.delenv("SECONDWIND_OUTCOME_PROJECT")
    for call in (lambda: manual.initialize(town.context()), lambda: manual.handler(b"{}", town.context())):
        with pytest.raises(SettingsError) as caught:
            call()
        text = str(caught.value)
        named = ("SECONDWIND_EHPC_ENDPOINT", "SECONDWIND_MODE", "SECONDWIND_OUTCOME_PROJECT")
        assert all(name in text for name in named)
        assert "sesame" not in text


@pytest.mark.parametrize(("mode", "verdict"), [("observe", "would_rerun"), ("off", "suppressed")])
def test_the_mode_may_only_tighten(town: Town, monkeypatch: pytest.MonkeyPatch, mode: str, verdict: str) -> None:
    """`observe` and `off` by the environment: outcomes are written, nothing is called."""
    hung_cluster(town, 1)
    monkeypatch.setenv("SECONDWIND_MODE", mode)
    answer = town.invoke("event_trigger", event(failure()))
    assert [one["verdict"] for one in answer["outcomes"]] == [verdict]
    assert town.rerun_calls() == []
    assert [row["verdict"] for row in town.outcomes()] == [verdict]


def test_a_fixed_endpoint_serves_one_region(town: Town) -> None:
    """Told for two regions that the policy allows, the one job behind the endpoint is killed once."""
    hung_cluster(town, 1)
    told = [event(failure()), event(failure(region="cn-shanghai"), "2"), event(failure(region="cn-evil"), "3")]
    answer = town.invoke("event_trigger", told)
    assert (answer["counts"]["invalid"], answer["counts"]["rerun"]) == (2, 1)
    assert len(town.rerun_calls()) == 1
    shanghai = next(row for row in town.outcomes() if "cn-shanghai" in row["message"])
    assert "$[1].data.region: is 'cn-shanghai', and SECONDWIND_EHPC_ENDPOINT serves" in shanghai["message"]
