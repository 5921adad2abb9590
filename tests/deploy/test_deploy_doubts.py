"""What may be right and was hardly meant: `make deploy-check` says it, and lets the deployment go on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.deploy.serverless import ENVIRONMENT, ROOT
from tools.deploy_check import read_defaults, resolve
from tools.deploy_doubts import doubts

TEXT = (ROOT / "s.yaml").read_text(encoding="utf-8")


def _told(**environ: str) -> list[str]:
    given = {**ENVIRONMENT, **environ}
    return list(doubts(TEXT, resolve(read_defaults(TEXT), given), given))


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SW_MACHINE_EVENTS": "none:"},
        {"SW_MACHINE_EVENTS": "ecs:Instance:"},
        {"SW_MACHINE_EVENTS": "ecs:Instance:System"},
        {"SW_MACHINE_EVENTS": "ecs:Instance:SystemFailure.Reboot"},
        {"SECONDWIND_MODE": "observe"},
        {"SECONDWIND_MODE": "auto", "SW_MODE": "auto"},
        {"SECONDWIND_MODE": ""},
        {"FC_REGION": ENVIRONMENT["SW_REGION"], "FC_ACCOUNT_ID": ENVIRONMENT["SW_ACCOUNT"]},
        {"SECONDWIND_LEDGER_URL": "tablestore://i/t?endpoint=https://i.cn-hangzhou.ots.aliyuncs.com"},
        {"SWIFT": "x"},
    ],
)
def test_what_was_meant_is_not_doubted(environ: dict[str, str]) -> None:
    """The defaults, prefixes of what is read, and the same value under both names."""
    assert _told(**environ) == []


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SW_REGION": "cn-hanghzou"}, "SW_REGION is no region that is known here (did you mean cn-hangzhou?)"),
        ({"SW_MACHINE_EVENTS": "ecs:Instance:SistemFailure"}, "SW_MACHINE_EVENTS begins no type that is read"),
        ({"SW_DISCOVER": "5m"}, "SW_DISCOVER is read by nobody"),
        ({"SECONDWIND_MODE": "off"}, "SECONDWIND_MODE is set to something else than SW_MODE"),
        ({"SECONDWIND_MODE": "off", "SW_MODE": "auto"}, "SECONDWIND_MODE is set to something else than SW_MODE"),
        ({"SECONDWIND_NOTIFY_OPS_URL": "https://x"}, "SECONDWIND_NOTIFY_OPS_URL is set to something else than SW_NOTI"),
        ({"FC_REGION": "cn-beijing"}, "FC_REGION is set to something else than SW_REGION"),
        ({"FC_ACCOUNT_ID": "9" * 16}, "FC_ACCOUNT_ID is set to something else than SW_ACCOUNT"),
        ({"SECONDWIND_OUTCOME_PROJECT": "others"}, "SECONDWIND_OUTCOME_PROJECT is set to something else than SW_PROJ"),
    ],
)
def test_what_was_hardly_meant_is(environ: dict[str, str], said: str) -> None:
    """`SECONDWIND_MODE=off s deploy` would switch nothing off: the functions get what SW_MODE says."""
    (told,) = _told(**environ)
    assert told.startswith(said)


def test_doubts_are_said_and_stop_nothing() -> None:
    """The standard library is enough for them; a fault hides them, for it is to be mended first."""
    command = [sys.executable, "-S", "-m", "tools.deploy_check"]
    slip = {**ENVIRONMENT, "SW_REGION": "cn-hanghzou"}
    done = subprocess.run(command, cwd=ROOT, env=slip, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("WARNING: SW_REGION")) == (0, 1)
    wrong = {**slip, "SW_MODE": "on"}
    done = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, check=False)
    assert (done.returncode, "WARNING" in done.stderr) == (1, False)
