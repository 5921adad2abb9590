"""`secondwind invoke` where the environment names endpoints: where a call goes, and what is asked before it does."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.scenario import read_story
from secondwind.commands.invoke.local import RAISED, RETURNED, LocalRequest, run
from secondwind.local_region import DEFAULT, Region
from secondwind.usage import UNUSABLE
from shared.systems import SYSTEMS
from tests.e2e.invoking import CASES, EVENTS, MOVED, REPLACED, ROOT, UNMOVED, call


@dataclass
class Elsewhere:
    """A region that somebody else runs."""

    region: Region
    environ: dict[str, str]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    """A region, and the environment that points at it; its ledger is left out, as a person may."""
    with Region(tmp_path, code_path=ROOT) as region:
        region.cloud.populate(read_story(DEFAULT), float(int(time.time()) - 300))
        environ = {
            **region.environment,
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        del environ["SECONDWIND_LEDGER_URL"]
        yield Elsewhere(region, environ)


def hung(folder: Path) -> Path:
    """An event file about a job of the default world."""
    file = folder / "event.json"
    job = {
        "system": "ehpc",
        "cluster_id": "ehpc-hz-demo1",
        "job_id": "1.scheduler",
        "occurred_at": int(time.time()) - 60,
    }
    file.write_text(json.dumps({"jobs": [job]}))
    return file


def test_endpoints_in_the_environment_are_used_and_remembered(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """The call goes there; a second one, in another process, finds the first in the ledger that is kept."""
    file = hung(tmp_path)
    first, second = call(file, elsewhere.environ), call(file, elsewhere.environ)
    assert [one.outcomes[0][0] for one in (first, second)] == ["rerun", "duplicate"]
    assert len(elsewhere.region.cloud[Ehpc].kills) == 1
    assert first.err == second.err
    assert (tmp_path / "state" / "secondwind" / "ledger.db").exists()


def test_elsewhere_an_event_goes_out_as_it_is(elsewhere: Elsewhere) -> None:
    """Nobody moves the times of an event that goes to a world of its own: this recording is stale there."""
    called = call(EVENTS / "event-ehpc-hung-job.json", elsewhere.environ)
    assert called.outcomes == [("suppressed", "stale_event", "RUNNING")]
    assert MOVED not in called.err


def test_a_function_that_raises_is_exit_status_1(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """The error is JSON on standard error, names the setting, shows no value."""
    called = call(hung(tmp_path), {**elsewhere.environ, "SECONDWIND_MODE": "sesame"})
    assert (called.status, called.out) == (RAISED, "")
    assert json.loads(called.err)["errorType"] == "SettingsError"
    assert "SECONDWIND_MODE" in called.err
    assert "sesame" not in called.err


@pytest.mark.parametrize("quiet", [False, True])
def test_what_the_function_warns_of_is_said(elsewhere: Elsewhere, tmp_path: Path, *, quiet: bool) -> None:
    """Healed and not written down, or a setting that is misspelt: the answer shows neither. Of a good call nothing."""
    wrong = {"SECONDWIND_SLS_ENDPOINT": "http://127.0.0.1:9", "SECONDWIND_MDOE": "off"}
    called = call(hung(tmp_path), {**elsewhere.environ, **wrong}, quiet=quiet)
    assert called.status == RETURNED
    assert "the function warns: outcomes stay owed: Log Service at http://127.0.0.1:9 did not take 1 out" in called.err
    assert "not a setting, so nobody reads it: SECONDWIND_MDOE (closest: SECONDWIND_MODE)" in called.err
    assert "the function warns: " not in call(EVENTS / "sweep-timer.json", elsewhere.environ, quiet=quiet).err


def test_a_look_that_nobody_answers_names_the_host(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Whoever reads the outcome has not seen the settings."""
    called = call(hung(tmp_path), {**elsewhere.environ, "SECONDWIND_EHPC_ENDPOINT": "http://127.0.0.1:9"})
    (outcome,) = called.answer["outcomes"]
    assert outcome["message"].endswith("ListJobsWithFilters: no answer that could be read from 127.0.0.1:9")


def test_endpoints_without_a_key_are_refused(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """No call is made with the local cloud's key against somebody's endpoints."""
    del elsewhere.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    called = call(hung(tmp_path), elsewhere.environ)
    assert called.status == UNUSABLE
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in called.err
    assert elsewhere.region.cloud.openapi.calls == []


def test_it_says_where_it_goes_which_ledger_and_which_mode(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """Before the answer, on standard error; a dry run and a stricter mode are said to be such."""
    host = elsewhere.region.cloud.host
    err = call(hung(tmp_path), elsewhere.environ).err
    assert f"goes to: {host} ({', '.join(SYSTEMS.names)}, Log Service)\n" in err
    assert f"ledger:  {tmp_path / 'state' / 'secondwind' / 'ledger.db'} (SQLite, on this machine)\n" in err
    assert "mode:    auto, jobs may be restarted unless somebody has set less in that ledger\n" in err
    tied = call(hung(tmp_path), {**elsewhere.environ, "SECONDWIND_MODE": "observe"}, dry_run=True).err
    assert "mode:    observe, and a dry run: nothing is restarted\n" in tied


OUTSIDE = "ehpc.cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("change", "host"),
    [
        ({"SECONDWIND_EHPC_ENDPOINT": ""}, OUTSIDE),
        ({"SECONDWIND_EHPC_ENDPOINT": OUTSIDE}, OUTSIDE),
        ({"SECONDWIND_SLS_ENDPOINT": "https://192.0.2.7"}, "192.0.2.7"),
        ({"SECONDWIND_SCHEDULERX_ENDPOINT": "localhost.example.com"}, "localhost.example.com"),
        ({"SECONDWIND_LEDGER_URL": "rediss://ledger.example.com/0"}, "ledger.example.com"),
        ({"SECONDWIND_LEDGER_URL": "tablestore://i/t?endpoint=https://ots.example.com"}, "ots.example.com"),
    ],
)
def test_no_call_leaves_this_machine_unasked(
    elsewhere: Elsewhere, tmp_path: Path, change: dict[str, str], host: str
) -> None:
    """One endpoint outside is enough, also one that nobody exported; without an answer, or with a no, nothing runs."""
    environ = {**elsewhere.environ, **change}
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    for ask in (None, no):
        out, err = io.StringIO(), io.StringIO()
        assert run(LocalRequest(hung(tmp_path)), out, err, environ, ask) == UNUSABLE
        assert out.getvalue() == ""
        assert host in err.getvalue()
    assert host in asked[0]
    assert "--yes" in call(hung(tmp_path), environ).err
    assert elsewhere.region.cloud.openapi.calls == []


def test_a_triggers_own_endpoint_counts_as_leaving(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """The recorded trigger names Log Service in Hangzhou, and the function pulls its logs there, however wrapped."""
    body, wrapped = (EVENTS / "log-trigger.json").read_text(encoding="utf-8"), tmp_path / "wrapped.json"
    letter = {"requestContext": {}, "requestPayload": body}
    for sent in (
        body,
        json.dumps({"event": json.loads(body)}),
        json.dumps({"event": body, "dry_run": True}),
        json.dumps(letter),
        base64.b64encode(json.dumps({"event": letter}).encode()).decode(),
    ):
        wrapped.write_text(sent, encoding="utf-8")
        called = call(wrapped, elsewhere.environ)
        assert called.status == UNUSABLE
        assert "cn-hangzhou-intranet.log.aliyuncs.com" in called.err


def test_a_channel_of_the_policy_counts_as_leaving(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """What is held would be told to people by a robot of theirs; a dry run tells nobody, a local one may be told."""
    policy = tmp_path / "policy.yaml"
    channel = "{name: ops, kind: wecom, url: SECONDWIND_NOTIFY_OPS_URL}"
    policy.write_text(
        f"version: 1\nnotify: {{channels: [{channel}]}}\nrules: [{{name: ask, match: {{}}, action: hold}}]\n"
    )
    environ = {**elsewhere.environ, "SECONDWIND_POLICY_FILE": str(policy)}
    told = {**environ, "SECONDWIND_NOTIFY_OPS_URL": "https://robot.invalid/send?key=planted"}
    called = call(hung(tmp_path), told)
    assert called.status == UNUSABLE
    assert "robot.invalid (channel ops)" in called.err
    assert "the call leaves this machine, to robot.invalid: nothing was called" in called.err
    assert "planted" not in called.err
    assert elsewhere.region.cloud.openapi.calls == []
    assert call(hung(tmp_path), told, dry_run=True).status == RETURNED
    local = {
        **environ,
        "SECONDWIND_NOTIFY_OPS_URL": f"{elsewhere.region.cloud.endpoint}/cgi-bin/webhook/send?key=night",
    }
    assert [one[0] for one in call(hung(tmp_path), local).outcomes] == ["held"]


def test_a_yes_lets_it_go(elsewhere: Elsewhere, tmp_path: Path) -> None:
    """`--yes`, or an answer, and the call is made: here one whose other system's endpoint was not exported."""
    environ = {**elsewhere.environ, "SECONDWIND_SCHEDULERX_ENDPOINT": ""}
    assert call(hung(tmp_path), environ, yes=True).outcomes[0][0] == "rerun"
    out = io.StringIO()
    assert run(LocalRequest(hung(tmp_path)), out, io.StringIO(), environ, lambda _question: True) == RETURNED


SHIFTED = (
    "discover-timer.json",
    "event-dataworks-failed.json",
    "event-ecs-system-failure.json",
    "event-ehpc-hung-job.json",
    "event-kafka-streaming-texts.json",
    "event-schedulerx-data-time.json",
    "event-schedulerx3-execution.json",
    "event-sls-connector-content.json",
    "log-trigger.json",
    "manual-event-force.json",
)
"""One of each form in which a body has its times, and of each job system: a second function process each."""


@pytest.mark.parametrize("name", SHIFTED)
def test_shifted_a_recording_works_in_a_cloud_that_somebody_else_runs(elsewhere: Elsewhere, name: str) -> None:
    """Each ready event ends there as in a cloud of its own, though that one began some time ago."""
    called = call(EVENTS / name, elsewhere.environ, shift_times=True)
    assert (called.status, called.outcomes) == (RETURNED, CASES[name][1])
    assert (MOVED in called.err) == (name not in UNMOVED)
    assert (REPLACED in called.err) == (name == "log-trigger.json")


@pytest.mark.parametrize("endpoint", ["https://ehpc.cn-hangzhou.aliyuncs.com", "http://127.0.0.1:9"])
def test_times_are_shifted_for_a_local_cloud_only(elsewhere: Elsewhere, endpoint: str) -> None:
    """Another machine is not even asked; where nobody answers nothing is called."""
    environ = {**elsewhere.environ, "SECONDWIND_SLS_ENDPOINT": endpoint}
    called = call(EVENTS / "event-ehpc-hung-job.json", environ, shift_times=True, yes=True)
    assert called.status == UNUSABLE
    assert "local cloud" in called.err
    assert elsewhere.region.cloud.openapi.calls == []
