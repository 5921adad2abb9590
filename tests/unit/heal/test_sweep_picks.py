"""Whose turn it is in a sweep: nobody waits for ever behind names or storms of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from shared import sweep_turns
from shared.documents import decode_rounds, rounds_write
from shared.domain.keys import ROUNDS_KEY, breaker_of, group_of
from shared.domain.rounds import Rounds
from shared.ports import Due, Write
from shared.side_by_side import LANES
from shared.sweep_turns import Turns
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger


def due_at(ledger: MemoryLedger, keys: Iterable[str], at: float | None = START - 100) -> None:
    """Documents of these keys, due in this order."""
    writes = [Write(key=key, document=b"{}", expected=None, due_at=at, expires_at=None) for key in keys]
    assert ledger.save(writes) == frozenset()


def turns(ledger: MemoryLedger, clock: Clock, left_s: float = 100.0) -> Turns:
    """Those of a run that begins now."""
    return Turns(ledger, clock, clock.now() + left_s)


def house(*keys: str) -> tuple[MemoryLedger, Clock]:
    """A ledger in which these are due, the first since longest."""
    clock = Clock()
    ledger = MemoryLedger(clock)
    for place, key in enumerate(keys):
        due_at(ledger, [key], START - 1000 + place)
    return ledger, clock


def scopes_of(run: Turns) -> list[str]:
    """In the order in which they are begun."""
    return list(dict.fromkeys(map(group_of, run.keys())))


def test_scopes_take_turns_and_what_is_pending_beyond_its_bound_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each scope's oldest first."""
    monkeypatch.setattr(sweep_turns, "MAX_PENDING", 1)
    keys = ["ehpc/r/a/1", "ehpc/r/a/2", "pending/ehpc/r/a/x", "ehpc/r/b/1", "pending/ehpc/r/b/y", "ehpc/r/a/3"]
    fair = sweep_turns._fair([Due(float(place), key) for place, key in enumerate(keys)])
    first, last = "pending/ehpc/r/b/y", "pending/ehpc/r/a/x"
    assert fair == ["ehpc/r/a/1", "ehpc/r/b/1", "ehpc/r/a/2", first, "ehpc/r/a/3", last]


def test_a_scope_is_taken_whole_small_ones_first_and_what_anybody_may_invent_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else in the order of their turns. Nothing is written down: all of them begin at once."""
    monkeypatch.setattr(sweep_turns, "MANY", 2)
    large = [f"ehpc/r/large/{number}" for number in range(3)]
    small = ["ehpc/r/small/1", "pending/ehpc/r/small/x"]
    invented = [f"pending/ehpc/r/invented/{number}" for number in range(3)]
    few = ["pending/ehpc/r/few/1"]
    ledger, clock = house(*(key for some in zip(large, invented, [*small, *few], strict=True) for key in some))
    run = turns(ledger, clock)
    assert run.keys() == [*small, *large, *few, *invented]
    run.had([])
    assert ledger.load([ROUNDS_KEY]) == {}


def test_due_keys_are_asked_for_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """While pages are full, there is time, and the bound is not met; what is found is what is due by now."""
    monkeypatch.setattr(sweep_turns, "MAX_HINTS", 2)
    keys = [f"ehpc/r/c/{number}" for number in range(6)]
    for left_s, oldest, others, found in ((100.0, 10, 1, 6), (100.0, 1, 1, 4), (6.0, 3, 1, 6), (5.5, 10, 1, 2)):
        monkeypatch.setattr(sweep_turns, "OLDEST_PAGES", oldest)
        monkeypatch.setattr(sweep_turns, "ROUND_PAGES", others)
        assert turns(*house(*keys), left_s).keys() == keys[:found]


def test_the_round_begins_anew_and_what_is_asked_for_is_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages of two a run: the oldest two, and four of the others."""
    for name, number in (("MAX_HINTS", 2), ("OLDEST_PAGES", 1), ("ROUND_PAGES", 2)):
        monkeypatch.setattr(sweep_turns, name, number)
    keys = [f"ehpc/r/c/{number}" for number in range(9)]
    ledger, clock = house(*keys)
    for others in (keys[2:6], keys[6:], keys[2:6]):
        run = turns(ledger, clock)
        assert run.keys() == [*keys[:2], *others]
        run.had([])


def test_in_a_round_every_scope_has_its_turn_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen slow storms and small scopes without end take all the time: the storms come round all the same."""
    monkeypatch.setattr(sweep_turns, "MANY", 1)
    large = [f"ehpc/r/large{number:02}/{job}" for number in range(20) for job in (1, 2)]
    small = [f"ehpc/r/small{number:02}/1" for number in range(40)]
    ledger, clock = house(*small, *large)
    begun = set[str]()
    for _ in range(20):
        run = turns(ledger, clock)
        first = scopes_of(run)[:LANES]
        begun |= set(first)
        run.had(first)
    assert len(begun) == 60


def test_of_five_turns_one_is_in_the_round_and_two_are_of_what_waits_for_a_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small scopes come before storms, and both before what anybody may invent, but for these turns."""
    monkeypatch.setattr(sweep_turns, "MANY", 1)
    small, storms = [f"small{number:02}" for number in range(10)], ["a", "z"]
    keys = [f"ehpc/r/{name}/1" for name in small]
    keys += [f"ehpc/r/{name}/{job}" for name in storms for job in (1, 2)]
    keys += [f"pending/ehpc/r/new{number}/1" for number in range(6)] + ["pending/ehpc/r/known/1"]
    ledger, clock = house(*keys)
    due_at(ledger, [breaker_of("ehpc/r/known"), breaker_of("ehpc/r/small00")], None)
    order = [scope.removeprefix("ehpc/r/") for scope in scopes_of(turns(ledger, clock))]
    fives = ["a", "known", "new0", "small00", "small01", "new1", "small02", "small03", "new2", "small04", "small05"]
    assert order == [*fives, "new3", "small06", "small07", "new4", "small08", "small09", "new5", "z"]


def test_a_known_cluster_that_waits_for_a_look_is_looked_at_before_invented_ones() -> None:
    """Three thousand of them have waited for longer."""
    ledger, clock = house(*(f"pending/ehpc/r/new{number:04}/1" for number in range(3_000)))
    due_at(ledger, ["pending/ehpc/r/known/1"], START - 1)
    due_at(ledger, [breaker_of("ehpc/r/known")], None)
    order = scopes_of(turns(ledger, clock))
    assert order[:3] == ["ehpc/r/known", "ehpc/r/new0000", "ehpc/r/new0001"]


def scopes_after(ledger: MemoryLedger, clock: Clock, had: Callable[[list[str]], list[str]]) -> str:
    """Which scope was the last of the round, after a run in which these had their turn."""
    run = turns(ledger, clock)
    run.had(had(scopes_of(run)))
    return decode_rounds(ledger.load([ROUNDS_KEY])[ROUNDS_KEY].document).scope


def test_who_had_no_turn_is_next() -> None:
    """The round stops before the first that was left out; nobody writes where nobody was."""
    ledger, clock = house(*(f"ehpc/r/c{number:02}/1" for number in range(13)))
    assert scopes_after(ledger, clock, lambda all_of: [one for one in all_of if one != "ehpc/r/c03"]) == "ehpc/r/c02"
    assert scopes_after(ledger, clock, lambda all_of: all_of[:1]) == "ehpc/r/c03"
    version = ledger.load([ROUNDS_KEY])[ROUNDS_KEY].version
    assert scopes_after(ledger, clock, lambda all_of: all_of) == "ehpc/r/c03"
    assert ledger.load([ROUNDS_KEY])[ROUNDS_KEY].version == version


def test_a_place_that_nobody_can_read_stays_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    """Sweeps begin anew each time, and it is said."""
    keys = [f"ehpc/r/c{number:02}/1" for number in range(13)]
    ledger, clock = house(*keys)
    due_at(ledger, [ROUNDS_KEY], None)
    ledger.save([Write(key=ROUNDS_KEY, document=b"?", expected=1, due_at=None, expires_at=None)])
    run = turns(ledger, clock)
    assert sorted(run.keys()) == keys
    run.had([key.rpartition("/")[0] for key in keys[:2]])
    assert ledger.load([ROUNDS_KEY])[ROUNDS_KEY].document == b"?"
    assert ROUNDS_KEY in caplog.text


def test_so_many_begin_at_once() -> None:
    """As many as there are lanes."""
    assert sweep_turns.AT_ONCE == LANES


def test_where_sweeps_go_on_is_kept() -> None:
    """It is never due, and read as it was written."""
    kept = Rounds(due_at=START, key="k", scope="s")
    write = rounds_write(kept, 3, START)
    assert (write.key, write.expected, write.due_at, decode_rounds(write.document)) == (ROUNDS_KEY, 3, None, kept)
