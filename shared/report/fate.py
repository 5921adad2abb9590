"""What can have become of a failure by the end of a report's stretch of time."""

from __future__ import annotations

from enum import Enum


class Fate(str, Enum):
    """What became of a failure by the end of the stretch."""

    HEALED = "healed"
    """Rerun, and the rerun is not known to have gone wrong."""
    FAILED_AGAIN = "failed_again"
    """Rerun, and the new run failed or was never seen."""
    WOULD_HEAL = "would_heal"
    """Only observed: it would have been rerun."""
    WOULD_HOLD = "would_hold"
    """Only observed: it would have waited for a person."""
    WOULD_WAIT = "would_wait"
    """Only observed: it would have gone on by itself later."""
    HELD = "held"
    """Waits for a person."""
    WAITING = "waiting"
    """Goes on by itself later."""
    UNKNOWN = "unknown"
    """A call was made, and what it did is not known."""
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    INELIGIBLE = "ineligible"
    INVALID = "invalid"
    DUPLICATE = "duplicate"
    """Handled before this stretch, or the job was started again by somebody else."""
