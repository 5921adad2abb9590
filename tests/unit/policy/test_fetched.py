"""What of a job's output is taken beside what was told: a cause wherever it stands, and the end; and who wants any."""

from __future__ import annotations

from itertools import product
from string import ascii_lowercase
from typing import Any

import pytest

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.policy.decide import decide
from shared.policy.discover import watched
from shared.policy.fetched import result_names_no_cause, says_too_little, with_output
from shared.policy.known import EXCERPT_BYTES, excerpt
from shared.policy.load import load_policy
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.rule import Tells
from tests.unit.decide.facts import make_facts, make_failure, make_look

EFFECT = Rule(name="effect", match=Match(message="ended"), action=Action.RERUN, tells=Tells.EFFECT)
CAUSE = Rule(name="cause", match=Match(message="lost"), action=Action.RERUN)
ALL = Rule(name="all", match=Match(), action=Action.RERUN)
POLICY = Policy(version=1, rules=(EFFECT, CAUSE, ALL))
WORDS = ["".join(pair) for pair in product(("red", "green", "blue", "grey"), ascii_lowercase)]
STEPS = "".join(f"step {number} of 9000\n" for number in range(9000))


@pytest.mark.parametrize(
    ("told", "wants"),
    [
        ({"message": "  "}, True),
        ({"message": "the program ended"}, True),
        ({"message": "nobody knows"}, True),
        ({"message": "a node was lost"}, False),
        ({"message": "", "message_from": EvidenceFrom.JOB_LOG}, False),
    ],
)
def test_who_says_too_little(told: dict[str, Any], wants: bool) -> None:  # noqa: FBT001 - a table
    """Without a text, or with one that names no cause; not what has been fetched already."""
    failure = make_failure(**told)
    assert says_too_little(POLICY, failure, decide(make_facts(failure=failure, policy=POLICY))) is wants


def test_who_told_no_word_told_no_cause() -> None:
    """Whatever rule an exit code falls under."""
    bare = Policy(version=1, rules=(Rule(name="code", match=Match(exit_code=1), action=Action.RERUN),))
    for message, wants in (("", True), ("a text", False)):
        failure = make_failure(message=message, exit_code="1")
        assert says_too_little(bare, failure, decide(make_facts(failure=failure, policy=bare))) is wants


@pytest.mark.parametrize(
    ("told", "result", "no_cause"),
    [("", "exit code 1", True), ("", "the program ended", True), ("", "a node was lost", False), ("lost", "x", False)],
)
def test_a_result_is_judged_with_what_was_told(told: str, result: str, no_cause: bool) -> None:  # noqa: FBT001 - a table
    """As a rule would see both, whether the job could be looked at or not."""
    failure = make_failure(message=told)
    for seen in (make_look(), LookFailed(worth_repeating=True, code="", message="", look_begun_at=1.0)):
        assert result_names_no_cause(POLICY, failure, seen, result) is no_cause
    mine = Policy(version=1, rules=(Rule(name="mine", match=Match(job_name="relax"), action=Action.HOLD), ALL))
    look = make_look(name="relax")
    assert result_names_no_cause(mine, failure, look, result) is False


def test_where_no_rule_was_asked_no_text_would_help() -> None:
    """What is not there is not rerun, whatever it has printed."""
    failure: Failure = make_failure(message="", trigger=Trigger.EVENT)
    unasked = decide(make_facts(failure=failure, policy=POLICY, observation=make_look(state=State.NOT_FOUND)))
    assert says_too_little(POLICY, failure, unasked) is False


def test_a_text_that_no_rule_is_for_says_too_little() -> None:
    """Nobody knows what it means."""
    failure, bare = make_failure(message="nobody knows"), Policy(version=1, rules=(CAUSE,))
    assert says_too_little(bare, failure, decide(make_facts(failure=failure, policy=bare))) is True


@pytest.mark.parametrize("place", [0, 60_000, len(STEPS)])
def test_the_cause_is_found_wherever_it_stands(place: int) -> None:
    """With what follows it; the end of the output is there, too."""
    text = with_output(POLICY, "told", f"{STEPS[:place]}node n7 was lost\n{STEPS[place:]}the end")
    assert text.startswith("told\n")
    assert "node n7 was lost" in text
    assert text.endswith("the end")
    assert len(text) < 9_000


def test_an_output_without_a_cause_is_kept_by_its_end() -> None:
    """And one that is empty adds nothing."""
    assert with_output(POLICY, "", STEPS + "the end").endswith("the end")
    assert with_output(POLICY, "told", "") == "told"


def test_the_cause_of_a_short_text_is_not_looked_for() -> None:
    """All of it is quoted, so nobody need know which line it is."""
    assert excerpt("short", lambda: pytest.fail("looked for")) == "short"


def test_an_excerpt_is_the_cause_and_the_end() -> None:
    """Within its bytes, without secrets; all of a short text."""
    assert excerpt("short, password=hunter2") == excerpt("short, password=hunter3")
    lines = "".join(f"{word * 8}\n" for word in WORDS)
    text = excerpt(f"{lines}{lines}node n7 was lost\n{lines}the end", lambda: "node n7 was lost")
    assert text.startswith("node n7 was lost")
    assert text.endswith("the end")
    assert len(text.encode()) <= EXCERPT_BYTES
    assert excerpt(lines).startswith(WORDS[0] * 8 + "\n")


def test_what_is_watched_is_listed_with_its_job_system() -> None:
    """In the order of the job systems."""
    policy = load_policy("version: 1\ndiscover: {schedulerx: [{namespace: n, groups: [g]}], ehpc: [{clusters: [c]}]}\n")
    assert [name for name, _ in watched(policy.discover)] == ["ehpc", "schedulerx"]
    assert list(watched(load_policy("version: 1\n").discover)) == []
