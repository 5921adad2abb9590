"""Outcomes tell what was decided on: enough to judge a rule later, bounded, and without secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.evidence import Known
from shared.domain.outcome import Outcome
from shared.policy.known import EXCERPT_BYTES, excerpt, known_of
from shared.policy.text.fingerprint import fingerprint
from shared.reading.secrets import without_secrets
from tests.support.house import House
from tests.unit.decide.facts import make_facts, make_failure, make_look

TEXT = 'File "a.py", line 3\nSyntaxError: invalid syntax 17'


def test_an_outcome_carries_what_was_decided_on(house: House) -> None:
    """Class, excerpt and where it came from, fingerprint, exit code and signal, node, owner, queue, job and times."""
    failure = house.hung(
        message=TEXT, exit_code="137", node="n1", queue="q", owner="alice", job_name="j", started_at=5.0
    )
    house.deliver(failure)
    (row,) = house.sink.rows
    known = {name: row.get(name, "") for name in Known.__struct_fields__}
    assert known.pop("occurred_at").endswith("Z")
    assert known == {
        "failure_class": "unknown",
        "evidence": TEXT,
        "evidence_from": "told",
        "fingerprint": fingerprint(TEXT),
        "exit_code": "137",
        "signal": "9",
        "node": "n1",
        "owner": "alice",
        "queue": "q",
        "job_name": "j",
        "started_at": "1970-01-01T00:00:05.000Z",
    }
    assert Outcome.read(row).evidence == TEXT


def test_what_is_not_known_is_absent(house: House) -> None:
    """No message: no excerpt, no fingerprint, and nobody it came from."""
    house.deliver(house.hung())
    (row,) = house.sink.rows
    assert row.keys() & {"evidence", "evidence_from", "fingerprint", "exit_code", "signal"} == set()


def test_follow_ups_carry_it_too(house: House) -> None:
    """Whoever reads one outcome need not look for the first."""
    house.deliver(house.hung(message="one", exit_code="1"), time_s=1.0)
    house.later(600)
    house.sweep()
    assert len(house.sink.rows) > 1
    assert {row.get("exit_code") for row in house.sink.rows} == {"1"}


@given(st.text(max_size=6000), st.text(max_size=80))
def test_an_excerpt_is_bounded_whatever_the_text(text: str, cause: str) -> None:
    """In bytes, and it can be written as UTF-8."""
    assert len(excerpt(text, lambda: cause).encode()) <= EXCERPT_BYTES


def test_an_excerpt_has_the_cause_and_the_end() -> None:
    """Of a long text neither its beginning nor its middle matters more."""
    lines = [f"step {number} of 960" for number in range(400)]
    lines[200] = "RuntimeError: CUDA out of memory"
    got = excerpt("\n".join(lines), lambda: lines[200])
    assert got.startswith("RuntimeError: CUDA out of memory\nstep 201")
    assert got.endswith("step 399 of 960")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("password=hunter2 rest", "password=*** rest"),
        ('"AccessKeySecret": "abc+/=", "x": 1', '"AccessKeySecret": "***", "x": 1'),
        ("Authorization: Bearer abc.def.ghi", "Authorization: ***"),
        ("mysql://root:pw@db:3306/x", "mysql://root:***@db:3306/x"),
        ("key LTAI5tAbCdEfGhIjKlMnOpQr.", "key ***."),
        ("security-token: CAIS1234", "security-token: ***"),
        ("export MY_API_KEY=abc", "export MY_API_KEY=***"),
        ("the token was refused", "the token was refused"),
        ("tokens: 7 of 9", "tokens: *** of 9"),
        ("at Worker.run(Worker.java:99)", "at Worker.run(Worker.java:99)"),
    ],
)
def test_secrets_are_not_told(text: str, shown: str) -> None:
    """What its own words call a secret is hidden; too much rather than too little."""
    assert without_secrets(text) == shown


def test_a_secret_is_hidden_before_a_text_is_cut() -> None:
    """Half a key is a secret, too."""
    for pad in range(0, 1200, 7):
        text = "x" * pad + " password=hunter2hunter2hunter2 " + "y " * 1500
        assert "hunter" not in excerpt(text)
        assert "hunter" not in excerpt(text[::-1][:400] + "\n" + "z\n" * pad + "password=hunter2hunter2hunter2")


@pytest.mark.parametrize(("told", "shown"), [("n1", "n1"), ("", "n2")])
def test_the_node_is_the_told_one_before_the_first_of_the_job(told: str, shown: str) -> None:
    """A job that has been requeued runs elsewhere: whoever told the failure knows better."""
    facts = make_facts(failure=make_failure(node=told), observation=make_look(nodes=("n2", "n3")))
    assert known_of(facts).node == shown
