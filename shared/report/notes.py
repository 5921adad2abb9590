"""What is about no job and wants a look. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.reasons import Reason
from shared.domain.verdicts import Step
from shared.report.courses import MAX_TEXT_CHARS, Row, moment_of, scope_of
from shared.report.model import Note

NOTES_MAX = 20


def notes_of(told: Iterable[Row]) -> tuple[Note, ...]:
    """Each thing once, as it was told last; the latest first."""
    last: dict[tuple[str, str, str], Note] = {}
    for row in told:
        if Reason.named(row["reason"]).giver.step is Step.LOOKING:
            message, about = row.get("message", "")[:MAX_TEXT_CHARS], scope_of(row)
            note = Note(at=moment_of(row["at"]) or 0.0, reason=row["reason"], about=about, message=message)
            known = last.get((note.reason, about, message))
            if known is None or known.at < note.at:
                last[note.reason, about, message] = note
    return tuple(sorted(last.values(), key=lambda note: (-note.at, note.reason, note.message))[:NOTES_MAX])
