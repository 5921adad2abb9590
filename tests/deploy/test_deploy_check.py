"""What s.yaml takes from the environment is checked before anything is built, and told at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.deploy.serverless import ENVIRONMENT, ROOT
from tools.deploy_check import VARIABLES, faults, misnamed, misspelt, read_defaults, resolve

DEFAULTS = read_defaults((ROOT / "s.yaml").read_text(encoding="utf-8"))


def test_every_variable_of_s_yaml_is_known() -> None:
    """The table has what s.yaml reads, and nothing that it does not; the check's own pattern misses none."""
    assert set(DEFAULTS) == set(VARIABLES)
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    mentioned = {part.split("'")[0] for part in text.split("env('")[1:]} - {"FC3_COMPONENT"}
    assert mentioned == set(DEFAULTS)


def test_a_good_environment_has_no_fault() -> None:
    """The required variables alone are enough."""
    assert list(faults(DEFAULTS, ENVIRONMENT)) == []


def test_all_that_is_missing_is_told_at_once() -> None:
    """One run names every required variable, and says what each is; an empty one is missing as well."""
    told = list(faults(DEFAULTS, {"SW_REGION": ""}))
    assert [line.split(" ")[0] for line in told] == list(ENVIRONMENT)
    assert all("is missing: " in line for line in told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SW_REGION", "hangzhou"),
        ("SW_REGION", "cn-hangzhou\n"),
        ("SW_REGION", "cn-hangzhou-"),
        ("SW_ACCOUNT", "my-account"),
        ("SW_RUNTIME", "python3.11"),
        ("SW_PROJECT", "Logs"),
        ("SW_PROJECT", "logs-"),
        ("SW_PROJECT", "xy"),
        ("SW_PROJECT", "l" * 64),
        ("SW_PROJECT", "sw_logs"),
        ("SW_SOURCE_PROJECT", "x"),
        ("SW_SOURCE", "jf"),
        ("SW_SOURCE", "_failures"),
        ("SW_OUTCOMES", "oc"),
        ("SW_FUNCTION_LOGS", "Function-Logs"),
        ("SW_TRIGGER_LOGS", "l" * 64),
        ("SW_INSTANCE", "sw/ledger"),
        ("SW_INSTANCE", "sw"),
        ("SW_INSTANCE", "my-ots"),
        ("SW_INSTANCE", "a-name-of-17-char"),
        ("SW_TABLE", "1ledger"),
        ("SW_TABLE", "led-ger"),
        ("SW_ROLE", "acs:ram::1234567890123456:role/secondwind"),
        ("SW_ROLE", "second_wind"),
        ("SW_TRIGGER_ROLE", "AliyunLogETLRole"),
        ("SW_TRIGGER_ROLE", "r" * 65),
        ("SW_DEAD_LETTERS", "-dead"),
        ("SW_DEAD_LETTERS", "q" * 121),
        ("SW_ACCOUNT", "12345"),
        ("SW_MODE", "automatic"),
        ("SW_TIME_ZONE", "Asia/Shangai"),
        ("SW_TIME_ZONE", "Europe"),
        ("SW_TIME_ZONE", "posix/Asia/Shanghai"),
        ("SW_TIME_ZONE", "asia/shanghai"),
        ("SW_MACHINE_EVENTS", "ecs:Instanc:"),
        ("SW_MACHINE_EVENTS", "ecs:Disk:"),
        ("SW_DISCOVER_EVERY", "2m"),
        ("SW_DISCOVER_EVERY", "5min"),
        ("SW_DISCOVER_EVERY", "03m"),
    ],
)
def test_what_cannot_be_right_is_told_without_its_value(name: str, value: str) -> None:
    """A value of the wrong form is one fault, by name, and is not repeated."""
    (told,) = faults(DEFAULTS, {**ENVIRONMENT, name: value})
    assert told.startswith(f"{name} cannot be right: ")
    assert f" {value}" not in told


@pytest.mark.parametrize("name", sorted(VARIABLES))
@pytest.mark.parametrize("value", ["$SOURCE", "${SOURCE}", "$", "$SW_PROJECT"])
def test_a_dollar_sign_is_a_fault_that_says_what_happened(name: str, value: str) -> None:
    """No variable takes one, whatever stands behind it; the other variables are judged all the same."""
    found = [line for line in faults(DEFAULTS, {**ENVIRONMENT, name: value}) if line.startswith(f"{name} cannot")]
    assert len(found) == 1
    assert "it has a $ in it" in found[0]
    assert "single quotes" in found[0]


def test_a_default_that_is_another_variable_is_that_ones_value() -> None:
    """And a value that only looks like a reference is taken as it is."""
    assert resolve(DEFAULTS, ENVIRONMENT)["SW_SOURCE_PROJECT"] == ENVIRONMENT["SW_PROJECT"]
    assert resolve(DEFAULTS, {**ENVIRONMENT, "SW_SOURCE": "$SW_PROJECT"})["SW_SOURCE"] == "$SW_PROJECT"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SW_PROJECT", "abc"),
        ("SW_PROJECT", "p" * 63),
        ("SW_SOURCE", "jf1"),
        ("SW_SOURCE", "job_failures"),
        ("SW_INSTANCE", "payments"),
        ("SW_INSTANCE", "i" * 16),
        ("SW_TABLE", "t"),
        ("SW_ROLE", "r"),
        ("SW_ROLE", "second-wind.1"),
        ("SW_DEAD_LETTERS", "Q" * 120),
        ("SW_REGION", "ap-southeast-1"),
        ("SW_REGION", "cn-zhangjiakou-na61-d01"),
        ("SW_TIME_ZONE", "America/Argentina/Buenos_Aires"),
        ("SW_TIME_ZONE", "UTC"),
        ("SW_MACHINE_EVENTS", "none:"),
        ("SW_MACHINE_EVENTS", "ecs:Instance:"),
        ("SW_MACHINE_EVENTS", "ecs:Instance:SystemFailure."),
        ("SW_DISCOVER_EVERY", "3m"),
        ("SW_DISCOVER_EVERY", "10m"),
        ("SW_DISCOVER_EVERY", "1h"),
        ("SW_CONSOLE_JWKS", '{\n  "keys": [{"kty": "RSA"}]\n}\n'),
    ],
)
def test_names_at_the_edge_of_a_rule_are_taken(name: str, value: str) -> None:
    """The shortest and the longest, and what only looks forbidden."""
    assert list(faults(DEFAULTS, {**ENVIRONMENT, name: value})) == []


@pytest.mark.parametrize("name", ["2nd-wind", "-manual", "f" * 65, "second wind", "$NAME"])
def test_functions_are_named_as_function_compute_takes_it(name: str) -> None:
    """Who renames one in s.yaml is told, without its name."""
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    assert not list(misnamed(text))
    (told,) = misnamed(text.replace("functionName: secondwind-manual", f"functionName: {name}"))
    assert "function 3" in told
    assert name not in told.replace("function 3", "")


@pytest.mark.parametrize("name", ["SW_OUTCOMES", "SW_FUNCTION_LOGS", "SW_TRIGGER_LOGS"])
def test_what_the_functions_cause_is_no_source(name: str) -> None:
    """A trigger on a Logstore that its runs are written to would feed itself; one of another project would not."""
    own = resolve(DEFAULTS, ENVIRONMENT)[name]
    for given in ({"SW_SOURCE": own}, {name: "job-failures"}, {name: "jf1", "SW_SOURCE": "jf1"}):
        (told,) = faults(DEFAULTS, {**ENVIRONMENT, **given})
        assert "SW_SOURCE is the same Logstore as" in told
        assert name in told
        assert not list(faults(DEFAULTS, {**ENVIRONMENT, **given, "SW_SOURCE_PROJECT": "jobs"}))


@pytest.mark.parametrize("name", ["SW_FUNCTION_LOGS", "SW_TRIGGER_LOGS"])
def test_outcomes_have_a_logstore_of_their_own(name: str) -> None:
    """What is read back as outcomes is nothing else, and goes when they go; the two others may share one."""
    (told,) = faults(DEFAULTS, {**ENVIRONMENT, name: "outcomes"})
    assert told.startswith(f"{name} is the outcome Logstore")
    assert not list(faults(DEFAULTS, {**ENVIRONMENT, "SW_FUNCTION_LOGS": "own-logs", "SW_TRIGGER_LOGS": "own-logs"}))


@pytest.mark.parametrize(
    ("name", "others", "said"),
    [
        ("SW_SOURCE", ("SW_OUTCOMES", "SW_FUNCTION_LOGS"), "SW_FUNCTION_LOGS is the outcome Logstore"),
        ("SW_OUTCOMES", ("SW_SOURCE", "SW_TRIGGER_LOGS"), "SW_SOURCE is the same Logstore as SW_TRIGGER_LOGS"),
        ("SW_FUNCTION_LOGS", ("SW_SOURCE", "SW_OUTCOMES"), "SW_SOURCE is the same Logstore as SW_OUTCOMES"),
        ("SW_TRIGGER_LOGS", ("SW_FUNCTION_LOGS", "SW_OUTCOMES"), "SW_FUNCTION_LOGS is the outcome Logstore"),
    ],
)
def test_a_logstore_may_stand_in_s_yaml_itself(name: str, others: tuple[str, str], said: str) -> None:
    """The variable is then read by nobody; the others are still compared."""
    own = {other: default for other, default in DEFAULTS.items() if other != name}
    assert not list(faults(own, ENVIRONMENT))
    (told,) = faults(own, {**ENVIRONMENT, **dict.fromkeys(others, "one-log")})
    assert told.startswith(said)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("SW_MODEE", "SW_MODE"),
        ("sw_mode", "SW_MODE"),
        ("SW_SORCE", "SW_SOURCE"),
        ("SW_OTHER", ""),
        ("SW_QUEUE", ""),
        ("SWIFT_MODE", ""),
    ],
)
def test_a_variable_that_is_nearly_one_of_ours_is_told(name: str, meant: str) -> None:
    """`SW_MODEE=off` would switch nothing off: the default held, and nobody was told. What is no slip is left alone."""
    told = list(misspelt(DEFAULTS, {**ENVIRONMENT, name: "off"}))
    assert told == ([f"{name} is read by nobody: did you mean {meant}?"] if meant else [])


def test_what_is_pasted_into_s_yaml_is_judged_as_well() -> None:
    """The queue of `deploy/triggers`, and the line of a further channel, as docs/deploy.md and docs/people.md ask."""
    queue = (ROOT / "deploy" / "triggers" / "queue.yaml").read_text(encoding="utf-8")
    robot = "SECONDWIND_NOTIFY_CFD2_URL: ${env('SW_NOTIFY_CFD2_URL', '')}\n"
    pasted = read_defaults((ROOT / "s.yaml").read_text(encoding="utf-8") + queue + robot)
    assert [line[:20] for line in faults(pasted, ENVIRONMENT)] == ["SW_QUEUE is missing:"]
    given = {
        **ENVIRONMENT,
        "SW_QUEUE": "told-1",
        "SW_NOTIFY_CFD2_URL": "https://open.feishu.cn/open-apis/bot/v2/hook/x",
    }
    assert not list(faults(pasted, given))
    assert not list(misspelt(pasted, given))
    for wrong in ({"SW_QUEUE": "told_1"}, {"SW_NOTIFY_CFD2_URL": "$CFD"}, {"SW_NOTIFY_CFD2_URL": " https://x"}):
        (told,) = faults(pasted, {**given, **wrong})
        assert told.startswith(f"{next(iter(wrong))} cannot be right: ")


def test_the_command_fails_with_every_line() -> None:
    """It needs the standard library alone, prints to standard error, and its status stops `s deploy`."""
    command = [sys.executable, "-S", "-m", "tools.deploy_check"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("is missing") == len(ENVIRONMENT)
    assert subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False).returncode == 0
    slip = {**ENVIRONMENT, "SW_MODEE": "off"}
    assert subprocess.run(command, cwd=ROOT, env=slip, capture_output=True, check=False).returncode == 1
