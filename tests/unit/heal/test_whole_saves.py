"""Tokens and reservations in one save, where the ledger can save several documents as one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_limit
from shared.domain.errors import DocumentRefused
from shared.domain.keys import breaker_key, nodes_key, rate_key
from shared.domain.limits import room
from shared.heal.limits import TRIES
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.model import Breaker, Rate
from shared.ports import Write
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed
from tests.support.memory_ledger import touch
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import finals, quiet, set_policy

BREAKER, RATE = breaker_key(CLUSTER), rate_key(CLUSTER)
MOST, WINDOW_S = 10, 600.0


@pytest.fixture
def whole(house: House) -> House:
    """The small world on a ledger whose save can be one atomic step, with a rate."""
    house.ledger.whole = True
    set_policy(house, rate=Rate(max_jobs=MOST, window_s=WINDOW_S))
    return house


def used(house: House) -> int:
    """Tokens of the rate."""
    stored = house.ledger.load([RATE]).get(RATE)
    return MOST - room(decode_limit(stored.document), MOST, WINDOW_S, house.clock.now()) if stored else 0


def saves_before_the_call(house: House) -> list[set[str]]:
    """What each save was about, by the first parts of keys, up to the first call."""
    seen: list[set[str]] = []
    house.ehpc.before_call = lambda: seen.extend({key.partition("/")[0] for key in one} for one in house.ledger.saves)
    return seen


@pytest.mark.parametrize("atomic", [True, False])
def test_an_attempt_is_reserved_in_the_save_that_takes_its_tokens(whole: House, *, atomic: bool) -> None:
    """Where it cannot be so, tokens come first."""
    whole.ledger.whole = atomic
    seen = saves_before_the_call(whole)
    assert verdicts(whole.deliver(whole.hung(1), whole.hung(2))) == [("rerun", "accepted")] * 2
    tokens = {BREAKER.partition("/")[0], RATE.partition("/")[0]}
    assert seen == ([{*tokens, "ehpc"}] if atomic else [tokens, {"ehpc"}])
    assert used(whole) == 2


@pytest.mark.parametrize("key", [BREAKER, RATE, "ehpc"])
def test_who_meets_others_there_takes_tokens_first(whole: House, key: str) -> None:
    """Nothing of the whole was saved: no token is lost, and the attempt is made once."""
    failure = whole.hung()
    seen = saves_before_the_call(whole)

    def other() -> None:
        whole.ledger.leave_alone()
        touch(whole.ledger.inner, next((one for one in whole.ledger.loads[-1] if one.startswith(key)), key))

    whole.ledger.before_save = other
    report = whole.deliver(failure)
    assert len(seen) == (3 if key != "ehpc" else 4), seen
    assert (verdicts(report), len(whole.ehpc.kills)) == ([("rerun", "accepted")], 1)
    assert used(whole) == (1 if key != "ehpc" else 2), "a reservation that conflicts wastes its token, as ever"


def test_the_whole_takes_none_of_the_tries_for_tokens(whole: House) -> None:
    """Others may come in between at it and as often again as on any ledger."""
    others = TRIES

    def other() -> None:
        nonlocal others
        if others:
            others -= 1
            touch(whole.ledger.inner, RATE)

    whole.ledger.before_save = other
    assert verdicts(whole.deliver(whole.hung())) == [("rerun", "accepted")]
    assert (others, len(whole.ehpc.kills), used(whole)) == (0, 1, 1)


def test_who_gets_no_token_is_in_no_whole(whole: House) -> None:
    """What was decided before the tokens were asked for is decided anew."""
    set_policy(whole, breaker=Breaker(max_jobs=1))
    seen = saves_before_the_call(whole)
    report = whole.deliver(whole.hung(1), whole.hung(2))
    assert sorted(verdict for verdict, _ in verdicts(report) if verdict != "invalid").count("rerun") == 1
    assert (len(seen), len(whole.ehpc.kills), used(whole)) == (2, 1, 1)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_the_whole_leaves_all_of_it_or_nothing(whole: House, *, after: bool) -> None:
    """Then the attempt is found and looked at, or the delivery comes again; either way it is made once."""
    failure = whole.hung()
    (whole.ledger.die_after if after else whole.ledger.die_before)(1)
    with pytest.raises(Killed):
        whole.deliver(failure)
    whole.ledger.leave_alone()
    assert used(whole) == after == len(whole.records())
    whole.later(30)
    whole.deliver(failure)
    quiet(whole)
    (told,) = finals(whole).values()
    assert (len(whole.ehpc.kills), told.count("rerun")) == (1, 1)


def test_what_the_ledger_has_no_room_for_costs_nothing_beside_it(whole: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole is refused; one by one only what is too large is."""

    def too_large(writes: list[Write]) -> frozenset[str]:
        raise DocumentRefused({writes[0].key: 10**9})

    monkeypatch.setattr(whole.ledger.inner, "save_whole", too_large)
    assert verdicts(whole.deliver(whole.hung())) == [("rerun", "accepted")]
    assert (len(whole.ehpc.kills), used(whole)) == (1, 1)


@pytest.mark.parametrize("met", [False, True])
def test_what_is_counted_of_nodes_is_in_the_whole_as_well(whole: House, *, met: bool) -> None:
    """And is not written a second time; where the whole meets others it is written with the reservation."""
    whole.policy = replace(whole.policy, bad_nodes=BadNodes(action=NodeAction.HOLD))

    def other() -> None:
        whole.ledger.leave_alone()
        touch(whole.ledger.inner, RATE)

    if met:
        whole.ledger.before_save = other
    assert verdicts(whole.deliver(whole.hung(node="cn-7"))) == [("rerun", "accepted")]
    key = nodes_key(CLUSTER)
    assert [key in saved for saved in whole.ledger.saves].count(True) == 1 + met
    assert whole.ledger.load([key])[key].version == 1
