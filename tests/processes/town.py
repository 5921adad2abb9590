"""A local region by a fast clock, its functions in processes that get killed, and the ways to tell of a failure."""

from __future__ import annotations

import json
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcloud.clock import SystemClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import ClusterSettings, Flavour, JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.eventbridge.retries import RetryStrategy, RunOptions
from localcloud.eventbridge.service import EventBridge
from localcloud.eventbridge.streams import EventStream, StreamConfig
from localcloud.fc.asynchronous import AsyncConfig, AsyncFunction
from localcloud.sls.models import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS
from tests.processes.fast_clock import FastClock
from tests.processes.instances import Instances

PROJECT, SOURCE, OUTCOMES = "secondwind", "failures", "outcomes"
SPEED = 10.0
PROCESSES = 6
HOUR_S = 3600.0
RUN_S = 600.0
"""How long a rerun job runs: it is seen to end well long after the storm."""
CLUSTERS = {
    "ehpc-hz-pbs": (Flavour.PBS, ClusterSettings(rerun_lag_s=0)),
    "ehpc-hz-slow": (Flavour.PBS, ClusterSettings(rerun_lag_s=5)),
    "ehpc-hz-slurm": (Flavour.SLURM, ClusterSettings()),
}
POLICY = """
version: 1
timing: {settle_s: 20, observation_max_age_s: 30}
attempts: {max: 20, window_s: 86400}
cooldown: {base_s: 0, factor: 1, max_s: 0}
breaker: null
rules:
  - {name: all, match: {}, action: rerun}
"""
PERSISTENT = RunOptions(retry=RetryStrategy.EXPONENTIAL_DECAY)

Job = tuple[str, str]
"""Cluster and job id."""


class Town:
    """Job systems, Log Service, triggers and functions, wired; made by `open_town`."""

    def __init__(self, cloud: LocalCloud, logs: LogService, clock: FastClock, functions: Instances, seed: int) -> None:
        self.cloud = cloud
        self.logs = logs
        self.clock = clock
        self.functions = functions
        self.chance = random.Random(seed)
        self.told: defaultdict[Job, list[int]] = defaultdict(list)
        """When each job's failures occurred, as told."""
        self.single_events: list[str] = []
        """Ids of the events that were delivered alone, so that none could be folded into another."""
        self.first_lives: dict[Job, int] = {}
        """StartTime of the run that hangs when the job is first told of."""
        self._numbers = 0
        self.bridge = EventBridge(clock, seed=seed)
        self.bridge.add_rule("default", "failures", {}, self._door("event_trigger"), options=PERSISTENT)
        self.stream = EventStream(
            clock,
            self._door("event_trigger"),
            StreamConfig(partitions=2, count_window=8, time_window_s=3, options=PERSISTENT),
            seed=seed,
        )
        config = TriggerConfig(project=PROJECT, logstore=SOURCE, endpoint=cloud.endpoint, interval_s=3, groups_max=8)
        self.pump = LogTriggerPump(logs, self._door("log_trigger"), config, clock=clock, seed=seed)
        self.manual = AsyncFunction(self._door("manual"), clock, AsyncConfig(retries=8))
        self.timer = AsyncFunction(self._door("sweep"), clock)
        for name, (flavour, settings) in CLUSTERS.items():
            cloud[Ehpc].cluster(name, flavour, settings)

    def _door(self, name: str) -> Callable[[bytes], Any]:
        return lambda body: self.functions.invoke(name, body)

    def hang(self, count: int) -> list[Job]:
        """So many further jobs that have hung for an hour, each in one of the clusters."""
        made: list[Job] = []
        for _ in range(count):
            self._numbers += 1
            cluster, job_id = self.chance.choice(list(CLUSTERS)), f"{self._numbers}.scheduler"
            # A rerun job runs again at once: a second call for the same failure would meet it running, and kill it.
            spec = JobSpec(runs=(hangs(), finishes(RUN_S)), requeue_wait_s=0.0)
            start = int(self.clock.now() - HOUR_S)
            self.cloud[Ehpc].clusters[cluster].submit(job_id, spec, at=start)
            self.first_lives[cluster, job_id] = start
            made.append((cluster, job_id))
        return made

    def tell(self, jobs: list[Job], ways: int = 1) -> None:
        """Announce the failure of each job now, all of them in so many ways at once (at most 6), chosen by chance."""
        now = self.clock.now()
        for job in jobs:
            self.told[job].append(int(now))
        records = [_failure(job, now) for job in jobs]
        group = LogGroup(tuple(log(int(now), {"content": json.dumps(record)}) for record in records))
        for way in self.chance.sample(range(6), ways):
            if way < 2:  # the stream's two partitions
                for record in records:
                    self.stream.put(self._event(record), partition=way)
            elif way < 4:  # the Logstore's two shards
                self.logs.append(PROJECT, SOURCE, group, shard=way - 2)
            elif way == 4:  # one call for all
                self.manual.submit(json.dumps({"jobs": records}).encode())
            else:
                for event in map(self._event, records):
                    self.single_events.append(f"{event['source']}/{event['id']}")
                    self.bridge.put("default", event)

    def _event(self, record: dict[str, Any]) -> dict[str, Any]:
        number = f"{self.chance.getrandbits(64):x}"
        return {"id": number, "source": "hpc.watch", "specversion": "1.0", "type": "job:failed", "data": record}

    def steps(self) -> list[Callable[[], object]]:
        """What the platform does on its own, each in a thread of its own while the storm is on."""
        return [
            self.bridge.deliver_due,
            self.stream.deliver_due,
            self.stream.deliver_due,
            lambda: self.pump.run_due(0),
            lambda: self.pump.run_due(1),
            self.manual.run_due,
            self._tick,
            self.timer.run_due,
        ]

    def _tick(self) -> None:
        """The timer; two sweeps may run at once, for this step runs one itself."""
        if self.timer.waiting == 0:
            self.timer.submit(b"{}")
        self.timer.run_due()

    @property
    def undelivered(self) -> int:
        """What the platform has still to deliver, without what is being delivered just now."""
        behind = sum(self.pump.behind_s(shard) > 0 for shard in self.pump.positions)
        return self.bridge.waiting + self.stream.waiting + self.manual.waiting + behind

    def next_due(self) -> float:
        """When the platform does something next."""
        moments = [self.bridge.next_due(), self.stream.next_due(), self.manual.next_due()]
        moments += [self.pump.next_due()] if any(map(self.pump.behind_s, self.pump.positions)) else []
        return min((moment for moment in moments if moment is not None), default=self.clock.now())

    def outcomes(self) -> list[dict[str, str]]:
        """Every row of the outcome Logstore."""
        return list(self.logs.rows(PROJECT, OUTCOMES))

    @contextmanager
    def running(self) -> Iterator[None]:
        """The platform at work, a thread a step. Raises what a step raised."""
        over, errors = threading.Event(), list[BaseException]()

        def repeat(step: Callable[[], object]) -> None:
            try:
                while not over.wait(0.01):
                    step()
            except BaseException as error:  # noqa: BLE001 - raised again where the test sees it
                errors.append(error)

        threads = [threading.Thread(target=repeat, args=(step,)) for step in self.steps()]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]


@contextmanager
def open_town(folder: Path, ledger_url: str, clock: FastClock, seed: int) -> Iterator[Town]:
    """A region whose functions use that ledger; nothing of it is left afterwards."""
    folder.mkdir()
    policy = folder / "policy.yaml"
    policy.write_text(POLICY)
    cloud = LocalCloud(clock=clock, signing_clock=SystemClock(), seed=seed)
    logs = LogService(clock, cloud.credentials, signing_clock=SystemClock(), faults=cloud.faults)
    cloud.mount(LogService.serves, logs)
    logs.create_logstore(PROJECT, OUTCOMES, shards=1)
    logs.create_logstore(PROJECT, SOURCE, shards=2)
    environment = {
        **{endpoint_variable(system): cloud.endpoint for system in SYSTEMS},
        "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
        "SECONDWIND_OUTCOME_PROJECT": PROJECT,
        "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
        "SECONDWIND_LEDGER_URL": ledger_url,
        "SECONDWIND_POLICY_FILE": str(policy),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
    }
    with cloud, Instances(PROCESSES, environment, clock) as functions:
        yield Town(cloud, logs, clock, functions, seed)
    assert list(cloud.server.errors) == []


def _failure(job: Job, now: float) -> dict[str, Any]:
    cluster, job_id = job
    return {
        "schema": "job-failure/1",
        "system": "ehpc",
        "cluster_id": cluster,
        "job_id": job_id,
        "occurred_at": int(now),
        "message": "node lost",
    }
