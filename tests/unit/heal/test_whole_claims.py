"""What one call can restart as a whole is claimed once: within a delivery, and against what others have claimed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from shared.documents import KEPT_S, claim_write, decode_claim
from shared.domain.claims import Claim, Share
from shared.domain.keys import claim_key
from shared.domain.snapshot import LookFailed
from shared.heal.claims import WholeClaims
from shared.ports import Stored
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.support.systems import CLUSTER

UNTIL = START + 100.0
WHOLE, OTHER = Share(of="w", all_of_it=True, followed=True), Share(of="o", all_of_it=True)
KEY, OTHER_KEY = claim_key(CLUSTER, "w"), claim_key(CLUSTER, "o")
BROKEN = Stored(b"x", 4)


def wanting(failure_id: str, share: Share | None, at: float = START) -> Any:
    """What wants a call that has this share in a whole."""
    return SimpleNamespace(
        failure=SimpleNamespace(scope=CLUSTER),
        decided=SimpleNamespace(failure_id=failure_id, action_api="Rerun"),
        seen=SimpleNamespace(share=lambda api: share if api == "Rerun" else None, look_begun_at=at),
    )


def only(*granted: Any) -> Callable[[Sequence[Any]], bool]:
    """Who has all their tokens."""
    return lambda asked: all(any(item is one for one in granted) for item in asked)


def stored(claim: Claim) -> Stored:
    """A claim as the ledger has it."""
    return Stored(claim_write(KEY, claim, None, START).document, 7)


def test_the_first_of_a_delivery_claims_and_the_next_waits_for_it() -> None:
    """Each whole by itself; what is part of none claims and waits for nothing, and costs no document."""
    first, second, other, alone = (
        wanting(name, share) for name, share in {"a": WHOLE, "b": WHOLE, "c": OTHER, "d": None}.items()
    )
    blind = wanting("e", WHOLE)
    blind.seen = LookFailed(worth_repeating=True, code="c", message="m", look_begun_at=START)
    claims = WholeClaims([first, second, other, alone, blind], UNTIL)
    assert claims.keys == [KEY, OTHER_KEY]
    assert claims.barred({}) == {id(second): UNTIL}
    first_write, other_write = claims.writes(only(first, other), {}, START)
    assert (first_write.key, first_write.expected, first_write.due_at) == (KEY, None, None)
    assert first_write.expires_at == START + KEPT_S
    assert decode_claim(first_write.document) == Claim().taken(WHOLE, "a", UNTIL)
    assert (other_write.key, decode_claim(other_write.document)) == (OTHER_KEY, Claim().taken(OTHER, "c", UNTIL))


def test_whoever_gets_no_tokens_claims_nothing() -> None:
    """Nothing is written for it: another may have the whole."""
    assert WholeClaims([wanting("a", WHOLE)], UNTIL).writes(only(), {}, START) == []


def test_what_another_delivery_has_claimed_is_waited_for() -> None:
    """Until its call has taken effect by what was seen; the same failure goes on with its own claim."""
    shared = {KEY: stored(Claim().taken(Share(of="w", all_of_it=True), "z", UNTIL))}
    for share in (WHOLE, Share(of="w")):
        item = wanting("a", share)
        assert WholeClaims([item], UNTIL).barred(shared) == {id(item): UNTIL}
        assert WholeClaims([wanting("a", share, UNTIL)], UNTIL).barred(shared) == {}
        assert WholeClaims([wanting("z", share)], UNTIL).barred(shared) == {}


def test_whoever_waits_for_rest_writes_down_what_it_saw() -> None:
    """On the version that it read: two looks at rest, long enough apart, let it go on."""
    shared = {KEY: stored(Claim().taken(WHOLE, "z", START))}
    item = wanting("a", Share(of="w", at_rest=True))
    claims = WholeClaims([item], UNTIL)
    assert set(claims.barred(shared)) == {id(item)}
    (write,) = claims.writes(only(), shared, START)
    assert (write.expected, decode_claim(write.document).rest_from) == (7, START)


def test_a_claim_that_cannot_be_read_bars_and_is_left_as_it_is() -> None:
    """Nobody knows what was claimed: no call, and what others wrote stays; other wholes are not held up."""
    first, other = wanting("a", WHOLE), wanting("b", OTHER)
    claims = WholeClaims([first, other], UNTIL)
    assert claims.barred({KEY: BROKEN}) == {id(first): None}
    assert [write.key for write in claims.writes(only(first, other), {KEY: BROKEN}, START)] == [OTHER_KEY]


def test_a_claim_holds_until_the_latest_call_of_its_invocation_has_taken_effect(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call may leave until the invocation ends, and takes effect within `settle_s`."""
    monkeypatch.setattr("shared.heal.claims._share", lambda _: WHOLE)
    assert verdicts(house.deliver(house.hung(), time_s=60.0)) == [("rerun", "accepted")]
    claim = decode_claim(house.ledger.load([KEY])[KEY].document)
    assert claim == Claim().taken(WHOLE, house.sink.rows[0]["failure_id"], START + 60.0 + house.policy.timing.settle_s)
