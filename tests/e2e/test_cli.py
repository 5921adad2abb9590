"""The command line: usage errors, the policy check, and a local cloud that serves until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from secondwind.cli import main

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "secondwind"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["heal"], "heal"),
        (["explain"], "explain"),
        (["invoke", "event.json", "--async"], "--via"),
        (["invoke", "--local"], "EVENT_FILE"),
        (["invoke", "event.json", "--local", "--function", "other"], "other"),
        (["cloud", "--port", "70000"], "0 to 65535"),
        (["cloud", "--port", "x"], "'x' is no port"),
        (["policy"], "COMMAND"),
        (["policy", "check"], "FILE"),
        (["demo", "--fast"], "--fast"),
    ],
)
def test_a_usage_error_is_exit_status_2(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong is named on standard error; nothing is run."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_without_a_place_an_event_is_invoked_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither --local nor --via has to be given: nothing leaves this machine then unless somebody says so."""
    assert main(["invoke", str(ROOT / "events" / "sweep-timer.json")]) == 0
    told = capsys.readouterr()
    assert "a local cloud that lives for this call" in told.err
    assert json.loads(told.out)["schema"] == "secondwind-result/1"


def test_help_is_given_and_documents_the_scenario_file(capsys: pytest.CaptureFixture[str]) -> None:
    """`cloud --help` shows the format of a scenario file."""
    for arguments in (["--help"], ["cloud", "--help"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("policy", "submitted_ago_s", "data_time", "logstores:"))


def test_policy_check_judges_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """0 for the shipped policy, 1 with a line a fault for a bad one, 2 for none."""
    bad = tmp_path / "policy.yaml"
    bad.write_text("version: 1\nmode: maybe\nrules: 7\n")
    assert main(["policy", "check", str(ROOT / "policy.yaml")]) == 0
    assert main(["policy", "check", str(bad)]) == 1
    assert main(["policy", "check", str(tmp_path / "none.yaml")]) == 2
    shown = capsys.readouterr().out
    assert f"{bad}:2: $.mode: " in shown
    assert f"{bad}:3: $.rules: " in shown


def test_policy_check_loads_neither_the_cloud_nor_an_sdk() -> None:
    """A check in an editor or a commit hook must start fast: the heavy packages stay out."""
    code = (
        "import sys; from secondwind.cli import main; main(['policy', 'check', 'policy.yaml']);"
        "print([name for name in ('rich', 'localcloud', 'secondwind.commands.demo.run', 'aliyun', 'requests', 'lz4',"
        " 'alibabacloud_tea_openapi') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """`secondwind cloud` in a process of its own, with the variables that it prints."""
    environ = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*COMMAND, "cloud", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        exported: dict[str, str] = {}
        try:
            for line in process.stdout:
                if line.startswith("  export "):
                    name, _, value = line.removeprefix("  export ").strip().partition("=")
                    exported[name] = value
                if line.startswith("Ctrl-C"):
                    break
            yield process, exported
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_cloud_answers_a_signed_call_and_stops_when_told(number: signal.Signals) -> None:
    """The official SDK, given what was printed, sees the default world; a wrong key is refused; then exit status 0."""
    with serving() as (process, exported):
        host = exported["SECONDWIND_EHPC_ENDPOINT"].removeprefix("http://")
        assert [job.id for job in jobs(host, "local-secret")] == ["1.scheduler", "2.scheduler", "3.scheduler"]
        with pytest.raises(Exception, match="SignatureDoesNotMatch"):
            jobs(host, "wrong")
        folder = Path(exported["SECONDWIND_LEDGER_URL"].removeprefix("sqlite://")).parent
        assert folder.is_dir()
        process.send_signal(number)
        assert process.wait(20) == 0
        assert not folder.exists()


def jobs(host: str, secret: str) -> list[Any]:
    """The cluster's jobs as the official SDK lists them."""
    from alibabacloud_ehpc20180412.client import Client
    from alibabacloud_ehpc20180412.models import ListJobsWithFiltersRequest
    from alibabacloud_tea_openapi.utils_models import Config

    client = Client(Config(access_key_id="local", access_key_secret=secret, protocol="http", endpoint=host))
    listed: list[Any] = client.list_jobs_with_filters(ListJobsWithFiltersRequest(cluster_id="ehpc-hz-demo1")).body.jobs
    return listed


def test_the_cloud_begins_with_a_scenario_file(tmp_path: Path) -> None:
    """What the file names is there."""
    file = tmp_path / "world.yaml"
    file.write_text("clusters:\n  - {id: ehpc-hz-demo1, scheduler: slurm, jobs: [{id: '7', runs: [finish 60]}]}\n")
    with serving("--scenario", str(file)) as (process, exported):
        host = exported["SECONDWIND_EHPC_ENDPOINT"].removeprefix("http://")
        assert [(job.id, job.state) for job in jobs(host, "local-secret")] == [("7", "FINISHED")]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0


def test_a_scenario_with_faults_is_not_started(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 2, and each fault with the file and its path."""
    file = tmp_path / "world.yaml"
    file.write_text("clusters: [{id: a, jobs: [{id: 1}, {id: b, colour: red}]}]\ngroups: 7\n")
    assert main(["cloud", "--scenario", str(file)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in lines] == [
        "$.clusters[0].jobs[0].id",
        "$.clusters[0].jobs[1]",
        "$.groups",
    ]


def test_a_port_in_use_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit status 1 and one line, no traceback."""
    from localcloud.wire.server import HttpServer

    server = HttpServer()
    try:
        assert main(["cloud", "--port", str(server.port)]) == 1
    finally:
        server.stop()
    assert "cannot be used" in capsys.readouterr().err
