"""An invented job system, as small as one can be: what the house must need of a new one, and nothing else.

A mill grinds batches. A batch is rerun by grinding it again; the mill numbers no runs, it tells when each began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.claims import Share
from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure
from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import Scope, State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.runs import by_start
from shared.domain.snapshot import Observation, Offered
from shared.domain.verdicts import Verdict
from shared.ports import Clock, JobSystem
from shared.reading.ids import Field, positive_long, printable_name
from shared.systems.imagined import Imagined
from shared.systems.system import Flag, Operation, Part, Probe, System

if TYPE_CHECKING:
    from shared.systems.openapi import Caller


class Yard(Struct, Scope, frozen=True, kw_only=True, tag="mill"):
    """Where mills stand."""

    parts: ClassVar[tuple[str, ...]] = ("yard_id",)
    system: ClassVar[str] = "mill"
    region: str
    yard_id: str


class Batch(Struct, frozen=True, kw_only=True):
    """One look at a batch."""

    job_id: str
    state: State
    began: int | None = None
    owner: str = ""
    look_begun_at: float
    changed_at = None  # of what has failed nobody tells when it did

    @property
    def life(self) -> Life | None:
        """The grinding that began then."""
        return None if self.began is None else Life.run(self.began)

    @property
    def offered(self) -> Offered:
        """A mill knows who brought the grain."""
        return Offered(owner=self.owner)

    @property
    def ended_at(self) -> None:
        """The mill keeps no times."""

    @property
    def running_since(self) -> float | None:
        """When it began."""
        return self.began if self.state is State.RUNNING else None

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """Nothing is numbered."""
        return ()

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """By the start."""
        del record
        if self.began is None:
            return Run.UNCLEAR
        return by_start(failure.started_at or self.began, self.began)

    def run_label(self, failure: Failure, run: Run) -> str:
        """By the start."""
        del run
        return f"run:{int(failure.started_at or self.began or 0)}"

    def concerns(self, case: Case) -> bool:
        """Always."""
        del case
        return True

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """Another start is a restart."""
        del others
        if self.life != case.life:
            return Conclusion.RESTARTED
        return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """The same."""
        del others
        if self.life != case.life:
            return Aftermath.RESTARTED
        return Aftermath.NOT_RESTARTED if settled else Aftermath.WAIT

    def share(self, action_api: ActionApi | None) -> Share | None:
        """Part of nothing."""
        del action_api
        return None

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """Never."""
        del case, others
        return None

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """None."""
        del record, failure, ours
        return 0

    def not_single(self) -> Stop | None:
        """Each is one."""

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """A batch that failed."""
        del beside_live
        if self.state is State.FAILED:
            return GateAnswer("FAILED", "FAILED")
        stop = Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, "the mill grinds only what failed")
        return GateAnswer(self.state.value, "FAILED", stop)

    def may_rerun(self) -> GateAnswer:
        """Always."""
        return GateAnswer("grain", "grain")

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """A rerun replaces."""
        del record, look_again_at
        return None

    def wants_person(self) -> tuple[Reason, str] | None:
        """Nobody."""

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """Nothing is compared."""
        del failure, run, settle_s
        return ""


class Mill(System):
    """The mills of a region."""

    name = "mill"
    title = "Mill"
    scope_type = Yard
    snapshot_type = Batch
    parts = (Part(field="yard_id", label="yard"),)
    job_label = "batch"
    fields = (
        Field("yard_id", printable_name, required=True, says="The yard."),
        Field("job_id", lambda value: str(positive_long(value)), required=True, says="The batch."),
    )
    one_of = ()
    operations = (
        Operation(name="Grind", mutates=True, ram_action="mill:Grind"),
        Operation(name="Look", ram_action="mill:Look"),
    )
    pace = None
    flag = Flag(option="--yard", metavar="ID", help="a yard of yours")
    endpoint_says = "Host of the mill."
    endpoint_default = "`https://mill.<region>.example.com`"

    def __init__(self, yard: MillYard) -> None:
        self._yard = yard

    def endpoint(self, region: str) -> Endpoint:
        """One a region."""
        return Endpoint("https", f"mill.{region}.example.com", 443)

    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The yard itself."""
        del api, clock, zone
        return self._yard

    def names_one_job(self, job_id: str) -> bool:
        """Always."""
        del job_id
        return True

    def may_mean(self, own: str, told: str) -> bool:
        """Only itself."""
        return own == told

    def told_as(self, job_id: str) -> tuple[str, ...]:
        """As it is."""
        return (job_id,)

    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """A batch of a test yard."""
        del told
        return {"yard_id": "test", "job_id": 1}

    def imagine(self, live: Imagined, failure: Failure, now: float) -> Batch:
        """Failed unless the test says otherwise."""
        began = int(now - live.started_ago_s)
        return Batch(job_id=failure.job_id, state=live.state or State.FAILED, began=began, look_begun_at=now)

    def read_flag(self, text: str) -> dict[str, str]:
        """A yard."""
        return {"yard_id": text}

    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """Nothing to try."""
        del api, region, told
        yield from ()


@dataclass
class MillYard:
    """The adapter and the world in one: batches by id, and how often each was ground again."""

    clock: Clock
    batches: dict[str, Batch] = field(default_factory=dict)
    ground: list[str] = field(default_factory=list)
    batch_size: int = 10

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """One batch a failure."""
        gone = [Batch(job_id=one.job_id, state=State.NOT_FOUND, look_begun_at=self.clock.now()) for one in failures]
        return [self.batches.get(one.job_id, empty) for one, empty in zip(failures, gone, strict=True)]

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Each begins anew."""
        for target in targets:
            self.ground.append(target.job_id)
            self.fail(target.job_id, State.RUNNING)
        return [CallResult(effect=Effect.DONE, api="Grind", left_at=self.clock.now()) for _ in targets]

    def fail(self, job_id: str, state: State = State.FAILED) -> None:
        """A batch in that state, begun now."""
        now = self.clock.now()
        self.batches[job_id] = Batch(job_id=job_id, state=state, began=int(now), owner="ann", look_begun_at=now)

    def look_anew(self) -> None:
        """What is seen is seen now."""
        now = self.clock.now()
        self.batches = {key: Batch(**{**_parts(one), "look_begun_at": now}) for key, one in self.batches.items()}


def _parts(batch: Batch) -> dict[str, Any]:
    return {name: getattr(batch, name) for name in batch.__struct_fields__}
