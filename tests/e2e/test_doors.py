"""The doors for events and for people, from the bytes that come to the outcomes, over real wires."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared.domain.errors import SettingsError
from tests.e2e.conftest import Town, event, failure, hung_cluster


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


def test_who_is_looked_at_is_told_of(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the look is waited for a cold start loads what tells; where nobody is looked at it would wait for it."""
    expected: list[int] = []
    monkeypatch.setattr("shared.runtime.expected", lambda: expected.append(len(town.cloud.openapi.calls)))
    town.invoke("event_trigger", event({"system": "ehpc"}))
    town.invoke("sweep", {})
    assert expected == []
    hung_cluster(town, 1)
    town.invoke("event_trigger", event(failure()))
    assert (expected, len(town.rerun_calls())) == ([0], 1)
