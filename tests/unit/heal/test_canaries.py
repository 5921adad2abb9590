"""The first rerun of a group that could be looked at proves the group or opens its breaker; nothing else does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from shared.documents import decode_limit, limit_write
from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.keys import breaker_key
from shared.domain.limits import SharedLimit
from shared.domain.proof import Aftermath
from shared.domain.record import CaseState
from shared.domain.snapshot import LookFailed
from shared.heal.canary import judge_canaries
from shared.heal.records import Records
from shared.policy.bounds import Breaker
from shared.policy.model import Policy
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import GROUP

KEY = breaker_key(GROUP)
POLICY = Policy(version=1, rules=(), breaker=Breaker())
ASK = Ask(now=START, trigger=Trigger.EVENT, request_id="r")
LEFT = START - POLICY.timing.settle_s


class _Look:
    """What a look says of a rerun, for those who ask whether it has settled."""

    def __init__(self, became: Aftermath, *, strays: bool | None, settled: bool = True) -> None:
        self.look_begun_at = START
        self._became, self._strays, self._settled = became, strays, settled

    def strays(self, _case: object, _later: object) -> bool | None:
        return self._strays

    def aftermath(self, _case: object, _later: object, *, settled: bool) -> Aftermath:
        assert settled is self._settled
        return self._became


def item(seen: Any, state: CaseState = CaseState.DONE, left_until: float = LEFT) -> Any:
    """A case of the sweep with what was seen of it."""
    case = SimpleNamespace(state=state, may_leave_until=left_until, reserved_at=0.0)
    return SimpleNamespace(origin=SimpleNamespace(case=case, key=""), observation=seen)


def judged(*items: Any, known: SharedLimit | None = None, policy: Policy = POLICY) -> tuple[SharedLimit | None, int]:
    """The breaker's document afterwards, and how many notices it owes anew."""
    ledger = MemoryLedger(Clock())
    if known is not None:
        ledger.save([limit_write(KEY, known, None, START)])
    notices = judge_canaries(GROUP, items, Records(ledger, START), ledger, policy, ASK)
    kept = ledger.load([KEY]).get(KEY)
    return (decode_limit(kept.document) if kept else None), len(notices)


@pytest.mark.parametrize("state", [CaseState.DONE, CaseState.UNKNOWN, CaseState.RESERVED])
@pytest.mark.parametrize("became", [Aftermath.RESTARTED, Aftermath.FAILED, Aftermath.ENDED, Aftermath.BEGINNING])
def test_a_rerun_that_was_seen_proves_its_group_or_opens_its_breaker(state: CaseState, became: Aftermath) -> None:
    """Whether anybody knows of the call that it was accepted or not."""
    proven, told = judged(item(_Look(became, strays=False), state))
    assert (proven, told) == (SharedLimit(proven=True), 0)
    opened, told = judged(item(_Look(became, strays=True), state))
    assert opened is not None
    assert (opened.proven, opened.opened_at, told) == (False, START, 1)
    assert "exactly one instance" in opened.why


@pytest.mark.parametrize("strays", [True, False])
def test_an_accepted_call_without_a_run_speaks_and_one_in_doubt_does_not(*, strays: bool) -> None:
    """Nothing was made: of what was accepted that is what it made, of what may never have left it says nothing."""
    look = _Look(Aftermath.NOT_RESTARTED, strays=strays)
    after, _ = judged(item(look, CaseState.DONE))
    assert after is not None
    assert (after.opened_at is not None) is strays
    for state in (CaseState.UNKNOWN, CaseState.RESERVED):
        assert judged(item(look, state)) == (None, 0)


def test_what_says_nothing_yet_changes_nothing() -> None:
    """No look, none that succeeded, no case, one that was never called, a system that cannot stray, one that waits."""
    failed = LookFailed(worth_repeating=True, code="c", message="m", look_begun_at=START)
    good = _Look(Aftermath.RESTARTED, strays=True)
    told = SimpleNamespace(origin=None, observation=good)
    items = [told, item(None), item(failed), item(good, CaseState.DEFERRED), item(good, CaseState.HELD)]
    items += [item(_Look(Aftermath.RESTARTED, strays=None)), item(_Look(Aftermath.WAIT, strays=True))]
    assert judged(*items) == (None, 0)


def test_it_has_settled_from_the_moment_on() -> None:
    """That the policy names, after the last one at which the call may have left."""
    judged(item(_Look(Aftermath.RESTARTED, strays=True, settled=True), left_until=LEFT))
    judged(item(_Look(Aftermath.RESTARTED, strays=True, settled=False), left_until=LEFT + 0.5))


def test_one_that_strays_outweighs_those_that_do_not() -> None:
    """In one look at several."""
    after, told = judged(*(item(_Look(Aftermath.RESTARTED, strays=strays)) for strays in (False, True, False)))
    assert after is not None
    assert (after.opened_at, told) == (START, 1)


def test_what_is_proven_or_open_or_has_no_breaker_stays() -> None:
    """The canary sings once; an unreadable document is nobody's to write."""
    strays = item(_Look(Aftermath.RESTARTED, strays=True))
    for known in (SharedLimit(proven=True), SharedLimit(opened_at=START - 1, why="w")):
        for one in (strays, item(_Look(Aftermath.RESTARTED, strays=False))):
            assert judged(one, known=known) == (known, 0)
    assert judged(strays, policy=Policy(version=1, rules=(), breaker=None)) == (None, 0)


def test_others_who_write_in_between_are_given_way_to() -> None:
    """Read again and judged again, three times; then the next look does it."""
    for conflicts, proven in ((2, True), (3, False)):
        ledger, left = MemoryLedger(Clock()), [conflicts]
        save = ledger.save

        def contended(writes: Any, save: Any = save, left: list[int] = left) -> frozenset[str]:
            left[0] -= 1
            return frozenset(write.key for write in writes) if left[0] >= 0 else save(writes)

        ledger.save = contended  # type: ignore[method-assign]
        seen = item(_Look(Aftermath.RESTARTED, strays=False))
        assert judge_canaries(GROUP, [seen], Records(ledger, START), ledger, POLICY, ASK) == []
        assert (KEY in ledger.load([KEY])) is proven
