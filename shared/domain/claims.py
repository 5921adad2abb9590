"""What one call can restart as a whole, and who has claimed it: two calls at it must not meet.

A job may be a part of something, as an execution is of a workflow execution. An operation that restarts whatever has
failed of the whole reaches jobs with records of their own, so no job's record can keep two of them apart. The whole has
a document of its own: a claim, taken before an attempt is reserved, in force until the call that it was taken for can
no longer take effect. Whoever meets it waits, and looks again.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace


class Share(Struct, frozen=True, kw_only=True):
    """What a job is a part of, and how much of that a call for it restarts."""

    of: str
    """Name of the whole, within its cluster, group or application."""
    all_of_it: bool = False
    """The call restarts whatever has failed of the whole; else this job alone."""


class Claim(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ledger document: calls at a whole that may still take effect. Moments are Unix seconds."""

    schema: str = "secondwind-claim/1"
    whole_by: str = ""
    """Failure id of the last one for which all of it was to be restarted."""
    whole_until: float = 0.0
    """That call has taken effect by then, or never will."""
    parts_until: float = 0.0
    """The same of every call for a single part."""

    def bars(self, share: Share, failure_id: str, seen_at: float) -> float | None:
        """Until when a call for this failure, by what was seen at that moment, has to wait; None: it need not.

        What was seen before another's call has taken effect proves nothing of what is there when this one would arrive.
        """
        others = self.whole_until if self.whole_by != failure_id else 0.0
        until = max(others, self.parts_until if share.all_of_it else 0.0)
        return until if until > seen_at else None

    def taken(self, share: Share, failure_id: str, until: float) -> Claim:
        """With one more call under way until then."""
        if share.all_of_it:
            return replace(self, whole_by=failure_id, whole_until=max(self.whole_until, until))
        return replace(self, parts_until=max(self.parts_until, until))
