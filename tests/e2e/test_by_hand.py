"""What people do by hand, from the command line to the job systems' own count, over real wires."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aliyun.log import IndexConfig, IndexLineConfig

from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.sls.models import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.wire.signing import Credential
from secondwind.cli import main
from secondwind.local_region import OUTCOMES, PROJECT
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable
from tests.e2e.conftest import Town

POLICY = """
version: 1
timing: {settle_s: 4, observation_max_age_s: 30}
cooldown: {base_s: 0, factor: 1, max_s: 0}
breaker: {max_jobs: 3, window_s: 60}
rules:
  - {name: ask, match: {message: 'ask me'}, action: hold}
  - {name: the-rest, match: {}, action: rerun}
"""
STORM, CALM = "ehpc/cn-hangzhou/ehpc-hz-1", "ehpc/cn-hangzhou/ehpc-hz-2"
Command = Callable[..., str]


def failure(cluster: str, number: int, message: str = "no output") -> dict[str, Any]:
    """`job-failure/1` of a hung job."""
    told = {"system": "ehpc", "cluster_id": cluster.rpartition("/")[2], "job_id": f"{number}.scheduler"}
    return {**told, "region": "cn-hangzhou", "occurred_at": int(time.time()) - 5, "message": message}


@pytest.fixture
def place(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town, with a policy that holds and breaks, and two clusters of jobs that have hung for an hour."""
    policy = tmp_path / "by-hand.yaml"
    policy.write_text(POLICY)
    monkeypatch.setenv("SECONDWIND_POLICY_FILE", str(policy))
    town.client().create_index("secondwind", "outcomes", IndexConfig(line_config=IndexLineConfig(token_list=[" "])))
    for name in (STORM, CALM):
        cluster = town.cloud[Ehpc].cluster(name.rpartition("/")[2])
        for number in range(1, 8):
            spec = JobSpec(runs=(hangs(), finishes(600)))
            cluster.submit(f"{number}.scheduler", spec, at=time.time() - 3600)
    return town


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command that must succeed; its standard output."""

    def run(*arguments: str, status: int = 0) -> str:
        ended = main(arguments)
        said = capsys.readouterr()
        assert ended == status, said.err
        return said.out

    return run


def kills(place: Town) -> list[str]:
    """What RerunJobs really did."""
    return sorted(f"{kill.cluster_id}/{kill.job_id}" for kill in place.cloud[Ehpc].kills)


def test_a_night_by_hand(place: Town, command: Command) -> None:
    """A storm's breaker is closed and its backlog healed, each job once; a hold is approved; off is off.

    And `explain` tells each of these stories.
    """
    storm = place.invoke("event_trigger", [failure(STORM, number) for number in range(1, 7)])
    assert (storm["counts"]["rerun"], storm["counts"]["suppressed"]) == (3, 3)
    listed = next(line for line in command("breaker", "list").splitlines() if STORM in line)
    assert " open " in listed
    assert "  3  " in listed
    stopped = next(one for one in storm["outcomes"] if one["reason"] == "breaker_open")["job_id"]
    why = command("explain", "--job", f"{STORM}/{stopped}")
    assert all(word in why for word in ("suppressed/breaker_open", "gate breaker_closed", "secondwind breaker close"))

    closed = command("breaker", "close", STORM, "--backlog", "resume", "--by", "ann")
    assert closed.startswith("3 failures waited")
    place.invoke("sweep", {"triggerTime": "2026-01-05T02:30:00Z", "triggerName": "sweep"})
    place.invoke("sweep", {"triggerTime": "2026-01-05T02:31:00Z", "triggerName": "sweep"})
    assert kills(place) == [f"ehpc-hz-1/{number}.scheduler" for number in range(1, 7)]
    story = json.loads(command("explain", "--job", f"{STORM}/{stopped}", "--json"))
    (told,) = story["failures"]
    assert [one["reason"] for one in told["outcomes"]][:3] == ["breaker_open", "breaker_closed", "accepted"]
    assert "ann" in told["outcomes"][1]["message"]
    assert (story["breaker"]["breaker"], len(story["attempts"])) == ("closed", 1)

    held = place.invoke("event_trigger", failure(CALM, 1, "ask me"))["outcomes"][0]
    assert held["failure_id"][:12] in command("held")
    command("approve", held["failure_id"][:12], "--by", "ann")
    place.invoke("sweep", {"triggerTime": "2026-01-05T02:32:00Z", "triggerName": "sweep"})
    assert "ehpc-hz-2/1.scheduler" in kills(place)
    assert "approved by ann" in command("explain", "--failure", held["failure_id"])

    command("mode", "set", "off", "--why", "maintenance", "--by", "bob")
    off = place.invoke("event_trigger", failure(CALM, 2))
    assert off["outcomes"][0]["reason"] == "kill_switch"
    why = command("explain", "--job", f"{CALM}/2.scheduler")
    assert all(word in why for word in ("gate switched_on", "everything off (by bob)"))
    command("mode", "clear")
    assert len(kills(place)) == 7


def test_explain_asks_the_live_job_and_changes_nothing(place: Town, command: Command) -> None:
    """`--live` walks every gate again as a dry run: what would be decided now, and no call."""
    command_line = ("explain", "--job", f"{CALM}/3.scheduler", "--live")
    place.invoke("sweep", {})
    command("mode", "set", "off", "--why", "w")
    place.invoke("event_trigger", failure(CALM, 3))
    command("mode", "clear")
    told, _, live = command(*command_line).partition("live, a dry run: ")
    assert "suppressed/kill_switch" in told
    assert live.startswith("would_rerun/dry_run")
    assert all(gate in live for gate in ("rerunnable", "attempts_left", "breaker_closed"))
    place.invoke("event_trigger", failure(CALM, 4, "ask me"))
    of_held = command("explain", "--job", f"{CALM}/4.scheduler", "--live").partition("live, a dry run")[2]
    assert "rerunnable" in of_held, "not answered as a redelivery at the first gates"
    assert "in_hand" in of_held
    assert kills(place) == []
    assert "dry run" not in command("explain", "--job", f"{CALM}/3.scheduler"), "a question leaves no outcome"


def test_either_source_answers_without_the_other(
    place: Town, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the Logstore the ledger tells, without a ledger the Logstore does; either time that is said."""
    held = place.invoke("event_trigger", failure(CALM, 4, "ask me"))["outcomes"][0]
    job = ("explain", "--job", f"{CALM}/4.scheduler")
    nowhere = ("--ledger", "sqlite:///nowhere/at/all.db")
    from_log = command(*job, *nowhere)
    assert "held/rule_holds" in from_log
    assert "ledger: not asked" in from_log
    assert held["failure_id"] in command("explain", "--failure", held["failure_id"][:10], *nowhere)
    monkeypatch.setenv("SECONDWIND_SLS_ENDPOINT", "http://127.0.0.1:1")
    from_ledger = command(*job)
    assert "held/rule_holds" in from_ledger
    assert "Logstore: not asked" in from_ledger
    command(*job, *nowhere, status=3)


def test_only_the_jobs_own_outcomes_are_read(place: Town, command: Command) -> None:
    """Of a Logstore full of neighbours, with an id that breaks a query among them, one job's rows come back."""
    for number in (1, 2):
        place.invoke("event_trigger", failure(CALM, number, "ask me"))
    place.put("outcomes", {"schema": "secondwind-outcome/1", "outcome_id": "x", "job_id": '1.scheduler" or "'})
    for job_id in ("1.scheduler", "1"):
        body = json.loads(command("explain", "--job", f"{CALM}/{job_id}", "--json"))
        assert [row["job_id"] for told in body["failures"] for row in told["outcomes"]] == ["1.scheduler"]
    evil = f"{CALM}/1.scheduler%22%20or%20%22"
    assert json.loads(command("explain", "--job", evil, "--json", status=1))["failures"] == []


def test_outcomes_are_read_by_field_and_with_a_roles_token() -> None:
    """A query brings back only rows with exactly these values; a short-lived key's token is sent and signed."""
    now = int(time.time())
    cloud = LocalCloud(credentials=(Credential("role", "role-secret", "token"),))
    logs = cloud[LogService]
    logs.create_logstore(PROJECT, OUTCOMES, shards=1)
    rows = [{"schema": "secondwind-outcome/1", "outcome_id": f"o{n}", "job_id": f"{n % 3}.s"} for n in range(9)]
    logs.append(PROJECT, OUTCOMES, LogGroup(tuple(log(now, row) for row in rows)))
    with cloud:
        reader = OutcomeLog(
            endpoint=cloud.endpoint,
            project=PROJECT,
            logstore=OUTCOMES,
            access_key_id="role",
            access_key_secret="role-secret",
            security_token="token",
        )
        found = reader.read(now - 60, now + 60, {"job_id": "1.s"})
        assert [row["outcome_id"] for row in found] == ["o1", "o4", "o7"]
        assert reader.read(now - 60, now + 60, {"job_id": '1.s" or *'}) == []
        with pytest.raises(OutcomesUnavailable):
            replace(reader, security_token="").read(now - 60, now + 60)
