"""The clocks of the local cloud."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock


def test_a_manual_clock_never_runs_back(clock: ManualClock) -> None:
    """Going back in time is refused."""
    with pytest.raises(ValueError, match="advanced by -1"):
        clock.advance(-1)
