"""A trigger's range that is long, floods, or cannot be read to its end."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

import shared.ranges
from localcloud.fc.models import InvocationResult
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from localcloud.wire.faults import Fault, FaultKind
from shared.documents import decode_progress
from shared.domain.errors import GroupGarbled, RangeUnfinished, SourceUnavailable
from shared.sls import _client, source
from tests.e2e.conftest import PROJECT, SOURCE, Town, failure, hung_cluster


def written(town: Town, *numbers: int) -> None:
    """One log group each: a page each, when a page is one log group."""
    for number in numbers:
        town.put("failures", {"content": json.dumps(failure(number))})


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "PULL_GROUPS", 1)


def pulls(town: Town) -> int:
    """How many PullLogs came so far."""
    return int(town.logs.count("PullLogs"))


def test_what_was_read_before_an_error_is_healed_and_not_read_again(town: Town) -> None:
    """Three pages are healed, then the delivery fails; the next one asks from the fourth page on."""
    hung_cluster(town, 1, 2, 3, 4, 5)
    written(town, 1, 2, 3, 4, 5)
    body = town.trigger_event()
    broken = Fault("PullLogs", FaultKind.ERROR_BEFORE_EFFECT, status=403, code="ReadQuotaExceed", skip=3, times=2)
    town.logs.faults.add(broken)
    with pytest.raises(SourceUnavailable, match="ReadQuotaExceed"):
        town.invoke("log_trigger", body)
    assert [row["verdict"] for row in town.outcomes()] == ["rerun"] * 3
    before = pulls(town)
    answer = town.invoke("log_trigger", body)
    assert (answer["counts"]["rerun"], answer["counts"]["duplicate"], pulls(town) - before) == (2, 0, 2)
    assert len({row["event_id"] for row in town.outcomes()}) == 5, "places in the range, not in the delivery"


def test_a_cursor_that_is_refused_amid_a_range_costs_nothing_read_before(town: Town) -> None:
    """The service takes its own next cursor back: two pages are healed. Refused for good, the rest is invalid."""
    hung_cluster(town, 1, 2, 3)
    written(town, 1, 2, 3)
    body = town.trigger_event()
    taken_back = Fault("PullLogs", FaultKind.ERROR_BEFORE_EFFECT, status=400, code="InvalidCursor", skip=2, times=2)
    town.logs.faults.add(taken_back)
    with pytest.raises(SourceUnavailable, match="InvalidCursor"):
        town.invoke("log_trigger", body)
    assert [row["verdict"] for row in town.logs.rows("secondwind", "outcomes")] == ["rerun"] * 2
    assert town.invoke("log_trigger", body)["counts"]["invalid"] == 1, "the shard goes on"
    assert sum(town.invoke("log_trigger", body)["counts"].values()) == 1, "and where it can be read again, is read"


def test_a_shard_advances_however_little_time_there_is(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Foreign logs for longer than a delivery has: each gets a page further, and the failure behind them is healed."""
    monkeypatch.setattr(shared.ranges, "ROOM_S", 10_000.0)
    hung_cluster(town, 1)
    for _ in range(3):
        town.put("failures", {"content": "nothing of ours"})
    written(town, 1)
    body = town.trigger_event()
    for _ in range(3):
        with pytest.raises(RangeUnfinished):
            town.invoke("log_trigger", body)
    assert town.invoke("log_trigger", body)["counts"]["rerun"] == 1
    assert pulls(town) == 4
    assert sum(town.invoke("log_trigger", body)["counts"].values()) == 0, "a range that is done is done"
    assert pulls(town) == 4


@pytest.mark.parametrize(("bound", "most"), [("SLICE_RECORDS", 2), ("SLICE_BYTES", 200)])
def test_a_page_that_is_too_large_is_handled_in_slices(
    town: Town, monkeypatch: pytest.MonkeyPatch, bound: str, most: int
) -> None:
    """With no time left after a slice the next delivery reads the page again and leaves out what was handled."""
    monkeypatch.setattr(shared.ranges, bound, most)
    hung_cluster(town, 1, 2, 3, 4, 5)
    town.put("failures", {"x": "y"}, *({"content": json.dumps(failure(number))} for number in (1, 2, 3, 4, 5)))
    body = town.trigger_event()
    with monkeypatch.context() as short:
        short.setattr(shared.ranges, "ROOM_S", 10_000.0)
        with pytest.raises(RangeUnfinished):
            town.invoke("log_trigger", body)
    assert len(town.outcomes()) == 2
    answer = town.invoke("log_trigger", body)
    assert (answer["counts"]["rerun"], answer["counts"]["duplicate"], answer["counts"]["passed_over"]) == (3, 0, 0)
    assert len({row["event_id"] for row in town.outcomes()}) == 5


def test_a_log_group_too_large_to_be_read_does_not_stop_its_shard(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told with the cursor at which it lies; what stands before and behind it is healed, once."""
    monkeypatch.setattr(_client, "MOST_PAGE_BYTES", 10_000)
    hung_cluster(town, 1, 2)
    written(town, 1)
    town.put("failures", {"content": "x" * 20_000})
    written(town, 2)
    body = town.trigger_event()
    counts = town.invoke("log_trigger", body)["counts"]
    assert (counts["rerun"], counts["invalid"]) == (2, 1)
    (told,) = [row["message"] for row in town.outcomes() if row["verdict"] == "invalid"]
    cursor = town.client().pull_logs("secondwind", "failures", 0, body["source"]["beginCursor"], 1).get_next_cursor()
    assert told.startswith("$[1]: is a log group of more than")
    assert told.endswith(f"from cursor {cursor}")
    assert town.invoke("log_trigger", body)["counts"]["rerun"] == 0


def test_garbage_alone_in_its_shard_is_told_and_gone_past(town: Town) -> None:
    """What stands before it is healed at once; the calls that a trigger makes anyway are enough to go on."""
    hung_cluster(town, 1, 2)
    written(town, 1)
    shard = town.logs._shard(PROJECT, SOURCE, 0)
    shard.stored += [replace(shard.stored[0], raw=b"\xff\xff")] * 2

    def function(event: bytes) -> InvocationResult:
        try:
            return InvocationResult(json.dumps(town.invoke("log_trigger", event)).encode(), None, "", "")
        except GroupGarbled as error:
            return InvocationResult(b"", {"errorMessage": str(error)}, "", "")

    config = TriggerConfig(project=PROJECT, logstore=SOURCE, endpoint=town.cloud.endpoint)
    pump = LogTriggerPump(town.logs, function, config)
    first = pump.deliver(0)
    assert first is not None
    assert (len(first.events), first.consumed) == (4, False), "one has gone past the first of them, and met the second"
    verdicts = [row["verdict"] for row in town.outcomes()]
    assert verdicts == ["rerun", "invalid"]
    again = pump.deliver(0)
    assert again is not None
    assert again.consumed
    written(town, 2)
    pump.run_until_idle()
    rows = town.outcomes()
    assert [row["verdict"] for row in rows] == ["rerun", "invalid", "invalid", "rerun"]
    assert all("could not be read in 4 deliveries" in row["message"] for row in rows[1:3])
    assert len({row["outcome_id"] for row in rows}) == 4
    assert "shard 0 from cursor" in rows[1]["message"]


def test_one_slice_leaves_no_document(town: Town) -> None:
    """What most ranges are costs no write."""
    hung_cluster(town, 1)
    written(town, 1)
    body = town.trigger_event()
    assert town.invoke("log_trigger", body)["counts"]["rerun"] == 1
    assert town.invoke("log_trigger", body)["counts"]["duplicate"] == 1


def test_of_a_flood_the_first_hundred_are_told_whole(town: Town) -> None:
    """Then one outcome has the number and the kinds; the failure among them is healed."""
    hung_cluster(town, 1)
    bad = [{"system": "ehpc", "job_id": "1.s"}] * 150 + [{"system": "ehpc", "cluster_id": "c", "job_id": "no"}] * 30
    town.put("failures", *bad, {"content": json.dumps(failure(1))})
    counts = town.invoke("log_trigger", town.trigger_event())["counts"]
    assert (counts["invalid"], counts["rerun"]) == (101, 1)
    (flood,) = [row for row in town.outcomes() if row["verdict"] == "invalid" and "raw" not in row]
    assert flood["message"] == (
        "80 more records could not be understood: 50 x $[].cluster_id: is missing; 30 x $[].job_id: is"
    )


def test_a_malformed_book_is_left_alone_and_the_range_read_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left out because of a document that is none of ours."""
    hung_cluster(town, 1, 2)
    written(town, 1, 2)
    body = town.trigger_event()
    with monkeypatch.context() as short:
        short.setattr(shared.ranges, "ROOM_S", 10_000.0)
        with pytest.raises(RangeUnfinished):
            town.invoke("log_trigger", body)
    monkeypatch.setattr(shared.ranges, "decode_progress", lambda _: decode_progress(b"{}"))
    counts = town.invoke("log_trigger", body)["counts"]
    assert (counts["duplicate"], counts["rerun"]) == (1, 1)


def test_a_flood_about_foreign_clusters_costs_no_look(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """3,000 lines, a cluster each: the job system sees the look and the rerun of the one failure that may be told."""
    policy = Path(os.environ["SECONDWIND_POLICY_FILE"])
    own = "sources: [{log: {project: secondwind, logstore: failures}, clusters: ehpc-hz-1}]\n"
    policy.write_text(policy.read_text() + own)
    monkeypatch.setattr(source, "PULL_GROUPS", 100)
    hung_cluster(town, 1)
    told = [failure(1, cluster_id=f"ehpc-foreign-{number:04}") for number in range(3_000)]
    for start in range(0, len(told), 1_000):
        town.put("failures", *({"content": json.dumps(one)} for one in told[start : start + 1_000]))
    written(town, 1)
    counts = town.invoke("log_trigger", town.trigger_event())["counts"]
    assert (counts["suppressed"], counts["rerun"]) == (3_000, 1)
    assert [call.action for call in town.cloud.openapi.calls] == ["ListJobsWithFilters", "GetJobLog", "RerunJobs"]
