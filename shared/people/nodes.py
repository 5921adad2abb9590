"""Suspected nodes: which there are and why, and what a person says of one."""

from __future__ import annotations

from msgspec import Struct

from shared.documents import decode_nodes, nodes_of, nodes_write
from shared.domain.act import UNSIGNED, Signed
from shared.domain.hosts import host_of
from shared.domain.job import Scope
from shared.domain.keys import Kind, kind_of, nodes_key, scope_of_nodes
from shared.domain.nodes import Hit, KnownNodes, cleared
from shared.people.walk import TRIES, BegunAnew, Contended, batches, listed
from shared.ports import Ledger, Stored
from shared.systems import SYSTEMS


class SuspectSeen(Struct, frozen=True, kw_only=True):
    """One suspected node."""

    scope: str
    """The cluster's or group's own key, `<system>/<region>/…`."""
    node: str
    """Empty: the document of this cluster or group is malformed, and nothing is known of its nodes."""
    since: float = 0.0
    """Unix seconds."""
    until: float = 0.0
    """When the suspicion ends by itself, if nothing more fails there."""
    jobs: tuple[Hit, ...] = ()
    """The evidence: the latest failed jobs, by time, at most 20, one entry a job."""
    drain: tuple[str, ...] = ()
    """Commands that take it out of service, one for each scheduler that it may be."""

    @property
    def owners(self) -> tuple[str, ...]:
        """Of those jobs, as far as they are known; by name."""
        return tuple(sorted({job.owner for job in self.jobs if job.owner}))

    @property
    def classes(self) -> tuple[str, ...]:
        """Of those failures; by name."""
        return tuple(sorted({job.failure_class for job in self.jobs}))


def suspected_nodes(ledger: Ledger, now: float) -> list[SuspectSeen]:
    """Every node that is suspected now, by cluster or group and name.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    keys = sorted(key for key in listed(ledger) if kind_of(key) is Kind.NODES)
    found: dict[str, Stored] = {}
    for some in batches(keys):
        found.update(ledger.load(some))
    seen: list[SuspectSeen] = []
    for key, stored in found.items():
        scope, nodes = scope_of_nodes(key), nodes_of(key, stored)
        if nodes is None:
            seen.append(SuspectSeen(scope=scope, node=""))
        else:
            seen += [_seen(scope, nodes, name) for name in nodes.suspects(now)]
    return sorted(seen, key=lambda one: (one.scope, one.node))


def clear_node(
    ledger: Ledger,
    scope: Scope,
    node: str,
    *,
    by: str,
    now: float,
    signed: Signed = UNSIGNED,
    seen: float | None = None,
) -> SuspectSeen | None:
    """End the suspicion of a node: what failed there until now counts no more, and no job waits for it.

    `seen`: since when it was suspected as the person was shown it; None: whatever is suspected now.

    Returns:
        The suspicion that has ended; None if the node was not suspected, and nothing was changed.

    Raises:
        BegunAnew: it was cleared, and is suspected again since.
        Contended: deliveries kept changing the document; nothing was changed.
        LedgerUnavailable: out of reach, the document is malformed, or it is not known whether it was saved: repeating
            does no harm.
    """
    key, name = nodes_key(scope), host_of(node)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        known = decode_nodes(stored.document) if stored else KnownNodes()
        if stored is None or name not in known.suspects(now):
            return None
        if seen is not None and known.nodes[name].suspected_at != seen:
            raise BegunAnew(f"the suspicion of {name}")
        why = signed.why or "what failed there counts no more"
        after = cleared(known, name, scope=scope, now=now, why=why, by=by, signed=signed)
        if not ledger.save([nodes_write(key, after, stored.version, now)]):
            return _seen(scope.key, known, name)
    raise Contended(key)


def _seen(scope: str, nodes: KnownNodes, name: str) -> SuspectSeen:
    one = nodes.nodes[name]
    system = scope.partition("/")[0]
    return SuspectSeen(
        scope=scope,
        node=name,
        since=one.suspected_at,
        until=one.suspected_until,
        jobs=one.hits,
        drain=SYSTEMS.named(system).drain(name) if system in SYSTEMS else (),
    )
