"""The outcome that says that a place cannot be looked through."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.failure import Trigger
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.snapshot import LookFailed
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
    since = f"since {rfc3339(watch.done_at)}" if watch.done_at else "and has never been read"
    return notice(
        stable_id("not_seen", key, watch.done_at),
        Reason.NOT_SEEN,
        f"nothing is found here {since}: {problem.code}: {problem.message}"[:2048],
        Trigger.DISCOVER,
        now,
        place,
        dry_run=dry_run,
        api_code=problem.code,
    )


def notice(
    failure_id: str,
    reason: Reason,
    message: str,
    trigger: Trigger,
    now: float,
    place: Mapping[str, str],
    *,
    dry_run: bool,
    **more: str,
) -> Outcome:
    """An outcome about no failure: it is told once by its id, and nothing follows. `more`: further fields."""
    return Outcome(
        outcome_id=stable_id("outcome", failure_id, dry_run),
        failure_id=failure_id,
        final="true",
        at=rfc3339(now),
        verdict=reason.verdicts[0].value,
        reason=reason.value,
        message=message,
        trigger=trigger.value,
        dry_run="true" if dry_run else "false",
        place=dict(place),
        **more,
    )
