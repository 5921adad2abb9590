"""Whether a rerun would start a second run of a job beside one that lives, where reruns let live what lives. Pure."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.domain.record import CaseState, JobRecord
from shared.domain.verdicts import Verdict


class Live(Struct, frozen=True, kw_only=True):
    """A run of the job that a look has shown."""

    number: int
    state: State
    by_user: bool
    """A rerun has made it: ours, if one of ours was accepted."""


def alone(record: JobRecord, live: Live | None, *, kind: str, look_begun_at: float, look_again_at: float) -> GateAnswer:
    """Whether nothing of the job lives; what a rerun of ours has begun is waited for.

    A look shows nothing of a call that has left since it began, and one look may serve many failures of a job.

    Args:
        record: the job's.
        live: one that lives; None if the look shows none.
        kind: what the service calls a run.
        look_begun_at: unix seconds.
        look_again_at: when it is asked again.
    """
    wanted, wait = f"no live {kind} of the job", (Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND)
    if live is None and not record.left_since(look_begun_at):
        return GateAnswer(saw="none", wanted=wanted)
    if live is None:
        message = "a rerun for another failure of the job has left since this look began"
        return GateAnswer(saw="a call has left since", wanted=wanted, stop=Stop(*wait, message, look_again_at))
    message = f"{kind} {live.number} of the job is {live.state.value}"
    if live.by_user and any(case.state is CaseState.DONE for case in record.cases):
        stop = Stop(*wait, message, look_again_at)
    else:
        stop = Stop(Verdict.INELIGIBLE, Reason.LIVE_INSTANCE, message)
    return GateAnswer(saw=f"{live.number} {live.state.value}", wanted=wanted, stop=stop)
