"""`job-failure/1`: one record → a Failure or every fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Intake, Trigger, Unreadable
from shared.domain.keys import job_key
from shared.intake import Context, read_events
from shared.intake.announcement import MAX_KEY_BYTES, read_announcement
from shared.intake.body import Bad
from shared.intake.context import Envelope
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group


def test_a_whole_ehpc_record_is_typed(failure: Callable[[Any], Failure], ehpc: dict[str, Any]) -> None:
    """Every field of the schema arrives, typed; an unknown one is evidence; the region is the function's."""
    told = ehpc | {
        "occurred_at": "2026-01-05T18:15:30+08:00",
        "started_at": "1767600000",
        "restart_count": "2",
        "exit_code": 137,
        "reason": "hung",
        "node": "compute2",
        "job_name": "cfd",
        "queue": "workq",
        "owner": "user1",
        "site": {"rack": [1, True]},
        "partition": 5,
    }
    got = failure(told)
    assert got.scope == Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-demo1")
    assert (got.job_id, got.occurred_at, got.started_at, got.restart_count) == (
        "1.scheduler",
        1767608130.0,
        1767600000.0,
        2,
    )
    assert (got.exit_code, got.message, got.reason, got.node) == ("137", "node lost", "hung", "compute2")
    assert (got.job_name, got.queue, got.owner) == ("cfd", "workq", "user1")
    assert got.extra == {"site": '{"rack":[1,true]}', "partition": "5"}
    assert got.trigger is Trigger.EVENT


def test_a_whole_schedulerx_record_is_typed(failure: Callable[[Any], Failure], schedulerx: dict[str, Any]) -> None:
    """Ids may be numbers or digits; the further region of the policy is allowed."""
    got = failure(
        schedulerx
        | {
            "job_id": "092583",
            "job_instance_id": "11",
            "region": "cn-beijing",
            "namespace_source": "schedulerx",
        }
    )
    assert got.scope == Group(
        region="cn-beijing",
        namespace="demo-namespace",
        group_id="demo.defaultGroup",
        namespace_source="schedulerx",
    )
    assert (got.job_id, got.job_instance_id, got.data_time) == ("92583", 11, "2026-01-05 02:00:00")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"cluster_id": None, "job_id": "", "message": []}, ["cluster_id", "job_id", "message"]),
        ({"system": "slurm", "job_id": None}, ["system", "job_id"]),
        ({"system": None}, ["system"]),
        ({"schema": "job-failure/2"}, ["schema"]),
        ({"system": ["ehpc"]}, ["system"]),
        ({"cluster_id": 7}, ["cluster_id"]),
        ({"cluster_id": "a/b"}, ["cluster_id"]),
        ({"restart_count": True}, ["restart_count"]),
        ({"restart_count": -1}, ["restart_count"]),
        ({"restart_count": 1.0}, ["restart_count"]),
        ({"exit_code": True, "node": ["a"]}, ["exit_code", "node"]),
        ({"exit_code": 1.5}, ["exit_code"]),
        ({"has_ended": "yes"}, ["has_ended"]),
        ({"exit_code": "x" * 65}, ["exit_code"]),
        ({"occurred_at": "2026-01-05T10:15:30", "started_at": 0}, ["occurred_at", "started_at"]),
        ({"occurred_at": 0}, ["occurred_at"]),
    ],
)
def test_every_fault_is_told_with_its_path(
    faults: Callable[[Any], dict[str, str]], ehpc: dict[str, Any], changes: dict[str, Any], paths: list[str]
) -> None:
    """All that is wrong is listed, not only the first, and nothing else."""
    assert sorted(faults(ehpc | changes)) == sorted(f"$.{path}" for path in paths)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"data_time": None}, ["job_instance_id", "data_time"]),
        ({"job_id": 0}, ["job_id"]),
        ({"job_id": 2**63}, ["job_id"]),
        ({"job_id": "1.scheduler"}, ["job_id"]),
        ({"job_id": True}, ["job_id"]),
        ({"job_instance_id": -3}, ["job_instance_id"]),
        ({"data_time": "2026-13-01 00:00:00"}, ["data_time"]),
        ({"namespace": None, "group_id": " g"}, ["namespace", "group_id"]),
        ({"namespace": "a\nb"}, ["namespace"]),
        ({"group_id": "g" * 129}, ["group_id"]),
    ],
)
def test_schedulerx_has_its_own_needs(
    faults: Callable[[Any], dict[str, str]],
    schedulerx: dict[str, Any],
    changes: dict[str, Any],
    paths: list[str],
) -> None:
    """Instance or data time is needed, and both are named if neither is there."""
    assert sorted(faults(schedulerx | changes)) == sorted(f"$.{path}" for path in paths)


@pytest.mark.parametrize(
    "job_id",
    ["1", 12, "1.scheduler", "12[].s", "12[3].scheduler", "12[1-9:2]", "12[1-9]", "12_3", "0.manager"],
)
def test_ehpc_job_ids_that_schedulers_write(
    failure: Callable[[Any], Failure], ehpc: dict[str, Any], job_id: Any
) -> None:
    """The grammar of PBS and Slurm ids is accepted as told."""
    assert failure(ehpc | {"job_id": job_id}).job_id == str(job_id)


@pytest.mark.parametrize(
    "job_id",
    ["abc", "-1", -1, "1.", "1..s", "1 ", "1[", "1[a]", "1;rm", "1\n", "1." + "s" * 127, 1.5, True, [1], "\u0661"],
)
def test_ehpc_job_ids_that_nobody_writes(
    faults: Callable[[Any], dict[str, str]], ehpc: dict[str, Any], job_id: Any
) -> None:
    """Anything else is a fault: the id goes into a call."""
    assert list(faults(ehpc | {"job_id": job_id})) == ["$.job_id"]


@pytest.mark.parametrize(
    "region",
    [
        "us-west-1",
        "evil.example.com",
        "cn-hangzhou.evil.com#",
        "CN-HANGZHOU",
        "cn-hangzhou\n",
        "cn",
        "a" * 9999,
        7,
        ["x"],
    ],
)
def test_a_region_outside_the_policy_is_refused_and_hardly_echoed(
    read: Callable[[Any], Intake], ehpc: dict[str, Any], region: Any
) -> None:
    """Credentials go only where function or policy say; the fault repeats a few characters at most."""
    (bad,) = read(ehpc | {"region": region}).unreadable
    assert [fault.path for fault in bad.faults] == ["$.region"]
    assert len(bad.faults[0].problem) < 110
    assert ("wanted a region id" in bad.faults[0].problem) == (region != "us-west-1")
    assert "region" not in bad.hints
    assert bad.hints["job_id"] == "1.scheduler"


@pytest.mark.parametrize("name", ["ehpc", "schedulerx"])
def test_a_system_behind_a_fixed_endpoint_is_told_for_the_own_region_alone(
    name: str, context: Context, ehpc: dict[str, Any], schedulerx: dict[str, Any]
) -> None:
    """Whichever system it is; one whose endpoint nobody has set is taken in for each of the policy's regions."""
    record = {"ehpc": ehpc, "schedulerx": schedulerx}[name]
    fixed = replace(context, fixed={name: "SECONDWIND_SOME_ENDPOINT"})
    elsewhere, at_home = ({**record, "region": region} for region in ("cn-beijing", "cn-hangzhou"))
    intake = read_events(json.dumps([elsewhere, at_home, record]).encode(), fixed)
    assert len(intake.failures) == 2
    assert [str(fault) for bad in intake.unreadable for fault in bad.faults] == [
        "$[0].region: is 'cn-beijing', and SECONDWIND_SOME_ENDPOINT serves the function's own region alone"
    ]
    others = replace(context, fixed={"another": "SECONDWIND_SOME_ENDPOINT"})
    assert len(read_events(json.dumps(elsewhere).encode(), others).failures) == 1


def test_long_evidence_is_cut_between_characters(failure: Callable[[Any], Failure], ehpc: dict[str, Any]) -> None:
    """Message and evidence keep their bounds in bytes of UTF-8, and unknown fields theirs in number and name."""
    unknown = {f"x{n}" + "y" * 99: "é" * 2000 for n in range(40)}
    got = failure(ehpc | {"message": "a" + "€" * 20_000, "queue": "q" * 5000} | unknown)
    assert 32 * 1024 - 3 <= len(got.message.encode()) <= 32 * 1024
    assert set(got.message[1:]) == {"€"}
    assert len(got.queue) == 1024
    assert len(got.extra) == 32
    assert {len(name) for name in got.extra} == {64}
    assert {len(value.encode()) for value in got.extra.values()} == {1024}


def test_half_a_surrogate_pair_is_replaced(context: Context) -> None:
    """A message that a Java program cut in an emoji is kept and can be written to a Logstore."""
    body = b'{"system":"ehpc","cluster_id":"c","job_id":"1","message":"a\\ud83d","\\udc00":"\\ud800"}'
    (got,) = read_events(body, context).failures
    assert (got.message, got.extra) == ("a\ufffd", {"\ufffd": "\ufffd"})


def test_raw_is_bounded_and_printable(read: Callable[[Any], Intake], ehpc: dict[str, Any]) -> None:
    """What cannot be read is shown in at most 4 KiB without control characters."""
    (bad,) = read(ehpc | {"job_id": "x", "message": "\x1b[31m\u202e\ud800" * 5000}).unreadable
    assert isinstance(bad, Unreadable)
    assert 3000 < len(bad.raw.encode()) <= 4096
    assert bad.raw.isprintable()


def test_whose_names_are_too_long_for_a_ledgers_key_is_invalid(
    faults: Callable[[Any], dict[str, str]], schedulerx: dict[str, Any], failure: Callable[[Any], Failure]
) -> None:
    """A key of 1 KB fits into every ledger; in it each of these signs takes twelve bytes."""
    assert failure(schedulerx | {"namespace": "n" * 128, "group_id": "\u7ec4" * 50}).job_id == "92583"
    assert set(faults(schedulerx | {"namespace": "\U0001f600" * 64})) == {"$"}
    short = failure(schedulerx | {"namespace": "n", "group_id": "\u7ec4" * 70})
    longest = "n" * (1 + MAX_KEY_BYTES - len(job_key(short.scope, short.job_id)))
    told = failure(schedulerx | {"namespace": longest, "group_id": "\u7ec4" * 70})
    assert len(job_key(told.scope, told.job_id)) == MAX_KEY_BYTES
    assert set(faults(schedulerx | {"namespace": f"{longest}n", "group_id": "\u7ec4" * 70})) == {"$"}


def test_what_stands_for_a_field_that_nobody_could_read_is_a_fault_of_that_field(
    context: Context, ehpc: dict[str, Any]
) -> None:
    """Whether the door has found it or not: an optional field is never passed over as if it were not there."""
    told = Envelope(path="$", trigger=Trigger.EVENT, event_id="e", original=None)
    for name in ("job_id", "message"):
        read = read_announcement({**ehpc, name: Bad("is no text", "x")}, told, context)
        assert isinstance(read, Unreadable)
        assert [(fault.path, fault.problem) for fault in read.faults] == [(f"$.{name}", "is no text")]
