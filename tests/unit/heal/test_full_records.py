"""A record without room: nothing is called, everybody is told, and what is in doubt stays due."""

from __future__ import annotations

import pytest

from shared.domain import record
from shared.domain.call import Effect
from shared.domain.errors import DocumentRefused
from shared.domain.record import CaseState
from shared.heal import limits, writer
from shared.policy.facts import pause_s
from shared.policy.model import Cooldown, Rate
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import BAD_LOOK, set_policy

HOME = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
FULL = ("refused", "record_full")


def fill(monkeypatch: pytest.MonkeyPatch) -> None:
    """No document may be as large as any is."""
    for bound in ("ACTING_BYTES", "LARGEST_BYTES"):
        monkeypatch.setattr(writer, bound, 10)


def states(house: House) -> list[tuple[CaseState, str]]:
    """Of the job's cases, with their reasons."""
    return [(case.state, case.reason.value if case.reason else "") for case in house.records()[HOME].cases]


def test_an_attempt_without_room_is_refused_and_nothing_is_called(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of it is kept."""
    fill(monkeypatch)
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    (result,) = house.deliver(house.hung(1)).results
    assert (result.outcome.verdict, result.outcome.reason) == FULL
    assert "accepted" in result.outcome.message or "rerun" in result.outcome.message
    assert (house.ehpc.calls, house.database()) == ([], []), "and it has taken no other its token"


def test_what_waited_ends_when_there_is_no_room_to_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last word says why; it is not due for ever."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    house.deliver(house.hung(2))
    assert verdicts(house.deliver(house.hung(1))) == [("deferred", "rate")]
    fill(monkeypatch)
    house.later(1200)
    assert FULL in verdicts(house.sweep())
    assert states(house) == [(CaseState.CLOSED, "record_full")]
    assert house.ehpc.calls == [["2.scheduler"]]
    house.later(1200)
    assert [result for result in house.sweep().results if result.outcome.job_id == "1.scheduler"] == []


def test_what_only_waits_on_ends_there_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its next look fails as the first did, and that cannot be written down."""
    house.ehpc.look_fails = BAD_LOOK
    assert verdicts(house.deliver(house.hung(1))) == [("deferred", "look_failed")]
    fill(monkeypatch)
    house.later(61)
    assert verdicts(house.sweep()) == [FULL]
    assert house.open_cases() == []


def test_what_is_in_doubt_takes_no_token_for_a_call_that_has_no_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be called again, as the first one was lost: it stays as it is, and others have the token."""
    set_policy(house, rate=Rate(max_jobs=9, window_s=86_400), cooldown=Cooldown(base_s=0, max_s=0))
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    assert verdicts(house.deliver(house.hung(1))) == [("unknown", "answer_lost")]
    tokens = {row[:3] for row in house.database() if row[0].startswith("rate/")}
    fill(monkeypatch)
    house.later(3000)
    house.sweep()
    assert {row[:3] for row in house.database() if row[0].startswith("rate/")} == tokens
    assert len(house.ehpc.calls) == 1
    assert states(house) == [(CaseState.UNKNOWN, "answer_lost")]


def test_what_does_not_wait_needs_no_room_to_wait_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many failures of the job do, one is rerun, and one that ends at once is told why."""
    monkeypatch.setattr(record, "MAX_OPEN", 0)
    assert verdicts(house.deliver(house.hung(1, message="SyntaxError"))) == [("suppressed", "rule_ignores")]
    assert verdicts(house.deliver(house.hung(2))) == [("rerun", "accepted")]


def test_what_waits_already_has_its_room(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many wait as may, and it is one of them: what keeps it waiting ends nothing."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    house.deliver(house.hung(1), house.hung(2), house.hung(3))
    monkeypatch.setattr(record, "MAX_OPEN", 1)
    assert house.open_cases() == ["rate"] * 2
    house.later(3000)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.open_cases() == ["rate"]
    assert len(house.ehpc.kills) == 2


def test_limits_that_cannot_be_written_let_nobody_pass(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where the ledger refuses their document, nor where others keep writing it; the second goes on soon."""
    house.ledger.die_before(1, DocumentRefused({"rate": 3_000_000}))
    assert verdicts(house.deliver(house.hung(1))) == [("deferred", "record_unreadable")]
    assert house.records()[HOME].due_at == START + pause_s(0)
    monkeypatch.setattr(limits, "TRIES", 0)
    (result,) = house.deliver(house.hung(2)).results
    assert (result.outcome.verdict, result.outcome.reason) == ("deferred", "contended")
    assert house.ehpc.calls == []
