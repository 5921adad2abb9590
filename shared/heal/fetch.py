"""What a job has printed, fetched for failures whose text says too little: at most once a failure, and never for long.

It only informs the decision, which is made anew. A fetch that fails changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from shared.heal.decider import Decider
from shared.heal.item import Item
from shared.policy.fetched import names_no_cause, says_too_little, with_output
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem, OutputPart, OutputSource

MOST_A_CHUNK = 20
"""So many failures of a chunk are asked about; the others are decided as they were told."""
MOST_S = 5.0
"""After that no further fetch begins: looks grow old meanwhile."""


class Fetcher(Struct, frozen=True):
    """Asks job systems what the jobs of one chunk have printed."""

    systems: Callable[[str, str], JobSystem]
    clock: Clock
    policy: Policy
    hard_deadline: float
    """Unix seconds; no fetch begins in the last quarter of a minute before it."""
    known: dict[str, OutputPart | None] = field(default_factory=dict)
    """Answers by failure: each is asked about once."""
    tried: set[str] = field(default_factory=set)
    """Failures whose job system really was asked; that it had nothing to say is an answer as well."""

    def fetch(self, items: Sequence[Item], decider: Decider) -> bool:
        """Whether any failure's text has changed. Asked once the items have been decided, and nothing saved yet.

        The records are then as they were before that: the caller decides anew.
        """
        decided = [item for item in items if item.decision]
        wanting = [
            item
            for item in decided
            if item.decided.failure_id not in self.known and says_too_little(self.policy, item.failure, item.decided)
        ]
        if not wanting:
            return False
        decider.records.revert()
        until = min(self.clock.now() + MOST_S, self.hard_deadline - 3 * MOST_S)
        asked = {item.decided.failure_id: self._asked(item, decider, until) for item in wanting}
        # All tellings of a failure that know no cause: whichever is decided first must not know less.
        for item in decided:
            part = asked.get(item.decided.failure_id)
            item.asked_output = item.decided.failure_id in self.tried
            if part is not None and part.text.strip() and names_no_cause(self.policy, item.failure, item.decided):
                message = with_output(self.policy, item.failure.message, part.text)
                item.failure = replace(item.failure, message=message, message_from=part.source)
        return True

    def _asked(self, item: Item, decider: Decider, until: float) -> OutputPart | None:
        failure_id = item.decided.failure_id
        if failure_id not in self.known:
            told_before = decider.records.record(item.key).case(failure_id) is not None  # it goes on, or is told again
            room = len(self.tried) < MOST_A_CHUNK and self.clock.now() < until
            self.known[failure_id] = self._output(item) if room and not told_before else None
        return self.known[failure_id]

    def _output(self, item: Item) -> OutputPart | None:
        system = self.systems(item.failure.system, item.failure.scope.region)
        if not isinstance(system, OutputSource):
            return None
        self.tried.add(item.decided.failure_id)
        return system.output(item.failure, item.seen)
