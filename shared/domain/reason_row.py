"""What a reason is made of: one row a code. Apart from the rows themselves (`reasons`), which are many."""

from __future__ import annotations

from enum import Enum

from shared.domain.verdicts import Giver, Verdict


class ReasonRow(str, Enum):
    """A member is its code, and knows the rest of its row."""

    verdicts: tuple[Verdict, ...]
    """That it is told with; one, as a rule."""
    giver: Giver
    means: str
    """For people."""
    would_change: str
    """What would have to change for a failure with this reason to be rerun; for people."""

    def __new__(  # noqa: PYI034 - `Self` needs Python 3.11
        cls, code: str, verdicts: Verdict | tuple[Verdict, ...], giver: Giver, means: str, would_change: str
    ) -> ReasonRow:
        """One row."""
        row = str.__new__(cls, code)
        row._value_ = code
        row.verdicts = verdicts if isinstance(verdicts, tuple) else (verdicts,)
        row.giver, row.means, row.would_change = giver, means, would_change
        return row
