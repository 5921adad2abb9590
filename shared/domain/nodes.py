"""The memory of nodes: which failed jobs stood on which node lately, and which node is suspected of eating jobs.

One document a cluster or group, bounded: 200 nodes with 20 jobs each. A suspicion tells about itself once, as a breaker
does: what begins or ends it owes the outcome in the same compare-and-set. A write that is lost loses a count, and no
job: nothing is rerun because of what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.act import UNSIGNED, Signed
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, OWED_RETRY_S
from shared.domain.verdicts import Verdict

MAX_NODES = 200
MAX_HITS = 20
"""Jobs that are remembered of one node, the latest."""
MOST_SUSPECTS = 8
"""Nodes of one cluster or group that are suspected at once: where more of them fail the place itself is at fault, and
that is what the breaker is for."""
MAX_OWED = 64
_MESSAGE_CHARS = 2048


class Hit(Struct, frozen=True, array_like=True):
    """A failed job that stood on a node."""

    at: float
    """When it failed, as told (unix seconds)."""
    job_id: str
    """As the job system lists it."""
    owner: str
    """Empty if not known."""
    failure_class: str


class KnownNode(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of one node."""

    hits: tuple[Hit, ...] = ()
    """By the time of failing; at most `MAX_HITS`, one a job."""
    suspected_at: float = 0.0
    """Since when it is suspected (unix seconds); 0: it is not."""
    suspected_until: float = 0.0
    """When the suspicion ends by itself; 0: there is none."""
    cleared_at: float = 0.0
    """What failed before then counts no more."""

    def suspected(self, now: float) -> bool:
        """Whether it is suspected at that moment."""
        return self.suspected_until > now


class KnownNodes(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-nodes/1"):
    """One ledger document."""

    nodes: dict[str, KnownNode] = {}
    """By name as `shared.domain.hosts` spells it; at most `MAX_NODES`."""
    owed: tuple[dict[str, str], ...] = ()
    """Outcomes about nodes that are not yet known to be in the Logstore; at most `MAX_OWED`."""
    owed_at: float = 0.0

    def suspects(self, now: float) -> frozenset[str]:
        """The nodes that are suspected at that moment."""
        return frozenset([name for name, one in self.nodes.items() if one.suspected_until > now])

    @property
    def listed_at(self) -> float | None:
        """When the sweep should look at it; where a node is suspected walking `due` lists it."""
        if self.owed:
            return self.owed_at + OWED_RETRY_S
        return LISTED_AT if any(one.suspected_at for one in self.nodes.values()) else None

    def paid(self, outcome_ids: Iterable[str]) -> KnownNodes:
        """This document without those owed outcomes."""
        gone = frozenset(outcome_ids)
        return replace(self, owed=tuple(one for one in self.owed if one.get("outcome_id") not in gone))

    def put_off(self, now: float) -> KnownNodes:
        """This document with its owed outcomes due a while later."""
        return replace(self, owed_at=now) if self.owed else self


class NodeLimit(Struct, frozen=True, kw_only=True):
    """From when on a node is suspected, and for how long."""

    jobs: int
    """Distinct jobs, at most `MAX_HITS`."""
    owners: int
    """Distinct owners."""
    window_s: float
    clear_after_s: float


def counted(
    known: KnownNodes,
    hits: Sequence[tuple[str, Hit]],
    bound: NodeLimit,
    *,
    scope: Scope,
    now: float,
    advice: Callable[[str], Sequence[str]],
    via: Trigger | None = None,
) -> KnownNodes:
    """The memory with these failures counted, each by the name of its node; who has had enough of them is suspected.

    Args:
        known: the memory.
        hits: node and job; the same one counted again changes nothing.
        bound: from when on a node is suspected.
        scope: the cluster or group.
        now: unix seconds.
        advice: commands that take a node out of service, for people.
        via: the door of the delivery, as an outcome names it.
    """
    if not hits:
        return known
    nodes, begun = dict(known.nodes), list[tuple[str, KnownNode]]()
    suspects = len(known.suspects(now))
    for name, hit in hits:
        before = nodes.get(name, KnownNode())
        after = _with(before, hit, bound, now)
        if not after.suspected(now) and _enough(after, bound) and suspects < MOST_SUSPECTS:
            until = after.hits[-1].at + bound.clear_after_s
            after = replace(after, suspected_at=now, suspected_until=until)
            suspects += 1
            begun.append((name, after))
        if after != before:
            nodes[name] = after
    if nodes == known.nodes:
        return known
    changed = replace(known, nodes=_within(nodes, bound.window_s, now))
    for name, one in begun:
        changed = _owing(
            changed, replace(_begun(scope, name, one, bound, now, advice(name)), trigger=via.value if via else ""), now
        )
    return changed


def cleared(
    known: KnownNodes,
    name: str,
    *,
    scope: Scope,
    now: float,
    why: str,
    by: str = "",
    signed: Signed = UNSIGNED,
    via: Trigger | None = None,
) -> KnownNodes:
    """The memory without the suspicion of that node, owing the outcome that says so; unchanged if there is none.

    Args:
        known: the memory.
        name: of the node, as it is remembered.
        scope: the cluster or group.
        now: unix seconds.
        why: what ended it, for people.
        by: the person who ends it; empty if nobody does.
        signed: what stands beside that name.
        via: the door amid whose delivery it ends, where no person ends it.
    """
    one = known.nodes.get(name)
    if one is None or not one.suspected(now):
        return known
    whom, door = f" by {by}" if by else "", signed.via if by else via
    notice = replace(
        _notice(scope, name, one, Reason.NODE_CLEARED, now, f"node {name} of {scope.key} is cleared{whom}: {why}"),
        actor=signed.actor(by) if by else "",
        way=signed.way.value if signed.way else "",
        why=signed.reason if by else "",
        trigger=door.value if door else "",
    )
    without = replace(known, nodes={**known.nodes, name: KnownNode(cleared_at=now)})
    # No delivery is about to tell it: the next sweep shall.
    return _owing(without, notice, now - OWED_RETRY_S)


def _with(one: KnownNode, hit: Hit, bound: NodeLimit, now: float) -> KnownNode:
    """The node with one more failed job, and without what no longer counts."""
    since = now - bound.window_s
    if hit.at <= one.cleared_at or hit.at <= since:
        return one
    earlier = next((known for known in one.hits if known.job_id == hit.job_id), None)
    if earlier is not None and earlier.at >= hit.at:
        return one
    suspected = one.suspected(now)
    kept = [known for known in one.hits if known is not earlier and (suspected or known.at > since)]
    hits = tuple(sorted([*kept, hit], key=lambda one: (one.at, one.job_id))[-MAX_HITS:])
    if suspected:
        return replace(one, hits=hits, suspected_until=max(one.suspected_until, hit.at + bound.clear_after_s))
    return replace(one, hits=hits, suspected_at=0.0, suspected_until=0.0)


def _enough(one: KnownNode, bound: NodeLimit) -> bool:
    owners = {hit.owner for hit in one.hits if hit.owner}
    return len(one.hits) >= bound.jobs and (bound.owners <= 1 or len(owners) >= bound.owners)


def _within(nodes: dict[str, KnownNode], window_s: float, now: float) -> dict[str, KnownNode]:
    """What is worth keeping: suspected nodes, then those that failed last."""
    since = now - window_s
    worth = {name: one for name, one in nodes.items() if one.suspected(now) or _latest(one) > since}
    if len(worth) <= MAX_NODES:
        return worth
    ranked = sorted(worth, key=lambda name: (worth[name].suspected(now), _latest(worth[name])))
    return {name: worth[name] for name in ranked[-MAX_NODES:]}


def _latest(one: KnownNode) -> float:
    return max(one.cleared_at, one.hits[-1].at) if one.hits else one.cleared_at


def _begun(scope: Scope, name: str, one: KnownNode, bound: NodeLimit, now: float, advice: Sequence[str]) -> Outcome:
    owners = len({hit.owner for hit in one.hits if hit.owner})
    whose = f" of {owners} owners" if owners > 1 else ""
    orders = f"; drain it: {' or '.join(advice)}" if advice else ""
    message = (
        f"node {name} of {scope.key} is suspected: {len(one.hits)} jobs{whose} failed there in {bound.window_s:g} s"
        f"{orders}; if it is well: secondwind nodes clear {scope.key} {name}; they are {', '.join(_told(one.hits))}"
    )
    return _notice(scope, name, one, Reason.NODE_SUSPECT, now, message)


def _told(hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        yield f"{hit.job_id} ({', '.join(filter(None, (hit.owner, hit.failure_class, rfc3339(hit.at))))})"


def _notice(scope: Scope, name: str, one: KnownNode, reason: Reason, now: float, message: str) -> Outcome:
    """An outcome about a node; the beginning and the end of a suspicion have one failure id."""
    failure_id = stable_id("node", scope.key, name, one.suspected_at)
    beginning = stable_id("outcome", failure_id, Reason.NODE_SUSPECT.value)
    return Outcome(
        outcome_id=stable_id("outcome", failure_id, reason.value),
        failure_id=failure_id,
        final="true",
        follow_up="" if reason is Reason.NODE_SUSPECT else beginning,
        at=rfc3339(now),
        verdict=Verdict.SUPPRESSED.value,
        reason=reason.value,
        message=message[:_MESSAGE_CHARS],
        place=scope.place,
        node=name,
    )


def _owing(known: KnownNodes, notice: Outcome, since: float) -> KnownNodes:
    owed_at = min(known.owed_at, since) if known.owed else since
    return replace(known, owed=(*known.owed, notice.fields())[-MAX_OWED:], owed_at=owed_at)
