"""What a look at a job system shows, and what every job system must be able to say of it.

Each system has a Struct of its own that is a `Snapshot`; the core asks these questions and never which system it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.failure import Failure
from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord


class Offered(Struct, frozen=True):
    """What the live job says of itself, as evidence for rules; empty where it says nothing."""

    owner: str = ""
    queue: str = ""
    name: str = ""
    nodes: tuple[str, ...] = ()
    """Of the run that goes on now."""


class Snapshot(Protocol):
    """One look at one job. Pure: the same snapshot answers the same."""

    @property
    def job_id(self) -> str:
        """As the job system lists it; as told if it lists none."""
        ...

    @property
    def state(self) -> State:
        """Of the job, or of the instance that the failure means."""
        ...

    @property
    def look_begun_at(self) -> float:
        """Unix seconds at which the look began: nothing that it shows is older than that."""
        ...

    @property
    def life(self) -> Life | None:
        """The life that it shows, if it shows one."""
        ...

    @property
    def offered(self) -> Offered:
        """Evidence for rules."""
        ...

    @property
    def running_since(self) -> float | None:
        """Unix seconds at which the run that goes on now began, if one does."""
        ...

    @property
    def ended_at(self) -> float | None:
        """Unix seconds at which the run that it shows ended, if that is over and the system tells when."""
        ...

    @property
    def changed_at(self) -> float | None:
        """Unix seconds at which anything that it shows was changed last, if the system tells when."""
        ...

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """Whether the failure means the run that is seen here."""
        ...

    def run_label(self, failure: Failure, run: Run) -> str:
        """What tells this failure from the job's other failures: its life if that is known."""
        ...

    def concerns(self, case: Case) -> bool:
        """Whether a case of the job's record is about the same piece of work as this look."""
        ...

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """What the look proves about a call in doubt; `settled`: an effect would show by now.

        `others`: the job's other cases that had an attempt, in its order: what those made is no evidence for this one.
        """
        ...

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """What the look proves about an accepted rerun; `others` and `settled` as above.

        What those made, or how it ended, says nothing of this one.
        """
        ...

    def share(self, action_api: ActionApi | None) -> Share | None:
        """What the job is a part of, where a call can restart that as a whole; None: of nothing."""
        ...

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """Whether the rerun made anything else than was meant; None where a system's reruns cannot.

        `others` as above; None as well where they leave nothing to tell it by.
        """
        ...

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """Ids of what reruns had made before: no evidence for a later call. Newest first, at most 50."""
        ...

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """Runs that the job system has added by itself, as far as can be told; `ours`: attempts of this budget."""
        ...

    @property
    def owner(self) -> str:
        """Of the job, as its system says it; empty if it says none."""
        ...

    def not_single(self) -> Stop | None:
        """Why it is not exactly one single job; None if it is, and where the job is not found."""
        ...

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """Whether the state is one from which this system reruns; `beside_live`: also where it starts a second run."""
        ...

    def may_rerun(self) -> GateAnswer:
        """Whether the job allows to be rerun."""
        ...

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """Whether something of the job lives that a rerun would start beside; None where reruns replace."""
        ...

    def wants_person(self) -> tuple[Reason, str] | None:
        """What a person must weigh before this job is rerun, and that in words; None if nothing."""
        ...

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """What was told of the job and contradicts the look, in one word; empty if nothing. Owners are not asked."""
        ...


class LookFailed(Struct, frozen=True, kw_only=True):
    """Observing did not succeed."""

    worth_repeating: bool
    credentials: bool = False
    """The key itself was refused: nothing goes on before a person has mended it."""
    scope_wide: bool = False
    """There is no such cluster or group, or nothing of it may be seen: its other jobs cannot be looked at either."""
    none_left: bool = False
    """Nobody looked, since no more than so much is looked at together."""
    code: str
    """The service's error code, or the name of the transport failure."""
    message: str
    retry_after_s: float | None = None
    look_begun_at: float
    changed_at = None  # it shows nothing


Observation = Snapshot | LookFailed
