"""What reaches the Logstore is struck where it was owed; what does not is kept, whole, in as few documents as do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from shared.documents import decode_record, encode
from shared.domain.decision import Ask
from shared.domain.errors import Fault, LedgerUnavailable
from shared.domain.failure import Intake, Trigger, Unreadable
from shared.domain.outcome import Outcome, rfc3339
from shared.domain.record import OWED_RETRY_S, JobRecord
from shared.domain.room import size_of
from shared.heal import report as module
from shared.heal.item import Left, Notice, Result, Walked
from shared.heal.report import Reporter, result_of_flood, result_of_unreadable
from shared.ports import Stored, Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.sink import Sink

ASK = Ask(now=START, trigger=Trigger.LOG, request_id="req-1")
BAD = Unreadable(
    faults=(Fault("$.a", "is missing"), Fault("$.b", "is odd")),
    raw="{}",
    trigger=Trigger.LOG,
    event_id="e-1",
    hints={"system": "ehpc"},
)
COMMON: dict[str, Any] = {
    "final": "true",
    "at": rfc3339(START),
    "verdict": "invalid",
    "reason": "not_understood",
    "trigger": "log",
    "request_id": "req-1",
}


def outcome(number: int, *, failure: str = "", verdict: str = "suppressed", message: str = "") -> Outcome:
    """An outcome of a failure of its own."""
    return Outcome(
        outcome_id=f"o{number}",
        failure_id=failure or f"f{number}",
        final="true",
        at=rfc3339(START),
        verdict=verdict,
        reason="stale",
        message=message,
    )


def owed(ledger: MemoryLedger) -> list[list[str]]:
    """Ids of the outcomes in each document that keeps some, by their number."""
    kept = [decode_record(one.stored.document) for key, one in ledger.store.kept.items() if key.startswith("owed/")]
    return sorted([one["outcome_id"] for one in record.owed] for record in kept if record.owed)


def test_a_record_that_was_not_understood_is_told_with_every_fault_and_its_original() -> None:
    """Told again it is the same outcome; of a dry run it is another."""
    told = result_of_unreadable(BAD, ASK)
    assert (told.decision, told.key) == (None, "")
    assert told.outcome == Outcome(
        outcome_id=told.outcome.outcome_id,
        failure_id=told.outcome.failure_id,
        message="$.a: is missing; $.b: is odd",
        event_id="e-1",
        dry_run="false",
        raw="{}",
        place={"system": "ehpc"},
        **COMMON,
    )
    again = result_of_unreadable(BAD, Ask(now=START + 9, trigger=Trigger.LOG, request_id="req-2"))
    dry = result_of_unreadable(BAD, Ask(now=START, trigger=Trigger.LOG, request_id="req-1", dry_run=True))
    assert (again.outcome.outcome_id, dry.outcome.dry_run) == (told.outcome.outcome_id, "true")
    assert dry.outcome.outcome_id != told.outcome.outcome_id


def test_of_a_flood_one_outcome_has_the_kinds_the_commonest_first() -> None:
    """Each delivery's flood is its own, and each slice's."""
    flood = Intake(more={"b": 2, "c": 5, "a": 2}, more_until="e-9")
    told = result_of_flood(flood, ASK)
    assert (told.decision, told.key) == (None, "")
    assert told.outcome == Outcome(
        outcome_id=told.outcome.outcome_id,
        failure_id=told.outcome.failure_id,
        message="9 more records could not be understood: 5 x c; 2 x a; 2 x b",
        dry_run="false",
        **COMMON,
    )
    others = [
        result_of_flood(Intake(more=flood.more), ASK),
        result_of_flood(flood, Ask(now=START, trigger=Trigger.LOG, request_id="req-2")),
        result_of_flood(Intake(more={"b": 2}, more_until="e-9"), ASK),
        result_of_flood(flood, Ask(now=START, trigger=Trigger.LOG, request_id="req-1", dry_run=True)),
    ]
    assert len({told.outcome.outcome_id, *(other.outcome.outcome_id for other in others)}) == 5
    assert [other.outcome.dry_run for other in others] == ["false", "false", "false", "true"]


def test_what_strangers_got_wrong_is_told_within_bounds() -> None:
    """However many faults a record has, and kinds a flood."""
    faults = tuple(Fault(f"$.{number}", "x" * 100) for number in range(50))
    record = Unreadable(faults=faults, raw="{}", trigger=Trigger.LOG, event_id="e-1")
    assert len(result_of_unreadable(record, ASK).outcome.message) == 2048
    assert (
        len(result_of_flood(Intake(more={"k" * 500 + str(kind): 1 for kind in range(20)}), ASK).outcome.message) == 4096
    )


def test_of_one_failure_the_weightiest_outcome_is_told() -> None:
    """One that a record owes goes before all; the rest is counted. Unfolded all are told."""
    results = [
        Result(outcome(1, failure="f", verdict="duplicate"), None, ""),
        Result(outcome(2, failure="f", verdict="rerun"), None, ""),
        Result(outcome(3), None, ""),
        Result(outcome(4, failure="g", verdict="rerun"), None, ""),
        Result(outcome(5, failure="g", verdict="duplicate"), None, "ehpc/r/c/1"),
    ]
    sink = Sink()
    report = Reporter(MemoryLedger(Clock()), sink).deliver(Walked(results), ASK)
    assert [row["outcome_id"] for row in sink.rows] == ["o2", "o3", "o5"]
    assert ([result.outcome.outcome_id for result in report.results], report.folded) == (["o2", "o3", "o5"], 2)
    unfolded = Reporter(MemoryLedger(Clock()), Sink()).deliver(Walked(results), ASK, fold=False)
    assert (len(unfolded.results), unfolded.folded) == (5, 0)


def test_nothing_to_tell_is_no_request() -> None:
    """A notice alone is one."""
    sink = Sink()
    reporter = Reporter(MemoryLedger(Clock()), sink)
    assert reporter.deliver(Walked(), ASK).results == []
    assert sink.puts == 0
    reporter.deliver(Walked([], [Notice("breaker/x", {"outcome_id": "n", "reason": "breaker_opened"})]), ASK)
    assert sink.puts == 1


def test_what_no_record_owes_is_kept_within_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together where there is room, to the byte; what has room nowhere is shortened."""
    results = [Result(outcome(number, message="m" * 100), None, "") for number in (1, 2, 3, 4)]
    size = size_of(results[0].outcome.fields())
    alone = [[f"o{number}"] for number in (1, 2, 3, 4)]
    for most, documents in ((2 * size, [["o1", "o2"], ["o3", "o4"]]), (2 * size - 1, alone)):
        monkeypatch.setattr(module, "OWED_BYTES", most)
        ledger = MemoryLedger(Clock())
        Reporter(ledger, Sink(down=True)).deliver(Walked(results), ASK)
        assert owed(ledger) == documents
    long = Result(outcome(1, message="m" * 200), None, "")
    for less, whole in ((0, True), (1, False)):
        monkeypatch.setattr(module, "OWED_BYTES", size_of(long.outcome.fields()) - less)
        ledger = MemoryLedger(Clock())
        Reporter(ledger, Sink(down=True)).deliver(Walked([long]), ASK)
        (kept,) = ledger.store.kept.values()
        assert (decode_record(kept.stored.document).owed[0] == long.outcome.fields()) is whole
    monkeypatch.setattr(module, "OWED_BYTES", size)
    ledger = MemoryLedger(Clock())
    Reporter(ledger, Sink(down=True)).deliver(Walked([Result(outcome(1, message="m" * 1000), None, "")]), ASK)
    (kept,) = ledger.store.kept.values()
    assert size_of(decode_record(kept.stored.document).owed) < 1000
    assert kept.due_at == START + OWED_RETRY_S


def test_what_cannot_be_kept_either_fails_the_delivery() -> None:
    """It comes again; a document that is none of ours is left as it is."""
    walked = Walked([Result(outcome(1), None, "")])
    ledger = MemoryLedger(Clock())
    Reporter(ledger, Sink(down=True)).deliver(walked, ASK)
    (key,) = ledger.store.kept
    broken = Write(key=key, document=b"x", expected=1, due_at=None, expires_at=None)
    ledger.save([broken])
    with pytest.raises(LedgerUnavailable, match=f"{key} cannot be read"):
        Reporter(ledger, Sink(down=True)).deliver(walked, ASK)
    assert ledger.load([key])[key].document == b"x"
    for conflicts, kept in ((2, True), (3, False)):
        busy, left = MemoryLedger(Clock()), [conflicts]
        save = busy.save

        def contended(writes: Any, save: Any = save, left: list[int] = left) -> frozenset[str]:
            left[0] -= 1
            return frozenset(write.key for write in writes) if left[0] >= 0 else save(writes)

        busy.save = contended  # type: ignore[method-assign]
        if kept:
            Reporter(busy, Sink(down=True)).deliver(walked, ASK)
        else:
            with pytest.raises(LedgerUnavailable, match="others keep changing"):
                Reporter(busy, Sink(down=True)).deliver(walked, ASK)
        assert (owed(busy) == [["o1"]]) is kept


@pytest.mark.parametrize("down", [False, True])
def test_what_was_told_is_struck_in_turns_and_what_was_not_is_put_off(
    *, down: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every record that owes some, however many are written back at once; another's outcome stays owed."""
    monkeypatch.setattr(module, "STRUCK_TOGETHER", 2)
    ledger, results = MemoryLedger(Clock()), []
    for number in range(5):
        key = f"ehpc/r/c/{number}"
        record = JobRecord(owed=({"outcome_id": f"o{number}"}, {"outcome_id": "other"}), owed_at=1.0)
        ledger.save([Write(key=key, document=encode(record), expected=None, due_at=1.0, expires_at=None)])
        results.append(Result(outcome(number), None, key))
    Reporter(ledger, Sink(down=down)).deliver(Walked(results), ASK)
    for number in range(5):
        record = decode_record(ledger.load([f"ehpc/r/c/{number}"])[f"ehpc/r/c/{number}"].document)
        assert [one["outcome_id"] for one in record.owed] == ([f"o{number}", "other"] if down else ["other"])
        assert record.owed_at == (START if down else 1.0)


class _Read(MemoryLedger):
    """Notes which documents are read."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        read.extend(keys)
        return super().load(keys)


read: list[str] = []


def _left(ledger: MemoryLedger, number: int) -> Left:
    """A record that owes that outcome, as its writer leaves it."""
    record = JobRecord(owed=({"outcome_id": f"o{number}"}, {"outcome_id": "other"}), owed_at=1.0)
    ledger.save([Write(key=f"ehpc/r/c/{number}", document=encode(record), expected=None, due_at=1.0, expires_at=None)])
    return record, 1


@pytest.mark.parametrize("down", [False, True])
def test_what_is_known_as_it_was_left_is_not_read_to_be_struck(*, down: bool) -> None:
    """One that others have written since is: what they wrote stays, and what was told is struck all the same."""
    read.clear()
    ledger = _Read(Clock())
    left = {f"ehpc/r/c/{number}": _left(ledger, number) for number in range(3)}
    unknown, changed = "ehpc/r/c/2", "ehpc/r/c/1"
    del left[unknown]
    theirs = JobRecord(owed=({"outcome_id": "o1"}, {"outcome_id": "theirs"}), owed_at=1.0)
    ledger.save([Write(key=changed, document=encode(theirs), expected=1, due_at=1.0, expires_at=None)])
    results = [Result(outcome(number), None, f"ehpc/r/c/{number}") for number in range(3)]
    Reporter(ledger, Sink(down=down)).deliver(Walked(results, left=left), ASK)
    assert read == [unknown, changed]
    stored = ledger.load([f"ehpc/r/c/{number}" for number in range(3)])
    kept = [[one["outcome_id"] for one in decode_record(stored[key].document).owed] for key in sorted(stored)]
    told = [["other"], ["theirs"], ["other"]]
    assert kept == ([[f"o{number}", *some] for number, some in enumerate(told)] if down else told)
    assert [decode_record(stored[key].document).owed_at for key in sorted(stored)] == [START if down else 1.0] * 3
