"""What a look at E-HPC answers to gates and of a rerun's end, to the second, also of cases without a life."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.systems.ehpc.snapshot import MOVING_START_S, EhpcSnapshot
from tests.support.systems import CLUSTER
from tests.unit.systems.exact import AT, CALLED, SKEW_S, case, told
from tests.unit.systems.test_exact_bounds import RAN, job

NAMELESS = case(None, failure=told(CLUSTER))
WAITED = case(Life.queued(), failure=told(CLUSTER))
BEGAN = int(CALLED)
SAME = case(Life.run(BEGAN), failure=told(CLUSTER))
"""Its run began when it was called: clocks differ."""


@pytest.mark.parametrize(
    ("seen", "of", "settled", "unsettled"),
    [
        (job(), RAN, Aftermath.NOT_RESTARTED, Aftermath.WAIT),
        (job(start=899), RAN, Aftermath.WAIT, Aftermath.WAIT),
        (job(start=None), RAN, Aftermath.WAIT, Aftermath.WAIT),
        (job(State.QUEUED), RAN, Aftermath.WAIT, Aftermath.WAIT),
        (job(start=BEGAN), RAN, Aftermath.RESTARTED, Aftermath.RESTARTED),
        (job(start=int(CALLED - SKEW_S)), RAN, Aftermath.RESTARTED, Aftermath.RESTARTED),
        (job(start=int(CALLED - SKEW_S) - 1), RAN, Aftermath.WAIT, Aftermath.WAIT),
        (job(State.FINISHED), RAN, Aftermath.NO_FURTHER_RUN, Aftermath.NO_FURTHER_RUN),
        (job(State.FINISHED, 899), RAN, Aftermath.WAIT, Aftermath.WAIT),
        (job(State.FINISHED, BEGAN), RAN, Aftermath.ENDED, Aftermath.ENDED),
        (job(start=BEGAN, look_begun_at=BEGAN + MOVING_START_S), RAN, Aftermath.RESTARTED, Aftermath.RESTARTED),
        (job(start=BEGAN, look_begun_at=BEGAN + 4.9), RAN, Aftermath.BEGINNING, Aftermath.BEGINNING),
        (job(start=BEGAN), SAME, Aftermath.NOT_RESTARTED, Aftermath.WAIT),
        (job(State.FINISHED, BEGAN), SAME, Aftermath.NO_FURTHER_RUN, Aftermath.NO_FURTHER_RUN),
        (job(start=BEGAN), WAITED, Aftermath.RESTARTED, Aftermath.RESTARTED),
        (job(State.QUEUED), WAITED, Aftermath.NOT_RESTARTED, Aftermath.WAIT),
        (job(start=BEGAN), NAMELESS, Aftermath.RESTARTED, Aftermath.RESTARTED),
        (job(State.UNKNOWN), NAMELESS, Aftermath.WAIT, Aftermath.WAIT),
        (job(start=None), NAMELESS, Aftermath.WAIT, Aftermath.WAIT),
    ],
)
def test_what_became_of_a_rerun(seen: EhpcSnapshot, of: Case, settled: Aftermath, unsettled: Aftermath) -> None:
    """In vain only if what was to be rerun is seen as it was; of an unknown life nothing is."""
    assert seen.aftermath(of, settled=True) is settled
    assert seen.aftermath(of, settled=False) is unsettled


def test_of_a_case_without_a_life_any_start_after_the_call_proves_a_run() -> None:
    """One from before it does not."""
    assert job(start=BEGAN).conclude(NAMELESS, settled=True) is Conclusion.RESTARTED
    assert job(start=900).conclude(NAMELESS, settled=True) is Conclusion.RESTARTED_BEFORE
    assert job(State.FINISHED, None).conclude(NAMELESS, settled=True) is Conclusion.ENDED


@pytest.mark.parametrize("state", list(State))
def test_only_what_lives_is_eligible(state: State) -> None:
    """RerunJobs kills and queues it; whether another runs beside it does not matter."""
    for beside_live in (False, True):
        answer = job(state).eligible(beside_live=beside_live)
        reason = answer.stop and answer.stop.reason
        wanted = {State.RUNNING: None, State.QUEUED: None, State.FINISHED: Reason.JOB_FINISHED}
        assert reason == wanted.get(state, Reason.STATE_NOT_ELIGIBLE)
        assert (answer.saw, answer.wanted) == (state.value, "RUNNING or QUEUED")


def test_a_job_says_whether_it_may_be_rerun() -> None:
    """As it was submitted."""
    yes, no = job().may_rerun(), job(rerunnable=False).may_rerun()
    assert (yes.stop, no.stop and no.stop.reason) == (None, Reason.NOT_RERUNNABLE)
    assert (yes.saw, no.saw) == ("Rerunable True", "Rerunable False")


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (job(), None),
        (job(ambiguous=True), Reason.AMBIGUOUS_JOB_ID),
        (job(array_request="1-9"), Reason.ARRAY_PARENT),
        (job(has_tasks=True), Reason.ARRAY_PARENT),
        (EhpcSnapshot(job_id="1[].s", state=State.RUNNING, look_begun_at=0.0), Reason.ARRAY_PARENT),
        (EhpcSnapshot(job_id="1[3].s", state=State.RUNNING, look_begun_at=0.0, array_request="1-9"), None),
    ],
)
def test_what_is_not_one_job_is_not_rerun(seen: EhpcSnapshot, reason: Reason | None) -> None:
    """An array's element is one."""
    stop = seen.not_single()
    assert (stop and stop.reason) == reason


@pytest.mark.parametrize(
    ("seen", "rest", "run", "what"),
    [
        (job(nodes=("n1",)), {"node": "n2"}, Run.THIS, "node"),
        (job(nodes=("n1",)), {"node": "n1"}, Run.THIS, ""),
        (job(nodes=("n1",)), {}, Run.THIS, ""),
        (job(), {"node": "n2"}, Run.THIS, ""),
        (job(nodes=("n1",)), {"node": "n2"}, Run.EARLIER, ""),
        (job(State.QUEUED, nodes=("n1",)), {"node": "n2"}, Run.THIS, ""),
        (job(), {"started_at": 901.0}, Run.UNCLEAR, ""),
        (job(), {"started_at": 901.1}, Run.UNCLEAR, "start"),
        (job(), {"started_at": 899.0}, Run.UNCLEAR, ""),
        (job(start=None), {"started_at": 901.1}, Run.UNCLEAR, ""),
        (job(State.QUEUED), {"started_at": 901.1}, Run.UNCLEAR, ""),
        (job(look_begun_at=1021.5), {"started_at": 901.5}, Run.UNCLEAR, ""),
        (job(look_begun_at=1021.6), {"started_at": 901.5}, Run.UNCLEAR, "start"),
    ],
)
def test_what_is_told_and_what_is_seen_disagree(seen: EhpcSnapshot, rest: dict[str, str], run: Run, what: str) -> None:
    """On which nodes the run meant runs, and on a start that would long have been listed."""
    assert seen.disagreement(told(CLUSTER, **rest), run, settle_s=120.0) == what


def test_a_job_is_one_piece_of_work_and_a_rerun_makes_no_other() -> None:
    """Nothing strays, nothing is made beside it, no person is wanted for what is carried over anyway."""
    assert job().concerns(NAMELESS)
    assert job().strays(RAN) is None
    assert (job().known_reruns, job().share(None), job().wants_person()) == ((), None, None)


DONE = case(Life.run(900), failure=told(CLUSTER), state=CaseState.DONE, reserved_at=AT)


@pytest.mark.parametrize(
    ("seen", "rest", "cases", "run"),
    [
        (job(State.FINISHED), {}, (), Run.THIS),
        (job(State.NOT_FOUND, None), {}, (), Run.THIS),
        (job(State.UNKNOWN), {"started_at": 5.0}, (), Run.THIS),
        (job(start=None), {"started_at": 900.0}, (), Run.UNCLEAR),
        (job(), {"started_at": 901.0}, (), Run.THIS),
        (job(), {"started_at": 898.9}, (), Run.EARLIER),
        (job(), {"started_at": 901.1}, (), Run.UNCLEAR),
        (job(start=int(AT)), {}, (DONE,), Run.EARLIER),
        (job(start=int(AT)), {}, (replace(DONE, reserved_at=AT - 0.1),), Run.UNCLEAR),
        (job(start=int(AT)), {}, (replace(DONE, state=CaseState.UNKNOWN),), Run.UNCLEAR),
        (job(start=int(AT)), {}, (DONE, replace(DONE, state=CaseState.UNKNOWN)), Run.EARLIER),
    ],
)
def test_which_run_is_meant_by_a_told_start_and_by_our_own_reruns(
    seen: EhpcSnapshot, rest: dict[str, float], cases: tuple[Case, ...], run: Run
) -> None:
    """What is over, or not there, cannot be another one; a rerun that was done since the failure made this one."""
    assert seen.which_run(told(CLUSTER, **rest), JobRecord(cases=cases)) is run
