"""The Log Service door, from the range that the platform sends to the rows in the outcome Logstore, over real wires."""

from __future__ import annotations

import json

import pytest

from localcloud.ehpc.service import Ehpc
from shared.domain.errors import DeliveryError
from tests.e2e.conftest import Town, failure, hung_cluster


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
