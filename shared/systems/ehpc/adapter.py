"""E-HPC: looks at jobs by the lists, reruns them by RerunJobs.

RerunJobs kills a running job and queues it again under the same id. It takes up to 100 jobs of one cluster,
answers with a request id and nothing a job, and knows no idempotency key
(docs/facts/ehpc.md#rerun). `Async` is never sent: it would make every accepted call one of unknown effect.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import msgspec

from shared.domain.call import CallResult, Effect, Target
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.hosts import host_of
from shared.domain.job import Scope, State
from shared.domain.snapshot import Observation
from shared.ports import Clock, OutputPart
from shared.reading.text import output_of
from shared.systems.ehpc.look import look
from shared.systems.ehpc.printed import printed
from shared.systems.ehpc.scope import RERUN, Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.wire import MOST_JOBS_A_CALL, ask, jobs_text, nodes_page
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.halves import in_halves
from shared.systems.openapi.results import call_result, too_late

MOST_NODE_PAGES = 10
_FOR_ONE_BAD_ID = frozenset({"InvalidParams", "InvalidJobs"})


class EhpcJobs:
    """The clusters of one region (`shared.ports.JobSystem`)."""

    def __init__(self, api: Caller, clock: Clock) -> None:
        self.batch_size = MOST_JOBS_A_CALL
        self._api = api
        self._clock = clock

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Look at the named jobs, one look a cluster; one observation a failure, in the same order."""
        places: dict[str, list[int]] = {}
        for place, failure in enumerate(failures):
            places.setdefault(_cluster(failure.scope), []).append(place)
        seen: dict[int, Observation] = {}
        for cluster_id, mine in places.items():
            told = [failures[place].job_id for place in mine]
            first = failures[mine[0]]
            found = look(self._api, self._clock, cluster_id, told, ended=bool(first.exit_code), name=first.job_name)
            seen.update(zip(mine, found, strict=True))
        return [seen[place] for place in range(len(failures))]

    def output(
        self,
        failure: Failure,
        seen: Observation,
        *,
        logged: bool = False,  # noqa: ARG002 - there is nothing else
    ) -> OutputPart | None:
        """What the job has printed: first its output, then its errors (`shared.ports.OutputSource`).

        Of a running job the log is on its node, which has to be named.
        """
        if not isinstance(seen, EhpcSnapshot) or (seen.state is State.RUNNING and not seen.nodes):
            return None
        host = seen.nodes[0] if seen.state is State.RUNNING else ""
        found = printed(self._api, self._clock, _cluster(failure.scope), seen.job_id, host)
        return None if found is None else OutputPart(output_of(found), EvidenceFrom.JOB_LOG)

    def withdrawn(self, scope: Scope, nodes: Collection[str]) -> frozenset[str]:
        """Those of the nodes that get no more jobs, by at most ten pages of a hundred (`shared.ports.NodeSource`)."""
        found: set[str] = set()
        for number in range(1, MOST_NODE_PAGES + 1):
            try:
                page = nodes_page(self._api, _cluster(scope), number)
            except msgspec.ValidationError:
                break
            if isinstance(page, CallFailed):
                break
            found |= {host_of(host) for host, node in page.nodes.items() if node.withdrawn}
            if page.last:
                break
        return frozenset(found).intersection(nodes)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """Rerun 1 to 100 jobs of one cluster; one result a target, in the same order.

        Only a batch that was refused as a whole for one bad id (`InvalidParams`, or by the parameter's name: certainly
        nothing was done) is called again, in halves.

        Raises:
            ValueError: No target, too many, or of several clusters: the caller's mistake.
        """
        clusters = {_cluster(target.scope) for target in targets}
        if len(clusters) != 1 or len(targets) > self.batch_size:
            raise ValueError(f"a call reruns 1 to {self.batch_size} jobs of one cluster")
        results = in_halves(
            [target.job_id for target in targets],
            partial(self._call, clusters.pop()),
            _for_one_bad_id,
            lambda jobs: too_late(RERUN, targets, self._clock.now(), jobs),
        )
        return [results[target.job_id] for target in targets]

    def _call(self, cluster_id: str, job_ids: list[str]) -> CallResult:
        parameters = {"ClusterId": cluster_id, "Jobs": jobs_text(job_ids)}
        reply = ask(self._api, RERUN, parameters, jobs=len(job_ids))
        return call_result(RERUN, reply, self._clock.now())


def _for_one_bad_id(result: CallResult) -> bool:
    return result.effect is Effect.NOT_DONE_USELESS and result.code in _FOR_ONE_BAD_ID


def _cluster(scope: object) -> str:
    if not isinstance(scope, Cluster):
        raise TypeError("E-HPC acts on clusters")
    return scope.cluster_id
