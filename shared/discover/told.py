"""The outcome that says that a place cannot be looked through."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.failure import Trigger
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.domain.watch import Watch


def not_seen(
    key: str, place: Mapping[str, str], problem: LookFailed, watch: Watch, now: float, *, dry_run: bool
) -> Outcome:
    """Told once as long as it lasts: its id depends on when a look last went well, and on nothing else.

    Args:
        key: of the place.
        place: as outcomes name it.
        problem: why.
        watch: what was known of the place before.
        now: unix seconds.
        dry_run: whether it was a dry run that looked.
    """
    failure_id = stable_id("not_seen", key, watch.done_at)
    since = f"since {rfc3339(watch.done_at)}" if watch.done_at else "and has never been read"
    return Outcome(
        outcome_id=stable_id("outcome", failure_id, dry_run),
        failure_id=failure_id,
        final="true",
        at=rfc3339(now),
        verdict=Verdict.REFUSED.value,
        reason=Reason.NOT_SEEN.value,
        message=f"nothing is found here {since}: {problem.code}: {problem.message}"[:2048],
        trigger=Trigger.DISCOVER.value,
        api_code=problem.code,
        dry_run="true" if dry_run else "false",
        place=dict(place),
    )
