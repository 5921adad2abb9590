"""Every hand on record: what people did, and what breakers did with them or by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.act import MAX_ACTOR_CHARS
from shared.domain.failure import Trigger
from shared.domain.reasons import Reason
from shared.reading.text import MAX_NAME_CHARS
from shared.report.courses import MAX_TEXT_CHARS, Course, Row, named, scope_of
from shared.report.model import BreakerLine, Hand

HANDS_MAX = 200
BREAKERS_MAX = 50
FORCED = "forced"
_CONSOLE = Trigger.CONSOLE.value


def hands_of(acts: Iterable[tuple[float, Row]]) -> tuple[tuple[Hand, ...], int]:
    """The acts, the newest first, and how many are left out.

    A forced failure has its actor in each of its outcomes: the first one is the act. What one act did to many failures
    (a breaker's backlog that was resumed) is one hand.
    """
    ordered = sorted(acts, key=lambda act: act[0])
    kept: dict[tuple[str, ...], list[tuple[float, Row]]] = {}
    for at, row in ordered:
        kept.setdefault(_key(at, row), []).append((at, row))
    hands = [_hand(some) for some in kept.values()]
    hands.reverse()
    return tuple(hands[:HANDS_MAX]), max(0, len(hands) - HANDS_MAX)


def _key(at: float, row: Row) -> tuple[str, ...]:
    act = _act(row)
    if act == FORCED:
        return (act, row.get("failure_id", ""))
    if act == Reason.BREAKER_CLOSED.value and row.get("final") == "false":
        return (act, str(at), row.get("actor", ""), scope_of(row))
    return (act, row.get("outcome_id", ""))


def _act(row: Row) -> str:
    return FORCED if row.get("forced") == "true" else row.get("reason", "")


def _hand(rows: list[tuple[float, Row]]) -> Hand:
    at, row = rows[0]
    failures = {row.get("failure_id", "") for _, row in rows}
    job_id = named(row, "job_id") if len(failures) == 1 else ""
    scope = scope_of(row)
    return Hand(
        at=at,
        act=_act(row)[:MAX_NAME_CHARS],
        actor=row.get("actor", "")[:MAX_ACTOR_CHARS],
        way=named(row, "way") or (_CONSOLE if row.get("trigger") == _CONSOLE else ""),
        why=named(row, "why"),
        about="/".join(one for one in (scope or named(row, "rule"), job_id or named(row, "node")) if one),
        failure_id=named(row, "failure_id") if job_id else "",
        count=len(failures),
        said=row.get("message", "")[:MAX_TEXT_CHARS],
    )


def breakers_of(told: Iterable[tuple[float, Row]], courses: Iterable[Course]) -> tuple[BreakerLine, ...]:
    """Scopes whose breaker opened, closed or stopped a failure; those that are open first."""
    held_back: dict[str, int] = {}
    for course in courses:
        if course.held_back:
            held_back[course.scope] = held_back.get(course.scope, 0) + 1
    opened: dict[str, tuple[float, Row]] = {}
    closed: dict[str, tuple[float, Row]] = {}
    for at, row in sorted(told, key=lambda one: one[0]):
        (opened if row.get("reason") == Reason.BREAKER_OPENED.value else closed)[scope_of(row)] = (at, row)
    lines = [
        _breaker(scope, opened.get(scope), closed.get(scope), held_back.get(scope, 0))
        for scope in held_back.keys() | opened.keys() | closed.keys()
    ]
    return tuple(sorted(lines, key=lambda line: (not line.open, line.scope))[:BREAKERS_MAX])


def _breaker(
    scope: str, opened: tuple[float, Row] | None, closed: tuple[float, Row] | None, held_back: int
) -> BreakerLine:
    return BreakerLine(
        scope=scope,
        opened_at=opened[0] if opened else None,
        opened_by=opened[1].get("actor", "")[:MAX_ACTOR_CHARS] if opened else "",
        why=named(opened[1], "why") if opened else "",
        closed_at=closed[0] if closed else None,
        closed_by=closed[1].get("actor", "")[:MAX_ACTOR_CHARS] if closed else "",
        held_back=held_back,
        open=closed is None or (opened is not None and opened[0] > closed[0]),
    )
