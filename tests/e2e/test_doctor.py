"""`secondwind doctor` against the local cloud: healthy, and with each fault made."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.doctor.run import FAILED, HEALTHY
from tests.e2e.doctor_ward import LOG, TIMER, Ward, closed_port, setting


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
        *("schedulerx3:GetJobExecution", "schedulerx3:ListJobExecutions", "schedulerx3:ListScheduleEvent"),
        *("dataworks:GetTaskInstance", "dataworks:ListTaskInstances"),
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


def _package(ward: Ward, policy: str | None) -> None:
    """A package as `make bundle` leaves it, with that policy in it."""
    (ward.policy.parent / "build").mkdir(exist_ok=True)
    with zipfile.ZipFile(ward.policy.parent / "build" / "secondwind-python3.12.zip", "w") as archive:
        archive.writestr("functions/manual/index.py", "")
        if policy is not None:
            archive.writestr("policy.yaml", policy)


def test_the_packaged_policy_is_looked_at(ward: Ward) -> None:
    """Deployed functions read the package's policy, so it must be usable, and the one that lies here."""
    good = ward.policy.read_text()
    assert ward.look().level("packaged policy", "no package here yet") == "skip"
    _package(ward, good)
    assert ward.look().level("packaged policy") == "ok"
    _package(ward, good.replace("rerun", "hold"))
    assert ward.look().level("packaged policy", "changed since") == "warn"
    for broken in ("version: 1\nmode: autoo\nrules: []\n", None):
        _package(ward, broken)
        assert ward.look().failed == {"packaged policy"}
    package = ward.policy.parent / "build" / "secondwind-python3.12.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("policy.yaml", good)
    begin, found, end = package.read_bytes().partition(b"policy.yaml")
    package.write_bytes(begin + found + b"\xff" + end[1:])  # no block of a deflated member begins so
    assert ward.look().level("packaged policy", "cannot be used, or none") == "FAIL"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("\u00e9", "")
        archive.writestr("policy.yaml", good)
    package.write_bytes(package.read_bytes().replace("\u00e9".encode(), b"\xc3\xff"))  # a name of UTF-8 that is none
    assert ward.look().level("packaged policy", "cannot be used, or none") == "FAIL"


def test_a_policy_that_no_function_reads_is_told_from_the_packaged_one(ward: Ward, tmp_path: Path) -> None:
    """SECONDWIND_POLICY_FILE here says nothing of what the functions do."""
    other = tmp_path / "other.yaml"
    other.write_text(ward.policy.read_text().replace("the-rest", "all"))
    ward.environ["SECONDWIND_POLICY_FILE"] = str(other)
    assert ward.look().level("packaged policy", "SECONDWIND_POLICY_FILE") == "warn"
    _package(ward, ward.policy.read_text())
    assert ward.look().level("packaged policy", "SECONDWIND_POLICY_FILE") == "warn"
    ward.policy.write_text("version: 1\nmode: autoo\nrules: []\n")
    assert ward.look().level("packaged policy", "changed since") == "warn"


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
        (nobody_at("SECONDWIND_SLS_ENDPOINT"), "log:GetLogStore", "not answered: ConnectFailed"),
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
