"""Tied hands see what they would have written, numbered as a ledger does, and write nothing."""

from __future__ import annotations

from itertools import product

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.mode import Mode
from shared.heal.dry_run import DryRunLedger, hands_tied
from shared.policy.model import Policy
from shared.ports import Due, Stored, Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger


def write(key: str, document: bytes, expected: int | None) -> Write:
    """Due at once."""
    return Write(key=key, document=document, expected=expected, due_at=START, expires_at=None)


def test_what_would_be_written_is_seen_by_this_delivery_alone() -> None:
    """New and old documents with their next version; what is due is what the ledger has due."""
    ledger = MemoryLedger(Clock())
    ledger.save([write("a", b"a1", None), write("b", b"b1", None)])
    dry = DryRunLedger(ledger)
    assert dry.save([write("a", b"a2", 1), write("c", b"c1", None)]) == frozenset()
    assert dry.load(["a", "b", "c", "d"]) == {"a": Stored(b"a2", 2), "b": Stored(b"b1", 1), "c": Stored(b"c1", 1)}
    assert dry.load(["b"]) == {"b": Stored(b"b1", 1)}
    assert ledger.load(["a", "c"]) == {"a": Stored(b"a1", 1)}
    assert dry.due(START, 9) == [Due(START, "a"), Due(START, "b")]
    assert dry.due(START, 1, Due(START, "a")) == [Due(START, "b")]


def test_hands_are_tied_by_a_dry_run_and_by_observing_what_was_just_told() -> None:
    """The sweep ends what is open in mode observe, so its hands are free there."""
    tied = {
        (mode, trigger, dry)
        for mode, trigger, dry in product(Mode, (Trigger.EVENT, Trigger.SWEEP), (False, True))
        if hands_tied(
            Ask(now=START, trigger=trigger, request_id="r", dry_run=dry), Policy(version=1, mode=mode, rules=())
        )
    }
    assert tied == {(mode, trigger, True) for mode in Mode for trigger in (Trigger.EVENT, Trigger.SWEEP)} | {
        (Mode.OBSERVE, Trigger.EVENT, False)
    }
