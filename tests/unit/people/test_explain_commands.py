"""`explain` over a real ledger file: what it answers from, and what nobody knows."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from shared import people
from shared.ledger.sqlite import SqliteLedger
from shared.systems.schedulerx.scope import Group
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import failure, put
from tests.unit.people.ledger_file import holding, run


def test_explain_answers_from_the_ledger_alone_and_says_so(
    book: SqliteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a Logstore in the environment: which settings are missing, and all that the ledger knows."""
    put(book, holding(1))  # type: ignore[arg-type]  # a Case
    status, out, _ = run(capsys, "explain", "--job", f"{CLUSTER.key}/1.scheduler")
    assert status == 0
    assert "SECONDWIND_OUTCOME_PROJECT" in out
    assert "held/rule_holds" in out
    assert "needs_no_person" in out
    assert "secondwind approve" in out
    assert "event-1" in out
    body = json.loads(run(capsys, "explain", "--job", f"{CLUSTER.key}/1", "--json")[1])
    assert body["failures"][0]["answered_by"]["gates"] == ["needs_no_person"]
    assert body["failures"][0]["ledger"]["state"] == "held"


def test_a_schedulerx_job_is_named_as_its_key(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """A group whose name has a slash: the job as `held` prints it is what `explain` takes."""
    group = Group(region="cn-hangzhou", namespace="n s", group_id="g/1")
    told = replace(failure(1, group), job_id="42", job_instance_id=7, data_time="2026-01-01 10:00:00")
    put(book, holding(1, failure=told))  # type: ignore[arg-type]  # a Case
    body = json.loads(run(capsys, "held", "--json")[1])
    job = body["held"][0]["job"]
    assert job == "schedulerx/cn-hangzhou/n%20s/g%2F1/42"
    status, out, _ = run(capsys, "explain", "--job", job)
    assert (status, "held/rule_holds" in out) == (0, True)


def test_explain_of_what_nobody_knows(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing known is status 1 and no guess; neither source to be asked is status 3."""
    assert people.breakers(book) == []
    assert run(capsys, "explain", "--job", f"{CLUSTER.key}/1.scheduler")[0] == 1
    assert run(capsys, "explain", "--failure", "abcdef")[0] == 1
    gone = ("--ledger", "sqlite:///nowhere/at/all.db")
    status, _, err = run(capsys, "explain", "--job", f"{CLUSTER.key}/1.scheduler", *gone)
    assert (status, "Logstore" in err and "ledger" in err) == (3, True)
    assert run(capsys, "explain", "--failure", "abcdef", *gone)[0] == 3
