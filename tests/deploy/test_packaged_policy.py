"""What goes into the package as the policy has been checked and tested before."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.serverless import ENVIRONMENT, ROOT
from tools.packaged_policy import judged

POLICY = "version: 1\nmode: {mode}\nrules:\n  - {{name: the-rest, match: {{}}, action: rerun}}\n"
TEST = "version: 1\ntests:\n  - {name: a hung job, failure: {message: it hangs}, expect: {verdict: VERDICT}}\n"


def _written(folder: Path, policy: str, tests: str | None) -> Path:
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    if tests is not None:
        (folder / "policy.tests.yaml").write_text(tests, encoding="utf-8")
    return folder


def test_the_shipped_policy_is_fit() -> None:
    """With a summary of check and test, and no line a test."""
    fit, said = judged(ROOT)
    assert fit, said
    assert "0 failed" in said
    assert len(said.splitlines()) < 5


def test_a_policy_that_passes_its_tests_is_fit(tmp_path: Path) -> None:
    """As is, with its tests beside it."""
    fit, said = judged(_written(tmp_path, POLICY.format(mode="auto"), TEST.replace("VERDICT", "rerun")))
    assert fit, said


@pytest.mark.parametrize(
    ("policy", "tests", "told"),
    [
        (POLICY.format(mode="autoo"), TEST.replace("VERDICT", "rerun"), "$.mode"),
        ("rules: [", TEST.replace("VERDICT", "rerun"), "policy.yaml:"),
        (POLICY.format(mode="auto"), TEST.replace("VERDICT", "held"), "FAIL  "),
        (POLICY.format(mode="observe"), TEST.replace("VERDICT", "rerun"), "FAIL  "),
        (POLICY.format(mode="auto"), "tests: 7\n", "policy.tests.yaml:"),
        (POLICY.format(mode="auto"), None, "policy.tests.yaml: cannot be read"),
    ],
)
def test_what_check_or_test_would_not_pass_is_not_fit(
    tmp_path: Path, policy: str, tests: str | None, told: str
) -> None:
    """Faults of the policy, of its tests, tests that fail and tests that are not there: all stop the package."""
    fit, said = judged(_written(tmp_path, policy, tests))
    assert not fit
    assert told in said


def test_make_deploy_check_judges_variables_policy_and_settings(tmp_path: Path) -> None:
    """A broken policy, or what no function can use, fails `make deploy-check` though each variable looks right."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("this machine has no make")
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    for name in ("Makefile", "s.yaml", "secondwind", "shared", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    good, bad = POLICY.format(mode="auto"), POLICY.format(mode="autoo")
    keys = {"SW_CONSOLE_JWKS": '{"keys": []}', "SW_CONSOLE_AUDIENCE": "sw"}
    for text, more, told in ((good, {}, ""), (bad, {}, "$.mode"), (good, keys, "SECONDWIND_CONSOLE_JWKS")):
        _written(tmp_path, text, TEST.replace("VERDICT", "rerun"))
        command = [make, "-o", "setup", "deploy-check"]
        path = {"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=tmp_path, env={**path, **ENVIRONMENT, **more}, capture_output=True, text=True, check=False
        )
        assert (done.returncode, told in done.stderr) == (2 if told else 0, True), done.stderr
