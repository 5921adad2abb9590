"""Two calls at something of which several jobs are parts: who waits for whom, and until when."""

from __future__ import annotations

import pytest

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
        (BY_WHOLE, WHOLE, "b", 100.0, None),
        (BY_PART.taken(WHOLE, "a", 300.0), PART, "a", 99.0, None),
        (BY_PART.taken(WHOLE, "b", 300.0), PART, "a", 99.0, 300.0),
    ],
)
def test_who_waits(claim: Claim, share: Share, failure_id: str, seen_at: float, until: float | None) -> None:
    """All of it and anything of it never meet; single parts may. A look from before the effect proves nothing."""
    assert claim.bars(share, failure_id, seen_at) == until


def test_a_later_claim_shortens_no_earlier_one() -> None:
    """Whose call may still take effect later is waited for."""
    assert BY_WHOLE.taken(WHOLE, "a", 50.0).whole_until == 100.0
    assert BY_PART.taken(PART, "b", 50.0).parts_until == 100.0
