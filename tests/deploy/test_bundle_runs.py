"""Every function runs from the unpacked bundle alone, as Function Compute runs it."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.sls.models import LogGroup, log
from shared.doors import DOOR
from tests.deploy.conftest import OUTCOMES, PROJECT, SOURCE, Stage, Unpacked

IMPORTS_ALL = """
import sys
from importlib.machinery import SourceFileLoader

def compiled(self, data, path, **_):
    raise AssertionError(f"{path} was compiled at start")

SourceFileLoader.source_to_code = compiled
sys.path[0] = code = sys.argv[1]
for name in sys.argv[2:]:
    __import__(f"functions.{name}.index")
import shared.sls._client, shared.systems.openapi._sdk, shared.ledger.tablestore, shared.ledger.sqlite
for name, module in list(sys.modules.items()):
    print(name, getattr(module, "__file__", None) or "")
"""
SIGNS_BY_RSA = """
import sys
sys.path.insert(0, sys.argv[1])
from shared.put_off import put_off
from shared.systems.openapi.client import NEVER_USED
put_off(*NEVER_USED)
from shared.systems.openapi import _sdk
from alibabacloud_tea_openapi.utils import rsa_sign
print("loaded" if "cryptography.hazmat.bindings._rust" in sys.modules else "put off")
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
key = rsa.generate_private_key(65537, 2048)
form = serialization.PrivateFormat.PKCS8
text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).strip()
key.public_key().verify(rsa_sign(b"what", text), b"what", padding.PKCS1v15(), hashes.SHA256())
print("signed")
"""


def test_log_trigger_heals_from_the_bundle(stage: Stage) -> None:
    """A failure told by a log is pulled from Log Service, reserved in Tablestore, rerun at E-HPC and told."""
    failure = {key: str(value) for key, value in stage.hanging_job("1.scheduler").items()}
    stage.logs.append(PROJECT, SOURCE, LogGroup((log(int(time.time()), failure),)))
    begin, end = (stage.logs.cursor(PROJECT, SOURCE, 0, where) for where in ("begin", "end"))
    source = {"endpoint": stage.cloud.endpoint, "projectName": PROJECT, "logstoreName": SOURCE, "shardId": 0}
    event = {"parameter": {}, "source": {**source, "beginCursor": begin, "endCursor": end}}
    result = stage.invoke("log_trigger", json.dumps(event).encode())
    assert result["counts"]["rerun"] == 1
    assert len(stage.cloud[Ehpc].kills) == 1
    assert stage.ledger.count("BatchWriteRow") > 0


def test_event_trigger_heals_from_the_bundle(stage: Stage) -> None:
    """A bare `job-failure/1`, as a rule's transform makes it, is rerun; the same again is a duplicate elsewhere."""
    body = json.dumps(stage.hanging_job("1.scheduler")).encode()
    assert stage.invoke("event_trigger", body)["counts"]["rerun"] == 1
    assert stage.invoke("event_trigger", body)["counts"]["duplicate"] == 1
    assert len(stage.cloud[Ehpc].kills) == 1


def test_manual_and_sweep_run_from_the_bundle(stage: Stage) -> None:
    """A manual dry run tells every gate and calls nothing; a sweep of an empty ledger ends well."""
    body = json.dumps({"jobs": [stage.hanging_job("1.scheduler")], "dry_run": True}).encode()
    (outcome,) = stage.invoke("manual", body)["outcomes"]
    assert outcome["verdict"] == "would_rerun"
    assert outcome["gates"]
    assert stage.cloud[Ehpc].kills == []
    assert stage.invoke("sweep", b'{"triggerName": "sweep"}')["schema"] == "secondwind-result/1"
    assert [row["verdict"] for row in stage.logs.rows(PROJECT, OUTCOMES)] == ["would_rerun"]


def test_nothing_is_compiled_at_start_and_nothing_comes_from_elsewhere(unpacked: Unpacked) -> None:
    """Every module that the functions load is byte-code of the bundle, an extension of it, or Python's own."""
    command = [unpacked.python, "-B", "-c", IMPORTS_ALL, str(unpacked.folder), *DOOR]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    loaded = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    ours = {name for name, file in loaded.items() if file.startswith(f"{unpacked.folder}/")}
    own = {name for name, file in loaded.items() if "/lib/python3" in file and "site-packages" not in file}
    assert {name for name, file in loaded.items() if file} - ours - own == set()
    assert {"shared.runtime", "aliyun.log", "alibabacloud_tea_openapi", "cryptography"} <= ours


@pytest.mark.parametrize("name", DOOR)
def test_bad_settings_are_told_by_initialize(stage: Stage, name: str) -> None:
    """Without settings each function's initializer raises one error with every name, so the bundle lacks no module."""
    stage.environment = {}
    with pytest.raises(AssertionError, match=r"SECONDWIND_LEDGER_URL.*is required"):
        stage.invoke(name, b"{}")


def test_the_console_runs_from_the_bundle(stage: Stage) -> None:
    """With its templates and its style: a stranger gets a page that says to sign in, anybody the style sheet."""
    event = {"version": "v1", "rawPath": "/", "requestContext": {"http": {"method": "GET"}}}
    answered = stage.invoke("console", json.dumps(event).encode())
    assert (answered["statusCode"], "Sign in first" in answered["body"]) == (401, True)
    sheet = stage.invoke("console", json.dumps({**event, "rawPath": "/style.css"}).encode())
    assert sheet["headers"]["Content-Type"] == "text/css; charset=utf-8"


def test_what_is_put_off_loads_from_the_bundle_when_the_sdk_uses_it(unpacked: Unpacked) -> None:
    """Signatures by RSA, which no role's keys ask for: the SDK makes one there all the same, and it is right."""
    command = [unpacked.python, "-I", "-S", "-B", "-c", SIGNS_BY_RSA, str(unpacked.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("put off\nsigned\n", "")
