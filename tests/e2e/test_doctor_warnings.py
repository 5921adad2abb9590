"""`secondwind doctor`: what works and should be known, what is deployed, and what cannot be asked."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.doctor import local
from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.commands.doctor.run import CHECKS, FAILED, HEALTHY, DoctorRequest, DoctorTerms, run
from secondwind.usage import UNUSABLE
from tests.e2e.doctor_ward import KEY, LOG, TIMER, Seen, Ward, closed_port, setting


@pytest.mark.parametrize(
    ("fault", "check", "said"),
    [
        (lambda ward: ward.policy.write_text("version: 1\nmode: observe\nrules: []\n"), "mode", "observe"),
        (setting("SECONDWIND_MODE", "off"), "mode", "the kill switch is on"),
        (lambda ward: ward.policy.write_text("version: 1\nrules: []\n"), "sources", "none are listed"),
        (
            lambda ward: ward.policy.write_text("version: 1\nregions: [cn-hangzhou, cn-shanghai]\nrules: []\n"),
            "regions",
            "SECONDWIND_SCHEDULERX_ENDPOINT is set: it serves cn-hangzhou alone, failures told for cn-shanghai are",
        ),
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


def test_what_goes_out_unencrypted_is_told(ward: Ward) -> None:
    """Refused it is a failure of the settings; allowed, a warning that names the setting and shows no value."""
    ward.environ["SECONDWIND_LEDGER_URL"] = "redis://:hush@192.0.2.1:6399"
    seen = ward.look()
    assert seen.level("settings", "SECONDWIND_LEDGER_URL is unencrypted") == "FAIL"
    ward.environ["SECONDWIND_PLAINTEXT"] = "allow"
    out = io.StringIO()
    terms = DoctorTerms(environ=ward.environ, checks=(("plaintext", local.plaintext),))
    assert run(DoctorRequest(region="cn-hangzhou"), terms, out, io.StringIO()) == HEALTHY
    (line,) = [line for line in out.getvalue().splitlines() if "plaintext" in line]
    assert "warn" in line
    assert "SECONDWIND_LEDGER_URL" in line
    assert "hush" not in seen.out + out.getvalue()


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
    from shared.documents import encode
    from shared.domain.keys import CONTROLS_KEY
    from shared.domain.mode import Controls, Mode, ModeSet
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
    ledger.save([Write(key=CONTROLS_KEY, document=encode(controls), expected=None, due_at=None, expires_at=None)])
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
    terms = DoctorTerms(environ=ward.environ, checks=(("crash", crash), *CHECKS))
    assert run(DoctorRequest(region="cn-hangzhou"), terms, out, out) == FAILED
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
        ({"places": {"schedulerx": "namespace"}}, "--group wants"),
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


def test_what_discover_names_is_looked_for(ward: Ward) -> None:
    """Names that nothing bears and groups that no API shows are told; what is there is counted."""
    schedulerx = ward.cloud[Schedulerx]
    schedulerx.group("ns", "a.group")
    schedulerx.group("ns", "b.basic").basic = True
    ward.cloud[Ehpc].cluster("ehpc-real")
    ward.policy.write_text(
        "version: 1\ndiscover:\n"
        "  schedulerx: [{namespace: ns, groups: [a.group, b.basic, gone.group, 'z*']}]\n"
        "  ehpc: [{clusters: ['ehpc-*', ehpc-wrong], nodes: {}}]\n"
    )
    seen = ward.look()
    assert seen.level("discover schedulerx 1", "nothing is named gone.group there") == "warn"
    assert seen.level("discover schedulerx 1", "nothing is named z* there") == "warn"
    assert seen.level("discover schedulerx 1", "b.basic is of the Basic edition") == "warn"
    assert seen.level("discover ehpc 0", "nothing is named ehpc-wrong there") == "warn"
    assert seen.level("discover ehpc 0", "2 looked through") == "ok"
    denied = Fault("ListGroups", FaultKind.ERROR_BEFORE_EFFECT, times=None, status=403, code="NoPermission")
    ward.cloud.faults.add(denied)
    assert ward.look().level("discover schedulerx 1", "cannot be listed: NoPermission") == "FAIL"


def test_a_place_elsewhere_is_out_of_a_fixed_endpoints_reach(ward: Ward) -> None:
    """Its host would list other clusters under that region's name: it is not asked, and the setting is named."""
    ward.cloud[Ehpc].cluster("ehpc-real")
    ward.policy.write_text(
        "version: 1\nregions: [cn-beijing]\n"
        "discover: {ehpc: [{clusters: ['ehpc-*'], region: cn-beijing, nodes: {}}, {clusters: ['ehpc-*'], nodes: {}}]}\n"
    )
    seen = ward.look()
    said = "SECONDWIND_EHPC_ENDPOINT serves cn-hangzhou alone, not cn-beijing"
    assert seen.level("discover ehpc 0", said) == "FAIL"
    assert seen.level("discover ehpc 1", "1 looked through") == "ok"
