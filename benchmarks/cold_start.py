"""What the first request of an instance costs: time and memory of each function, from the bundle, in fresh processes.

`make bundle`, then `python benchmarks/cold_start.py`: for each runtime whose bundle is in `build/`, each function is
started anew several times and handles one failing job against the local cloud (Log Service, Tablestore, E-HPC), so
every SDK is loaded. Shown are medians of the time and the largest memory: what `s.yaml`'s memory and timeouts rest on.
This machine's cores are faster than the fraction of one that a small function gets: read times as a lower bound.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from localcloud.clock import SystemClock  # noqa: E402 - the path comes first
from localcloud.cloud import LocalCloud  # noqa: E402
from localcloud.ehpc.models import JobSpec, finishes, hangs  # noqa: E402
from localcloud.ehpc.service import Ehpc  # noqa: E402
from localcloud.sls.models import LogGroup, log  # noqa: E402
from localcloud.sls.service import LogService  # noqa: E402
from localcloud.tablestore.service import Tablestore  # noqa: E402
from localcloud.wire.signing import LOCAL_CREDENTIAL  # noqa: E402
from shared.domain.credentials import Credentials  # noqa: E402
from shared.doors import DOOR  # noqa: E402
from shared.ledger.tablestore import Place  # noqa: E402
from shared.ledger.tablestore_setup import create_table  # noqa: E402
from tools.bundle_parts import RUNTIMES  # noqa: E402
from tools.test_elsewhere import interpreters  # noqa: E402

STARTS = 5
PROJECT, OUTCOMES, SOURCE, INSTANCE = "secondwind", "outcomes", "failures", "sw"
CHILD = """
import importlib, importlib.util, json, resource, sys, time
begun = time.perf_counter()
sys.path[0] = sys.argv[1]
door, kind, context_file = sys.argv[2:5]
spec = importlib.util.spec_from_file_location("fc_context", context_file)
contexts = importlib.util.module_from_spec(spec)
spec.loader.exec_module(contexts)
keys = {"access_key_id": "local", "access_key_secret": "local-secret"}
context = contexts.make_context(kind, request_id="1", credentials=keys)
times = [time.perf_counter()]
module = importlib.import_module(f"functions.{door}.index")
times.append(time.perf_counter())
module.initialize(context)
times.append(time.perf_counter())
answer = module.handler(sys.stdin.buffer.read(), context)
times.append(time.perf_counter())
peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
steps = [later - earlier for earlier, later in zip(times, times[1:])]
print(json.dumps({"steps": steps, "peak_mb": peak_mb, "counts": {k: n for k, n in answer["counts"].items() if n}}))
"""


class Town:
    """A region on loopback in which one more job fails for every start."""

    def __init__(self) -> None:
        self.cloud = LocalCloud()
        self.logs = self.cloud[LogService]
        self.cloud.mount(Tablestore.serves, Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance=INSTANCE))
        for logstore in (OUTCOMES, SOURCE):
            self.logs.create_logstore(PROJECT, logstore, shards=1)
        self._cluster = self.cloud[Ehpc].cluster("ehpc-hz-1")
        self._failures = 0

    def set_up(self) -> None:
        """Make the ledger's table. The cloud is running."""
        key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
        place = Place(endpoint=self.cloud.endpoint, instance=INSTANCE, table="ledger")
        create_table(place, Credentials(access_key_id=key, access_key_secret=secret))

    def environment(self) -> dict[str, str]:
        """The settings of a function."""
        return {
            "SECONDWIND_EHPC_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_SCHEDULERX_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_SLS_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": f"tablestore://{INSTANCE}/ledger?endpoint={self.cloud.endpoint}",
            "ALIBABA_CLOUD_ACCESS_KEY_ID": LOCAL_CREDENTIAL.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": LOCAL_CREDENTIAL.access_key_secret,
        }

    def event(self, door: str) -> bytes:
        """A body for the function that tells of a job that has just begun to hang."""
        if door in {"sweep", "discover"}:
            return b"{}"
        self._failures += 1
        job = f"{self._failures}.scheduler"
        course = JobSpec(runs=(hangs(), finishes(600)))
        self._cluster.submit(job, course, at=time.time() - 3600)
        told: dict[str, Any] = {"system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": job}
        told["occurred_at"] = int(time.time()) - 5
        if door != "log_trigger":
            return json.dumps(told if door == "event_trigger" else {"jobs": [told]}).encode()
        begin = self.logs.cursor(PROJECT, SOURCE, 0, "end")
        content = {key: str(value) for key, value in told.items()}
        self.logs.append(PROJECT, SOURCE, LogGroup((log(int(time.time()), content),)))
        end = self.logs.cursor(PROJECT, SOURCE, 0, "end")
        source = {"endpoint": self.cloud.endpoint, "projectName": PROJECT, "logstoreName": SOURCE, "shardId": 0}
        return json.dumps({"parameter": {}, "source": {**source, "beginCursor": begin, "endCursor": end}}).encode()


def main() -> int:
    """Exit status: 0, or 1 if there is no bundle."""
    built = {
        runtime: python
        for runtime in RUNTIMES.values()
        if (ROOT / "build" / f"secondwind-{runtime.name}").is_dir()
        and (python := next(interpreters(runtime.version), None))
    }
    if not built:
        print("no bundle in build/: `make bundle` makes one")
        return 1
    town = Town()
    heads = f"{'import s':>9}{'initialize s':>14}{'first request s':>17}{'peak MB':>9}"
    print(f"{'runtime':<12}{'function':<15}{heads}  counts")
    with town.cloud:
        town.set_up()
        for runtime, python in built.items():
            for door in DOOR:
                folder = ROOT / "build" / f"secondwind-{runtime.name}"
                runs = [_start(town, folder, python, runtime.version, door) for _ in range(STARTS)]
                times = [statistics.median(run["steps"][step] for run in runs) for step in range(3)]
                peak = max(run["peak_mb"] for run in runs)
                shown = f"{times[0]:>9.2f}{times[1]:>14.2f}{times[2]:>17.2f}{peak:>9.0f}"
                print(f"{runtime.name:<12}{door:<15}{shown}  {runs[-1]['counts']}")
    return 0


def _start(town: Town, folder: Path, python: str, kind: str, door: str) -> dict[str, Any]:
    context = ROOT / "localcloud" / "fc" / "instance" / "context.py"
    command = [python, "-I", "-S", "-B", "-c", CHILD, str(folder), door, kind, str(context)]
    done = subprocess.run(  # noqa: S603 - our own child
        command, input=town.event(door), env=town.environment(), stdout=subprocess.PIPE, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
