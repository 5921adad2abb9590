"""The real Serverless Devs command line on s.yaml: verify, deploy, what it leaves behind, and its version."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from shared.doors import DOOR
from tests.deploy.serverless import ENVIRONMENT, PINNED, ROOT, Serverless, is_alive
from tools.bundle_parts import RUNTIMES
from tools.deploy_check import read_defaults


def test_verify_is_green_for_both_runtimes(serverless: Serverless) -> None:
    """`s verify` accepts s.yaml with the required variables alone, and with the other Python."""
    for runtime in RUNTIMES:
        serverless.environment = {**ENVIRONMENT, "SW_RUNTIME": runtime}
        done = serverless.run("verify")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_a_missing_required_variable_stops_at_once(serverless: Serverless, name: str) -> None:
    """Without it even `s verify` fails, and the message names it."""
    serverless.environment = {other: value for other, value in ENVIRONMENT.items() if other != name}
    done = serverless.run("verify")
    assert done.returncode == 1
    assert f"env('{name}') not found" in done.stdout


def test_exactly_these_variables_are_required() -> None:
    """Whatever else s.yaml reads has a default."""
    defaults = read_defaults((ROOT / "s.yaml").read_text(encoding="utf-8"))
    assert {name for name, default in defaults.items() if default is None} == set(ENVIRONMENT)


def test_verify_names_mistakes_that_the_component_lets_pass(serverless: Serverless, tmp_path: Path) -> None:
    """Misspelt and missing properties in functions and triggers make `s verify` red, each by its path."""
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    for right, wrong in (
        ("triggerInterval:", "triggerIntervall:"),
        ("asyncInvocationType: false", "asyncInvocationType: true"),
        ("memorySize: 512", "memorySize: 500"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    serverless.template = tmp_path / "s.yaml"
    serverless.template.write_text(text, encoding="utf-8")
    done = serverless.run("verify")
    assert done.returncode == 1
    assert "log_trigger/props/triggers/0/triggerConfig/jobConfig must NOT have additional properties" in done.stdout
    assert "event_trigger/props/triggers/0/triggerConfig/asyncInvocationType must be equal" in done.stdout
    assert "sweep/props/memorySize must be multiple of 64" in done.stdout


def test_deploy_builds_first_and_once(serverless: Serverless, tmp_path: Path) -> None:
    """`s deploy` runs the check and the build before anything goes out, and then deploys six functions."""
    told = _with_make(serverless, tmp_path, status=0)
    serverless.environment = {**serverless.environment, "SW_RUNTIME": "python3.10"}
    done = serverless.run("deploy", "-y")
    assert done.returncode == 0, done.stdout
    assert told.read_text(encoding="utf-8") == "deploy-check bundle RUNTIME=python3.10 LEDGER=tablestore\n"
    deployed = [json.loads(line) for line in (tmp_path / "deployed").read_text(encoding="utf-8").splitlines()]
    assert [one["functionName"] for one in deployed] == [door.deployed_name for door in DOOR.values()]


def test_a_failed_build_deploys_nothing(serverless: Serverless, tmp_path: Path) -> None:
    """If the check or the build fails, `s deploy` fails, and no function was touched."""
    _with_make(serverless, tmp_path, status=2)
    assert serverless.run("deploy", "-y").returncode != 0
    assert not (tmp_path / "deployed").exists()


def test_nothing_of_the_command_line_lives_on(serverless: Serverless) -> None:
    """Whether a command succeeds, finds a fault or is unknown, `s` starts nothing to live on, and calls nobody."""
    for environment, arguments in ((ENVIRONMENT, ("verify",)), ({}, ("verify",)), (ENVIRONMENT, ("no-such-command",))):
        serverless.environment = environment
        serverless.run(*arguments)
    assert serverless.noted("process") == serverless.noted("network") == serverless.outlived == []


def test_what_would_live_on_is_seen_and_ended(serverless: Serverless) -> None:
    """The test above can fail: with its switches on, `s` starts a process that outlives it. It is ended, by its id."""
    serverless.alone = False
    assert serverless.run("verify").returncode == 0
    started = serverless.noted("process")
    assert any("daemon" in line for line in started)
    assert set(serverless.outlived) <= set(started)
    until = time.monotonic() + 10
    while any(is_alive(int(line.split(" ", 1)[0])) for line in started):
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_command_line_is_pinned_and_names_no_registry() -> None:
    """One version with its hash; where it is fetched from is the machine's matter."""
    texts = [(ROOT / "deploy" / name).read_text(encoding="utf-8") for name in PINNED]
    assert all("http" not in text and "resolved" not in text for text in texts)
    packages = json.loads(texts[1])["packages"]
    wanted = json.loads(texts[0])["devDependencies"]
    assert {name.removeprefix("node_modules/"): one["version"] for name, one in packages.items() if name} == wanted
    assert all(one["integrity"].startswith("sha512-") for name, one in packages.items() if name)


def _with_make(serverless: Serverless, folder: Path, status: int) -> Path:
    """Put a `make` first on the PATH that tells how it was called and ends so."""
    tools, told = folder / "tools", folder / "told"
    tools.mkdir()
    (tools / "make").write_text(f'#!/bin/sh\necho "$@" >> {told}\nexit {status}\n', encoding="utf-8")
    (tools / "make").chmod(0o755)
    serverless.path = f"{tools}:{serverless.path}"
    serverless.environment = {**ENVIRONMENT, "SECONDWIND_STUB_DEPLOYED": str(folder / "deployed")}
    return told


def test_the_tools_are_pinned_wherever_they_are_named() -> None:
    """A newer component or command line may read s.yaml otherwise: one version each, in the file and in the pages."""
    component = json.loads((ROOT / "deploy" / "fc3-stub" / "package.json").read_text(encoding="utf-8"))["version"]
    command_line = json.loads((ROOT / "deploy" / "package.json").read_text(encoding="utf-8"))
    wanted = command_line["devDependencies"]["@serverless-devs/s"]
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    named = re.findall(r"^ +component: (.+)$", text, re.MULTILINE)
    assert set(named) == {f"${{env('FC3_COMPONENT', 'fc3@{component}')}}"}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    found = [
        version
        for page in pages
        for version in re.findall(r"npm install -g @serverless-devs/s(\S*)`?", page.read_text(encoding="utf-8"))
    ]
    assert {version.strip("`,") for version in found} == {f"@{wanted}"}
    assert len(found) >= 2
