"""What walks through the corridor: in which documents it is known, and what it forgets before it is decided anew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.domain.decision import Decision
from shared.domain.job import State
from shared.domain.keys import job_key, pending_key
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.heal.item import Item, Notice, Origin, Report, Result, Walked
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.domain.conftest import make_failure

TOLD, LIVE = job_key(CLUSTER, "1"), job_key(CLUSTER, "1.scheduler")
PENDING = pending_key(CLUSTER, "t")
SEEN = EhpcSnapshot(job_id="1.scheduler", state=State.RUNNING, look_begun_at=START)
LATER = LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=START)
NEVER = LookFailed(worth_repeating=False, code="Forbidden", message="", look_begun_at=START)


def item(seen: Any = None, origin: str = "", *, apart: bool = False) -> Item:
    """A telling of job `1`, which is listed as `1.scheduler`; `origin`: where the sweep found its case."""
    failure = make_failure(job_id="1")
    case = Case(failure=failure, failure_id="f", state=CaseState.DEFERRED, opened_at=START)
    return Item(failure, Origin(origin, case) if origin else None, observation=seen, apart=apart)


def test_nobody_decides_on_what_was_not_seen() -> None:
    """A step that was left out is an error, never a decision."""
    with pytest.raises(TypeError, match="observed"):
        _ = item().seen
    with pytest.raises(TypeError, match="observed"):
        _ = item().key
    with pytest.raises(TypeError, match="decided"):
        _ = item().decided


@pytest.mark.parametrize(
    ("one", "key", "own", "elsewhere"),
    [
        (item(SEEN), LIVE, (), (TOLD,)),
        (item(LATER), PENDING, (), (TOLD,)),
        (item(NEVER), TOLD, (), (PENDING,)),
        (item(SEEN, apart=True), PENDING, (), (TOLD,)),
        (item(NEVER, apart=True), PENDING, (), (TOLD,)),
        (item(SEEN, PENDING), LIVE, (LIVE, TOLD), ()),
        (item(LATER, PENDING), PENDING, (TOLD,), ()),
        (item(NEVER, PENDING), PENDING, (TOLD,), ()),
        (item(SEEN, PENDING, apart=True), PENDING, (TOLD,), ()),
        (item(SEEN, LIVE), LIVE, (), (TOLD,)),
        (item(LATER, LIVE), LIVE, (), (TOLD,)),
        (item(SEEN, TOLD), LIVE, (LIVE,), ()),
    ],
)
def test_where_a_failure_is_known(one: Item, key: str, own: tuple[str, ...], elsewhere: tuple[str, ...]) -> None:
    """In the live job's document; while nobody can look, where it waits. All that may know it is read."""
    assert (one.key, one.own_keys, one.elsewhere) == (key, own, elsewhere)
    assert set(one.reads) == {key, *own, *elsewhere, *([one.origin.key] if one.origin else [])}
    assert one.writes_to == key
    one.owed_by = "owed/x"
    assert one.writes_to == "owed/x"


def decided(one: Item) -> Item:
    """It with all that a decision leaves on it."""
    one.decision = Decision(verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="", failure_id="f")
    one.outcome = one.call = SimpleNamespace()  # type: ignore[assignment]
    one.owner, one.owed_by, one.wants_call, one.besides = "o", "k", True, [{"outcome_id": "x"}]
    one.blocked_by, one.asked_output, one.forced, one.unsent, one.batch = "b", True, True, Reason.DEADLINE, 7
    return one


def test_what_is_decided_anew_keeps_what_was_seen_and_asked() -> None:
    """Nothing of the decision before, and all that no ledger has changed."""
    one = decided(item(SEEN, PENDING, apart=True))
    one.start_over()
    assert (one.decision, one.outcome, one.owner, one.owed_by, one.wants_call, one.besides) == (
        None,
        None,
        "",
        "",
        False,
        [],
    )
    assert (one.observation, one.apart, one.blocked_by, one.asked_output, one.forced) == (SEEN, True, "b", True, True)
    assert one.call is not None


def test_what_has_walked_to_its_end_holds_nothing_large() -> None:
    """Ten thousand of them are kept until all is told."""
    one = decided(item(SEEN))
    one.let_go()
    assert (one.decision, one.outcome, one.observation, one.call) == (None, None, None, None)


def test_what_just_begins_is_nothing_yet() -> None:
    """In no call, unforced, not asked about."""
    one = Item(make_failure())
    assert (one.forced, one.wants_call, one.apart, one.asked_output) == (False, False, False, False)
    assert (one.batch, one.owner, one.blocked_by, one.owed_by, one.besides) == (0, "", "", "", [])


def result(number: int) -> Result:
    """One that a person asked for."""
    return Result(SimpleNamespace(outcome_id=number), SimpleNamespace(), f"k{number}")  # type: ignore[arg-type]


def test_parts_of_a_delivery_are_added_up() -> None:
    """Results in their order; a further slice without its decisions."""
    first, second = Notice("a", {}), Notice("b", {})
    walked = Walked([result(1)], [first]).add([Walked([result(2)], [second]), Walked([result(3)])])
    assert ([one.key for one in walked.results], walked.notices) == (["k1", "k2", "k3"], [first, second])
    report = Report([result(1)], folded=1, passed_over=2)
    report.join(Report([result(2)], folded=10, passed_over=20))
    assert ([one.decision is None for one in report.results], report.folded, report.passed_over) == (
        [False] * 2,
        11,
        22,
    )
    report.add(Report([result(3)], folded=100, passed_over=200))
    assert [one.decision is None for one in report.results] == [False, False, True]
    assert ([one.key for one in report.results], report.folded, report.passed_over) == (["k1", "k2", "k3"], 111, 222)
    assert (Report().folded, Report().passed_over, Report().more) == (0, 0, {})


def test_of_a_long_range_a_hundred_outcomes_are_kept_and_all_are_counted() -> None:
    """Each slice has had its outcomes written; what is answered shows fewer."""

    def told(count: int, verdict: Verdict) -> Report:
        one = SimpleNamespace(verdict=verdict.value)
        return Report([Result(one, None, "")] * count)  # type: ignore[arg-type]

    total = Report()
    for part in (told(90, Verdict.RERUN), told(30, Verdict.HELD), told(5, Verdict.RERUN)):
        total.add(part)
    assert (len(total.results), total.more) == (100, {"held": 20, "rerun": 5})
    whole = Report()
    whole.join(told(200, Verdict.RERUN))
    whole.join(total)
    whole.add(total)
    assert (len(whole.results), whole.more) == (300, {"held": 50, "rerun": 100})
