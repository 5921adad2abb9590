"""Small differences in what a person's word makes of a document that mean something else later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from shared import people
from shared.documents import decode_nodes, link_use_write, nodes_write
from shared.domain.act import MAX_WHY_CHARS, UNEXPLAINED, Signed, Way
from shared.domain.failure import Trigger
from shared.domain.keys import job_key, link_key, nodes_key
from shared.domain.link_use import LinkUse
from shared.domain.links import HoldAnswer, link_to
from shared.domain.mode import Mode, ModeSet
from shared.domain.nodes import Hit, KnownNode, KnownNodes
from shared.domain.outcome import Outcome, rfc3339
from shared.domain.reasons import Reason
from shared.domain.record import OWED_RETRY_S, Case, CaseState, JobRecord
from shared.people.moves import HoldStanding, NotHeld, approve, backlog, reject, resume, standing_of
from shared.people.standing import standing
from shared.ports import Ledger, Write
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import OTHER, held, put, stopped

NOW = START + 60
BY_PAGE = Signed(identity="console", way=Way.CONSOLE, why="w" * (MAX_WHY_CHARS + 9), via=Trigger.CONSOLE)


def yes(case: Case) -> tuple[JobRecord, Outcome]:
    """Approve it."""
    return approve(JobRecord(cases=(case,)), case, "ann", NOW, BY_PAGE)


def no(case: Case) -> tuple[JobRecord, Outcome]:
    """Reject it."""
    return reject(JobRecord(cases=(case,)), case, "ann", NOW, BY_PAGE)


def on(case: Case) -> tuple[JobRecord, Outcome]:
    """Take it up again."""
    return resume(JobRecord(cases=(case,)), case, "ann", NOW, NOW, BY_PAGE)


@pytest.mark.parametrize(("move", "case"), [(yes, held(1)), (no, held(1)), (on, stopped(1))])
def test_a_move_tells_all_that_is_known(move: Callable[[Case], tuple[JobRecord, Outcome]], case: Case) -> None:
    """Of the failure, the act and the person; the case has it as its last word, and the next sweep tells it."""
    told = replace(case.failure, job_instance_id=7, data_time="2026-01-01T00:00:00+08:00")
    case = replace(case, failure=told, attempt=2, looks=5)
    record, outcome = move(case)
    moved = record.cases[0]
    fields = outcome.fields()
    assert {
        "failure_id": case.failure_id,
        "job_id": "1.scheduler",
        "attempt": "2",
        "job_instance_id": "7",
        "data_time": "2026-01-01T00:00:00+08:00",
        "follow_up": case.outcome_id,
        "actor": "ann (console)",
        "way": "console",
        "why": "w" * MAX_WHY_CHARS,
        "trigger": "console",
        "at": rfc3339(NOW),
    }.items() <= fields.items()
    assert (moved.verdict, moved.reason, moved.outcome_id) == (outcome.verdict, outcome.reason, outcome.outcome_id)
    assert record.owed_at == NOW - OWED_RETRY_S
    assert "turn" not in outcome.message, "now is no later turn"
    assert moved.looks == (5 if move is no else 0), "what is taken up anew is looked at without a long pause"


def test_what_was_approved_earlier_stays_approved() -> None:
    """A case held for one thing after another has been asked both; one without a reason adds none."""
    asked = replace(held(1), approved_for=(Reason.WORKFLOW,))
    assert yes(asked)[0].cases[0].approved_for == (Reason.WORKFLOW, Reason.RULE_HOLDS)
    assert yes(replace(held(1), reason=None))[0].cases[0].approved_for == ()
    rule, other = replace(held(1), held_rule="b", approved_rule="a"), Reason.WORKFLOW
    assert [yes(replace(rule, reason=one))[0].cases[0].approved_rule for one in (rule.reason, other)] == ["b", "a"]
    window = replace(held(1), reason=Reason.MAINTENANCE, held_windows=("b", "c"), passed={"a": 1.0, "b": 1.0})
    assert yes(window)[0].cases[0].passed == {"a": 1.0, "b": NOW, "c": NOW}
    assert yes(replace(held(1), passed={"a": 1.0}))[0].cases[0].passed == {"a": 1.0}


def test_where_a_closed_case_stands_says_its_last_reason() -> None:
    """One that the sweep closed at its end has expired, also where somebody had said yes before."""
    over = replace(held(1), state=CaseState.CLOSED, due_at=None, reason=Reason.HOLD_EXPIRED, approved_by="ann")
    assert standing_of(over, NOW) is HoldStanding.EXPIRED
    assert standing_of(replace(over, reason=Reason.BREAKER_OPEN), NOW) is HoldStanding.APPROVED


def test_what_is_closed_and_due_for_another_reason_is_no_backlog() -> None:
    """A due time of this century is that of what it owes."""
    assert backlog(JobRecord(cases=(replace(stopped(1), due_at=NOW),)), CLUSTER) == ()


def test_an_act_of_mode_says_all_and_is_told_by_the_next_sweep(ledger: Ledger) -> None:
    """From where, through which door, when, and no more of why than is kept."""
    off = ModeSet(mode=Mode.OFF, by="ann", at=NOW, why=BY_PAGE.why)
    people.set_mode(ledger, "gpu", off, identity="console", via=Trigger.CONSOLE, way=Way.CONSOLE)
    after = people.clear_mode(ledger, "gpu", by="ann", now=NOW, signed=BY_PAGE)
    for act in after.acts:
        assert {
            "verdict": "suppressed",
            "final": "true",
            "at": rfc3339(NOW),
            "rule": "gpu",
            "actor": "ann (console)",
            "way": "console",
            "why": "w" * MAX_WHY_CHARS,
            "trigger": "console",
        }.items() <= act.items()
        assert "for rule gpu" in act["message"]
    assert len({act["outcome_id"] for act in after.acts}) == 2
    assert after.acts_at == NOW - OWED_RETRY_S


def test_taking_back_what_nobody_set_changes_nothing(ledger: Ledger) -> None:
    """Nor does it owe an outcome, for one rule or for everything."""
    for rule in (None, "gpu"):
        assert people.clear_mode(ledger, rule, by="ann", now=NOW).acts == ()


def test_what_owes_is_counted_whatever_it_is(ledger: Ledger) -> None:
    """Records, modes and nodes; what nothing follows any more is not open."""
    put(ledger, held(1), stopped(2))
    answered = people.answer(ledger, people.find(ledger, held(1).failure_id), yes=True, by="ann", now=NOW)
    acts = people.set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=NOW)).acts
    nodes = KnownNodes(owed=({"outcome_id": "of a node"},), owed_at=NOW)
    assert not ledger.save([nodes_write(nodes_key(CLUSTER), nodes, None, NOW)])
    people.close_breaker(ledger, CLUSTER, by="ann", now=NOW)
    found = standing(ledger)
    assert found.owed == {answered.outcome_id, acts[0]["outcome_id"], "of a node"}
    assert (set(found.open), found.open_breakers, found.unreadable) == ({held(1).failure_id}, frozenset(), 0)


def test_what_is_open_is_listed_from_the_oldest_on(ledger: Ledger) -> None:
    """Held or not; what a breaker stopped is listed by itself."""
    put(ledger, held(1, opened_at=START + 2), stopped(2))
    put(ledger, replace(held(3, opened_at=START), state=CaseState.DEFERRED))
    assert [hold.case.failure_id for hold in people.open_cases(ledger)] == [
        held(3).failure_id,
        held(1).failure_id,
    ]


def test_nodes_that_nobody_can_read_are_named_by_their_cluster(ledger: Ledger) -> None:
    """And hide nothing of another's; a node that was never suspected is not cleared."""
    bad = Write(key=nodes_key(OTHER), document=b"{", expected=None, due_at=NOW, expires_at=None)
    assert not ledger.save([bad, nodes_write(nodes_key(CLUSTER), KnownNodes(owed_at=NOW), None, NOW)])
    assert people.suspected_nodes(ledger, NOW) == [people.SuspectSeen(scope=OTHER.key, node="")]
    assert people.clear_node(ledger, CLUSTER, "n1", by="ann", now=NOW) is None


def test_a_link_used_in_vain_for_a_hold_that_is_over_says_that_it_is_over(ledger: Ledger) -> None:
    """Its use came to nothing: nobody has answered, and that is what whoever comes again must know."""
    case = held(1, expires_at=NOW)
    key = put(ledger, case)
    link = link_to(key, case, HoldAnswer.APPROVE, "ann", expires_at=NOW + 60, nonce="n1")
    assert not ledger.save([link_use_write(link_key("n1"), LinkUse(at=START, by="ann", digest=link.digest), START)])
    with pytest.raises(NotHeld, match="expired"):
        people.answer_by_link(ledger, link, seen=link.digest, by="ann", now=NOW, signed=BY_PAGE)


def test_a_suspected_node_is_shown_whole_and_cleared_with_a_reason(ledger: Ledger) -> None:
    """Since when, until when, and by whose failures; who clears it without a word is given one."""
    hits = (Hit(NOW - 9, "1.s", "bo", "xid"), Hit(NOW - 5, "2.s", "ann", "ecc"), Hit(NOW - 4, "3.s", "", "ecc"))
    bad = KnownNode(hits=hits, suspected_at=NOW - 3, suspected_until=NOW + 60)
    assert not ledger.save([nodes_write(nodes_key(CLUSTER), KnownNodes(nodes={"n1": bad, "n0": bad}), None, NOW)])
    seen = people.suspected_nodes(ledger, NOW)
    assert [(one.scope, one.node, one.since, one.until, one.jobs) for one in seen] == [
        (CLUSTER.key, name, NOW - 3, NOW + 60, hits) for name in ("n0", "n1")
    ]
    assert (seen[0].owners, seen[0].classes) == (("ann", "bo"), ("ecc", "xid"))
    assert people.clear_node(ledger, CLUSTER, "N1", by="ann", now=NOW) == seen[1]
    signed = replace(BY_PAGE, why="seen it")
    assert people.clear_node(ledger, CLUSTER, "n0", by="ann", now=NOW, signed=signed) == seen[0]
    owed = decode_nodes(ledger.load([nodes_key(CLUSTER)])[nodes_key(CLUSTER)].document).owed
    told = [(one["message"].partition(": ")[2], one["actor"], one["trigger"]) for one in owed]
    assert told == [("what failed there counts no more", "ann", "manual"), ("seen it", "ann (console)", "console")]
    assert [(one.get("way"), one.get("why")) for one in owed] == [(None, UNEXPLAINED), ("console", "seen it")]
    assert people.suspected_nodes(ledger, NOW) == []


def test_what_the_ledger_has_forgotten_is_not_answered(ledger: Ledger) -> None:
    """The document is gone, or the case in it."""
    put(ledger, held(1))
    for key in (job_key(CLUSTER, "1.scheduler"), job_key(CLUSTER, "9.scheduler")):
        with pytest.raises(people.UnknownId, match="not in the ledger any more"):
            people.answer(ledger, people.Hold(key=key, case=held(2)), yes=True, by="ann", now=NOW)
