"""What is known of a failure goes into its outcome: each part, bounded, and of whom it counts."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import FailureClass
from shared.domain.job import State
from shared.policy.known import EXCERPT_BYTES, excerpt, known_of
from shared.policy.model import Action, Match, Policy, Rule
from tests.support.clock import START as NOW
from tests.unit.decide.facts import START, make_facts, make_failure, make_look

TOLD: dict[str, Any] = {
    "message": "CUDA error",
    "exit_code": "137",
    "node": "gpu-1",
    "owner": "ann",
    "queue": "night",
    "job_name": "train",
    "started_at": START,
    "occurred_at": NOW - 10,
}
POLICY = Policy(
    version=1,
    rules=(Rule(name="a", match=Match(), action=Action.RERUN, failure_class=FailureClass.INFRASTRUCTURE),),
)


def test_all_that_was_told_is_known() -> None:
    """With where it comes from."""
    known = known_of(make_facts(failure=make_failure(**TOLD), policy=POLICY))
    assert (known.failure_class, known.evidence, known.evidence_from) == ("infrastructure", "CUDA error", "told")
    assert (known.exit_code, known.signal, known.node) == ("137", "9", "gpu-1")
    assert (known.owner, known.queue, known.job_name) == ("ann", "night", "train")
    assert (known.occurred_at, known.started_at) == ("2027-01-15T07:59:50.000Z", "2027-01-15T07:00:00.000Z")
    assert len(known.fingerprint) == 16


def test_what_was_not_told_is_not_known() -> None:
    """Empty, and no part of the outcome."""
    bare = Policy(version=1, rules=())
    known = known_of(make_facts(failure=make_failure(message_from=EvidenceFrom.JOB_LOG), policy=bare))
    values = {name: getattr(known, name) for name in known.__struct_fields__}
    assert {name for name, value in values.items() if value} == {"occurred_at"}


def test_the_live_job_s_own_word_goes_before_what_was_told() -> None:
    """Of the node it is the other way round: the one that failed may have been left since."""
    seen = make_look(state=State.RUNNING, owner="bob", queue="day", name="other", nodes=("gpu-7", "gpu-8"))
    known = known_of(make_facts(failure=make_failure(**TOLD), observation=seen))
    assert (known.owner, known.queue, known.job_name, known.node) == ("bob", "day", "other", "gpu-1")
    untold = known_of(make_facts(failure=make_failure(**{**TOLD, "node": ""}), observation=seen))
    assert untold.node == "gpu-7"


@pytest.mark.parametrize("size", [EXCERPT_BYTES, EXCERPT_BYTES + 1])
def test_a_text_that_fits_is_shown_whole(size: int) -> None:
    """To the byte; of a longer one the cause is looked for."""
    asked: list[str] = []

    def cause() -> str:
        asked.append("cause")
        return ""

    text = "x" * size
    assert (excerpt(text, cause) == text, bool(asked)) == ((True, False) if size == EXCERPT_BYTES else (False, True))


def test_what_came_before_the_cause_is_not_shown() -> None:
    """Where the cause is near the end it is shown, and what follows it."""
    text = "\n".join([*(f"step {number}" for number in range(400)), "the cause", "and its end"])
    shown = excerpt(text, lambda: "the cause")
    assert shown.startswith("the cause\nand its end")
    assert "step" not in shown


def test_the_end_of_a_long_text_is_shown_with_its_cause() -> None:
    """Half of the room for each."""
    text = "\n".join(["the cause", *(f"step {number}" for number in range(4000)), "the last word"])
    shown = excerpt(text, lambda: "the cause")
    assert shown.startswith("the cause\nstep 0\n")
    assert shown.endswith("step 3999\nthe last word")
    assert EXCERPT_BYTES - 4 <= len(shown.encode()) <= EXCERPT_BYTES
