"""What a look proves about a call whose effect is not known (design.md, the observation table)."""

from __future__ import annotations

from enum import Enum

from shared.domain.job import State
from shared.domain.record import Case
from shared.domain.runs import QUEUED_LIFE, life_of
from shared.domain.snapshot import TRIGGER_DATA_RERUN, EhpcSnapshot, Instance, SchedulerxSnapshot, Snapshot

EVIDENCE_SKEW_S = 30.0
"""SchedulerX's clock may be this much behind ours; reruns known before the call are told apart by their ids."""


class Conclusion(str, Enum):
    """What is now known of the attempt."""

    RESTARTED = "restarted"
    NOT_RESTARTED = "not_restarted"
    WAIT = "wait"
    """Nothing yet: an effect may still show."""
    ENDED = "ended"
    STARTED = "started"
    """It was queued and runs now, by itself or by us."""
    NOT_OBSERVABLE = "not_observable"
    NO_EVIDENCE = "no_evidence"


def conclude(case: Case, snapshot: Snapshot, settle_s: float) -> Conclusion:
    """Compare the life reserved with what is seen now.

    Args:
        case: in doubt; `life`, `may_leave_until` and `known_reruns` as reserved.
        snapshot: a look at the same job.
        settle_s: a call takes effect within this time of being sent, or never.
    """
    settled = snapshot.look_begun_at >= case.may_leave_until + settle_s
    if isinstance(snapshot, SchedulerxSnapshot):
        return _of_instances(case, snapshot, settled=settled)
    if snapshot.state in {State.NOT_FOUND, State.UNKNOWN}:
        return Conclusion.NO_EVIDENCE
    if case.life == QUEUED_LIFE:
        return _reserved_queued(snapshot, settled=settled)
    return _reserved_running(case, snapshot, settled=settled)


def _reserved_running(case: Case, snapshot: EhpcSnapshot, *, settled: bool) -> Conclusion:
    if snapshot.state is State.FINISHED:
        other_run = snapshot.start_time is not None and f"run:{snapshot.start_time}" != case.life
        return Conclusion.RESTARTED if other_run else Conclusion.ENDED
    if snapshot.state is State.RUNNING and snapshot.start_time is None:
        return Conclusion.NO_EVIDENCE
    if life_of(snapshot) != case.life:
        return Conclusion.RESTARTED
    return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT


def _reserved_queued(snapshot: EhpcSnapshot, *, settled: bool) -> Conclusion:
    if snapshot.state is State.RUNNING:
        return Conclusion.STARTED
    if snapshot.state is State.FINISHED:
        return Conclusion.ENDED
    return Conclusion.NOT_OBSERVABLE if settled else Conclusion.WAIT


def _of_instances(case: Case, snapshot: SchedulerxSnapshot, *, settled: bool) -> Conclusion:
    if snapshot.state is State.NOT_FOUND:
        return Conclusion.NO_EVIDENCE
    if new_reruns(case, snapshot):
        return Conclusion.RESTARTED
    return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT


class Aftermath(str, Enum):
    """What became of a rerun that the service accepted."""

    WAIT = "wait"
    NOT_RESTARTED = "not_restarted"
    RESTARTED = "restarted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ENDED = "ended"
    """E-HPC does not tell well from badly."""


def aftermath(case: Case, snapshot: Snapshot, settle_s: float) -> Aftermath:
    """Compare the life that was rerun with what is seen now. The service's word is believed only as far as this."""
    settled = snapshot.look_begun_at >= case.may_leave_until + settle_s
    if isinstance(snapshot, SchedulerxSnapshot):
        return _of_new_instances(new_reruns(case, snapshot), settled=settled and snapshot.state is not State.NOT_FOUND)
    if snapshot.state is State.FINISHED:
        return Aftermath.ENDED
    if snapshot.state is not State.RUNNING or snapshot.start_time is None:
        return Aftermath.WAIT
    if life_of(snapshot) != case.life:
        return Aftermath.RESTARTED
    return Aftermath.NOT_RESTARTED if settled else Aftermath.WAIT


def _of_new_instances(made: list[Instance], *, settled: bool) -> Aftermath:
    if not made:
        return Aftermath.NOT_RESTARTED if settled else Aftermath.WAIT
    newest = max(made, key=lambda instance: instance.instance_id)
    if newest.live:
        return Aftermath.RESTARTED
    return {State.SUCCEEDED: Aftermath.SUCCEEDED, State.FAILED: Aftermath.FAILED}.get(newest.state, Aftermath.ENDED)


def new_reruns(case: Case, snapshot: SchedulerxSnapshot) -> list[Instance]:
    """Instances that reruns have made since the attempt was reserved."""
    shown = (*snapshot.others, *((snapshot.instance,) if snapshot.instance else ()))
    return [instance for instance in shown if _is_new_rerun(instance, case)]


def _is_new_rerun(instance: Instance, case: Case) -> bool:
    if instance.trigger_type != TRIGGER_DATA_RERUN or instance.instance_id in case.known_reruns:
        return False
    # One that has not started yet counts as well: it was not there before the call.
    return instance.started_at is None or instance.started_at >= case.reserved_at - EVIDENCE_SKEW_S


def stray(case: Case, snapshot: SchedulerxSnapshot) -> bool:
    """Whether the rerun of a day made anything else than one instance of that day, as a wrong time zone does."""
    day = case.life.partition("#")[0]
    return [instance.data_time for instance in new_reruns(case, snapshot)] != [day]


def rerun_instances(snapshot: Snapshot) -> tuple[int, ...]:
    """Ids of the instances that reruns had made before the call, newest first, at most 50."""
    if isinstance(snapshot, EhpcSnapshot):
        return ()
    shown = (*((snapshot.instance,) if snapshot.instance else ()), *snapshot.others)
    return tuple(one.instance_id for one in shown if one.trigger_type == TRIGGER_DATA_RERUN)[:50]
