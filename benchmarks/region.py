"""A region on loopback, in a process of its own: `Region` starts it, `python benchmarks/region.py` is it.

Log Service, E-HPC and Tablestore as the local cloud plays them, with a latency before each answer. Its time is not
counted with that of whoever is measured. Orders come as lines of JSON, answers go out as such.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import Self

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

PROJECT, OUTCOMES, SAMPLES, SOURCE, INSTANCE, KEY, SECRET = (
    "secondwind",
    "outcomes",
    "samples",
    "failures",
    "sw",
    "local",
    "local-secret",
)
CLUSTER = "ehpc-hz-1"


class Region:
    """The parent's end."""

    def __init__(self, latency_ms: float) -> None:
        command = [sys.executable, str(Path(__file__).resolve()), str(latency_ms)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
        self.endpoint = str(self._answer()["endpoint"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def order(self, what: str, **options: Any) -> Any:
        """Have it do something; its answer."""
        assert self._process.stdin is not None  # noqa: S101 - for the types
        self._process.stdin.write(json.dumps({"what": what, **options}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None  # noqa: S101 - for the types
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the region has ended")
        return json.loads(line)

    def environment(self, ledger_url: str) -> dict[str, str]:
        """The settings of Second Wind and of the sample function."""
        return {
            "SECONDWIND_EHPC_ENDPOINT": self.endpoint,
            "SECONDWIND_SCHEDULERX_ENDPOINT": self.endpoint,
            "SECONDWIND_SLS_ENDPOINT": self.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": ledger_url,
            "SAMPLE_ENDPOINT": self.endpoint,
            "SAMPLE_LOGSTORE": SAMPLES,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
        }

    @property
    def tablestore_url(self) -> str:
        """The ledger's."""
        return f"tablestore://{INSTANCE}/ledger?endpoint={self.endpoint}"


class _Land:
    """The child's end."""

    def __init__(self, latency_ms: float) -> None:
        from benchmarks.plain_cluster import PlainCluster  # noqa: PLC0415 - as above
        from localcloud.clock import SystemClock  # noqa: PLC0415 - the parent need not load a cloud
        from localcloud.cloud import LocalCloud  # noqa: PLC0415 - as above
        from localcloud.ehpc.service import Ehpc  # noqa: PLC0415 - as above
        from localcloud.schedulerx.service import Schedulerx  # noqa: PLC0415 - as above
        from localcloud.sls.service import LogService  # noqa: PLC0415 - as above
        from localcloud.tablestore.service import Tablestore  # noqa: PLC0415 - as above
        from localcloud.wire.http import json_response  # noqa: PLC0415 - as above
        from localcloud.wire.signing import LOCAL_CREDENTIAL  # noqa: PLC0415 - as above

        self.cloud = LocalCloud()
        self.ehpc, self.logs, self.schedulerx = self.cloud[Ehpc], self.cloud[LogService], self.cloud[Schedulerx]
        self.cloud.mount(Tablestore.serves, Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance=INSTANCE))
        for logstore in (OUTCOMES, SAMPLES, SOURCE):
            self.logs.create_logstore(PROJECT, logstore, shards=1)
        self.calls: dict[str, int] = {}
        self.slow: dict[str, float] = {}
        self.broken: list[str] = []
        self.plain: dict[str, PlainCluster] = {}
        self.numbers = 0
        answer = self.cloud.server.answer

        def late(request: Any) -> Any:
            action = request.headers.get("x-acs-action") or request.path.rpartition("/")[2]
            self.calls[action] = self.calls.get(action, 0) + 1
            told = request.query + request.body.decode("latin-1") if "x-acs-action" in request.headers else ""
            time.sleep(latency_ms / 1000 + sum(more for text, more in self.slow.items() if text in told))
            if any(text in told for text in self.broken):
                return json_response({"Code": "InternalError", "Message": "out of order"}, status=500)
            plain = next((one for name, one in self.plain.items() if name in told), None)
            shown = plain.answer(action, request.query, request.body.decode()) if plain else None
            if shown is not None:
                return json_response(shown)
            return json_response({}) if request.path == "/bench" else answer(request)

        self.cloud.server._listener.answer = late  # noqa: SLF001 - the server knows no latency

    def storm(self, cluster: str, count: int) -> list[dict[str, Any]]:
        """So many jobs hang in a cluster that only counts; what is told of them."""
        from benchmarks.plain_cluster import PlainCluster  # noqa: PLC0415 - as above

        land = self.plain.setdefault(cluster, PlainCluster())
        jobs = [f"{self.numbers + number}.scheduler" for number in range(1, count + 1)]
        self.numbers += count
        for job in jobs:
            land.submit(job)
        return [_told(cluster, job) for job in jobs]

    def days(self, jobs: int, days: int, count: int) -> list[dict[str, Any]]:
        """Failed instances of SchedulerX jobs, each in a group of its own: so many a job, on so many days.

        A day has one, or one each at two times. Each is told with the moment at which it ended, as its platform does.
        The service throttles nobody: what is measured is what we do by ourselves.
        """
        from localcloud.schedulerx.answers import VERSION  # noqa: PLC0415 - as above
        from localcloud.schedulerx.models import fails  # noqa: PLC0415 - as above

        for action in ("GetJobInfo", "GetJobInstance", "GetJobInstanceList", "RerunJob"):
            self.cloud.openapi.limit(VERSION, action, None)
        told, run_s = [], 30.0
        for number in range(jobs):
            group = self.schedulerx.group("ns", f"storm.{number}")
            job = group.job(1000 + number)
            for place in range(count):
                day, hour = place % days, place // days
                began = time.time() - 86_400 * (days - 0.5 - day) + 3600 * hour
                data_time = f"{time.strftime('%Y-%m-%d', time.gmtime(began))} 0{hour}:00:00"
                failed = job.instance(data_time, fails(run_s), scheduled_at=began)
                one = {
                    "system": "schedulerx",
                    "namespace": "ns",
                    "group_id": f"storm.{number}",
                    "job_id": 1000 + number,
                }
                about = {"job_instance_id": failed.instance_id, "occurred_at": int(began + run_s)}
                told.append({**one, **about, "message": "the node of this job is down"})
        return told

    def jobs(
        self, cluster: str = CLUSTER, count: int = 1, *, ended: bool = False, unclear: bool = False, others: int = 0
    ) -> list[dict[str, Any]]:
        """So many more jobs hang in the cluster, or have ended; what is told of them. `unclear`: it names no cause.

        `others`: so many hang beside them for good. Who is rerun is soon gone: the list is as long each time.
        """
        from localcloud.ehpc.models import ClusterSettings, JobSpec, finishes, hangs  # noqa: PLC0415 - as above

        land = self.ehpc.clusters.get(cluster)
        if land is None:
            land = self.ehpc.cluster(cluster, settings=ClusterSettings(rerun_lag_s=0.0))
            for _ in range(others):
                self.numbers += 1
                land.submit(f"{self.numbers}.scheduler", JobSpec(runs=(hangs(),)), at=time.time() - 3600)
        told = []
        for _ in range(count):
            self.numbers += 1
            job = f"{self.numbers}.scheduler"
            runs = (finishes(60, 1),) if ended else (hangs(), finishes(1))
            land.submit(job, JobSpec(runs=runs), at=time.time() - 3600)
            told.append(_told(cluster, job) if unclear else _reported(cluster, job, ended=ended))
        return told

    def logged(self, told: list[dict[str, Any]], foreign: int = 0) -> dict[str, Any]:
        """Those in the source Logstore, between other logs; the trigger's event."""
        from localcloud.sls.models import LogGroup, log  # noqa: PLC0415 - as above

        begin = self.logs.cursor(PROJECT, SOURCE, 0, "end")
        lines = [{"level": "INFO", "content": f"request {number} took 3 ms" * 8} for number in range(foreign)]
        lines += [{name: str(value) for name, value in one.items()} for one in told]
        for start in range(0, len(lines), 2_000):
            group = tuple(log(int(time.time()), one) for one in lines[start : start + 2_000])
            self.logs.append(PROJECT, SOURCE, LogGroup(group))
        end = self.logs.cursor(PROJECT, SOURCE, 0, "end")
        source = {"endpoint": self.cloud.endpoint, "projectName": PROJECT, "logstoreName": SOURCE, "shardId": 0}
        return {"parameter": {}, "source": {**source, "beginCursor": begin, "endCursor": end}}

    def serve(self) -> None:
        """Until standard input ends."""
        from shared.domain.credentials import Credentials  # noqa: PLC0415 - as above
        from shared.ledger.tablestore import Place  # noqa: PLC0415 - as above
        from shared.ledger.tablestore_setup import create_table  # noqa: PLC0415 - as above

        with self.cloud:
            place = Place(endpoint=self.cloud.endpoint, instance=INSTANCE, table="ledger")
            create_table(place, Credentials(access_key_id=KEY, access_key_secret=SECRET))
            print(json.dumps({"endpoint": self.cloud.endpoint}), flush=True)
            for line in sys.stdin:
                order = json.loads(line)
                print(json.dumps(self.obey(order.pop("what"), order)), flush=True)

    def obey(self, what: str, options: dict[str, Any]) -> Any:
        """One order."""
        if what == "jobs":
            return self.jobs(**options)
        if what == "storm":
            return self.storm(**options)
        if what == "days":
            return self.days(**options)
        if what == "logged":
            return self.logged(**options)
        if what == "trouble":
            self.slow, self.broken = options["slow"], options["broken"]
        calls, self.calls = self.calls, {}
        return {"calls": calls, "kills": len(self.ehpc.kills)}


def _reported(cluster: str, job: str, *, ended: bool) -> dict[str, Any]:
    """As emitters do: a watcher quotes what a hung one printed, an epilogue has the exit code of one that ended."""
    one = {"system": "ehpc", "cluster_id": cluster, "job_id": job, "occurred_at": int(time.time()) - 5}
    said = f"slurmstepd: error: *** JOB {job} ON cn-1 CANCELLED AT 2026-01-05T02:10:11 DUE TO NODE FAILURE ***"
    return {**one, "message": said, **({"exit_code": 1} if ended else {})}


def _told(cluster: str, job: str) -> dict[str, Any]:
    one = {"system": "ehpc", "cluster_id": cluster, "job_id": job, "occurred_at": int(time.time()) - 5}
    return {**one, "message": "slurmstepd: error: the node of this job is down", "exit_code": 1}


if __name__ == "__main__":
    _Land(float(sys.argv[1])).serve()
