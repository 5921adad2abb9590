"""The walk of one delivery's failures: cluster by cluster, a look and then a hundred at a time to the settled call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import field
from msgspec.structs import replace

from shared.domain.failure import Trigger
from shared.domain.snapshot import LookFailed
from shared.heal.chunk import Chunk, ChunkTerms
from shared.heal.dry_run import DryRunLedger, hands_tied
from shared.heal.item import CHUNK, Item, Result, Walked
from shared.heal.lanes import Lanes
from shared.heal.looks import Looks, last_seen_first, not_looked_at
from shared.heal.ruled import ControlsWatch
from shared.meanwhile import expect
from shared.policy.match import is_ready, make_ready


class Walk(ChunkTerms, frozen=True, kw_only=True):
    """One walk. Its turns may be taken side by side: what they share is read, or stands in the ledger."""

    looks: Looks
    controls: ControlsWatch | None = None
    """None: nothing is asked anew."""
    _stricter: list[Walk] = field(default_factory=list)
    """This walk under what people have set by hand since it began: the last one holds, for all turns."""

    def parts(self, items: Sequence[Item], lanes: Lanes) -> Iterator[Walked]:
        """What came of the items, cluster or group by cluster or group; those last for which no look was left."""
        always = not self.looks.into
        away, items = self.looks.turned_away(items, self.policy, self.ask)
        planned, late = self.looks.plan(items, self.policy, self.ask)
        turns = []
        for members in planned:
            mine = away.pop(members[0].failure.scope.key, [])
            turns.append(partial(self._turn, members, mine, late, always=always))
            always = False
        if len(turns) > 1:
            make_ready(self.policy)  # once, before they are taken side by side
        elif not is_ready(self.policy):
            expect("patterns", partial(make_ready, self.policy))
        ended = lanes(turns)
        part = Walked([one for some in away.values() for one in some]).add(next(ended, []))
        for more in ended:
            yield part
            part = Walked().add(more)
        if late:
            self.looks.none_left(late)
            part.add([self._walked(late)])
        yield part

    def _turn(self, members: list[Item], away: list[Result], late: list[Item], *, always: bool) -> Walked:
        """One cluster or group from its look on, unless there is no time for one any more.

        What the sweep has no time for stays due as it is.
        """
        if not always and self.looks.hurried():
            late += [] if self._sweeps else members
            return Walked(away)
        self.looks.into.add(members[0].failure.scope.key)
        if self.prefetch is not None:
            self.prefetch.ask(members)
        self.looks.look(members)
        return Walked(away).add([self._walked(members)])

    def _walked(self, items: Sequence[Item]) -> Walked:
        """What was seen last comes first: a look that itself takes longer than it may be old still serves its end.

        So each look brings some chunks to their calls, however long the list is. The rest is looked at anew once for
        all, as a list is read from its beginning whoever is sought. What one look takes no more of the sweep leaves to
        its next one, and what it has no time for it leaves as it is.
        """
        walked = Walked()
        left = last_seen_first(items)
        while left:
            if self._left_out(left[0]) or any(map(self._aged, left[:CHUNK])):
                self.looks.look([item for item in left if self._left_out(item) or self._aged(item)])
                left = last_seen_first(left)
            chunk = [item for item in left[:CHUNK] if not self._left_out(item)] or left[:CHUNK]
            Chunk(self._current(), chunk[0].failure.scope).handle(chunk, walked)
            left = left[len(chunk) :]
            if self._sweeps and self.looks.hurried(len(walked.results)):
                break
        return walked

    def _current(self) -> Walk:
        """As it goes on now. It only becomes stricter: what is taken back holds from the next invocation on."""
        last = self._stricter[-1] if self._stricter else self
        policy = last.policy if self.controls is None else self.controls.laid_over(last.policy)
        if policy is last.policy:
            return last
        tied = hands_tied(self.ask, policy)
        ledger = last.ledger if tied is last.tied else DryRunLedger(last.ledger)
        self._stricter.append(replace(last, policy=policy, tied=tied, ledger=ledger))
        return self._stricter[-1]

    @property
    def _sweeps(self) -> bool:
        return self.ask.trigger is Trigger.SWEEP

    def _left_out(self, item: Item) -> bool:
        """Whether the sweep has still to look at it: the look before had enough of others."""
        return self._sweeps and not_looked_at(item)

    def _aged(self, item: Item) -> bool:
        """Half the allowed age is left for the call to leave."""
        seen = item.seen
        age_s = self.clock.now() - seen.look_begun_at
        return not isinstance(seen, LookFailed) and age_s > self.policy.timing.observation_max_age_s / 2
