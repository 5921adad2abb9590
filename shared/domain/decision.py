"""What `decide` is asked and what it answers."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import asdict

from shared.domain.act import Way
from shared.domain.call import ActionApi
from shared.domain.evidence import Known
from shared.domain.failure import FailureClass, Trigger
from shared.domain.gate import Gate, GateAnswer
from shared.domain.life import Life
from shared.domain.outcome import rfc3339
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict


class Ask(Struct, frozen=True, kw_only=True):
    """The circumstances of one decision."""

    now: float
    trigger: Trigger
    request_id: str
    dry_run: bool = False
    force: bool = False
    """Skips rules, budget, cooldown, breaker and hold; never eligibility, the reservation, the in-flight check or
    the kill switch."""
    actor: str = ""
    """Who forces."""
    why: str = ""


class Decision(Struct, frozen=True, gc=False):
    """What shall become of one failure, and why."""

    verdict: Verdict
    reason: Reason
    message: str
    failure_id: str
    asked: tuple[tuple[str, GateAnswer], ...] = ()
    """Every gate that was asked, by its name, with its answer; the last one stopped the failure, if one did."""
    state: str = ""
    """The state seen; empty if nothing could be seen."""
    job_id: str = ""
    """As the job system lists it, as told where it does not."""
    rule: str = ""
    failure_class: FailureClass = FailureClass.UNKNOWN
    """As the matching rule says."""
    action_api: ActionApi | None = None
    """By which operation the rule wants it."""
    attempt: int = 0
    """Number that the attempt has or would have; 0 if it did not come to that."""
    max_attempts: int = 0
    due_at: float | None = None
    """When to go on, for an open verdict."""
    life: Life | None = None
    """The life that the attempt is for."""
    job_instance_id: int | None = None
    """The instance meant, as seen, where jobs have instances; as told where nothing was seen."""
    data_time: str | None = None
    """The meant instance's, as seen; as told where nothing was seen."""
    running_since: float | None = None
    """Unix seconds at which the run that goes on now began, as seen."""
    owner: str = ""
    """The live job's, as its system lists it, never as told; empty where it lists none."""
    forced: bool = False
    """A person asked for force, now or when it was told."""
    actor: str = ""
    """Who forced it, or whose act it is."""
    way: Way | None = None
    """From where they acted."""
    why: str = ""
    """In that person's words."""
    known: Known | None = None
    """What it was made on, for its outcome."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every gate asked, as it is told."""
        gates = [
            Gate(name=name, passed=answer.stop is None, saw=answer.saw, wanted=answer.wanted)
            for name, answer in self.asked
        ]
        return tuple(gates)

    @property
    def windows(self) -> tuple[str, ...]:
        """Names of those for which a person is asked."""
        stop = self.asked[-1][1].stop if self.asked else None
        return stop.windows if stop else ()

    @property
    def evidence(self) -> dict[str, str]:
        """What it was made on, by field. When the run began is as told, else as seen of the run that is rerun."""
        known: dict[str, str] = asdict(self.known or Known())
        if not known["started_at"] and self.attempt and self.run_clear and self.running_since is not None:
            known["started_at"] = rfc3339(self.running_since)
        return known

    @property
    def run_clear(self) -> bool:
        """Whether it was asked which run is meant, and was certain."""
        return True in [answer.stop is None for name, answer in self.asked if name == "run_clear"]

    unread: bool = False
    """What its job has printed is still to be asked for, whatever it waits for now."""

    @property
    def about_this_run(self) -> bool:
        """Whether the job was seen, who told it was believed, and nothing says that it means another run."""
        names = [name for name, _ in self.asked]
        return "eligible" in names and not (self.stopped and names[-1] == "run_clear")

    @property
    def stopped(self) -> bool:
        """Whether a gate stopped it."""
        return bool(self.asked) and self.asked[-1][1].stop is not None
