"""What can become of a failure, and where on its way it can get its answer."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Verdict(str, Enum):
    """What became of a failure."""

    RERUN = "rerun"
    """The API accepted the rerun, or a look at the job showed that it took place."""
    WOULD_RERUN = "would_rerun"
    """As `rerun`, in a dry run or where only observed: nothing was called."""
    INELIGIBLE = "ineligible"
    """The live job is not one that its system reruns: wrong state, not rerunnable, or not there."""
    DUPLICATE = "duplicate"
    """This failure has been or is being handled, or the job has been restarted since."""
    SUPPRESSED = "suppressed"
    """The policy or a person said no."""
    DEFERRED = "deferred"
    """Recorded and due later; the sweep goes on with it."""
    HELD = "held"
    """Waits for a person's approval, a day at most."""
    REFUSED = "refused"
    """The API certainly did not do it, and repeating would not help."""
    UNKNOWN = "unknown"
    """A call was made, and whether it took effect is not known yet; the sweep looks."""
    INVALID = "invalid"
    """The record could not be understood."""


class Step(str, Enum):
    """Where on its way a failure got its answer. The value says it to people."""

    GATE = "a gate said no"
    ALL_PASSED = "no gate said no"
    AGE = "it had been open for a day"
    SHARED = "a limit that many jobs share had no room at this moment"
    UNSENT = "the call was not made after all"
    CALL = "the call itself was answered so, or not answered"
    PERSON = "a person decided"
    BREAKER = "it is about the breaker itself, not about a job"
    TELLING = "another telling of the same failure got further"
    RECORD = "the job's ledger document had no room for it"
    MODE = "it is about a mode set by hand, not about a job"
    LOOKING = "it is about a place that is looked through, not about a job"
    MESSAGE = "it is about a channel of messages, not about a job"
    NODE = "it is about a node on which jobs failed, not about a job"
    INTAKE = "it could not be understood, so no gate was asked"

    @property
    def after_all_gates(self) -> bool:
        """Whether every gate had passed before."""
        return self in {Step.ALL_PASSED, Step.SHARED, Step.UNSENT, Step.CALL}

    @property
    def of_no_job(self) -> bool:
        """Whether what is told there is about something else than a failure."""
        return self in {Step.BREAKER, Step.MODE, Step.LOOKING, Step.MESSAGE, Step.NODE}


class Giver(Struct, frozen=True):
    """Who gives a reason."""

    step: Step
    gates: tuple[str, ...] = ()
    """Names of the gates that can give it, in the order in which they are asked; empty where none can."""


OPEN_VERDICTS = frozenset({Verdict.DEFERRED, Verdict.HELD, Verdict.UNKNOWN})
