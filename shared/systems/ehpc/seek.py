"""Finding E-HPC jobs that are lost and that nobody told of: by their nodes, their output, and how long they run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.hosts import host_of
from shared.domain.job import Scope
from shared.domain.snapshot import LookFailed
from shared.ports import Clock
from shared.reading.shape import shaped
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms
from shared.systems.ehpc.listen import Listener
from shared.systems.ehpc.node import of_one_name
from shared.systems.ehpc.running import running
from shared.systems.ehpc.scope import CLUSTERS, LIST, NODES, Cluster
from shared.systems.ehpc.seek_nodes import BATCH, NodesMemory, disbelieve, judge_nodes, lost_jobs, stands_on_doubted
from shared.systems.ehpc.seek_overdue import OverdueMemory, overdue_jobs
from shared.systems.ehpc.seek_silence import SilenceMemory, listen_to, silent, to_read
from shared.systems.ehpc.watch import Clusters, Silence
from shared.systems.ehpc.wire import Page, cluster_ids, nodes_page, read_page
from shared.systems.openapi import Caller
from shared.systems.openapi.results import too_long
from shared.systems.openapi.turns import StopError, answered, ended, meant, take

MOST_NODES_GONE = "MostNodesGone"
"""In place of a service's code: a cluster that is stopped, or a monitor that fails."""
MOST_PAGES_A_PASS = 400
NODES_EVERY_S = 120.0


class _Memory(Struct, omit_defaults=True):
    """Of one cluster, between looks."""

    nodes: NodesMemory = msgspec.field(default_factory=NodesMemory)
    overdue: OverdueMemory = msgspec.field(default_factory=OverdueMemory)
    silence: SilenceMemory = msgspec.field(default_factory=SilenceMemory)
    nodes_at: float = 0.0
    """When the nodes were last looked at (unix seconds)."""
    page: int = 1
    """Of the running jobs, in the look that is under way."""
    parts: list[str] = []
    """Parts of the look under way that are still to do; empty: none is under way."""


class EhpcSeeker:
    """The clusters of one region (`shared.systems.discovery.Seeker`)."""

    def __init__(self, api: Caller, clock: Clock, region: str) -> None:
        self._api, self._clock, self._region = api, clock, region

    def scopes(self, watch: Clusters, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The clusters named, and those that the globs mean."""
        now = self._clock.now()

        def read() -> Iterator[str]:
            for number in count(1):
                take(calls, CLUSTERS)
                page = answered(cluster_ids(self._api, number), now)
                yield from page.ids
                if page.last:
                    return

        def cluster(name: str) -> Cluster:
            return Cluster(region=self._region, cluster_id=name)

        return meant(watch.clusters, fits, read, cluster, now, ask=ask)

    def look(self, watch: Clusters, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Read on in the parts that the policy names."""
        if not isinstance(scope, Cluster):
            raise TypeError("E-HPC is looked through by clusters")
        look = _Look(self._api, scope, shaped(memory, _Memory), calls, terms)
        done, problem = ended(lambda: look.read(watch), terms.now)
        kept: Memory = msgspec.to_builtins(look.memory)
        return Sight(
            failures=tuple(look.found),
            memory=kept,
            done=done,
            machines=look.machines,
            withdrawn=look.withdrawn,
            problem=problem,
        )


class _Look:
    """One turn at one cluster."""

    def __init__(self, api: Caller, cluster: Cluster, memory: _Memory, calls: Calls, terms: Terms) -> None:
        self.memory = memory
        self.found: list[Failure] = []
        self.machines: dict[str, str] | None = None
        self.withdrawn = frozenset[str]()
        self._api, self._cluster, self._calls, self._terms = api, cluster, calls, terms

    def read(self, watch: Clusters) -> None:
        """Part by part. Raises StopError."""
        memory = self.memory
        if not memory.parts:
            memory.parts = ["nodes", "jobs", "output"]
        elif "nodes" not in memory.parts and self._terms.now - memory.nodes_at >= NODES_EVERY_S:
            memory.parts = ["nodes", *memory.parts]  # however long the outputs take
        while memory.parts:
            part = memory.parts[0]
            if part == "nodes" and watch.nodes is not None:
                self._nodes(watch.nodes.grace_s)
                memory.nodes_at = self._terms.now
            elif part == "jobs" and (watch.overdue is not None or watch.silence is not None):
                self._list_running(watch)
            elif part == "output" and watch.silence is not None:
                self._listen(watch.silence)
            memory.parts = memory.parts[1:]

    def _nodes(self, grace_s: float) -> None:
        mine, now = self.memory.nodes, self._terms.now
        if not mine.asking:
            mine.listed_from = now if mine.page == 1 else mine.listed_from
            self._list_nodes(mine)
            self.withdrawn = frozenset(host_of(host) for host, node in mine.listing.items() if node.withdrawn)
            self.machines = {node.instance_id: host for host, node in mine.listing.items() if node.instance_id}
            mine.page = 1
            self._judge(mine, grace_s)
        self._list_bound(mine, grace_s)
        if mine.doubted:
            self._judge(mine, grace_s)
            self._list_bound(mine, grace_s)
        self.found += lost_jobs(mine, self._cluster, now, grace_s)

    def _judge(self, mine: NodesMemory, grace_s: float) -> None:
        mine.running = {}
        many = len(mine.listing.keys() | mine.known.keys())
        if not judge_nodes(mine, self._terms.now, grace_s, self._terms.suspects):
            raise self._most_gone(many)

    def _list_bound(self, mine: NodesMemory, grace_s: float) -> None:
        """The running jobs on the hosts that are asked about; the first one on a host that is doubted is enough."""
        while mine.asking:
            batch = mine.asking[:BATCH]
            page = self._jobs({f"Nodes.{place}": host for place, host in enumerate(batch, 1)}, mine.asked_page)
            mine.running.update(running(page, self._terms.now))
            if stands_on_doubted(mine):
                many = len(mine.listing.keys() | mine.known.keys())
                disbelieve(mine, self._terms.now, grace_s)
                raise self._most_gone(many)
            mine.asked_page += 1
            if page.last:
                mine.asking, mine.asked_page = mine.asking[BATCH:], 1

    def _most_gone(self, many: int) -> StopError:
        message = f"more than half of its {many} nodes are gone at once: nothing is concluded from that"
        now = self._terms.now
        return StopError(LookFailed(worth_repeating=True, code=MOST_NODES_GONE, message=message, look_begun_at=now))

    def _list_running(self, watch: Clusters) -> None:
        """All pages of running jobs: which run for too long, whose output is watched."""
        memory, now, fits = self.memory, self._terms.now, self._terms.fits
        while True:
            page = self._jobs({}, memory.page)
            jobs = running(page, now)
            if watch.overdue is not None:
                self.found += overdue_jobs(memory.overdue, self._cluster, jobs, watch.overdue, fits, now)
            if watch.silence is not None:
                listen_to(memory.silence, jobs, watch.silence, fits)
            if page.last:
                break
            memory.page += 1
        memory.page = 1

    def _listen(self, wanted: Silence) -> None:
        """Read on in the output of those whose turn it is; who cannot be read is read again later."""
        mine, now = self.memory.silence, self._terms.now
        for job_id in to_read(mine, wanted, now):
            heard, host = mine.heard[job_id], mine.running[job_id].nodes[0]
            job = Listener(api=self._api, calls=self._calls, cluster=self._cluster, job_id=job_id, host=host, now=now)
            quiet = job.read_on(heard)
            heard.read_at = now
            if quiet:
                self.found += silent(mine, self._cluster, job_id, wanted, now)
        mine.running = {}

    def _list_nodes(self, mine: NodesMemory) -> None:
        while True:
            take(self._calls, NODES)
            page = answered(nodes_page(self._api, self._cluster.cluster_id, mine.page), self._terms.now)
            for host, node in page.nodes.items():
                mine.listing[host] = of_one_name(mine.listing.get(host), node)
            if page.last:
                return
            mine.page += 1

    def _jobs(self, filters: Mapping[str, str], number: int) -> Page:
        """One page of unfinished jobs."""
        if number > MOST_PAGES_A_PASS:
            self.memory.page = self.memory.nodes.asked_page = 1  # the list may be shorter by the next turn
            raise StopError(too_long(f"not all was found on {MOST_PAGES_A_PASS} pages", self._terms.now))
        take(self._calls, LIST)
        page = read_page(self._api, self._cluster.cluster_id, number, {"JobStatus": "notfinish", **filters})
        return answered(page, self._terms.now)
