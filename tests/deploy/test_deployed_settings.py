"""What no variable shows by itself, but every function would stumble over, stops a deployment before it is built."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deploy.serverless import ENVIRONMENT, ROOT
from tools.deploy_check import faults as faults_of_names
from tools.deploy_check import read_defaults
from tools.deployed_settings import Template, faults, main, unread

TEXT = (ROOT / "s.yaml").read_text(encoding="utf-8")
POLICY = "version: 1\nrules:\n  - {name: the-rest, match: {}, action: rerun}\n"
NOTIFY = (
    "notify:\n  channels:\n"
    "    - {name: ops, kind: dingtalk, url: SECONDWIND_NOTIFY_OPS_URL, secret: SECONDWIND_NOTIFY_OPS_SECRET}\n"
)
FURTHER = "    - {name: cfd, kind: feishu, url: SECONDWIND_NOTIFY_CFD_URL}\n"
ROBOT = {"SW_NOTIFY_URL": "https://oapi.dingtalk.com/robot/send?access_token=a", "SW_NOTIFY_SECRET": "SEC1"}
KEYS = '{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}'


def _told(environ: dict[str, str], policy: str = POLICY) -> list[str]:
    return [fault.path for fault in faults(Template(TEXT, {**ENVIRONMENT, **environ}), policy)]


@pytest.mark.parametrize(
    ("environ", "policy"),
    [
        ({}, POLICY),
        ({"SW_CONSOLE_URL": "https://sw.example.com/", "SW_LINK_SECRET": "s" * 40}, POLICY),
        (ROBOT, POLICY + NOTIFY),
    ],
)
def test_what_the_functions_can_use_passes(environ: dict[str, str], policy: str) -> None:
    """The required variables alone, and whole sets of others."""
    assert _told(environ, policy) == []


@pytest.mark.parametrize(
    ("environ", "policy", "named"),
    [
        ({"SW_CONSOLE_JWKS": "{no JSON}", "SW_CONSOLE_AUDIENCE": "sw"}, POLICY, ["SECONDWIND_CONSOLE_JWKS"]),
        ({"SW_CONSOLE_JWKS": '{"keys": []}', "SW_CONSOLE_AUDIENCE": "sw"}, POLICY, ["SECONDWIND_CONSOLE_JWKS"]),
        ({"SW_CONSOLE_JWKS": KEYS, "SW_CONSOLE_AUDIENCE": "sw"}, POLICY, ["SECONDWIND_CONSOLE_JWKS"]),
        ({"SW_CONSOLE_URL": "https://sw.example.com:99999"}, POLICY, ["SECONDWIND_CONSOLE_URL"]),
        ({"SW_REGION": "cn-" + "a" * 40}, POLICY, ["FC_REGION"]),
        ({}, POLICY + NOTIFY, ["SECONDWIND_NOTIFY_OPS_URL", "SECONDWIND_NOTIFY_OPS_SECRET"]),
        ({**ROBOT, "SW_NOTIFY_URL": "https://........"}, POLICY + NOTIFY, ["SECONDWIND_NOTIFY_OPS_URL"]),
        (ROBOT, POLICY + NOTIFY + FURTHER, ["SECONDWIND_NOTIFY_CFD_URL"]),
    ],
)
def test_what_they_could_not_use_is_told_by_name(environ: dict[str, str], policy: str, named: list[str]) -> None:
    """Each of these is of a form that the check of names takes."""
    assert list(faults_of_names(read_defaults(TEXT), {**ENVIRONMENT, **environ})) == []
    assert _told(environ, policy) == named


def test_its_command_names_the_variable_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one that the person sets stands beside the one that the function reads."""
    for name, value in {**ENVIRONMENT, "SW_CONSOLE_JWKS": '{"secret": 1}', "SW_CONSOLE_AUDIENCE": "sw"}.items():
        monkeypatch.setenv(name, value)
    assert main() == 1
    told = capsys.readouterr().err
    assert "SECONDWIND_CONSOLE_JWKS (SW_CONSOLE_JWKS): wants a JSON Web Key Set" in told
    assert '"secret"' not in told
    monkeypatch.delenv("SW_CONSOLE_JWKS")
    assert main() == 0
    monkeypatch.setenv("SW_REGION", "cn-" + "a" * 40)
    assert main() == 1
    assert "FC_REGION (SW_REGION): wants a region id" in capsys.readouterr().err
    monkeypatch.setenv("SW_REGION", "cn_hangzhou")
    assert main() == 1
    assert "SECONDWIND_LEDGER_URL (SW_INSTANCE, SW_TABLE, SW_REGION): wants" in capsys.readouterr().err


def test_a_robot_that_no_channel_names_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever set its address believes that somebody is told; the shipped policy has no channel."""
    assert list(unread(Template(TEXT, {**ENVIRONMENT, **ROBOT}), POLICY + NOTIFY)) == []
    assert list(unread(Template(TEXT, ENVIRONMENT), POLICY)) == []
    for name, value in {**ENVIRONMENT, **ROBOT}.items():
        monkeypatch.setenv(name, value)
    assert main() == 0
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" ")[:2] for line in told] == [["WARNING:", "SW_NOTIFY_URL"], ["WARNING:", "SW_NOTIFY_SECRET"]]


def test_it_fills_the_file_as_the_real_command_does(resolved: dict[str, Any]) -> None:
    """Every function has the environment that is judged here."""
    for one in resolved["resources"].values():
        given = {name: value or "" for name, value in one["props"]["environmentVariables"].items()}
        assert given == Template(TEXT, ENVIRONMENT).environment
