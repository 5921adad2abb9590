"""`secondwind invoke`: every file in `events/` through its function, on this machine."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.scenario import read_story
from secondwind.commands.invoke.event_file import door_for
from secondwind.commands.invoke.local import RAISED, RETURNED, LocalRequest, run
from secondwind.commands.invoke.show import NOT_UNDERSTOOD
from secondwind.local_region import DEFAULT, Region
from secondwind.usage import UNUSABLE
from shared.systems import SYSTEMS

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
MOVED = "its times are moved to the present, as are the local cloud's"
REPLACED = "endpoint and cursors are replaced by the local Logstore's"
EHPC, SCHEDULERX = ("rerun", "accepted", "RUNNING"), ("rerun", "accepted", "FAILED")

CASES: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "log-trigger.json": ("log_trigger", [EHPC, SCHEDULERX]),
    "event-ehpc-hung-job.json": ("event_trigger", [EHPC]),
    "event-schedulerx-instance.json": ("event_trigger", [SCHEDULERX]),
    "event-schedulerx-data-time.json": ("event_trigger", [SCHEDULERX]),
    "event-schedulerx3-execution.json": ("event_trigger", [SCHEDULERX]),
    "event-dataworks-failed.json": ("event_trigger", [SCHEDULERX]),
    "event-dataworks-rerun-by-person.json": ("event_trigger", []),
    "event-dataworks-instance.json": ("event_trigger", [SCHEDULERX]),
    "event-data-as-json-text.json": ("event_trigger", [EHPC]),
    "event-publish-time-prc.json": ("event_trigger", [EHPC]),
    "event-transformed-body.json": ("event_trigger", [EHPC]),
    "event-mns-streaming-array.json": ("event_trigger", [EHPC, SCHEDULERX]),
    "event-kafka-streaming-texts.json": ("event_trigger", [EHPC, SCHEDULERX]),
    "event-sls-connector-fields.json": ("event_trigger", [EHPC]),
    "event-sls-connector-content.json": ("event_trigger", [SCHEDULERX]),
    "event-http-source.json": ("event_trigger", [EHPC]),
    # Of machines that no watched cluster has nothing is told.
    "event-ecs-system-failure.json": ("event_trigger", []),
    "event-ecs-state-change.json": ("event_trigger", []),
    "event-ecs-preemption.json": ("event_trigger", []),
    "event-ecs-maintenance-announced.json": ("event_trigger", []),
    "event-ehpc-node-status.json": ("event_trigger", []),
    "event-cloudmonitor-ecs.json": ("event_trigger", []),
    "manual-jobs-dry-run.json": (
        "manual",
        [("would_rerun", "dry_run", "RUNNING"), ("would_rerun", "dry_run", "FAILED")],
    ),
    "manual-event-force.json": ("manual", [EHPC]),
    "sweep-timer.json": ("sweep", []),
    "discover-timer.json": ("discover", []),
}
UNMOVED = {"manual-jobs-dry-run.json", "sweep-timer.json", "discover-timer.json", "event-cloudmonitor-ecs.json"}
"""No time that the local cloud knows is in them."""


@dataclass
class Called:
    """What a call printed."""

    status: int
    out: str
    err: str
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def outcomes(self) -> list[tuple[str, str, str]]:
        """Verdict, reason and state of each outcome, sorted as the cases above are."""
        return [(one["verdict"], one["reason"], one.get("state", "")) for one in self.answer["outcomes"]]


def call(file: Path, environ: dict[str, str] | None = None, **wanted: Any) -> Called:
    """Invoke a file; the environment is empty unless one is given."""
    out, err = io.StringIO(), io.StringIO()
    called = Called(run(LocalRequest(file, **wanted), out, err, environ or {}), out.getvalue(), err.getvalue())
    if called.status in {RETURNED, NOT_UNDERSTOOD}:
        called.answer = json.loads(called.out)
    return called


@pytest.mark.parametrize("name", sorted(path.name for path in EVENTS.glob("*.json")))
def test_an_event_file_shows_something_real(name: str) -> None:
    """Each file finds its job in the local cloud and ends as its case says; what was changed in it is said."""
    function, expected = CASES[name]
    body = (EVENTS / name).read_bytes()
    assert door_for(body).name == function
    called = call(EVENTS / name)
    assert (called.status, called.outcomes) == (RETURNED, expected)
    assert called.answer["schema"] == "secondwind-result/1"
    assert (MOVED in called.err) == (name not in UNMOVED)
    assert (REPLACED in called.err) == (name == "log-trigger.json")


def test_every_case_is_a_file() -> None:
    """No case without its file."""
    assert set(CASES) == {path.name for path in EVENTS.glob("*.json")}


@pytest.mark.parametrize("name", ["event-ehpc-hung-job.json", "log-trigger.json", "manual-event-force.json"])
def test_a_dry_run_decides_the_same_and_answers_gate_by_gate(name: str) -> None:
    """`--dry-run` sends any door's body, a trigger's range too, through `manual` and calls nothing."""
    called = call(EVENTS / name, dry_run=True)
    wanted = [("would_rerun", "dry_run", state) for _, _, state in CASES[name][1]]
    assert (called.status, called.outcomes) == (RETURNED, wanted)
    assert all(one["gates"] and one["dry_run"] == "true" for one in called.answer["outcomes"])


def test_bytes_that_are_no_json_are_an_outcome(tmp_path: Path) -> None:
    """The function returns and says what is wrong; only a dry run, which must wrap them, is not possible."""
    file = tmp_path / "event"
    file.write_bytes(b"\xff\x00 no json")
    called = call(file)
    assert (called.status, called.outcomes) == (NOT_UNDERSTOOD, [("invalid", "not_understood", "")])
    assert call(file, dry_run=True).status == UNUSABLE


@pytest.mark.parametrize(
    ("name", "wanted", "said"),
    [
        ("no-such-file.json", {}, "cannot be read"),
        ("sweep-timer.json", {"dry_run": True}, "a sweep has no dry run"),
        ("event-ehpc-hung-job.json", {"dry_run": True, "function": "event_trigger"}, "through the function manual"),
    ],
)
def test_what_cannot_be_called_is_said(name: str, wanted: dict[str, Any], said: str) -> None:
    """Exit status 2 and one line that names the file."""
    called = call(EVENTS / name, **wanted)
    assert called.status == UNUSABLE
    assert called.err.startswith(f"{EVENTS / name}: ")
    assert said in called.err
    assert called.out == ""


def test_another_function_can_be_chosen() -> None:
    """`--function manual` takes an event as it is, and answers with gates."""
    called = call(EVENTS / "event-ehpc-hung-job.json", function="manual")
    assert called.outcomes == [EHPC]
    assert called.answer["outcomes"][0]["gates"]


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
    assert "mode:    auto, jobs may be restarted\n" in err
    tied = call(hung(tmp_path), {**elsewhere.environ, "SECONDWIND_MODE": "observe"}, dry_run=True).err
    assert "mode:    observe, and a dry run: nothing is restarted\n" in tied


def test_alone_it_says_that_nothing_leaves() -> None:
    """The same three lines for the local cloud that lives as long as the call."""
    err = call(EVENTS / "manual-jobs-dry-run.json").err
    assert "goes to: a local cloud that lives for this call\n" in err
    assert "ledger:  its own" in err
    assert "mode:    auto" in err


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


def test_a_triggers_own_endpoint_counts_as_leaving(elsewhere: Elsewhere) -> None:
    """The recorded trigger names Log Service in Hangzhou, and the function would pull its logs there."""
    called = call(EVENTS / "log-trigger.json", elsewhere.environ)
    assert called.status == UNUSABLE
    assert "cn-hangzhou-intranet.log.aliyuncs.com" in called.err


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


@pytest.mark.parametrize(
    ("body", "function"),
    [
        (b"", "event_trigger"),
        (b"[]", "event_trigger"),
        (b"[[[", "event_trigger"),
        (b'{"specversion": "1.0", "source": {"a": 1}, "jobs": []}', "event_trigger"),
        (b'{"system": "ehpc"}', "event_trigger"),
        (b'{"source": {}}', "log_trigger"),
        (b'{"jobs": []}', "manual"),
        (b'{"event": {}}', "manual"),
        (b'{"triggerTime": "", "triggerName": "", "payload": "x"}', "sweep"),
        (b'{"triggerTime": ""}', "event_trigger"),
    ],
)
def test_the_function_follows_from_the_shape(body: bytes, function: str) -> None:
    """Whatever no other door takes is EventBridge's."""
    assert door_for(body).name == function
