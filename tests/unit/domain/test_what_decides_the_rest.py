"""Small answers of decisions, modes and documents on which the rest of the way depends."""

from __future__ import annotations

import pytest

from shared.documents import KEPT_S, limit_write
from shared.domain.claims import Claim, Share
from shared.domain.decision import Decision
from shared.domain.evidence import Known
from shared.domain.gate import GateAnswer, Stop
from shared.domain.limits import SharedLimit, closed_by_hand, opened, take_breaker_tokens
from shared.domain.mode import Mode
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import OWED_RETRY_S
from shared.domain.verdicts import Verdict
from shared.ports import Stored
from tests.support.clock import START
from tests.support.systems import CLUSTER

PASSES = GateAnswer("a", "b")
STOPS = GateAnswer("c", "d", Stop(Verdict.DEFERRED, Reason.RUN_UNCLEAR, "why"))


def asked(*gates: tuple[str, GateAnswer], attempt: int = 0, since: float | None = None, known: str = "") -> Decision:
    """A decision for which these gates were asked."""
    return Decision(
        verdict=Verdict.DEFERRED,
        reason=Reason.RUN_UNCLEAR,
        message="",
        failure_id="f",
        asked=gates,
        attempt=attempt,
        running_since=since,
        known=Known(started_at=known) if known else None,
    )


@pytest.mark.parametrize(
    ("decision", "about"),
    [
        (asked(), False),
        (asked(("may_speak", PASSES)), False),
        (asked(("eligible", PASSES)), True),
        (asked(("eligible", STOPS)), True),
        (asked(("eligible", PASSES), ("run_clear", PASSES)), True),
        (asked(("eligible", PASSES), ("run_clear", STOPS)), False),
        (asked(("eligible", PASSES), ("run_clear", PASSES), ("rule_allows", STOPS)), True),
    ],
)
def test_what_is_said_about_this_run(decision: Decision, *, about: bool) -> None:
    """Once the job was seen; not where it is unclear which run is meant."""
    assert decision.about_this_run is about


@pytest.mark.parametrize(
    ("decision", "clear"),
    [
        (asked(), False),
        (asked(("eligible", PASSES)), False),
        (asked(("run_clear", STOPS)), False),
        (asked(("run_clear", PASSES), ("x", STOPS)), True),
    ],
)
def test_a_run_is_clear_where_it_was_asked_and_certain(decision: Decision, *, clear: bool) -> None:
    """Not where nobody asked."""
    assert decision.run_clear is clear


CLEAR = ("run_clear", PASSES)
SEEN = "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize(
    ("decision", "started_at"),
    [
        (asked(CLEAR, attempt=1, since=START), SEEN),
        (asked(CLEAR, attempt=1, since=START, known="told"), "told"),
        (asked(CLEAR, attempt=0, since=START), ""),
        (asked(attempt=1, since=START), ""),
        (asked(CLEAR, attempt=1), ""),
        (asked(CLEAR, attempt=1, since=0.0), "1970-01-01T00:00:00.000Z"),
    ],
)
def test_when_the_run_began_is_as_told_else_as_seen_of_what_is_rerun(decision: Decision, started_at: str) -> None:
    """Of no other run."""
    assert decision.evidence["started_at"] == started_at


@pytest.mark.parametrize("one", list(Mode))
@pytest.mark.parametrize("other", list(Mode))
def test_of_two_modes_the_one_that_allows_less_holds(one: Mode, other: Mode) -> None:
    """Whichever stands first."""
    order = ["auto", "observe", "off"]
    assert one.stricter(other).value == max(one.value, other.value, key=order.index)


@pytest.mark.parametrize(
    ("limit", "expires_at"),
    [
        (SharedLimit(), START + KEPT_S),
        (SharedLimit(opened_at=0.0), None),
        (SharedLimit(owed=({"outcome_id": "o"},)), None),
        (SharedLimit(why="was open"), START + KEPT_S),
    ],
)
def test_a_breaker_that_is_open_or_owes_never_expires(limit: SharedLimit, expires_at: float | None) -> None:
    """It closes by no lapse of time; breakers alone are due."""
    write = limit_write("breaker/x", limit, None, START)
    assert (write.expires_at, write.due_at, write.expected) == (expires_at, limit.listed_at, None)
    rate = limit_write("rate/x", limit, Stored(b"", 3), START)
    assert (rate.due_at, rate.expected) == (None, 3)


def test_a_breaker_names_a_job_as_every_version_does() -> None:
    """Twelve digits of its id, in the bucket of the minute: two versions count one job once."""
    token = stable_id("job")[:12]
    before: list[dict[str, tuple[str, ...]]] = [{}, {str(int(START)): (token,)}]
    for known in before:
        limit, admitted = take_breaker_tokens(
            SharedLimit(buckets=known),
            ["job", "job"],
            scope=CLUSTER,
            max_jobs=1,
            window_s=600,
            now=START + 59,
            forced=frozenset(),
        )
        assert limit.buckets == {str(int(START)): (token,)}
        assert admitted == {"job"}


def test_a_breaker_that_opens_says_how_many_were_too_many() -> None:
    """And lets nobody more through, be it a job that counts already."""
    full, _ = take_breaker_tokens(
        SharedLimit(), ["a", "b"], scope=CLUSTER, max_jobs=2, window_s=600, now=START, forced=frozenset()
    )
    limit, admitted = take_breaker_tokens(
        full, ["c", "a", "d"], scope=CLUSTER, max_jobs=2, window_s=600, now=START + 60, forced=frozenset({"d"})
    )
    assert (limit.opened_at, limit.why) == (START + 60, "more than 2 jobs in 600 s")
    assert admitted == {"d"}
    assert opened(limit, CLUSTER, "again", START + 99) is limit
    by_force, passed = take_breaker_tokens(
        full, ["x"], scope=CLUSTER, max_jobs=2, window_s=600, now=START + 60, forced=frozenset({"x"})
    )
    assert by_force.opened_at is None, "a person's own act is no storm"
    assert passed == {"x"}


def test_what_a_breaker_owes_is_due_by_the_first_of_it() -> None:
    """What a person does is due at once; what is told of the breaker later makes what was owed before no later."""
    by_window = opened(SharedLimit(), CLUSTER, "storm", START)
    assert (by_window.owed_at, by_window.listed_at) == (START, START + OWED_RETRY_S)
    by_hand = opened(SharedLimit(), CLUSTER, "storm", START, by="ann")
    assert by_hand.listed_at == START
    closed = closed_by_hand(by_window, CLUSTER, START + 10, "ann")
    assert (len(closed.owed), closed.owed_at) == (2, START + 10 - OWED_RETRY_S)
    late = closed_by_hand(by_window, CLUSTER, START + 1_000, "ann")
    assert late.owed_at == START
    assert closed_by_hand(late, CLUSTER, START + 2_000, "ann") is late


def test_each_call_for_a_part_makes_a_call_for_the_whole_wait_for_the_last_of_them() -> None:
    """In whatever order they were claimed; calls for the whole in the same way."""
    part, whole = Share(of="7"), Share(of="7", all_of_it=True)
    assert Claim().taken(part, "a", 100.0).taken(part, "b", 50.0).bars(whole, "c", 0.0) == 100.0
    assert Claim().taken(part, "a", 50.0).taken(part, "b", 100.0).bars(whole, "c", 0.0) == 100.0
    assert Claim().taken(whole, "a", 100.0).taken(whole, "b", 50.0).bars(part, "c", 0.0) == 100.0
    assert Claim().taken(part, "a", 100.0).taken(whole, "b", 50.0).bars(whole, "c", 0.0) == 100.0
    assert Claim().taken(part, "a", 100.0).taken(whole, "b", 50.0).bars(part, "c", 0.0) == 50.0
