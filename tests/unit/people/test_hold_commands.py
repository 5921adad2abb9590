"""The commands for what waits for a person, over a real ledger file: listed, answered, one by one."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from secondwind.terminal import moment
from shared.domain.failure import Speaker, Trigger
from shared.domain.life import Life
from shared.domain.outcome import rfc3339
from shared.domain.reasons import Reason
from shared.domain.record import CaseState
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import failure, failure_id, put, record_at
from tests.unit.people.ledger_file import holding, run

EVIL = "\x1b[2J\x1b[31mgone\u202e\r\nnext line\x07"


def safe(text: str) -> bool:
    """Whether nothing in it can do more than be read, line by line."""
    return all(line.isprintable() for line in text.split("\n"))


def test_holds_are_listed_and_answered(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """The list shows id, job, time left and length of the run; a yes by the shown id is saved; a second one tells."""
    now = SystemClock().now()
    key = put(book, holding(1, held_life=Life.run(int(now) - 7200 - 60)))  # type: ignore[arg-type]  # a Case
    _, out, _ = run(capsys, "held")
    row = next(line for line in out.splitlines() if "1.scheduler" in line)
    assert failure_id(1)[:12] in row
    assert "rule_holds" in row
    assert "60 min" in row
    assert row.endswith("2.0 h")
    status, out, _ = run(capsys, "approve", failure_id(1)[:12], "--by", "ann")
    assert (status, "approved" in out) == (0, True)
    assert record_at(book, key).cases[0].approved_by == "ann"
    status, _, err = run(capsys, "approve", failure_id(1), "--by", "bob")
    assert (status, "approved by ann" in err) == (1, True)
    status, _, err = run(capsys, "reject", failure_id(1), "--by", "bob")
    assert (status, "approved by ann" in err) == (1, True)
    assert run(capsys, "held")[1] == "nothing is held\n"


def test_a_yes_is_to_the_question_that_was_shown(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Ben's yes was first, and the sweep asks for something else by now: that has an id of its own."""
    second = {"approved_by": "ben", "approved_for": (Reason.RULE_HOLDS,), "reason": Reason.TOO_MUCH_TO_LOSE}
    keys = [put(book, holding(number, **second)) for number in (1, 2, 3)]  # type: ignore[arg-type]  # Cases
    short = failure_id(1)[:12]
    for told in (short, f"{short}.1", f"{short}.3", f"{short}.x"):
        status, _, err = run(capsys, "approve", told, "--by", "ann")
        assert (status, "approved by ben and is held once more (too_much_to_lose)" in err) == (1, True)
        assert f"{short}.2" in err
    assert record_at(book, keys[0]).cases[0].state is CaseState.HELD
    assert f"{short}.2 " in run(capsys, "held")[1]
    assert {one["id"] for one in json.loads(run(capsys, "held", "--json")[1])["held"]} == {
        f"{failure_id(number)[:12]}.2" for number in (1, 2, 3)
    }
    assert run(capsys, "approve", f"{short}.2", failure_id(2)[:12], "--by", "ann")[0] == 1
    assert run(capsys, "reject", failure_id(3)[:12], "--by", "ann")[0] == 0
    states = [record_at(book, key).cases[0].state for key in keys]
    assert states == [CaseState.DEFERRED, CaseState.HELD, CaseState.CLOSED]


def test_a_hold_shows_what_a_person_must_know(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Rule, speaker, message and the start of the live run; a start that was told counts for nothing."""
    began = float(int(SystemClock().now()) - 5 * 3600)
    speaker = Speaker(project="hpc", logstore="jobs")
    told = replace(failure(1, message="cuda error 719", started_at=5.0), trigger=Trigger.LOG, speaker=speaker)
    put(book, holding(1, failure=told, held_rule="ask-first", held_since=began))  # type: ignore[arg-type]  # a Case
    put(book, holding(2, failure=failure(2, started_at=5.0)))  # type: ignore[arg-type]  # a Case
    _, out, _ = run(capsys, "held")
    for word in ("rule: ask-first", "told by: log hpc/jobs", f"run began: {moment(began)}", "message: cuda error 719"):
        assert word in out
    assert "no run was seen" in out
    assert "1970" not in out
    one, other = json.loads(run(capsys, "held", "--json")[1])["held"]
    assert (one["rule"], one["told_by"], one["run_began_at"], one["message"]) == (
        "ask-first",
        "log hpc/jobs",
        rfc3339(began),
        "cuda error 719",
    )
    assert (other["run_began_at"], other["run_s"]) == (None, None)


def test_a_rejection_and_unknown_ids(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """A no closes it; ids that mean nothing, too little or several are status 1 and say which."""
    both = holding(2, failure_id="aaaaaa1"), holding(3, failure_id="aaaaaa2")
    key = put(book, holding(1), *both)  # type: ignore[arg-type]  # Cases
    assert run(capsys, "reject", failure_id(1).upper(), "--by", "ann")[0] == 0
    for again in ("reject", "approve"):
        status, _, err = run(capsys, again, failure_id(1), "--by", "bob")
        assert (status, "rejected by ann" in err) == (1, True)
    assert "  rejected by ann" in run(capsys, "explain", "--failure", failure_id(1))[1].splitlines()
    told = json.loads(run(capsys, "explain", "--failure", failure_id(1), "--json")[1])
    assert told["failures"][0]["ledger"]["rejected_by"] == "ann"
    assert record_at(book, key).case(failure_id(1)).state is CaseState.CLOSED  # type: ignore[union-attr]  # it is there
    status, _, err = run(capsys, "approve", "aaaaaa")
    assert (status, "aaaaaa1" in err and "aaaaaa2" in err) == (1, True)
    assert run(capsys, "approve", "aaaaa")[0] == 1
    assert run(capsys, "approve", "bbbbbb")[0] == 1
    assert sum(case.state is CaseState.HELD for case in record_at(book, key).cases) == 2


def test_an_approval_says_what_will_stop_it(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Mode off has it refused, an open breaker is named, so that nobody waits in vain."""
    put(book, holding(1))  # type: ignore[arg-type]  # a Case
    run(capsys, "mode", "set", "off", "--why", "w", "--by", "bob")
    run(capsys, "breaker", "open", CLUSTER.key, "--why", "w")
    status, _, err = run(capsys, "approve", failure_id(1))
    assert (status, "mode off is set by bob" in err) == (1, True)
    run(capsys, "mode", "clear")
    _, out, _ = run(capsys, "approve", failure_id(1))
    assert f"the breaker of {CLUSTER.key} is open" in out


def test_a_strangers_text_can_only_be_read(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes, bells, new lines and turned text in a job's id, message and event id reach no terminal."""
    told = failure(1, message=EVIL, event_id=f"event/{EVIL}", job_name=EVIL)
    evil = holding(1, failure=replace(told, job_id=EVIL))
    put(book, evil, key="pending/abc")  # type: ignore[arg-type]  # a Case
    for arguments in (
        ("held",),
        ("held", "--json"),
        ("explain", "--failure", failure_id(1)),
        ("explain", "--failure", failure_id(1), "--json"),
        ("approve", failure_id(1)),
    ):
        status, out, err = run(capsys, *arguments)
        assert status == 0, (arguments, err)
        assert out
        assert safe(out), arguments
        assert safe(err), arguments


def test_several_are_answered_each_by_itself(book: SqliteLedger, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with one leaves the others alone; the status is that of the worst, and each is told."""
    for number in (1, 2, 3):
        put(book, holding(number), key=f"{CLUSTER.key}/{number}.scheduler")  # type: ignore[arg-type]  # a Case
    ids = [failure_id(number) for number in (1, 2)]
    status, out, _ = run(capsys, "approve", ids[0][:12], "ffffff", ids[1], ids[0][:12], "--by", "ann")
    assert status == 1
    assert out.count("is approved") == 2
    assert "ffffff: " in out
    states = [record_at(book, f"{CLUSTER.key}/{number}.scheduler").cases[0].approved_by for number in (1, 2, 3)]
    assert states == ["ann", "ann", ""]
    status, out, _ = run(capsys, "reject", failure_id(3), "eeeeee", "--by", "bob", "--json")
    answers = json.loads(out)["answers"]
    assert (status, len(answers), "problem" in answers[1]) == (1, 2, True)
    assert record_at(book, f"{CLUSTER.key}/3.scheduler").cases[0].rejected_by == "bob"
