"""Jobs on nodes that are gone: which nodes are, which jobs stand bound to them, and which of those are lost.

A node that was seen stopped has lost what ran on it, also if it is up again a minute later. One that only seems to be
in trouble (`exception`, down in the scheduler's eyes, listed no more) has to stay so for the grace. A job is lost if it
still runs, bound to the node and with the start that it had, when the grace is over: the scheduler's own requeue gives
it another start. A run that began after its node was seen gone began on one that was there again, unless that is listed
as in trouble or stopped once the run has begun: from that listing on it has the same grace. Nodes that are drained or
offline let their jobs go on. Facts: docs/facts/ehpc.md#nodes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.hosts import host_of
from shared.domain.machines import Suspect
from shared.systems.discovery import found
from shared.systems.ehpc.node import Node
from shared.systems.ehpc.running import Running
from shared.systems.ehpc.scope import Cluster

NODE_LOST = "node_lost"
BATCH = 20
"""Nodes that one call asks about."""
LEAST_NODES_OF_OUTAGE = 5
KEPT_S = 3_600.0
"""So long beyond the grace jobs are looked for on a node that is up again, or listed no more."""
MAX_KEPT = 20_000
APART_S = 30.0
"""The scheduler's clock, by which runs begin, may be so far from ours."""


class Binding(Struct, omit_defaults=True):
    """A job that ran on a node when that was first seen to be gone."""

    start: int
    node: str
    since: float
    """When the node was first seen so (unix seconds)."""
    surely: bool = False
    """The node was seen stopped: that it is up again saves nothing."""


class NodesMemory(Struct, omit_defaults=True):
    """Of one cluster, between looks."""

    known: dict[str, Node] = {}
    """By host, as the last whole listing had them."""
    gone: dict[str, float] = {}
    """Hosts in trouble, and since when."""
    stopped: dict[str, float] = {}
    """Hosts seen stopped, and when first: their jobs are looked for until the grace is over."""
    bound: dict[str, Binding] = {}
    told: dict[str, int] = {}
    """Jobs that were told, with their start."""
    # Of a look that is under way:
    page: int = 1
    listing: dict[str, Node] = {}
    listed_from: float = 0.0
    """When the listing of nodes was begun: nothing that it shows is older."""
    empty_since: float = 0.0
    """Since when listings have had no node at all; 0: the last one had some."""
    doubted: list[str] = []
    """Hosts listed no more, so many at once that it is believed of them only if no job stands bound to one."""
    asking: list[str] = []
    """Hosts whose jobs are still to be listed; empty: none, or the nodes are being listed."""
    asked_page: int = 1
    running: dict[str, Running] = {}
    """Jobs that were listed on these hosts."""


def judge_nodes(memory: NodesMemory, now: float, grace_s: float, suspects: Mapping[str, Suspect]) -> bool:
    """What a whole listing says of the nodes; False: so many are ill at once that it proves nothing about any.

    Of too many that are listed no more nothing is said yet: `doubted` has them and `asking` too. Where no job turns out
    to stand bound to one, the cluster has shrunk for want of work: they are known no more, and the listing is to be
    judged again. Else `disbelieve`.
    """
    listed = memory.listing
    memory.empty_since = 0.0 if listed else memory.empty_since or now
    memory.known = {host: node for host, node in memory.known.items() if host not in memory.doubted}
    memory.doubted = []
    gone = {host for host, node in listed.items() if node.stopped or node.troubled}
    well = {host: node for host, node in memory.known.items() if host not in memory.gone}
    missing = {host for host, node in well.items() if host not in listed and not _surely_lost(node, suspects)}
    ill = gone & well.keys()
    if (missing and not listed) or _are_most(ill | missing, well):
        memory.doubted = memory.asking = sorted(missing)
        if _are_most(ill, well):
            disbelieve(memory, now, grace_s)
            return False
        return True
    gone |= {host for host in memory.known if host not in listed}
    stopped = {host for host, node in listed.items() if node.stopped}
    memory.gone = {host: memory.gone.get(host, now) for host in gone}
    kept_s = grace_s + KEPT_S
    still = {host: since for host, since in memory.stopped.items() if now - since < kept_s}
    memory.stopped = {**still, **{host: memory.stopped.get(host, now) for host in stopped}}
    _heed(memory, suspects, now - kept_s)
    # One that is listed no more is kept as known as long as a job may still stand bound to it.
    lately = {host: node for host, node in memory.known.items() if host in gone and now - memory.gone[host] < kept_s}
    memory.gone = {host: since for host, since in memory.gone.items() if host in listed or host in lately}
    memory.known = {**lately, **listed}
    memory.asking = sorted({*memory.gone, *memory.stopped})
    memory.listing = {}
    return True


def _are_most(hosts: Collection[str], well: Collection[str]) -> bool:
    return len(hosts) >= LEAST_NODES_OF_OUTAGE and len(hosts) * 2 > len(well)


def disbelieve(memory: NodesMemory, now: float, grace_s: float) -> None:
    """Conclude nothing from the listing.

    What is doubted is then known no more all the same, as a cluster that has shrunk shows those never again; of a
    listing without any node that is believed only when no job would be looked for on them any more.
    """
    if memory.listing or now - memory.empty_since >= grace_s + KEPT_S:
        memory.known = {host: node for host, node in memory.known.items() if host not in memory.doubted}
    memory.doubted, memory.asking, memory.asked_page = [], [], 1
    memory.listing, memory.running = {}, {}


def stands_on_doubted(memory: NodesMemory) -> bool:
    """Whether one of the jobs listed so far stands bound to a node that is doubted."""
    doubted = {_name(host) for host in memory.doubted}
    return any(_name(node) in doubted for job in memory.running.values() for node in job.nodes)


def _surely_lost(node: Node, suspects: Mapping[str, Suspect]) -> bool:
    """Whether an event said so of its machine."""
    suspect = suspects.get(node.instance_id)
    return suspect is not None and suspect.surely


def _heed(memory: NodesMemory, suspects: Mapping[str, Suspect], oldest: float) -> None:
    """What events said: a machine that was lost is as one seen stopped; one that may be has been gone since then."""
    for host, node in {**memory.known, **memory.listing}.items():
        suspect = suspects.get(node.instance_id)
        if suspect is None or suspect.at < oldest:
            continue
        if suspect.surely:
            memory.stopped[host] = max(suspect.at, memory.stopped.get(host, suspect.at))
        elif host in memory.gone:
            memory.gone[host] = min(suspect.at, memory.gone[host])


def lost_jobs(memory: NodesMemory, cluster: Cluster, now: float, grace_s: float) -> Iterator[Failure]:
    """Those of the listed running jobs that are lost by now; the others are remembered or forgotten."""
    bound: dict[str, Binding] = {}
    gone, stopped = (_by_name(hosts, memory.known) for hosts in (memory.gone, memory.stopped))
    ill = {_name(host) for host in memory.gone if (node := memory.known.get(host)) and (node.stopped or node.troubled)}
    seen = _Seen(gone, stopped, frozenset(ill & gone.keys()), memory.listed_from)
    for job_id, job in memory.running.items():
        mine = _bound(job, memory.bound.get(job_id), seen)
        if mine is None:
            continue
        bound[job_id] = mine
        if now - mine.since < grace_s or memory.told.get(job_id) == mine.start:
            continue
        memory.told[job_id] = mine.start
        yield _failure(cluster, job_id, job, mine)
    memory.bound, memory.running = bound, {}
    memory.told = dict(list(memory.told.items())[-MAX_KEPT:])


class _Seen(Struct, frozen=True):
    """The nodes as a look has them, by one spelling of their names."""

    gone: Mapping[str, float]
    stopped: Mapping[str, float]
    ill: frozenset[str]
    """Listed as in trouble or stopped, in the listing that was begun at `listed_from`."""
    listed_from: float

    def since(self, host: str, start: int) -> tuple[float | None, bool]:
        """From when on the node has been gone under a run of that start, and whether it surely was; None: it was not.

        A run that began later than the node went, by its start in whole seconds, began on one that was there again; or
        its scheduler had not noticed, and then that node is still ill in a listing that is younger than the run.
        """
        since, surely = self.stopped.get(host, self.gone.get(host)), host in self.stopped
        if since is None or start < int(since):
            return since, surely
        return (self.listed_from if host in self.ill and start + APART_S <= self.listed_from else None), False


def _bound(job: Running, known: Binding | None, seen: _Seen) -> Binding | None:
    """What is held against a running job: the run that stood on a node when that went away.

    The list of nodes and that of jobs may spell a node differently, with its domain or without.
    """
    start = job.start
    for node in job.nodes:
        host = _name(node)
        since, surely = seen.since(host, start)
        if since is None:
            continue
        if known is not None and known.start == start and known.node == node:
            return Binding(start=start, node=node, since=min(known.since, since), surely=known.surely or surely)
        return Binding(start=start, node=node, since=since, surely=surely)
    return None


def _by_name(hosts: Mapping[str, float], known: Iterable[str]) -> dict[str, float]:
    """The same by one spelling of their names, without those that several bear: nobody tells their jobs apart."""
    borne = Counter(_name(host) for host in {*known, *hosts})
    return {name: at for host, at in hosts.items() if borne[name := _name(host)] == 1}


def _name(node: str) -> str:
    """One spelling of it; what is no host's name stays as it is."""
    return host_of(node) or node


def _failure(cluster: Cluster, job_id: str, job: Running, bound: Binding) -> Failure:
    was = "was stopped" if bound.surely else "is gone"
    return found(
        cluster,
        job_id,
        bound.start,
        NODE_LOST,
        occurred_at=bound.since,
        started_at=float(bound.start),
        node=bound.node,
        queue=job.queue,
        owner=job.owner,
        job_name=job.name,
        message=f"node {bound.node} {was}, and the job still stands bound to it, running since its start",
    )
