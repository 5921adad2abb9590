"""`secondwind doctor` against the local cloud: healthy, and with each fault made."""

from __future__ import annotations

import io
import json
import re
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from secondwind.doctor.findings import Finding, Level, Subject
from secondwind.doctor.run import CHECKS, FAILED, HEALTHY, UNUSABLE, Terms, Wanted, run
from secondwind.localcloud.acs3 import Credential
from secondwind.localcloud.cloud import LocalCloud
from secondwind.localcloud.faults import Fault, FaultKind
from secondwind.localcloud.fc3_door import Fc3Door
from secondwind.localcloud.fc_desk import FunctionDesk
from secondwind.localcloud.fc_inprocess import InProcessFunction
from secondwind.localcloud.sls import LogService
from secondwind.localcloud.tablestore import Tablestore
from secondwind.setup.run import DONE
from secondwind.setup.run import Terms as SetupTerms
from secondwind.setup.run import Wanted as SetupWanted
from secondwind.setup.run import run as set_up

KEY = Credential("planted-id-6620", "planted-secret-1175", "planted-token-9934")
POLICY = """
version: 1
sources:
  - {log: {project: sw-doctor, logstore: failures}, systems: [ehpc]}
rules: [{name: the-rest, match: {}, action: rerun}]
"""


@dataclass
class Ward:
    """A healthy account, and the environment that is looked at."""

    cloud: LocalCloud
    logs: LogService
    tables: Tablestore
    functions: FunctionDesk
    fc3: Fc3Door
    environ: dict[str, str]
    policy: Path

    def look(self, *, ahead_s: float = 0.0, **wanted: Any) -> Seen:
        """Run the doctor with that clock."""
        out, err = io.StringIO(), io.StringIO()
        asked = Wanted(**{"region": "cn-hangzhou", "source": "sw-doctor/failures", **wanted})
        terms = Terms(environ=self.environ, now=lambda: time.time() + ahead_s, sleep=lambda _: None)
        status = run(asked, terms, out, err)
        return Seen(status, out.getvalue(), err.getvalue())

    def deploy(self, name: str, *, triggers: list[dict[str, Any]], **environment: str) -> None:
        """A function as s.yaml deploys it, its settings those that are looked at unless given."""
        own = {key: value for key, value in self.environ.items() if key.startswith("SECONDWIND_")}
        own.pop("SECONDWIND_POLICY_FILE")
        call = InProcessFunction(lambda _event, _context: "").invoke
        self.functions.deploy(name, call, triggers=triggers, environment={**own, **environment})


@dataclass
class Seen:
    """What the doctor said."""

    status: int
    out: str
    err: str

    def level(self, check: str, said: str = "") -> str:
        """Level of the first line about that check which says that."""
        for line in self.out.splitlines():
            found = re.match(r"(ok|warn|FAIL|skip) +(.+?): (.*)", line)
            if found and found[2] == check and said in found[3]:
                return found[1]
        raise AssertionError(f"nothing about {check} with {said!r} in\n{self.out}")

    @property
    def failed(self) -> set[str]:
        """Checks that failed."""
        return set(re.findall(r"^FAIL  (.+?): ", self.out, re.MULTILINE))


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """Set up by `secondwind setup`, as a user would."""
    cloud = LocalCloud(credentials=(KEY,))
    logs = LogService(cloud.clock, cloud.credentials)
    tables = Tablestore(cloud.clock, cloud.credentials, instance="sw")
    functions = FunctionDesk(cloud.clock)
    fc3 = Fc3Door(functions, cloud.clock, cloud.credentials)
    for wants, service in ((logs.serves, logs), (tables.serves, tables), (fc3.serves, fc3)):
        cloud.mount(wants, service)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    with cloud:
        environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": KEY.security_token,
            "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
            "SECONDWIND_EHPC_ENDPOINT": cloud.endpoint,
            "SECONDWIND_SCHEDULERX_ENDPOINT": cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": "sw-doctor",
            "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
            "SECONDWIND_LEDGER_URL": f"tablestore://sw/ledger?endpoint={cloud.endpoint}",
            "SECONDWIND_POLICY_FILE": str(policy),
        }
        terms = SetupTerms(environ=environ, sleep=lambda _: None)
        assert set_up(SetupWanted(region="cn-hangzhou", yes=True), terms, io.StringIO(), io.StringIO()) == DONE
        logs.create_logstore("sw-doctor", "failures", shards=1)
        logs.calls.clear()
        tables.calls.clear()
        yield Ward(cloud, logs, tables, functions, fc3, environ, policy)
    assert list(cloud.server.errors) == []


TIMER = {
    "triggerName": "sweep",
    "triggerType": "timer",
    "triggerConfig": '{"cronExpression": "@every 5m", "enable": true}',
}
LOG = {
    "triggerName": "failures",
    "triggerType": "log",
    "sourceArn": "acs:log:cn-hangzhou:1:project/sw-doctor",
    "triggerConfig": '{"sourceConfig": {"logstore": "failures"}, "enable": true}',
}


def test_a_healthy_account(ward: Ward) -> None:
    """Every check is ok or says that it was not made; exit status 0; nothing was changed anywhere."""
    ward.deploy("secondwind-sweep", triggers=[TIMER])
    ward.deploy("secondwind-log-trigger", triggers=[LOG])
    names = ("secondwind-sweep", "secondwind-log-trigger")
    seen = ward.look(functions=names, endpoint=ward.cloud.endpoint)
    assert (seen.status, seen.err) == (HEALTHY, "")
    assert {line.split()[0] for line in seen.out.splitlines()[:-1]} == {"ok", "skip"}
    assert seen.out.endswith("nothing failed\n")
    for check in (
        *("settings", "key", "policy", "mode", "sources", "time zone", "ledger kind", "clock", "outcome Logstore"),
        *("log:PostLogStoreLogs", "index", "log:GetCursorOrData", "ledger", "ehpc:ListJobsWithFilters"),
        *("schedulerx:GetJobInfo", "schedulerx:GetJobInstance", "schedulerx:GetJobInstanceList"),
        *(f"function {name}" for name in names),
    ):
        assert seen.level(check) == "ok"
    assert list(ward.logs.rows("sw-doctor", "outcomes")) == []
    assert {call.operation for call in ward.tables.calls} <= {"DescribeTable", "BatchGetRow", "GetRange"}
    assert not {call.action for call in ward.cloud.openapi.calls} & {"RerunJobs", "RerunJob", "StopJobs"}


def test_json_says_the_same(ward: Ward) -> None:
    """`--json` has each line as an object, and the same exit status, healthy and not."""
    ward.policy.write_text("version: 1\nmode: observe\nrules: []\n")
    for healthy in (True, False):
        ward.environ["SECONDWIND_TIME_ZONE"] = "Asia/Shanghai" if healthy else "Mars/Olympus"
        lines, body = ward.look(), ward.look(as_json=True)
        told = json.loads(body.out)
        assert (told["schema"], told["healthy"]) == ("secondwind-doctor/1", healthy)
        assert lines.status == body.status == (HEALTHY if healthy else FAILED)
        assert [f"{one['level']:<4}  {one['check']}" for one in told["checks"]] == [
            line.split(": ")[0] for line in lines.out.splitlines()[:-1]
        ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted-other-secret"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "planted-unknown-id"),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "planted-stale-token"),
    ],
)
def test_a_wrong_key_fails_at_every_service_and_is_never_shown(
    ward: Ward, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    """Each service's refusal is a failed check with its code; neither output nor log has a key or token."""
    ward.deploy("secondwind-sweep", triggers=[TIMER])
    ward.environ[name] = value
    with caplog.at_level("DEBUG"):
        seen = ward.look(functions=("secondwind-sweep",), endpoint=ward.cloud.endpoint)
    assert seen.status == FAILED
    assert {"log:GetLogStore", "ledger", "ehpc:ListJobsWithFilters", "schedulerx:GetJobInfo"} <= seen.failed
    assert "function secondwind-sweep" in seen.failed
    assert "planted" not in seen.out + seen.err + caplog.text


def test_a_ledger_password_is_never_shown(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    """Redis out of reach, its password in the URL here and in a function's environment: a failed check without it."""
    ward.environ["SECONDWIND_LEDGER_URL"] = f"redis://user:planted-password@127.0.0.1:{closed_port()}"
    ward.deploy("secondwind-sweep", triggers=[TIMER], SECONDWIND_LEDGER_URL="redis://:planted-remote@127.0.0.1")
    with caplog.at_level("DEBUG"):
        seen = ward.look(functions=("secondwind-sweep",), endpoint=ward.cloud.endpoint)
    assert "ledger" in seen.failed
    assert "other than here: SECONDWIND_LEDGER_URL" in seen.out
    assert "planted" not in seen.out + seen.err + caplog.text


def test_without_a_key_or_settings_the_rest_is_said_to_be_unchecked(ward: Ward) -> None:
    """What is missing is named, each bad setting too, no call is made, exit status 1."""
    del ward.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    ward.environ["SECONDWIND_MODE"] = "sesame"
    ward.environ["SECONDWIND_LEDGER_URL"] = ""
    seen = ward.look()
    assert (seen.status, seen.failed) == (FAILED, {"key", "settings"})
    for said in ("SECONDWIND_MODE", "SECONDWIND_LEDGER_URL is required", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        assert said in seen.out
    assert "sesame" not in seen.out
    assert seen.level("the rest") == "skip"
    assert ward.logs.calls == []


@pytest.mark.parametrize(
    ("ahead_s", "level", "said"),
    [
        (30.0, "ok", "within a minute"),
        (-30.0, "ok", "within a minute"),
        (300.0, "warn", "300 s ahead of"),
        (-3600.0, "FAIL", "s behind"),
        (3600.0, "FAIL", "s ahead of"),
    ],
)
def test_clock_skew(ward: Ward, ahead_s: float, level: str, said: str) -> None:
    """Minutes off are told, ten minutes off fail, whichever way."""
    seen = ward.look(ahead_s=ahead_s)
    assert seen.level("clock") == level
    assert re.search(said.replace("300", r"(299|300|301)"), seen.out)


def index_of(ward: Ward) -> dict[str, Any]:
    """The outcome Logstore's index, to be spoiled."""
    index = ward.logs._projects["sw-doctor"].logstores["outcomes"].index
    assert index is not None
    return index


def no_index(ward: Ward) -> None:
    """As before `setup`."""
    ward.logs._projects["sw-doctor"].logstores["outcomes"].index = None


def denied(operation: str, code: str = "Unauthorized") -> Callable[[Ward], None]:
    """Log Service refuses that operation."""

    def make(ward: Ward) -> None:
        ward.logs.faults.add(Fault(operation, FaultKind.ERROR_BEFORE_EFFECT, times=None, status=401, code=code))

    return make


def denied_job_system(action: str, code: str = "Forbidden.RAM", status: int = 403) -> Callable[[Ward], None]:
    """A job system refuses that action."""

    def make(ward: Ward) -> None:
        fault = Fault(action, FaultKind.ERROR_BEFORE_EFFECT, times=None, status=status, code=code)
        ward.cloud.faults.add(fault)

    return make


def setting(name: str, value: str) -> Callable[[Ward], None]:
    """Another value."""

    def make(ward: Ward) -> None:
        ward.environ[name] = value

    return make


def closed_port() -> int:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def nobody_at(name: str) -> Callable[[Ward], None]:
    """An endpoint where nobody listens."""

    def make(ward: Ward) -> None:
        ward.environ[name] = f"http://127.0.0.1:{closed_port()}"

    return make


@pytest.mark.parametrize(
    ("fault", "check", "said"),
    [
        (no_index, "index", "there is none"),
        (lambda ward: index_of(ward)["keys"].pop("verdict"), "index", "incomplete: + text, for SQL: verdict"),
        (lambda ward: index_of(ward)["keys"]["at"].update(doc_value=False), "index", "~ at: SQL switched on"),
        (denied("GetIndex"), "log:GetIndex", "refused: Unauthorized"),
        (denied("PutLogs"), "log:PostLogStoreLogs", "refused: Unauthorized"),
        (denied("GetLogStore"), "log:GetLogStore", "refused: Unauthorized"),
        (denied("GetCursor"), "log:GetCursorOrData", "refused: Unauthorized"),
        (denied("PutLogs", "RequestTimeExpired"), "log:PostLogStoreLogs", "the call's date"),
        (setting("SECONDWIND_OUTCOME_LOGSTORE", "nowhere"), "outcome Logstore", "there is no sw-doctor/nowhere"),
        (denied_job_system("ListJobsWithFilters"), "ehpc:ListJobsWithFilters", "not allowed: Forbidden.RAM"),
        (denied_job_system("GetJobInfo"), "schedulerx:GetJobInfo", "not allowed: Forbidden.RAM"),
        (denied_job_system("GetJobInstance", "403", 200), "schedulerx:GetJobInstance", "not allowed: 403"),
        (denied_job_system("GetJobInstanceList"), "schedulerx:GetJobInstanceList", "not allowed: Forbidden.RAM"),
        (
            denied_job_system("ListJobsWithFilters", "InvalidTimeStamp.Expired", 400),
            "ehpc:ListJobsWithFilters",
            "date is refused",
        ),
        (nobody_at("SECONDWIND_EHPC_ENDPOINT"), "ehpc:ListJobsWithFilters", "ConnectFailed"),
        (nobody_at("SECONDWIND_SCHEDULERX_ENDPOINT"), "schedulerx:GetJobInfo", "ConnectFailed"),
        (nobody_at("SECONDWIND_SLS_ENDPOINT"), "clock", "no answer from"),
        (nobody_at("SECONDWIND_SLS_ENDPOINT"), "log:GetLogStore", "not answered: ConnectionError"),
        (lambda ward: ward.tables._instance.tables.clear(), "ledger", "there is no table sw/ledger"),
        (lambda ward: ward.policy.write_text("version: 1\nrules: [7]\n"), "policy", "rules"),
        (lambda ward: ward.policy.unlink(), "policy", "cannot be read"),
        (lambda ward: ward.policy.write_bytes(b"\xff"), "policy", "cannot be read"),
    ],
)
def test_each_fault_is_one_failed_check_with_what_to_do(
    ward: Ward, fault: Callable[[Ward], object], check: str, said: str
) -> None:
    """One thing is broken: its own check fails, says how, and what to do; exit status 1."""
    fault(ward)
    seen = ward.look()
    assert seen.status == FAILED
    assert seen.level(check, said) == "FAIL"
    assert all(" → " in line for line in seen.out.splitlines() if line.startswith("FAIL"))


def test_one_fault_fails_no_other_check(ward: Ward) -> None:
    """A denied action is told where it is and nowhere else."""
    denied_job_system("GetJobInstance")(ward)
    denied("PutLogs")(ward)
    assert ward.look().failed == {"schedulerx:GetJobInstance", "log:PostLogStoreLogs"}


@pytest.mark.parametrize(
    ("fault", "check", "said"),
    [
        (lambda ward: ward.policy.write_text("version: 1\nmode: observe\nrules: []\n"), "mode", "observe"),
        (setting("SECONDWIND_MODE", "off"), "mode", "the kill switch is on"),
        (lambda ward: ward.policy.write_text("version: 1\nrules: []\n"), "sources", "none are listed"),
        (setting("ALIBABA_CLOUD_SECURITY_TOKEN", ""), "key", "a user's"),
        (setting("SECONDWIND_TIMEZONE", "planted"), "settings", "SECONDWIND_TIMEZONE is none"),
    ],
)
def test_what_works_and_should_be_known_is_a_warning(
    ward: Ward, fault: Callable[[Ward], object], check: str, said: str
) -> None:
    """Told with level warn at that check."""
    fault(ward)
    assert ward.look().level(check, said) == "warn"


def test_a_misspelt_setting_is_told_with_the_closest(ward: Ward) -> None:
    """Here and in a deployed function: a warning by name, with the setting that was meant, without its value."""
    ward.deploy("secondwind-sweep", triggers=[TIMER], SECONDWIND_MOD="planted-mode")
    ward.environ["SECONDWIND_POLICY"] = "planted-file"
    seen = ward.look(functions=("secondwind-sweep",), endpoint=ward.cloud.endpoint)
    assert seen.level("function secondwind-sweep", "SECONDWIND_MOD is no setting") == "warn"
    assert (
        seen.level("settings", "SECONDWIND_POLICY is none: nobody reads it → did you mean SECONDWIND_POLICY_FILE")
        == "warn"
    )
    assert "did you mean SECONDWIND_MODE?" in seen.out
    assert "planted" not in seen.out
    assert seen.status == HEALTHY


def test_a_ledger_without_its_client_is_a_failure(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the ledger's client is not installed the doctor says that, not that it crashed."""
    monkeypatch.setitem(sys.modules, "redis", None)
    ward.environ["SECONDWIND_LEDGER_URL"] = "redis://127.0.0.1:9"
    assert ward.look().level("ledger", "this package has no client for Redis") == "FAIL"


def test_a_default_time_zone_outside_china_is_told(ward: Ward) -> None:
    """In China the default is right; elsewhere it warns, until it is set."""
    assert ward.look().level("time zone") == "ok"
    assert ward.look(region="eu-central-1").level("time zone") == "warn"
    ward.environ["SECONDWIND_TIME_ZONE"] = "Europe/Berlin"
    assert ward.look(region="eu-central-1").level("time zone", "Europe/Berlin") == "ok"


def test_sqlite_is_for_one_machine(ward: Ward, tmp_path: Path) -> None:
    """On a person's machine a warning, inside Function Compute a failure; the ledger itself works."""
    ward.environ["SECONDWIND_LEDGER_URL"] = f"sqlite://{tmp_path}/ledger.db"
    seen = ward.look()
    assert (seen.level("ledger kind"), seen.level("ledger")) == ("warn", "ok")
    ward.environ["FC_FUNC_CODE_PATH"] = "/code"
    assert ward.look().level("ledger kind", "SQLite inside Function Compute") == "FAIL"


def test_the_ledger_works_for_who_may_not_describe_its_table(ward: Ward) -> None:
    """DescribeTable refused is a warning as long as documents can be read; reading refused is a failure."""
    denied_table: dict[str, Any] = {"times": None, "status": 403, "code": "OTSNoPermissionAccess"}
    ward.tables.faults.add(Fault("DescribeTable", FaultKind.ERROR_BEFORE_EFFECT, **denied_table))
    seen = ward.look()
    assert (seen.level("ots:DescribeTable", "OTSNoPermissionAccess"), seen.level("ledger")) == ("warn", "ok")
    for operation in ("GetRange", "BatchGetRow"):
        ward.tables.faults.add(Fault(operation, FaultKind.ERROR_BEFORE_EFFECT, **denied_table))
        assert ward.look().level("ledger", "OTSNoPermissionAccess") == "FAIL"


def test_a_mode_set_by_hand_is_told(ward: Ward, tmp_path: Path) -> None:
    """The ledger's own kill switch is a warning, whoever set it; `auto` there changes nothing and is none."""
    from shared.domain.mode import CONTROLS_KEY, Controls, Mode, ModeSet, encode_controls
    from shared.ledger.sqlite import SqliteLedger
    from shared.ports import Write
    from shared.reality import SystemClock

    ward.environ["SECONDWIND_LEDGER_URL"] = f"sqlite://{tmp_path}/ledger.db"
    ledger = SqliteLedger(f"{tmp_path}/ledger.db", SystemClock())
    assert "mode by hand" not in ward.look().out
    controls = Controls(
        everything=ModeSet(mode=Mode.OFF, by="x\x1b[31m", at=1.0),
        rules={"a": ModeSet(mode=Mode.AUTO, by="y", at=1.0)},
    )
    ledger.save(
        [Write(key=CONTROLS_KEY, document=encode_controls(controls), expected=None, due_at=None, expires_at=None)]
    )
    seen = ward.look()
    assert seen.level("mode by hand", "off for everything") == "warn"
    assert seen.out.count("mode by hand") == 1
    assert "\x1b" not in seen.out
    ledger.save([Write(key=CONTROLS_KEY, document=b"{", expected=1, due_at=None, expires_at=None)])
    assert ward.look().level("ledger", "is malformed") == "FAIL"


def test_a_table_that_is_no_ledger(ward: Ward) -> None:
    """A table of that name with a wrong index is told as such."""
    del ward.tables._instance.tables["ledger"]
    import tablestore  # type: ignore[import-untyped]  # it publishes no types

    keys = (KEY.access_key_id, KEY.access_key_secret)
    client = tablestore.OTSClient(ward.cloud.endpoint, *keys, "sw", sts_token=KEY.security_token)
    meta = tablestore.TableMeta("ledger", [("id", "INTEGER")])
    throughput = tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0))
    client.create_table(meta, tablestore.TableOptions(), throughput)
    assert ward.look().level("ledger", "the table ledger is no ledger") == "FAIL"


def test_the_source(ward: Ward) -> None:
    """Not told: unchecked. The outcomes' own, or none such: failed."""
    assert ward.look(source="").level("log:GetCursorOrData") == "skip"
    assert ward.look(source="sw-doctor/outcomes").level("source", "trigger themselves") == "FAIL"
    assert ward.look(source="sw-doctor/nowhere").level("source", "there is no") == "FAIL"


def test_a_cluster_that_was_told_must_exist(ward: Ward) -> None:
    """One that is there is looked at; one that is not warns, as the call itself was allowed."""
    assert ward.look(cluster="ehpc-hz-typo").level("ehpc:ListJobsWithFilters", "ClusterNotFound") == "warn"
    ward.cloud.world.cluster("ehpc-hz-1")
    assert ward.look(cluster="ehpc-hz-1").level("ehpc:ListJobsWithFilters") == "ok"


@pytest.mark.parametrize(
    ("trigger", "level", "said"),
    [
        (TIMER, "ok", "trigger timer sweep is on"),
        ({**TIMER, "triggerConfig": '{"enable": false}'}, "FAIL", "is switched off"),
        ({"triggerType": "eventbridge", "triggerConfig": '{"triggerEnable": false}'}, "FAIL", "is switched off"),
        ({**LOG, "triggerConfig": '{"sourceConfig": {"logstore": "outcomes"}}'}, "FAIL", "a loop"),
        ({**LOG, "triggerConfig": "no json"}, "ok", "is on"),
        ({**LOG, "triggerConfig": "[]"}, "ok", "is on"),
    ],
)
def test_triggers(ward: Ward, trigger: dict[str, Any], level: str, said: str) -> None:
    """Each trigger of a function that was told is looked at as Function Compute has it."""
    ward.deploy("secondwind-x", triggers=[trigger])
    seen = ward.look(functions=("secondwind-x",), endpoint=ward.cloud.endpoint)
    assert seen.level("function secondwind-x", said) == level


def test_functions_that_are_wrongly_deployed(ward: Ward, tmp_path: Path) -> None:
    """No trigger, SQLite, unusable settings, not deployed: failed. Not allowed to look, not told: unchecked."""
    ward.deploy("no-trigger", triggers=[])
    ward.deploy("secondwind-manual", triggers=[])
    ward.deploy("sqlite", triggers=[TIMER], SECONDWIND_LEDGER_URL=f"sqlite://{tmp_path}/x.db")
    elsewhere = "tablestore://sw/ledger?endpoint=https://sw.cn-hangzhou.vpc.tablestore.aliyuncs.com"
    ward.deploy("watches", triggers=[TIMER], SECONDWIND_LEDGER_URL=elsewhere, SECONDWIND_MODE="observe")
    ward.deploy("unset", triggers=[TIMER], SECONDWIND_OUTCOME_PROJECT="", SECONDWIND_MODE="sesame")
    names = ("no-trigger", "secondwind-manual", "sqlite", "watches", "unset", "nobody")
    seen = ward.look(functions=names, endpoint=ward.cloud.endpoint)
    assert seen.level("function no-trigger", "it has no trigger") == "FAIL"
    assert seen.level("function secondwind-manual", "it has no trigger") == "ok"
    assert seen.level("function sqlite", "SQLite inside Function Compute") == "FAIL"
    assert seen.level("function sqlite", "other than here: SECONDWIND_LEDGER_URL") == "warn"
    assert seen.level("function watches", "SECONDWIND_MODE is observe") == "warn"
    assert "function watches: other than here" not in seen.out
    assert seen.level("function unset", "SECONDWIND_OUTCOME_PROJECT, SECONDWIND_MODE") == "FAIL"
    assert "sesame" not in seen.out
    assert seen.level("function nobody", "FunctionNotFound") == "FAIL"
    ward.fc3.denied.add("GetFunction")
    assert ward.look(functions=("sqlite",), endpoint=ward.cloud.endpoint).level("function sqlite") == "skip"
    assert ward.look(functions=("sqlite",)).level("functions", "unchecked") == "skip"
    assert ward.look().level("functions", "none were told") == "skip"
    gone = f"http://127.0.0.1:{closed_port()}"
    assert ward.look(functions=("sqlite",), endpoint=gone).level("function sqlite", "out of reach") == "FAIL"


def test_a_check_that_crashes_is_a_failed_check(ward: Ward) -> None:
    """Its name and the kind of error are told, its text, which may quote anything, is not; the others go on.

    Whatever else a check says goes out without the key.
    """

    def crash(_subject: Subject) -> Iterator[Finding]:
        yield Finding("half", Level.OK, f"begun with {KEY.access_key_secret}")
        raise RuntimeError("planted-secret-1175 and more")

    out = io.StringIO()
    terms = Terms(environ=ward.environ, checks=(("crash", crash), *CHECKS))
    assert run(Wanted(region="cn-hangzhou"), terms, out, out) == FAILED
    seen = Seen(FAILED, out.getvalue(), "")
    assert seen.level("crash", "the check itself failed: RuntimeError") == "FAIL"
    assert seen.failed == {"crash"}
    assert "and more" not in seen.out
    assert seen.level("half", "begun with ***") == "ok"
    assert "planted" not in seen.out


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"region": ""}, "--region"),
        ({"region": "x.evil.example/"}, "--region"),
        ({"group": "namespace"}, "--group wants"),
        ({"source": "project"}, "--source wants"),
        ({"endpoint": "http://a/b"}, "--endpoint wants"),
        ({"account": "abc"}, "--account"),
    ],
)
def test_what_cannot_be_asked_is_said(ward: Ward, wanted: dict[str, Any], said: str) -> None:
    """Exit status 2, one line on standard error, no call."""
    seen = ward.look(**wanted)
    assert (seen.status, seen.out) == (UNUSABLE, "")
    assert said in seen.err
    assert ward.logs.calls == []


def test_the_command_line(ward: Ward, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`secondwind doctor` takes the environment's settings and its own options."""
    from secondwind.cli import main

    for name, value in ward.environ.items():
        monkeypatch.setenv(name, value)
    ward.deploy("secondwind-sweep", triggers=[TIMER])
    arguments = ["--region", "cn-hangzhou", "--source", "sw-doctor/failures", "--group", "n/g", "--json"]
    compute = ["--function", "secondwind-sweep", "--endpoint", ward.cloud.endpoint]
    assert main(["doctor", *arguments, *compute]) == HEALTHY
    told = json.loads(capsys.readouterr().out)
    assert {one["check"] for one in told["checks"]} >= {"function secondwind-sweep", "log:GetCursorOrData"}
    assert main(["doctor", "--region", "here"]) == UNUSABLE
