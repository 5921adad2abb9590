"""Two calls at something of which several jobs are parts: who waits for whom, and until when."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.claims import Claim, Share

PART, WHOLE = Share(of="7"), Share(of="7", all_of_it=True)
FREE = Claim()
BY_PART, BY_WHOLE = FREE.taken(PART, "a", 100.0), FREE.taken(WHOLE, "a", 100.0)


@pytest.mark.parametrize(
    ("claim", "share", "failure_id", "seen_at", "until"),
    [
        (FREE, WHOLE, "b", 0.0, None),
        (BY_WHOLE, WHOLE, "b", 99.0, 100.0),
        (BY_WHOLE, PART, "b", 99.0, 100.0),
        (BY_PART, WHOLE, "b", 99.0, 100.0),
        (BY_PART, PART, "b", 99.0, None),
        (BY_WHOLE, WHOLE, "a", 99.0, None),
        (BY_WHOLE, WHOLE, "a", 0.0, None),
        (BY_PART, PART, "b", 0.0, None),
        (BY_WHOLE, WHOLE, "b", 100.0, None),
        (BY_PART.taken(WHOLE, "a", 300.0), PART, "a", 99.0, None),
        (BY_PART.taken(WHOLE, "b", 300.0), PART, "a", 99.0, 300.0),
    ],
)
def test_who_waits(claim: Claim, share: Share, failure_id: str, seen_at: float, until: float | None) -> None:
    """All of it and anything of it never meet; single parts may. A look from before the effect proves nothing."""
    assert claim.bars(share, failure_id, seen_at) == until


TAIL = Share(of="7", all_of_it=True, followed=True)
RESTS, RUNS = Share(of="7", at_rest=True), Share(of="7")
FOLLOWED = FREE.taken(TAIL, "a", 100.0)
DAY_S = 86_400.0


def looked(claim: Claim, *looks: tuple[float, Share]) -> Claim:
    """After these looks at another failure in it."""
    for at, share in looks:
        claim = claim.seen(share, "b", at)
    return claim


@pytest.mark.parametrize(
    ("claim", "share", "seen_at", "until"),
    [
        (FOLLOWED, RESTS, 99.0, 100.0),
        (FOLLOWED, RESTS, 100.0, 400.0),
        (looked(FOLLOWED, (50.0, RESTS)), RESTS, 300.0, 600.0),
        (looked(FOLLOWED, (100.0, RESTS)), RESTS, 219.0, 519.0),
        (replace(FOLLOWED, rest_from=0.5), RESTS, 219.0, None),
        (looked(FOLLOWED, (100.0, RESTS)), RESTS, 220.0, None),
        (looked(FOLLOWED, (100.0, RESTS)), RUNS, 220.0, 520.0),
        (looked(FOLLOWED, (100.0, RESTS), (150.0, RUNS)), RESTS, 500.0, 800.0),
        (looked(FOLLOWED, (100.0, RESTS), (150.0, RUNS), (380.0, RESTS)), RESTS, 500.0, None),
        (looked(FOLLOWED, (100.0, RESTS), (150.0, RESTS)), RESTS, 220.0, None),
        (looked(FOLLOWED, (100.0, RESTS)).taken(TAIL, "c", 300.0), RESTS, 310.0, 610.0),
        (FOLLOWED, RUNS, DAY_S + 99.0, DAY_S + 399.0),
        (FOLLOWED, RUNS, DAY_S + 100.0, None),
        (FOLLOWED.taken(WHOLE, "a", 50.0), RUNS, 200.0, 500.0),
    ],
)
def test_what_may_be_run_by_what_it_follows_waits(
    claim: Claim, share: Share, seen_at: float, until: float | None
) -> None:
    """Until the whole has rested for a while, seen twice after the call's effect, or for a day."""
    assert claim.bars(share, "b", seen_at) == until


def test_whose_call_is_followed_does_not_wait_for_it() -> None:
    """A second attempt for the same failure."""
    assert FOLLOWED.bars(TAIL, "a", 150.0) is None


def test_a_look_changes_no_claim_that_nothing_follows() -> None:
    """No write where nobody waits for rest."""
    assert BY_WHOLE.seen(RESTS, "b", 300.0) == BY_WHOLE
    assert FOLLOWED.seen(RESTS, "a", 300.0) == FOLLOWED


def test_a_later_claim_shortens_no_earlier_one() -> None:
    """Whose call may still take effect later is waited for."""
    assert BY_WHOLE.taken(WHOLE, "a", 50.0).whole_until == 100.0
    assert BY_PART.taken(PART, "b", 50.0).parts_until == 100.0


def test_rest_counts_from_the_first_look_that_showed_it() -> None:
    """Until one does not, or another call is followed."""
    first = FOLLOWED.seen(RESTS, "b", 150.0)
    assert (first.rest_from, first.seen(RESTS, "b", 200.0).rest_from) == (150.0, 150.0)
    assert first.seen(RUNS, "b", 200.0).rest_from == 0.0
    assert first.taken(TAIL, "c", 300.0).rest_from == 0.0
