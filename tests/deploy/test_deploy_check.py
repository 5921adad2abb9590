"""What s.yaml takes from the environment is checked before anything is built, and told at once."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.deploy.serverless import ENVIRONMENT, ROOT
from tools.deploy_check import VARIABLES, faults, read_defaults

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
        ("SW_ACCOUNT", "my-account"),
        ("SW_RUNTIME", "python3.11"),
        ("SW_PROJECT", "Logs"),
        ("SW_SOURCE_PROJECT", "x"),
        ("SW_INSTANCE", "sw/ledger"),
        ("SW_TABLE", "led-ger"),
        ("SW_ROLE", "acs:ram::1234567890123456:role/secondwind"),
        ("SW_MODE", "automatic"),
    ],
)
def test_what_cannot_be_right_is_told_without_its_value(name: str, value: str) -> None:
    """A value of the wrong form is one fault, by name, and is not repeated."""
    (told,) = faults(DEFAULTS, {**ENVIRONMENT, name: value})
    assert told.startswith(f"{name} cannot be right: ")
    assert f" {value}" not in told


def test_outcomes_as_source_are_refused() -> None:
    """A trigger on the outcome Logstore would feed itself; the same name in another project would not."""
    (told,) = faults(DEFAULTS, {**ENVIRONMENT, "SW_SOURCE": "outcomes"})
    assert "SW_SOURCE is the outcome Logstore" in told
    assert not list(faults(DEFAULTS, {**ENVIRONMENT, "SW_SOURCE": "outcomes", "SW_SOURCE_PROJECT": "jobs"}))


def test_the_command_fails_with_every_line() -> None:
    """It needs the standard library alone, prints to standard error, and its status stops `s deploy`."""
    command = [sys.executable, "-S", "-m", "tools.deploy_check"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("is missing") == len(ENVIRONMENT)
    assert subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=False).returncode == 0
