"""Outcomes read once, in any order: the course of each failure, what people did, what breakers did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from shared.domain.mode import Mode
from shared.domain.outcome import SCHEMA
from shared.domain.reasons import Reason
from shared.domain.verdicts import Step, Verdict
from shared.reading.text import MAX_NAME_CHARS
from shared.report.fate import Fate
from shared.systems import SYSTEMS

Row = Mapping[str, str]
"""An outcome as the Logstore gives it: every value text, whoever wrote it."""

_VERDICTS = {verdict.value: verdict for verdict in Verdict}
_REASONS = {reason.value: reason for reason in Reason}
_FATES = {
    Verdict.RERUN: Fate.HEALED,
    Verdict.WOULD_RERUN: Fate.WOULD_HEAL,
    Verdict.INELIGIBLE: Fate.INELIGIBLE,
    Verdict.DUPLICATE: Fate.DUPLICATE,
    Verdict.SUPPRESSED: Fate.SUPPRESSED,
    Verdict.DEFERRED: Fate.WAITING,
    Verdict.HELD: Fate.HELD,
    Verdict.REFUSED: Fate.REFUSED,
    Verdict.UNKNOWN: Fate.UNKNOWN,
    Verdict.INVALID: Fate.INVALID,
}
_OBSERVED = {Fate.HELD: Fate.WOULD_HOLD, Fate.WAITING: Fate.WOULD_WAIT}
_WENT_WRONG = frozenset({Reason.SEEN_FAILED, Reason.SEEN_NO_RUN})
_MADE = frozenset({Reason.ACCEPTED, Reason.OBSERVED_RESTART})
_SEEN = frozenset(
    {
        Reason.SEEN_RESTARTED,
        Reason.SEEN_SUCCEEDED,
        Reason.SEEN_FAILED,
        Reason.SEEN_NO_RUN,
        Reason.SEEN_ENDED,
        Reason.NOT_RESTARTED,
    }
)
"""What is told of a rerun after it was made."""
_SAID_TWICE = frozenset(one.value for one in (Reason.ALREADY_HANDLED, Reason.IN_HAND, Reason.OUTWEIGHED))
_MINUTE_CHARS = len("2026-01-05T02:30")
MAX_TEXT_CHARS = 1024
"""Of an excerpt or a message; what our own outcomes have fits."""
_KEPT = ("job_id", "owner", "queue", "job_name", "failure_class", "rule", "node", "fingerprint", "evidence", "state")


@dataclass(slots=True)
class Rerun:
    """One attempt that was made."""

    at: float
    state: str
    """The live state that was rerun."""
    seen: Reason | None = None
    seen_at: float = 0.0


@dataclass(slots=True)
class Course:
    """What is known of one failure; the newest outcome that tells something counts."""

    failure_id: str
    scope: str = ""
    place: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    """Fields of `_KEPT`."""
    first_at: float = float("inf")
    last_at: float = 0.0
    last_id: str = ""
    only_again: bool = True
    """Nothing but repetitions has been read of it."""
    verdict: Verdict = Verdict.DUPLICATE
    fate: Fate = Fate.DUPLICATE
    """What became of it, when everything has been read."""
    reason: str = ""
    message: str = ""
    occurred_at: float | None = None
    started_at: float | None = None
    final: bool = True
    """By what was told last, as is the next."""
    observed: bool = False
    by_hand: bool = False
    held_back: bool = False
    """A breaker stopped it."""
    reruns: dict[str, Rerun] = field(default_factory=dict)
    """By number of the attempt."""
    seen: dict[str, tuple[float, Reason]] = field(default_factory=dict)

    @property
    def job(self) -> str:
        """Scope and id, for people."""
        return f"{self.scope}/{self.told.get('job_id', '')}"

    @property
    def first_rerun(self) -> Rerun | None:
        """The first attempt that was made."""
        return min(self.reruns.values(), key=lambda one: one.at, default=None)


@dataclass(slots=True)
class Courses:
    """Everything that was read."""

    failures: dict[str, Course] = field(default_factory=dict)
    acts: list[tuple[float, Row]] = field(default_factory=list)
    breakers: list[tuple[float, Row]] = field(default_factory=list)
    nodes: list[tuple[float, Row]] = field(default_factory=list)
    """Suspicions, begun and ended."""
    notices: list[Row] = field(default_factory=list)
    """What is about no failure."""
    outcomes: int = 0
    dry_runs: int = 0
    not_read: int = 0
    known: set[str] = field(default_factory=set)

    def read(self, rows: Iterable[Row]) -> None:
        """Take outcomes in; what was read before is passed over, what is no outcome is counted."""
        for row in rows:
            outcome_id, at = row.get("outcome_id", ""), moment_of(row.get("at", ""))
            verdict = _VERDICTS.get(row.get("verdict", ""))
            if row.get("schema") != SCHEMA or not outcome_id or at is None or verdict is None:
                self.not_read += 1
            elif outcome_id not in self.known:
                self.known.add(outcome_id)
                self.outcomes += 1
                if row.get("dry_run") == "true":
                    self.dry_runs += 1
                else:
                    self._take(row, at, verdict)

    def _take(self, row: Row, at: float, verdict: Verdict) -> None:
        reason = _REASONS.get(row.get("reason", ""))
        if row.get("actor"):
            self.acts.append((at, row))
        if reason is not None and about_no_failure(verdict, reason):
            self.notices.append(row)
            if reason in {Reason.BREAKER_OPENED, Reason.BREAKER_CLOSED}:
                self.breakers.append((at, row))
            elif reason.giver.step is Step.NODE:
                self.nodes.append((at, row))
            return
        failure_id = row.get("failure_id", "")
        course = self.failures.get(failure_id)
        if course is None:
            course = self.failures[failure_id] = Course(failure_id)
        _told(course, row, at, verdict, reason)

    def settle(self) -> None:
        """Everything has been read: what became of each, and what was seen of reruns, which may have come first."""
        for course in self.failures.values():
            went_wrong = course.verdict is Verdict.RERUN and _REASONS.get(course.reason) in _WENT_WRONG
            fate = Fate.FAILED_AGAIN if went_wrong else _FATES[course.verdict]
            course.fate = _OBSERVED.get(fate, fate) if course.observed else fate
            for attempt, (at, reason) in course.seen.items():
                rerun = course.reruns.get(attempt)
                if rerun is not None:
                    rerun.seen, rerun.seen_at = reason, at


def about_no_failure(verdict: Verdict, reason: Reason) -> bool:
    """Whether an outcome is about a breaker, a mode, a place, a machine or a channel of messages."""
    closed = reason is Reason.BREAKER_CLOSED and verdict is Verdict.SUPPRESSED
    return closed or reason.giver.step.of_no_job


def _told(course: Course, row: Row, at: float, verdict: Verdict, reason: Reason | None) -> None:
    """Take in one outcome of a failure; they come in any order."""
    _note_rerun(course, row, at, reason)
    course.first_at = min(course.first_at, at)
    course.by_hand = course.by_hand or bool(row.get("actor"))
    course.held_back = course.held_back or reason is Reason.BREAKER_OPEN
    if course.occurred_at is None:
        course.occurred_at = moment_of(row.get("occurred_at", ""))
    if course.started_at is None:
        course.started_at = moment_of(row.get("started_at", ""))
    if not course.scope and (scope := scope_of(row)):
        course.place = {name: row[name][:MAX_NAME_CHARS] for name in SYSTEMS.places if name in row}
        course.scope = scope
    newest = _is_newer(course, row, at, verdict)
    for name in _KEPT:
        if (value := row.get(name)) and (newest or name not in course.told):
            course.told[name] = value[: MAX_TEXT_CHARS if name == "evidence" else MAX_NAME_CHARS]
    if newest:
        course.last_at, course.last_id, course.verdict = at, row["outcome_id"], verdict
        course.final, course.observed = row.get("final") != "false", row.get("mode") == Mode.OBSERVE.value
        course.reason, course.message = named(row, "reason"), row.get("message", "")[:MAX_TEXT_CHARS]


def _note_rerun(course: Course, row: Row, at: float, reason: Reason | None) -> None:
    """That an attempt was made, the first that says so; or what was seen of it since, the last."""
    attempt = row.get("attempt", "")
    if reason in _MADE:
        made = course.reruns.get(attempt)
        if made is None or at < made.at:
            course.reruns[attempt] = Rerun(at, row.get("state", ""))
    elif reason is not None and reason in _SEEN and at >= course.seen.get(attempt, (0.0, None))[0]:
        course.seen[attempt] = (at, reason)


def _is_newer(course: Course, row: Row, at: float, verdict: Verdict) -> bool:
    """A repetition says nothing of how a failure goes on; of two outcomes of one moment the one that follows counts."""
    again = verdict is Verdict.DUPLICATE and (not row.get("follow_up") or row.get("reason") in _SAID_TWICE)
    if again != course.only_again:
        course.only_again = course.only_again and again
        return not again
    return at > course.last_at or (at == course.last_at and row.get("follow_up") == course.last_id)


def scope_of(row: Row) -> str:
    """The scope that an outcome names, as its ledger key is spelt where it can be; empty if it names none."""
    name = named(row, "system")
    if name not in SYSTEMS:
        return name
    parts = (part.field for part in SYSTEMS.named(name).parts)
    return "/".join((name, named(row, "region") or "-", *(named(row, part) or "-" for part in parts)))


def named(row: Row, name: str) -> str:
    """A field that holds a name, no longer than ours are."""
    return row.get(name, "")[:MAX_NAME_CHARS]


def moment_of(text: str) -> float | None:
    """Unix seconds of what `rfc3339` wrote; None for anything else."""
    begin = _minute(text[:_MINUTE_CHARS])
    seconds = text[_MINUTE_CHARS + 1 : -1]
    if begin is None or text[-1] != "Z" or not seconds.replace(".", "", 1).isdecimal():
        return None
    past = float(seconds)
    return begin + past if past < 60.0 else None  # noqa: PLR2004 - of a minute


@lru_cache(maxsize=4096)
def _minute(text: str) -> float | None:
    """Where a minute begins: a night has a thousand of them, and its outcomes tell them again and again."""
    try:
        return datetime.fromisoformat(f"{text}:00+00:00").timestamp()
    except ValueError:
        return None
