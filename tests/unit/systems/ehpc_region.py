"""What an E-HPC region shows to a seeker, turn by turn."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from shared.domain.machines import Suspect
from shared.systems.discovery import Sight, Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters, Nodes, Overdue, Silence
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.openapi import Ending, FakeApi, Few, Play, fits

SCOPE = Cluster(region="cn-hangzhou", cluster_id="c-1")
GRACE_S = 300.0
NODES = Clusters(clusters=("c-1",), nodes=Nodes(grace_s=GRACE_S))
OVERDUE = Clusters(clusters=("c-1",), overdue=Overdue(after_h=1, owners=("ann",)))
SILENCE = Clusters(clusters=("c-1",), silence=Silence(after_s=400.0, owners=("ann",)))


class Region:
    """What the service shows, and what a seeker makes of it; a turn is three minutes after the one before."""

    def __init__(self, play: Play) -> None:
        self.now = 100_000.0
        self.clusters: list[str] = ["c-1"]
        self.nodes: dict[str, dict[str, str]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.outputs: dict[str, bytes] = {}
        self.fails: dict[str, CallFailed] = {}
        self.memory: dict[str, Any] = {}
        self.api: FakeApi = play(self._answer)

    def _answer(self, wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        if wanted.action in self.fails:
            return self.fails[wanted.action]
        if wanted.action == "GetJobLog":
            output = self.outputs.get(asked["JobId"], b"")[int(asked["Offset"]) :][: int(asked["Size"])]
            return _reply(OutputLog=base64.b64encode(output).decode())
        first, size = (int(asked["PageNumber"]) - 1) * int(asked["PageSize"]), int(asked["PageSize"])

        def page(listed: list[Any]) -> list[Any]:
            return listed[first : first + size]

        if wanted.action == "ListClusters":
            return _reply(Clusters={"ClusterInfoSimple": page([{"Id": name} for name in self.clusters])})
        if wanted.action == "ListNodes":
            return _reply(Nodes={"NodeInfo": page([{"HostName": name, **node} for name, node in self.nodes.items()])})
        named = [name for name in asked if name.startswith("Nodes.")]
        assert named == [f"Nodes.{place}" for place in range(1, len(named) + 1)], "counted from one, without a gap"
        hosts = {asked[name] for name in named}
        listed = [job for job in self.jobs.values() if not hosts or hosts & set(job["NodeList"])]
        return _reply(Jobs=page(listed))

    def job(self, job_id: str, node: str = "n1", hours: float = 2.0, **rest: Any) -> None:
        """It runs on that node."""
        start = str(int(self.now - hours * 3600))
        self.jobs[job_id] = {"Id": job_id, "State": "RUNNING", "StartTime": start, "NodeList": [node], **rest}
        self.jobs[job_id].setdefault("Owner", "ann")

    def turn(
        self, watch: Clusters, calls: int = 1_000, after_s: float = 180.0, suspects: Mapping[str, Suspect] | None = None
    ) -> Sight:
        """The next turn, with so many calls."""
        self.now += after_s
        self.api.asked.clear()
        terms = Terms(now=self.now, fits=fits, stale_after_s=3_600.0, suspects=suspects or {})
        seeker = EhpcSeeker(self.api, Clock(self.now), "cn-hangzhou")
        sight = seeker.look(watch, SCOPE, self.memory, Few(calls), terms)
        self.memory = sight.memory
        return sight

    @property
    def asked(self) -> list[str]:
        """Operation, page and filters of the last turn's calls, as `ListNodes 1` or `ListJobsWithFilters 1 n1 n2`."""
        told = []
        for call in self.api.asked:
            assert call.parameters.get("ClusterId", "c-1") == "c-1"
            assert call.parameters.get("JobStatus", "notfinish") == "notfinish"
            hosts = [host for name, host in sorted(call.parameters.items(), key=_place_of) if name.startswith("Nodes.")]
            number = call.parameters.get("PageNumber", call.parameters.get("JobId", ""))
            told.append(" ".join([call.action, number, *hosts]))
        return told


def _place_of(parameter: tuple[str, str]) -> int:
    return int(parameter[0].partition(".")[2] or 0)


def _reply(**body: Any) -> Reply:
    return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)


def told(sight: Sight) -> list[str]:
    """Ids of what was found."""
    return [failure.job_id for failure in sight.failures]
