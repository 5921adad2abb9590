"""Small differences in what is kept and told that mean something else."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.documents import KEPT_S, box_write, claim_write, encode
from shared.domain.claims import Claim, Share
from shared.domain.crowd import MAX_UNCLEAR, crowded, without
from shared.domain.decision import Ask, Decision
from shared.domain.evidence import Known
from shared.domain.failure import Speaker, Trigger
from shared.domain.gate import GateAnswer, Stop
from shared.domain.messages import Box
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.room import _without_evidence
from shared.domain.transitions import outcome_of, waiting
from shared.domain.verdicts import Verdict
from tests.support.clock import START
from tests.unit.domain.conftest import make_failure

ASK = Ask(now=START, trigger=Trigger.EVENT, request_id="r")
PASSES = GateAnswer("a", "b")
STOPS = GateAnswer("c", "d", Stop(Verdict.HELD, Reason.WORKFLOW, "why"))


def decided(*asked: tuple[str, GateAnswer], **more: Any) -> Decision:
    """A decision that asked these gates."""
    base = Decision(verdict=Verdict.HELD, reason=Reason.WORKFLOW, message="m", failure_id="f", asked=asked)
    return replace(base, **more)


def case(number: int = 0, **more: Any) -> Case:
    """One that waits for certainty."""
    base = Case(
        failure=make_failure(telling_id=f"t{number}", message="m", extra={"a": "b"}, speaker=Speaker(project="p")),
        failure_id=f"f{number}",
        state=CaseState.DEFERRED,
        opened_at=START,
        reason=Reason.RUN_UNCLEAR,
    )
    return replace(base, **more)


def test_the_last_gate_that_was_asked_says_whether_one_stopped_it() -> None:
    """And each is told as it answered."""
    assert not decided().stopped
    assert decided(("x", PASSES), ("y", STOPS)).stopped
    assert not decided(("y", STOPS), ("x", PASSES)).stopped
    assert [gate.passed for gate in decided(("x", PASSES), ("y", STOPS)).gates] == [True, False]


def test_an_outcome_names_the_rule() -> None:
    """Rules are judged by it later."""
    assert outcome_of(make_failure(), decided(rule="gpu"), ASK, policy_version="v").rule == "gpu"


def waits(one: Case, decision: Decision) -> Case:
    """The case once it waits for what was decided."""
    record, _ = waiting(JobRecord(cases=(one,)), one.failure, one, decision, ASK, "v")
    (moved,) = record.cases
    return moved


def test_what_is_held_remembers_whose_the_job_is_and_under_which_rule() -> None:
    """People answer for their own jobs, and only what was asked."""
    held = waits(case(), decided(rule="gpu", owner="alice", running_since=7.0))
    assert (held.held_rule, held.held_owner, held.held_since) == ("gpu", "alice", 7.0)


def test_of_calls_in_vain_as_many_are_known_afterwards() -> None:
    """While the call is in doubt it is not in vain yet."""
    before = case(state=CaseState.UNKNOWN, attempt=1, calls_in_vain=2)
    doubted, put_off = (waits(before, decided(verdict=verdict)) for verdict in (Verdict.UNKNOWN, Verdict.DEFERRED))
    assert (doubted.calls_in_vain, put_off.calls_in_vain, before.vain_by_now) == (2, 3, 3)


def test_only_what_waits_for_certainty_crowds_a_record() -> None:
    """Other failures that wait have been looked at."""
    unclear = [case(number) for number in range(MAX_UNCLEAR - 1)]
    assert not crowded(JobRecord(cases=(*unclear, case(99, reason=Reason.COOLDOWN))))
    assert not crowded(JobRecord(cases=(*unclear, case(99, state=CaseState.CLOSED))))
    assert crowded(JobRecord(cases=(*unclear, case(99))))


def test_who_makes_room_was_never_tried() -> None:
    """Its last word claims no attempt, whatever the newcomer's says."""
    record = JobRecord(cases=(case(),))
    newcomer = decided(attempt=3, known=Known(evidence="its own"), rule="its own")
    (owed,) = without(record, record.cases[0], newcomer, ASK, "v").owed
    assert not {"attempt", "evidence", "rule"} & set(owed)


def test_who_has_no_room_loses_also_who_told_it() -> None:
    """Names of speakers are as long as strangers make them."""
    bare = _without_evidence(case()).failure
    assert (bare.speaker, bare.extra, bare.message) == (Speaker(), {}, "")


def test_a_box_and_a_claim_are_kept_for_a_month_from_now() -> None:
    """What expires in the past is gone at once."""
    writes = box_write("k", Box(), None, START), claim_write("k", Claim(), None, START)
    assert [one.expires_at for one in writes] == [START + KEPT_S] * 2


def test_a_document_says_only_what_is_not_as_usual() -> None:
    """Records have no room to waste."""
    assert b"held_rule" not in encode(JobRecord(cases=(case(),)))
    assert case().reserved_at == 0.0


def test_a_look_at_the_very_moment_of_a_calls_effect_counts() -> None:
    """From then on rest is rest."""
    claim = Claim().taken(Share(of="7", all_of_it=True, followed=True), "a", 100.0)
    rests = Share(of="7", at_rest=True)
    assert [claim.seen(rests, "b", at).rest_from for at in (99.9, 100.0)] == [0.0, 100.0]


def test_an_attempt_counts_from_when_it_may_have_left() -> None:
    """Throttled for long, it left later than it was reserved; where that was not kept it is the reservation."""
    assert AttemptMark(1, START, left_by=START + 900).counts_from == START + 900
    assert AttemptMark(1, START).counts_from == START
