"""What others do to a document between the sweep's taking it up and its decision costs nobody beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.call import Effect
from shared.domain.errors import DocumentRefused
from shared.ports import Write
from tests.support.house import House, verdicts

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"


def meanwhile(house: House, change: Callable[[bytes], bytes]) -> None:
    """Somebody writes the job's document once the sweep has looked."""

    def meddle() -> None:
        house.ehpc.after_look = lambda: None
        stored = house.ledger.load([JOB])[JOB]
        document = change(stored.document)
        assert not house.ledger.save(
            [Write(key=JOB, document=document, expected=stored.version, due_at=1.0, expires_at=None)]
        )

    house.ehpc.after_look = meddle


def test_a_document_that_nobody_can_read_any_more_holds_up_none_behind_it(house: House) -> None:
    """It stays as it is, and due; the next job of the same cluster is rerun."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1), house.hung(2))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    meanwhile(house, lambda _: b"none of ours")
    house.ehpc.calls.clear()
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.ehpc.calls == [["2.scheduler"]]
    assert house.ledger.load([JOB])[JOB].document == b"none of ours"


def test_what_others_have_moved_on_is_not_told_of_a_document_without_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that waited in it one is the sweep's still: that one has its last word, and nothing fails."""
    house.hung()
    for number in range(2):
        house.deliver(house.failure(1, started_at=house.clock.now() - 120 + number, event_id=f"e{number}"))
    house.later(31)

    def without_the_first(document: bytes) -> bytes:
        record = decode_record(document)
        first, second = record.cases
        return encode(replace(record, cases=(replace(first, due_at=house.clock.now() + 900), second)))

    def refuse(writes: Sequence[Write]) -> frozenset[str]:
        if any(write.key == JOB and write.due_at != 1.0 for write in writes):
            raise DocumentRefused({JOB: 9})
        return save(writes)

    meanwhile(house, without_the_first)
    save = house.ledger.inner.save
    monkeypatch.setattr(house.ledger.inner, "save", refuse)
    assert verdicts(house.sweep()) == [("refused", "record_full")]
