"""s.yaml as the real command line sees it, held against our strict schemas and against the code that it deploys."""

from __future__ import annotations

import copy
import importlib
import json
import re
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.domain.mode import Mode
from shared.doors import DOOR
from shared.settings import read_settings
from shared.settings.ledger_url import TablestoreUrl
from shared.systems import SYSTEMS
from tests.deploy.serverless import ENVIRONMENT, PINNED, ROOT, Serverless, is_alive
from tests.support.jwt import ISSUER
from tools.bundle_parts import RUNTIMES
from tools.deploy_check import read_defaults

SCHEMAS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "deploy/schemas").glob("*.json")}
ENVIRONMENT_BYTES_MAX = 4096
Place = tuple[Any, ...]

CONFIG: Place = ("triggers", 0, "triggerConfig")
RUN: Place = (*CONFIG, "runOptions")
GONE = object()
MUTANTS: list[tuple[str, Place, Any]] = [
    ("log_trigger", ("memorysize",), 512),
    ("log_trigger", ("memorySize",), 500),
    ("log_trigger", ("memorySize",), "512"),
    ("log_trigger", ("timeout",), 0),
    ("log_trigger", ("runtime",), "python3.11"),
    ("log_trigger", ("role",), GONE),
    ("log_trigger", ("role",), "acs:ram::your-account:role/secondwind"),
    ("log_trigger", ("environmentVariables", "SECONDWIND_MODE"), True),
    ("log_trigger", ("environmentVariables", "FC_REGION"), "cn-hangzhou"),
    ("log_trigger", ("environmentVariables", "SECONDWIND_LEDGER_URL"), GONE),
    ("log_trigger", ("instanceLifecycleConfig", "initializer", "handler"), "functions.log_trigger.index.handler"),
    ("log_trigger", ("instanceLifecycleConfig", "initialiser"), {}),
    ("log_trigger", ("logConfig", "logstore"), GONE),
    ("log_trigger", ("asyncInvokeConfig", "destinationConfig", "onFailure"), GONE),
    ("log_trigger", ("asyncInvokeConfig", "maxAsyncRetryAttempts"), 9),
    ("log_trigger", ("asyncInvokeConfig", "maxAsyncEventAgeInSeconds"), 2_592_000),
    ("log_trigger", ("triggers", 0, "triggerType"), "sls"),
    ("log_trigger", ("triggers", 0, "invocationRole"), GONE),
    ("log_trigger", ("triggers", 0, "sourceArn"), "acs:log:cn-hangzhou:1234567890123456:project/sw-logs/logstore/x"),
    ("log_trigger", (*CONFIG, "sourceConfig", "logStore"), "job-failures"),
    ("log_trigger", (*CONFIG, "jobConfig", "maxRetryTime"), "3"),
    ("log_trigger", (*CONFIG, "jobConfig", "maxRetryTime"), 101),
    ("log_trigger", (*CONFIG, "jobConfig", "triggerInterval"), 2),
    ("log_trigger", (*CONFIG, "jobConfig"), GONE),
    ("log_trigger", (*CONFIG, "logConfig"), GONE),
    ("log_trigger", (*CONFIG, "functionParameter"), "{}"),
    ("log_trigger", (*CONFIG, "enable"), GONE),
    ("log_trigger", (*CONFIG, "enabled"), True),
    ("event_trigger", (*CONFIG, "asyncInvocationType"), True),
    ("event_trigger", (*CONFIG, "asyncInvocationType"), GONE),
    ("event_trigger", (*CONFIG, "eventRuleFilterPattern"), {"source": ["acs.ehpc"]}),
    ("event_trigger", (*CONFIG, "eventSourceConfig", "eventSourceType"), "SLS"),
    ("event_trigger", (*CONFIG, "eventSourceConfig", "eventSourceType"), "MNS"),
    ("event_trigger", (*CONFIG, "eventSourceConfig", "eventSourceParameters"), {}),
    ("event_trigger", (*CONFIG, "eventSinkConfig", "deliveryOption", "eventSchema"), "RawData"),
    ("event_trigger", (*RUN, "mode"), "event-streaming"),
    ("event_trigger", (*RUN, "batchWindow"), {"CountBasedWindow": 100, "TimeBasedWindow": 5}),
    ("event_trigger", (*RUN, "errorsTolerance"), "NONE"),
    ("event_trigger", (*RUN, "retryStrategy", "PushRetryStrategy"), "EXPONENTIAL_RETRY"),
    ("event_trigger", (*RUN, "retryStrategy"), GONE),
    ("event_trigger", (*RUN, "deadLetterQueue"), GONE),
    ("event_trigger", (*RUN, "deadLetterQueue", "Arn"), "acs:mns:cn-hangzhou::/queues/dead"),
    ("sweep", (*CONFIG, "cronExpression"), "@every 30s"),
    ("sweep", (*CONFIG, "cronExpression"), "*/5 * * * *"),
    ("sweep", (*CONFIG, "payload"), {}),
    ("sweep", (*CONFIG, "enable"), "true"),
    ("sweep", (*CONFIG, "timezone"), "UTC"),
]
"""Function, place in its properties, and what is there instead. Most pass the component's own schema."""


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


def test_the_queue_trigger_of_the_docs_verifies(serverless: Serverless, tmp_path: Path) -> None:
    """deploy/triggers/queue.yaml fits where it says: with it s.yaml is still green, and its schema is a queue's."""
    lines = (ROOT / "deploy/triggers/queue.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    with_queue = text.replace("\n  manual:\n", "".join(f"        {line}" for line in lines) + "\n  manual:\n", 1)
    assert with_queue != text
    serverless.template = tmp_path / "s.yaml"
    serverless.template.write_text(with_queue, encoding="utf-8")
    keys = json.dumps({"keys": [ISSUER.jwk]}, indent=1)
    serverless.environment = {**ENVIRONMENT, "SW_QUEUE": "failures", "SW_CONSOLE_JWKS": keys}
    done = serverless.run("verify")
    assert done.returncode == 0, done.stdout
    resources = serverless.preview()["resources"]
    # JSON of many lines, as providers publish it, comes through the command's own templates as it was.
    assert resources["console"]["props"]["environmentVariables"]["SECONDWIND_CONSOLE_JWKS"] == keys
    triggers = resources["event_trigger"]["props"]["triggers"]
    assert [one["triggerConfig"]["runOptions"]["mode"] for one in triggers] == [
        "event-driven",
        "event-driven",
        "event-streaming",
    ]


def test_every_function_satisfies_our_schemas(resolved: dict[str, Any]) -> None:
    """What is deployed is complete and has nothing else, for functions and for each type of trigger."""
    assert set(resolved["resources"]) == set(DOOR)
    for name in DOOR:
        _judge(resolved["resources"][name]["props"])
    for name, door in DOOR.items():
        types = [one["triggerType"] for one in resolved["resources"][name]["props"]["triggers"]]
        assert set(types) == ({door.started_by} if door.started_by else set())


@pytest.mark.parametrize(("name", "place", "value"), MUTANTS)
def test_a_mutant_fails_our_schemas(resolved: dict[str, Any], name: str, place: Place, value: Any) -> None:
    """Each mistake is found; the place exists, or is one that a typing error makes."""
    props = copy.deepcopy(resolved["resources"][name]["props"])
    parent: Any = props
    for step in place[:-1]:
        parent = parent[step]
    if value is GONE:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        _judge(props)


def test_handlers_exist_and_the_bundle_is_the_one_that_is_built(resolved: dict[str, Any]) -> None:
    """Handler and initializer of each function can be imported, its name is its own, the archive is `make bundle`'s."""
    names = set()
    for name in DOOR:
        props = resolved["resources"][name]["props"]
        names.add(props["functionName"])
        assert props["functionName"] == DOOR[name].deployed_name
        assert props["description"] == DOOR[name].says
        assert props["handler"] == DOOR[name].handler
        for path in (props["handler"], props["instanceLifecycleConfig"]["initializer"]["handler"]):
            module, _, attribute = path.rpartition(".")
            assert module == f"functions.{name}.index"
            assert callable(getattr(importlib.import_module(module), attribute))
        assert props["code"] == f"./build/secondwind-{props['runtime']}.zip"
    assert len(names) == len(DOOR)


def test_events_of_every_job_system_are_let_through(resolved: dict[str, Any]) -> None:
    """The rule's pattern names the systems that there are: of another one no event would reach the function."""
    triggers = resolved["resources"]["event_trigger"]["props"]["triggers"]
    patterns = [json.loads(trigger["triggerConfig"]["eventRuleFilterPattern"]) for trigger in triggers]
    assert patterns[0] == {"data": {"system": list(SYSTEMS.names)}}
    assert patterns[1] == {"type": [{"prefix": "none:"}]}


def test_the_functions_accept_their_environment(resolved: dict[str, Any]) -> None:
    """The settings that s.yaml makes are good ones, observe by default, keep within 4 KB, and name no key."""
    for name in DOOR:
        environment = resolved["resources"][name]["props"]["environmentVariables"]
        settings = read_settings(environment, "cn-hangzhou")
        assert settings.mode is Mode.OBSERVE
        assert isinstance(settings.ledger, TablestoreUrl)
        assert (settings.ledger.instance, settings.ledger.table) == ("sw-ledger", "ledger")
        assert settings.ledger.endpoint.url == "https://sw-ledger.cn-hangzhou.vpc.tablestore.aliyuncs.com"
        assert sum(len(f"{key}={value}") for key, value in environment.items()) < ENVIRONMENT_BYTES_MAX
        assert "KEY" not in "".join(environment)


def test_triggers_cannot_feed_themselves_or_outrun_the_platform(resolved: dict[str, Any]) -> None:
    """Source and outcomes differ; EventBridge waits five minutes; a sweep ends before the next one begins."""
    functions = {name: resolved["resources"][name]["props"] for name in DOOR}
    (log_trigger,) = functions["log_trigger"]["triggers"]
    outcomes = functions["log_trigger"]["environmentVariables"]["SECONDWIND_OUTCOME_LOGSTORE"]
    assert log_trigger["triggerConfig"]["sourceConfig"]["logstore"] != outcomes
    assert functions["event_trigger"]["timeout"] <= 300
    (timer,) = functions["sweep"]["triggers"]
    minutes = timer["triggerConfig"]["cronExpression"].removeprefix("@every ").removesuffix("m")
    assert functions["sweep"]["timeout"] < 60 * int(minutes)


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


def _judge(props: dict[str, Any]) -> None:
    jsonschema.validate(props, SCHEMAS["function"], cls=jsonschema.Draft7Validator)
    for trigger in props["triggers"]:
        schema = SCHEMAS[f"trigger-{trigger['triggerType']}"]
        jsonschema.validate(trigger, schema, cls=jsonschema.Draft7Validator)


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
