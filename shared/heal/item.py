"""What walks through the corridor."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from shared.domain.call import CallResult
from shared.domain.decision import Decision
from shared.domain.failure import Failure
from shared.domain.keys import Kind, job_key, kind_of, pending_key
from shared.domain.outcome import Outcome
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.snapshot import LookFailed, Observation

CHUNK = 100
"""Failures handled together: what one RerunJobs call may name, and one ledger round trip a step."""
MOST_KEPT = 100
"""Outcomes of a range that are kept until it is at its end: what is answered shows fewer."""


class Invocation(Struct, frozen=True):
    """One run of a function."""

    request_id: str
    hard_deadline: float
    """Unix seconds at which the platform kills the process: nothing leaves it later."""


class Origin(Struct, frozen=True):
    """The ledger document from which the sweep took an open case."""

    key: str
    case: Case


class Item(Struct):
    """One failure on its way. The steps fill in what they found out."""

    failure: Failure
    origin: Origin | None = None
    forced: bool = False
    """A person forces it, or did when the sweep's case was told."""
    observation: Observation | None = None
    decision: Decision | None = None
    wants_call: bool = False
    """As decided: it would use up a token of the shared limits, in earnest or with tied hands."""
    owner: str = ""
    """Token of the attempt reserved for it; empty if there is none."""
    call: CallResult | None = None
    batch: int = 0
    """How many jobs the call named, or would have after larger ones were refused; 0: there was none."""
    unsent: Reason | None = None
    """Why the call was not made although the attempt was reserved."""
    asked_output: bool = False
    """What its job has printed was asked for, whatever came of it: nobody asks for that again."""
    unread: bool = False
    """What its job has printed is still to be asked for: it names no cause, and others were asked first."""
    apart: bool = False
    """Waits in the document that it came from, or one of its own: the job's is written by too many, or unreadable."""
    blocked_by: str = ""
    """The malformed document that keeps it from being decided."""
    outcome: Outcome | None = None
    owed_by: str = ""
    """The ledger document that owes the outcome; empty if none does."""
    besides: list[dict[str, str]] = field(default_factory=list)
    """Outcomes of other failures that the same document owes by this decision: they made room, or are outweighed."""

    @property
    def seen(self) -> Observation:
        """The observation; there is one from the first step on."""
        if self.observation is None:
            raise TypeError("the item has not been observed")
        return self.observation

    @property
    def decided(self) -> Decision:
        """The decision; there is one after `decide`."""
        if self.decision is None:
            raise TypeError("the item has not been decided")
        return self.decision

    @property
    def writes_to(self) -> str:
        """The ledger document that the decision changes."""
        return self.owed_by or self.key

    def start_over(self) -> None:
        """Forget what was decided: the ledger has changed underneath."""
        self.decision, self.outcome, self.wants_call = None, None, False
        self.owner, self.owed_by, self.besides = "", "", []

    def let_go(self) -> None:
        """It has walked to its end: what is left of it is its result."""
        self.start_over()
        self.observation = self.call = None

    @property
    def key(self) -> str:
        """The ledger document that this failure belongs into: of the live job id, once it is known.

        A look refused for good ends it under the id as told, so that a redelivery does not begin anew.
        """
        seen = self.observation
        if not (seen is None or self.apart or isinstance(seen, LookFailed)):  # as nearly always, some thirty times
            return job_key(self.failure.scope, seen.job_id)
        seen = self.seen
        if self.origin is not None:
            return self.origin.key
        refused = isinstance(seen, LookFailed) and not seen.worth_repeating
        return self.told_key if refused and not self.apart else self._pending_key

    @property
    def own_keys(self) -> tuple[str, ...]:
        """Where an earlier sweep can have taken the case that this one took up: the job's own document.

        Of what waits under `pending/` by the id seen, by the id told as well, and by the one that an earlier look
        showed: when the look fails, or no longer shows the job, there is no other. What a job's document has is at home
        there, and ends there.
        """
        if self.origin is None:
            return ()
        named = self.origin.case.taken_to
        first = (job_key(self.failure.scope, named),) if named else ()
        own_keys = dict.fromkeys((*first, self.key, self.told_key) if self._waits_elsewhere else (self.key,))
        own_keys.pop(self.origin.key, None)
        return tuple(own_keys)

    @property
    def moves_to(self) -> str:
        """The job's id as listed, where what waits elsewhere is to be taken there, and the id told does not say so."""
        seen = self.seen
        if not self._waits_elsewhere or self.apart or isinstance(seen, LookFailed):
            return ""
        return "" if self.key == self.told_key else seen.job_id

    @property
    def _waits_elsewhere(self) -> bool:
        return self.origin is not None and kind_of(self.origin.key) is Kind.PENDING

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Where a telling may be known besides: under the id as told, or, if it was just told, still waiting."""
        waits = self.origin is None and isinstance(self.seen, LookFailed)
        known = (self.told_key, self._pending_key) if waits else self.known_under
        had = {self.key, *self.own_keys, self.origin.key if self.origin else self.key}
        return tuple(key for key in known if key not in had)

    @property
    def reads(self) -> tuple[str, ...]:
        """Every record that the decision reads."""
        origin = (self.origin.key,) if self.origin else ()
        return (self.key, *origin, *self.own_keys, *self.elsewhere)

    @property
    def known_under(self) -> tuple[str, ...]:
        """Where it may be known, whatever a look shows: also where it waits if it says no time.

        Come again that would count as told now, and of a run that began since it was told first.
        """
        return (self.told_key, self._pending_key) if self.failure.untimed else (self.told_key,)

    @property
    def told_key(self) -> str:
        """The job's document, if its id is as told."""
        return job_key(self.failure.scope, self.failure.job_id)

    @property
    def _pending_key(self) -> str:
        return pending_key(self.failure.scope, self.failure.telling_id)


class Result(Struct, frozen=True):
    """An outcome with what led to it."""

    outcome: Outcome
    decision: Decision | None
    """Only where a person asked."""
    key: str
    """The ledger document that owes it; empty if none does."""


class Notice(Struct, frozen=True):
    """An outcome about a breaker or a mode, owed by its document. It is no failure's, and is not counted."""

    key: str
    fields: dict[str, str]


Left = tuple[JobRecord, int]
"""A document and its version, as far as its last writer knows."""


class Walked(Struct):
    """What is to be told after a walk through the corridor."""

    results: list[Result] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    left: dict[str, Left] = field(default_factory=dict)
    """Documents of some of the results as they were written last, so that none is read to strike what was told."""

    def add(self, others: Iterable[Walked]) -> Walked:
        """This one, with what came of those besides."""
        for other in others:
            self.results += other.results
            self.notices += other.notices
            self.left.update(other.left)
        return self


class Report(Struct):
    """What became of a delivery."""

    results: list[Result] = field(default_factory=list)
    folded: int = 0
    passed_over: int = 0
    more: dict[str, int] = field(default_factory=dict)
    """By verdict, how many further outcomes there are that are not kept."""

    def add(self, other: Report) -> None:
        """Count in what became of a further slice, without its decisions and beyond some without its outcomes.

        A long range has no room for them, and the Logstore has them.
        """
        kept = max(0, MOST_KEPT - len(self.results))
        self.results += [Result(result.outcome, None, result.key) for result in other.results[:kept]]
        for result in other.results[kept:]:
            self._count(result.outcome.verdict, 1)
        self._count_in(other)

    def join(self, other: Report) -> None:
        """Count in what became of another part of the same delivery."""
        self.results += other.results
        self._count_in(other)

    def _count_in(self, other: Report) -> None:
        self.folded += other.folded
        self.passed_over += other.passed_over
        for verdict, count in other.more.items():
            self._count(verdict, count)

    def _count(self, verdict: str, count: int) -> None:
        self.more[verdict] = self.more.get(verdict, 0) + count
