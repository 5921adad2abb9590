"""Laws about calls: who is rerun, on what evidence, with what right (1, 2, 5, 7)."""

from __future__ import annotations

from collections import Counter

from shared.domain.call import Effect
from shared.domain.job import State
from shared.domain.record import CaseState
from shared.systems.dataworks.snapshot import DataworksSnapshot
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.proof.laws.reading import Breaches, cases_at, name_of
from tests.proof.truth import Call, Job
from tests.proof.world import World


def law_01_one_effective_rerun_a_life(world: World) -> Breaches:
    """At most one effective rerun per life: of the run hit, of the run alive on arrival, of the run looked at."""
    effective = [call for call in world.calls if call.effective]
    for name, of in (("hit", _hit), ("alive on arrival", _arrived), ("looked at", _looked)):
        besides = [((scope, job_id), run) for call in world.calls for scope, job_id, run in call.also]
        for life, count in Counter([*((call.job, of(call)) for call in effective), *besides]).items():
            if count > 1 and life[1]:
                yield f"{count} effective reruns of the life {life} ({name})"
    failed = {(telling.job, telling.run) for telling in world.tellings}
    for call in effective:
        began_after_look = call.look is not None and call.hit_run != call.look.run
        if (call.job, call.hit_run) not in failed and not began_after_look:
            yield f"run {call.hit_run} of {call.job[1]} was rerun and nobody had said that it failed"


def _hit(call: Call) -> int:
    return call.hit_run


def _arrived(call: Call) -> int:
    return call.arrived_at_run


def _looked(call: Call) -> int:
    return call.look.run if call.look else 0


def law_02_only_what_was_seen_eligible(world: World) -> Breaches:
    """Every call rests on a look of its own invocation, recent enough, that showed an eligible job."""
    oldest_s = world.policy.timing.observation_max_age_s
    for call in world.calls:
        if call.look is None:
            yield f"{name_of(call)} rests on no look"
            continue
        if call.at - call.look.begun_at > oldest_s + 0.5 and world.baton is None:
            yield f"{name_of(call)} rests on a look {call.at - call.look.begun_at:.1f} s old"
        seen = call.look.observation
        if isinstance(seen, EhpcSnapshot):
            eligible = seen.state in {State.RUNNING, State.QUEUED} and seen.rerunnable and not seen.array_request
        elif isinstance(seen, SchedulerxSnapshot):
            eligible = seen.state is State.FAILED and seen.enabled and not any(one.live for one in seen.others)
        elif isinstance(seen, Schedulerx3Snapshot):
            eligible = seen.state is State.FAILED and not any(one.live for one in seen.others)
        else:
            assert isinstance(seen, DataworksSnapshot)
            eligible = seen.state is State.FAILED
        if not eligible:
            yield f"{name_of(call)} although the look showed {seen.state.value}"


def law_05_a_look_after_an_unknown_result(world: World) -> Breaches:
    """Between a call of unknown result and the job's next call there is a look by another invocation."""
    before: dict[tuple[Job, str | None], Call] = {}
    for call in world.calls:
        earlier = before.get((call.job, call.data_time))
        before[(call.job, call.data_time)] = call
        if earlier is None or earlier.effect not in {None, Effect.UNKNOWN}:
            continue
        looked_since = call.look is not None and call.look.begun_at > earlier.at
        if earlier.who is call.who or not looked_since:
            yield f"{name_of(call)} after an unknown result without a look"


def law_07_no_call_without_an_attempt(world: World) -> Breaches:
    """When a call arrives, the ledger holds a reservation of that invocation, made before."""
    for call in world.calls:
        mine = [
            case
            for case in cases_at(call)
            if case.state is CaseState.RESERVED
            and case.owner.startswith(f"{call.who.label}/")
            and case.reserved_at <= call.at + call.who.off_s <= case.may_leave_until
        ]
        if not mine:
            yield f"{name_of(call)} without a reserved attempt"
