"""The bundles, each built once a session, and a Function Compute that has nothing but one of them."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.fc.instance.context import Kind
from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.sls.service import LogService
from localcloud.tablestore.service import Tablestore
from localcloud.wire.signing import LOCAL_CREDENTIAL
from shared.domain.credentials import Credentials
from shared.ledger.tablestore import Place
from shared.ledger.tablestore_setup import create_table
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS
from shared.systems.ehpc.wire import VERSION as EHPC
from shared.systems.schedulerx.wire import VERSION as SCHEDULERX
from tests.deploy.serverless import Serverless, install
from tools.bundle import Bundle, build
from tools.bundle_parts import BUDGET_BYTES, RUNTIMES, Ledger
from tools.ram_policy import calls
from tools.test_elsewhere import interpreters

PROJECT, OUTCOMES, SOURCE, INSTANCE = "secondwind", "outcomes", "failures", "sw"
KINDS: Mapping[str, Kind] = {"python3.10": "3.10", "python3.12": "3.12"}


@dataclass(frozen=True)
class Unpacked:
    """A bundle's archive, unpacked into a folder that was empty, and the Python of its runtime."""

    bundle: Bundle
    folder: Path
    kind: Kind
    python: str
    """A command that runs Python with its standard library and nothing else: no site-packages, no variables."""


@pytest.fixture(scope="session", params=sorted(KINDS))
def unpacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    """The bundle with Tablestore, for each runtime that this machine has the Python of."""
    runtime = RUNTIMES[request.param]
    python = next(interpreters(runtime.version), None)
    if python is None:
        pytest.skip(f"this machine has no Python {runtime.version}")
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / runtime.name
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:  # workers of one run share what the first of them builds
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "built").exists():
            bundle = build(runtime, Ledger.TABLESTORE, place / "build")
            with zipfile.ZipFile(bundle.archive) as archive:
                archive.extractall(place / "code")
            (place / "python").write_text(f'#!/bin/sh\nexec {python} -I -S "$@"\n', encoding="utf-8")
            (place / "python").chmod(0o755)
            (place / "built").write_text(str(bundle.unpacked_bytes), encoding="utf-8")
    folder = place / "build" / f"secondwind-{runtime.name}"
    size = int((place / "built").read_text(encoding="utf-8"))
    bundle = Bundle(folder, folder.with_suffix(f"{folder.suffix}.zip"), size, BUDGET_BYTES[Ledger.TABLESTORE])
    return Unpacked(bundle, place / "code", KINDS[runtime.name], str(place / "python"))


@dataclass
class Stage:
    """A region on loopback, and the five functions from one bundle in it."""

    cloud: LocalCloud
    logs: LogService
    ledger: Tablestore
    code: Unpacked
    environment: Mapping[str, str]
    running: list[FunctionRuntime] = field(default_factory=list)

    def invoke(self, name: str, event: bytes) -> dict[str, Any]:
        """Call a function in a fresh process; it must not fail."""
        function = FunctionRuntime(
            f"functions.{name}.index.handler",
            code_path=self.code.folder,
            initializer=f"functions.{name}.index.initialize",
            environment=self.environment,
            context_kind=self.code.kind,
            credentials=LOCAL_CREDENTIAL,
            python=self.code.python,
        )
        self.running.append(function)
        result = function.invoke(event)
        assert result.error is None, result.log
        answer: dict[str, Any] = json.loads(result.body)
        return answer

    def hanging_job(self, job_id: str) -> dict[str, Any]:
        """Put a job into the world that hangs, and tell of it as `job-failure/1`."""
        course = JobSpec(runs=(hangs(), finishes(600)))
        self.cloud[Ehpc].cluster("ehpc-hz-1").submit(job_id, course, at=time.time() - 3600)
        told = {"system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": job_id}
        return {**told, "occurred_at": int(time.time()) - 5}


@pytest.fixture
def stage(unpacked: Unpacked) -> Iterator[Stage]:
    """Log Service, Tablestore with a ledger, E-HPC; settings that point there."""
    cloud = LocalCloud()
    logs = cloud[LogService]
    ledger = Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance=INSTANCE)
    cloud.mount(Tablestore.serves, ledger)
    for logstore in (OUTCOMES, SOURCE):
        logs.create_logstore(PROJECT, logstore, shards=1)
    with cloud:
        place = Place(endpoint=cloud.endpoint, instance=INSTANCE, table="ledger")
        key, secret = LOCAL_CREDENTIAL.access_key_id, LOCAL_CREDENTIAL.access_key_secret
        create_table(place, Credentials(access_key_id=key, access_key_secret=secret))
        environment = {
            **{endpoint_variable(system): cloud.endpoint for system in SYSTEMS},
            "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": f"tablestore://{INSTANCE}/ledger?endpoint={cloud.endpoint}",
        }
        made = Stage(cloud, logs, ledger, unpacked, environment)
        yield made
        for function in made.running:
            function.close()
    names = {EHPC: "ehpc", SCHEDULERX: "schedulerx"}
    called = {f"{names[call.version]}:{call.action}" for call in cloud.openapi.calls}
    assert called <= set(calls()), "a call has no row in the RAM policy's table"


@pytest.fixture(scope="session")
def s_command() -> list[str]:
    """The command line of Serverless Devs; tests that need it are skipped on a machine without Node.js."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("this machine has no Node.js with npm: s.yaml is not judged by the real command line here")
    return install(node, npm)


@pytest.fixture
def serverless(s_command: list[str], tmp_path: Path) -> Iterator[Serverless]:
    """`s` on our s.yaml; whatever a test does with it, nothing lives on and nobody outside is called."""
    made = Serverless(s_command, tmp_path / "home")
    yield made
    if made.alone:
        assert made.outlived == []
        assert made.noted("network") == []


@pytest.fixture(scope="session")
def resolved(s_command: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Our s.yaml as `s preview` resolves it."""
    return Serverless(s_command, tmp_path_factory.mktemp("home")).preview()
