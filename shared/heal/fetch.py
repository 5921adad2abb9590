"""What a job has printed, fetched for failures whose text says too little: at most once a failure, and never for long.

It only informs the decision, which is made anew. A fetch that fails changes nothing. Where many fail at once, those for
which there is no room are decided as they were told, or wait for the sweep's for some minutes, as the policy says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from shared.domain.evidence import EvidenceFrom
from shared.heal.decider import Decider
from shared.heal.item import Item
from shared.policy.fetched import names_no_cause, result_names_no_cause, says_too_little, with_output
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem, OutputPart, OutputSource

MOST_A_CHUNK = 20
"""So many failures of a chunk are asked about."""
MOST_S = 5.0
"""After that no further fetch begins: looks grow old meanwhile."""
MOST_WAIT_S = 600.0
"""So long a failure waits for its turn to be asked about, and for nothing else; then it is decided as it was told."""


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
    unread: set[str] = field(default_factory=set)
    """Failures that wait for their turn."""

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
            failure_id, no_cause = item.decided.failure_id, names_no_cause(self.policy, item.failure, item.decided)
            part = asked.get(failure_id)
            item.asked_output = failure_id in self.tried
            item.unread = failure_id in self.unread and no_cause
            if part is not None and part.text.strip() and no_cause:
                message = with_output(self.policy, item.failure.message, part.text)
                item.failure = replace(item.failure, message=message, message_from=part.source)
        return True

    def _asked(self, item: Item, decider: Decider, until: float) -> OutputPart | None:
        failure_id = item.decided.failure_id
        if failure_id not in self.known:
            self.known[failure_id] = None
            system = self.systems(item.failure.system, item.failure.scope.region)
            case = decider.records.record(item.key).case(failure_id)  # one that goes on had its turn, or is told again
            if (case is not None and case.unread_since is None) or not isinstance(system, OutputSource):
                return None
            now, since = self.clock.now(), (case.unread_since if case else None) or decider.ask.now
            if len(self.tried) < MOST_A_CHUNK and now < until:
                self.tried.add(failure_id)
                self.known[failure_id] = self._output(system, item)
            elif self.policy.output_first and now < since + MOST_WAIT_S:
                self.unread.add(failure_id)
        return self.known[failure_id]

    def _output(self, system: OutputSource, item: Item) -> OutputPart | None:
        """A result that a look has shown costs no call: where it names no cause the log is read besides."""
        part = system.output(item.failure, item.seen)
        if part is None or part.source is not EvidenceFrom.RESULT:
            return part
        if not result_names_no_cause(self.policy, item.failure, item.seen, part.text):
            return part
        log = system.output(item.failure, item.seen, logged=True)
        return replace(log, text=f"{part.text}\n{log.text}") if log is not None and log.text.strip() else part
