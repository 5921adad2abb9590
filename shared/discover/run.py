"""One run of the discovery: turns at the places that the policy names, what is found through the corridor, remembered.

Who waits longest is first, and a turn has a bounded number of calls: a large place delays no small one. What a run
cannot finish the next one goes on with. A place that cannot be read delays only itself.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from functools import cache, partial

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.discover.book import Book
from shared.discover.calls import Allowance, Turn, calls_until
from shared.discover.machines import change_machines, read_machines, with_place
from shared.discover.places import Seekers, Unrolled, WatchedPlace, places
from shared.discover.told import not_seen
from shared.domain.errors import ClockOff
from shared.domain.failure import Intake, Trigger
from shared.domain.machines import Machines
from shared.domain.mode import Mode
from shared.domain.watch import Watch
from shared.heal import Healer, Report, clear_drained
from shared.policy.discover import watched
from shared.policy.places import place_fits
from shared.systems import SYSTEMS
from shared.systems.discovery import Sight, Terms

TURN_CALLS = 25
MOST_FOUND = 5_000
"""Failures of a place that go their way together: each time the corridor reads its list from the beginning."""
LEAST_STEP_S = 0.001
"""Turns of one run are told apart by so much at least: who had the earlier one is next."""
LONGEST_PAUSE_S = 600.0
FIRST_PAUSE_S = 60.0
"""After a look that failed; doubled with each further one."""
TOLD_AFTER = 2
"""So many looks in a row have to fail before it is told, if the problem may pass by itself."""
_LOG = logging.getLogger(__name__)


def discover(healer: Healer, seekers: Seekers, region: str, *, dry_run: bool = False) -> Report:
    """Look through every place once, or as far as pace and time allow.

    In mode `off` nothing is looked at, and nothing counts as seen. In mode `observe` what is found is told and counts
    as seen; a dry run changes nothing but the pace.

    Raises:
        LedgerUnavailable: the ledger is out of reach; the next run begins where this one did.
    """
    total, began_at = Report(), healer.clock.now()
    if not any(watched(healer.policy.discover)):
        return total
    healer = healer.under_controls()
    if healer.policy.mode is Mode.OFF:
        _LOG.warning("the mode is off: nothing is looked for")
        return total
    until = calls_until(began_at, healer.invocation.hard_deadline)
    budget = cache(partial(_budget, healer, until))
    meant, listings = places(healer.policy.discover, seekers, region, budget)
    book = Book(healer.ledger, healer.invocation.hard_deadline, dry_run)
    run = _Run(healer, book, dry_run=dry_run, total=total)
    mine = book.take([*(one.key for one in listings), *meant], began_at)
    run.listed([one for one in listings if one.key in mine])
    try:
        run.turns(meant, [key for key in mine if key in meant])
    except ClockOff:  # it begins anew, and its deadline was one of the wrong clock
        book.release(mine, healer.clock.now())
        raise
    # A run that raises gives nothing back: its places are free again at its deadline, before the next period.
    book.release(mine, healer.clock.now())
    return total


def _budget(healer: Healer, until: float, system: str, region: str) -> Allowance:
    per_minute = SYSTEMS.named(system).reads_per_minute
    return Allowance(healer.ledger, healer.clock, until, system, region, per_minute)


class _Read(Struct, frozen=True):
    """What the turns of one look came to."""

    sight: Sight
    at: float
    """When the last one began (unix seconds)."""
    used: int
    """Calls."""

    def then(self, sight: Sight, now: float, used: int) -> _Read:
        """With a further turn."""
        before = self.sight
        joined = replace(
            sight,
            failures=(*before.failures, *sight.failures),
            machines=before.machines if sight.machines is None else sight.machines,
            withdrawn=before.withdrawn | sight.withdrawn,
        )
        return _Read(joined, now, self.used + used)


class _Run:
    """What one run does, and what came of it."""

    def __init__(self, healer: Healer, book: Book, *, dry_run: bool, total: Report) -> None:
        self._healer, self._book, self._dry_run, self._total = healer, book, dry_run, total
        self._turn_at = 0.0
        self._known: dict[tuple[str, str], Machines] = {}
        self._read: dict[str, _Read] = {}
        """What looks that go on have come to in this run. It is nowhere else: a run that dies begins where it did."""

    def turns(self, meant: Mapping[str, WatchedPlace], mine: list[str]) -> None:
        """One turn after the other, until every look is whole or nobody gets a call any more.

        What a look has found goes its way when that look is over, all at once; else as soon as it is too much. In mode
        `off` it ends: what was found and has not gone its way is found anew when that is over.
        """
        waiting = deque(mine)
        while waiting:
            key = waiting.popleft()
            place = meant[key]
            goes_on = place.budget.in_time and self._look(place)
            if goes_on:
                waiting.append(key)
            read = self._read.get(key)
            if read is not None and (not goes_on or len(read.sight.failures) >= MOST_FOUND):
                if read.sight.failures and self._healer.under_controls().policy.mode is Mode.OFF:
                    _LOG.warning("the mode is off by now: what was found counts as not seen")
                    return
                del self._read[key]
                self._end(place, read)

    def listed(self, listings: list[Unrolled]) -> None:
        """That the globs of an entry could not be resolved is told once, as long as it lasts."""
        for one in listings:
            sight = Sight(memory={}, done=one.problem is None, problem=one.problem)
            self._settle(one.key, one.place, sight, self._healer.clock.now())

    def _look(self, place: WatchedPlace) -> bool:
        """Read on; whether it goes on."""
        before, watch, now = self._read.get(place.key), self._book.watch(place.key), self._healer.clock.now()
        self._turn_at = max(now, self._turn_at + LEAST_STEP_S)
        terms = Terms(
            now=now,
            fits=place_fits,
            stale_after_s=self._healer.policy.timing.stale_event_s,
            suspects=self._machines(place).suspects,
        )
        turn = Turn(place.budget, TURN_CALLS)
        known = watch if before is None else replace(watch, memory=before.sight.memory)
        sight = _looked(place, known, turn, terms)
        self._read[place.key] = _Read(sight, now, turn.used) if before is None else before.then(sight, now, turn.used)
        return not (sight.done or sight.problem or turn.dry)

    def _end(self, place: WatchedPlace, read: _Read) -> None:
        """What was found goes its way, and then it is remembered."""
        sight = read.sight
        if sight.failures:
            intake = Intake(failures=list(sight.failures), dry_run=self._dry_run)
            self._total.join(self._healer.handle(intake, Trigger.DISCOVER))
        self._keep_machines(place, sight, read.at)
        if sight.withdrawn and not self._dry_run and self._healer.policy.bad_nodes is not None:
            clear_drained(self._healer.ledger, place.scope, sight.withdrawn, read.at)
        if read.used or sight.done or sight.problem:  # who got no call at all is next all the same
            self._settle(place.key, place.scope.place, sight, read.at)

    def _machines(self, place: WatchedPlace) -> Machines:
        """Of the place's system and region, read once a run."""
        here = (place.scope.system, place.scope.region)
        if here not in self._known:
            self._known[here] = read_machines(self._healer.ledger, *here)
        return self._known[here]

    def _keep_machines(self, place: WatchedPlace, sight: Sight, now: float) -> None:
        """Which machines a scope has, so that an event finds its node."""
        key, machines = place.scope.key, sight.machines
        if machines is None or self._dry_run or self._machines(place).places.get(key, {}) == machines:
            return

        change = partial(with_place, scope=key, machines=machines)
        change_machines(self._healer.ledger, place.scope.system, place.scope.region, now, change)

    def _settle(self, key: str, place: Mapping[str, str], sight: Sight, now: float) -> None:
        """Remember what a turn came to, once what is to be told of it is."""
        watch = self._book.watch(key)
        after = replace(_after(watch, sight, now), turn_at=max(now, self._turn_at))
        if sight.problem is not None and after.told and not watch.told:
            outcome = not_seen(key, place, sight.problem, watch, now, dry_run=self._dry_run)
            self._total.join(self._healer.tell([outcome], Trigger.DISCOVER))
        self._book.put(key, after, self._healer.clock.now())


def _looked(place: WatchedPlace, watch: Watch, turn: Turn, terms: Terms) -> Sight:
    """What a turn shows. A memory that its seeker cannot read, as of another version, is begun anew."""
    try:
        return place.seeker.look(place.watch, place.scope, watch.memory, turn, terms)
    except msgspec.ValidationError as error:
        if not watch.memory:
            raise
        _LOG.error("%s: what is remembered cannot be read; it is looked through anew: %s", place.key, error)
    return place.seeker.look(place.watch, place.scope, {}, turn, terms)


def _after(watch: Watch, sight: Sight, now: float) -> Watch:
    """What is remembered after a turn; one that goes on in this run keeps its place."""
    after = replace(watch, memory=sight.memory)
    if sight.problem is None:
        well = replace(after, failures=0, not_before=0.0, told=False)
        return replace(well, done_at=now, busy_until=0.0) if sight.done else well
    failures = watch.failures + 1
    pause_s = min(FIRST_PAUSE_S * 2.0 ** min(watch.failures, 10), LONGEST_PAUSE_S)
    told = watch.told or failures >= TOLD_AFTER or not sight.problem.worth_repeating
    return replace(after, failures=failures, not_before=now + pause_s, told=told, busy_until=0.0)
