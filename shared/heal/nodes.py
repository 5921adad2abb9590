"""The memory of nodes in the corridor: what fails is counted against its nodes, and suspected ones are known.

Counting is no condition of anything: what cannot be written is a count lost, and never a job.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from shared.documents import nodes_of, nodes_write
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.failure import Trigger
from shared.domain.hosts import nodes_told
from shared.domain.job import Scope
from shared.domain.keys import nodes_key
from shared.domain.nodes import Hit, KnownNodes, cleared, counted
from shared.domain.snapshot import LookFailed
from shared.heal.item import Item, Notice
from shared.policy.bounds import NodeAction
from shared.policy.evidence import evidence_of
from shared.policy.model import Policy
from shared.ports import Clock, JobSystem, Ledger, NodeSource, Stored, Write
from shared.reading.text import printable
from shared.systems import SYSTEMS

TRIES = 3
ROOM_S = 15.0
"""With less time than this left nobody is asked about nodes: what waits there waits a little longer."""
DRAINED = "its scheduler gives it no more jobs"
_NAME_BYTES = 64
_LOG = logging.getLogger(__name__)


class NodeMemory(Struct, kw_only=True):
    """What is remembered of the nodes of one chunk's cluster or group. Does nothing without `bad_nodes`."""

    ledger: Ledger
    systems: Callable[[str, str], JobSystem]
    clock: Clock
    policy: Policy
    scope: Scope
    now: float
    hard_deadline: float
    via: Trigger | None = None
    """The door of this delivery, for what is told of nodes."""
    suspects: frozenset[str] = frozenset()
    """The nodes that are suspected, with what was counted here."""
    _known: KnownNodes | None = None
    """None: nothing is counted, or the document is malformed."""
    _after: KnownNodes | None = None
    """That, with what was counted here; None where that is."""
    _version: int | None = None
    _told: list[Notice] = field(default_factory=list)
    """What the document owes since something was counted here."""
    _hits: dict[tuple[str, str], Hit] = field(default_factory=dict)
    """By node and job."""
    _drained: set[str] = field(default_factory=set)
    _asked: set[str] = field(default_factory=set)

    @property
    def keys(self) -> list[str]:
        """The document, if it is asked for."""
        return node_keys(self.policy, self.scope)

    def read(self, shared: Mapping[str, Stored]) -> None:
        """Take the document from those that were opened."""
        for key in self.keys:
            self._known = nodes_of(key, shared.get(key))
            self._version = shared[key].version if key in shared else None
        self._weigh()

    def ask(self, items: Sequence[Item]) -> None:
        """Ask which suspected nodes that jobs would wait for are given no more jobs; each is asked about once."""
        limit = self.policy.bad_nodes
        if limit is None or limit.action is not NodeAction.HOLD:
            return
        wanted = {node for item in items for node in _nodes(item)} & self.suspects - self._asked
        if not wanted or self.clock.now() + ROOM_S > self.hard_deadline:
            return
        self._asked |= wanted
        system = self.systems(self.scope.system, self.scope.region)
        if isinstance(system, NodeSource):
            self._drained |= system.withdrawn(self.scope, wanted) & wanted
            self._weigh()

    def count(self, items: Sequence[Item]) -> bool:
        """Count the decided failures; whether a node is suspected now that was not before."""
        limit, before = self.policy.bad_nodes, self.suspects
        if limit is None:
            return False
        for item in items:
            decision = item.decision
            if decision is not None and decision.about_this_run and decision.failure_class in limit.classes:
                hit = _hit(item)
                self._hits.update({(node, hit.job_id): hit for node in _nodes(item)})
        if not self._hits:
            return False
        self._weigh()
        return not self.suspects <= before

    def writes(self) -> list[Write]:
        """What was counted, to be written beside what was decided; nothing if nothing was."""
        if self._after is None or self._after == self._known:
            return []
        return [nodes_write(nodes_key(self.scope), self._after, self._version, self.now)]

    def written(self) -> None:
        """The last `writes` are in the ledger."""
        if self._known is not None and self._after is not None:
            key = nodes_key(self.scope)
            self._told += [Notice(key, owed) for owed in self._after.owed if owed not in self._known.owed]
            self._known = self._after

    def save(self) -> list[Notice]:
        """Write what was counted and is not written yet; what the document owes since then comes back."""
        for _ in range(TRIES):
            writes = self.writes()
            if not writes:
                return self._told
            try:
                if not self.ledger.save(writes):
                    self.written()
                    return self._told
                self.read(self.ledger.load([nodes_key(self.scope)]))
            except (DocumentRefused, LedgerUnavailable) as error:
                _LOG.warning("what failed on nodes is not counted: %s", error)
                return self._told
        _LOG.warning("what failed on nodes of %s is not counted: others keep writing it", self.scope.key)
        return self._told

    def _weigh(self) -> None:
        self._after = None if self._known is None else self._changed(self._known)
        self.suspects = frozenset() if self._after is None else self._after.suspects(self.now)

    def _changed(self, known: KnownNodes) -> KnownNodes:
        limit = self.policy.bad_nodes
        if limit is None:
            return known
        hits = [(node, hit) for (node, _), hit in self._hits.items()]
        advice = SYSTEMS.named(self.scope.system).drain
        known = counted(known, hits, limit.bound, scope=self.scope, now=self.now, advice=advice, via=self.via)
        for node in sorted(self._drained):
            known = cleared(known, node, scope=self.scope, now=self.now, why=DRAINED, via=self.via)
        return known


def clear_drained(ledger: Ledger, scope: Scope, withdrawn: frozenset[str], now: float) -> None:
    """End the suspicions of nodes that are given no more jobs; the sweep tells it.

    Raises:
        LedgerUnavailable: out of reach.
    """
    key = nodes_key(scope)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        known = nodes_of(key, stored)
        if stored is None or known is None:
            return
        after = known
        for node in sorted(withdrawn & known.suspects(now)):
            after = cleared(after, node, scope=scope, now=now, why=DRAINED, via=Trigger.DISCOVER)
        if after == known or not ledger.save([nodes_write(key, after, stored.version, now)]):
            return


def node_keys(policy: Policy, scope: Scope) -> list[str]:
    """The document of what is remembered of a scope's nodes, if the policy asks for it."""
    return [] if policy.bad_nodes is None else [nodes_key(scope)]


def _nodes(item: Item) -> tuple[str, ...]:
    seen = item.seen
    return () if isinstance(seen, LookFailed) else nodes_told(item.failure.node, seen.offered.nodes)


def _hit(item: Item) -> Hit:
    look = item.seen
    owner = evidence_of(item.failure, None if isinstance(look, LookFailed) else look).owner
    job_id, failure_class = item.decided.job_id, item.decided.failure_class
    return Hit(
        min(item.failure.occurred_at, item.seen.look_begun_at),
        printable(job_id, _NAME_BYTES),
        printable(owner, _NAME_BYTES),
        failure_class._value_,
    )
