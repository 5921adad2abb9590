"""s.yaml as the real command line resolves it, held against our strict schemas and the code that it deploys."""

from __future__ import annotations

import copy
import importlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from shared.domain.mode import Mode
from shared.doors import DOOR
from shared.settings import read_settings
from shared.settings.ledger_url import TablestoreUrl
from shared.systems import SYSTEMS
from tests.deploy.serverless import ENVIRONMENT, ROOT, Serverless
from tests.support.jwt import ISSUER

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


def _judge(props: dict[str, Any]) -> None:
    jsonschema.validate(props, SCHEMAS["function"], cls=jsonschema.Draft7Validator)
    for trigger in props["triggers"]:
        schema = SCHEMAS[f"trigger-{trigger['triggerType']}"]
        jsonschema.validate(trigger, schema, cls=jsonschema.Draft7Validator)
