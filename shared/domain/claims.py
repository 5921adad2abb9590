"""What one call can restart as a whole, and who has claimed it: two calls at it must not meet.

A job may be a part of something, as an execution is of a workflow execution. An operation that restarts whatever has
failed of the whole reaches jobs with records of their own, so no job's record can keep two of them apart. The whole has
a document of its own: a claim, taken before an attempt is reserved, in force until the call that it was taken for can
no longer take effect. Whoever meets it waits, and looks again.

A call may reach further than its effect: a retry with all that follows runs the others when what was named has ended,
hours later. Until then another failure in the whole waits, and each look at it shows whether it was run again. It goes
on by itself once the whole was seen at rest for a while: then what would follow has followed.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

FOLLOWS_FOR_S = 86_400.0
"""As long as an outcome is looked for: nothing follows a call that was made longer ago."""
REST_S = 120.0
"""What follows a run begins within this time of its end."""
AGAIN_S = 300.0
"""Who waits for rest looks again after this."""


class Share(Struct, frozen=True, kw_only=True):
    """What a job is a part of, and how much of that a call for it restarts."""

    of: str
    """Name of the whole, within its cluster, group or application."""
    all_of_it: bool = False
    """The call restarts whatever has failed of the whole; else this job alone."""
    followed: bool = False
    """Others of the whole run again when the job has; implies `all_of_it`."""
    at_rest: bool = False
    """The look showed nothing of the whole queued or running."""


class Claim(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-claim/1"):
    """One ledger document: calls at a whole that may still take effect. Moments are Unix seconds."""

    whole_by: str = ""
    """Failure id of the last one for which all of it was to be restarted."""
    whole_until: float = 0.0
    """That call has taken effect by then, or never will."""
    parts_until: float = 0.0
    """The same of every call for a single part."""
    followed_by: str = ""
    """Failure id of the last one whose call others follow."""
    followed_until: float = 0.0
    """None follows any more after this."""
    rest_from: float = 0.0
    """Since when every look has shown the whole at rest; 0: the last one did not."""

    def bars(self, share: Share, failure_id: str, seen_at: float) -> float | None:
        """Until when a call for this failure, by what was seen at that moment, has to wait; None: it need not.

        What was seen before another's call has taken effect proves nothing of what is there when this one would arrive.
        """
        others = self.whole_until if self.whole_by != failure_id else 0.0
        until = max(others, self.parts_until if share.all_of_it else 0.0)
        if until <= seen_at and self._followed(failure_id, seen_at):
            rested = share.at_rest and 0.0 < self.rest_from <= seen_at - REST_S
            until = seen_at if rested else seen_at + AGAIN_S
        return until if until > seen_at else None

    def seen(self, share: Share, failure_id: str, seen_at: float) -> Claim:
        """With what a look showed of the whole, where somebody waits for its rest."""
        if not self._followed(failure_id, seen_at) or seen_at < self.whole_until:
            return self  # before the call has taken effect rest proves nothing
        return replace(self, rest_from=(self.rest_from or seen_at) if share.at_rest else 0.0)

    def _followed(self, failure_id: str, seen_at: float) -> bool:
        return self.followed_by not in {"", failure_id} and seen_at < self.followed_until

    def taken(self, share: Share, failure_id: str, until: float) -> Claim:
        """With one more call under way until then."""
        if share.all_of_it:
            claim = replace(self, whole_by=failure_id, whole_until=max(self.whole_until, until))
            if not share.followed:
                return claim
            return replace(claim, followed_by=failure_id, followed_until=until + FOLLOWS_FOR_S, rest_from=0.0)
        return replace(self, parts_until=max(self.parts_until, until))
