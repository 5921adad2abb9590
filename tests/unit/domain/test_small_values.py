"""Values that answer one question about themselves: boxes, modes, steps, refused documents."""

from __future__ import annotations

import pytest

from shared.domain.errors import ClockOff, DocumentRefused, Fault, InputError, PolicyError, SettingsError
from shared.domain.messages import Box, Letter, Thing, What
from shared.domain.mode import Controls, Mode, ModeSet
from shared.domain.nodes import KnownNodes
from shared.domain.verdicts import Step
from tests.support.clock import START

OWED = ({"outcome_id": "a"}, {"outcome_id": "b"})


def test_a_box_knows_what_waits_and_what_was_told_and_pays_what_it_owes() -> None:
    """By their ids."""
    things = tuple(Thing(id=name, what=What.HELD, at=START, due_at=START) for name in ("first", "waits"))
    box = Box(things=things, known={"told": START}, owed=OWED)
    assert [box.knows(name) for name in ("first", "waits", "told", "new")] == [True, True, True, False]
    assert [Box().knows("new"), Box(known={"told": START}).knows("told")] == [False, True]
    assert box.paid(["a"]).owed == OWED[1:]
    assert KnownNodes(owed=OWED).paid(["b"]).owed == OWED[:1]


def test_a_letter_is_under_way_while_an_answer_may_come() -> None:
    """And only where somebody took it."""
    letter = Letter(id="l", things=("t",), owner="o", leave_by=START + 1, over_at=START + 9)
    assert [letter.under_way(START + after) for after in (0, 8.9, 9)] == [True, True, False]
    assert not Letter(id="l", things=("t",), over_at=START + 9).under_way(START)


def test_a_mode_with_an_end_holds_until_then() -> None:
    """Each for itself; without an end until somebody takes it back."""
    ends, stays = ModeSet(mode=Mode.OFF, by="ann", at=START, until=START + 5), ModeSet(mode=Mode.OFF, by="bo", at=START)
    controls = Controls(everything=ends, rules={"a": ends, "b": stays})
    assert controls.at(START + 4.9) == controls
    assert controls.at(START + 5) == Controls(rules={"b": stays})


def test_a_refusal_names_the_documents() -> None:
    """Three at most, with their sizes, and cut."""
    refused = DocumentRefused({"k" * 300: 7, "b": 2, "c": 3, "d": 4})
    assert refused.keys == {"k" * 300, "b", "c", "d"}
    assert str(refused) == "4 documents are too large for the ledger: b (2 bytes), c (3 bytes), d (4 bytes)"
    assert "k" * 128 + " (7 bytes)" in str(DocumentRefused({"k" * 300: 7}))


@pytest.mark.parametrize("error", [SettingsError, PolicyError, InputError])
def test_every_fault_is_told_at_once(error: type[SettingsError]) -> None:
    """With its line where there is a file: whoever corrects one need not run into the next."""
    caught = error([Fault("$.a", "is missing"), Fault("$.b", "is odd", line=3)])
    assert str(caught) == "$.a: is missing; line 3: $.b: is odd"
    assert [fault.path for fault in caught.faults] == ["$.a", "$.b"]


@pytest.mark.parametrize(("off_s", "said"), [(61.4, "61 s behind"), (-61.6, "62 s ahead"), (0.0, "0 s ahead")])
def test_a_clock_that_is_off_is_told_how_much(off_s: float, said: str) -> None:
    """And which way."""
    assert str(ClockOff(off_s)) == f"our clock is {said} by a service's answer"


def test_what_is_told_of_no_job() -> None:
    """A breaker or a message; not what a gate says of a failure."""
    assert Step.BREAKER.of_no_job
    assert not Step.CALL.of_no_job
