"""The Logstores that s.yaml expects beside the outcomes': `secondwind setup` makes them, under the names of s.yaml."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.clock import SystemClock
from localcloud.sls.service import LogService
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential
from secondwind.commands.setup import logstores
from secondwind.commands.setup.logstores import deployment_of
from secondwind.commands.setup.run import DONE, TO_DO, SetupRequest, SetupTerms, run
from secondwind.usage import UNUSABLE
from shared.settings import read_settings
from tools.deploy_check import read_defaults, resolve

KEY = Credential("planted-id-5512", "planted-secret-9017", "planted-token-3348")
S_YAML = (Path(__file__).parents[2] / "s.yaml").read_text(encoding="utf-8")
DEPLOYED = {"SW_PROJECT": "sw-logs"}
FURTHER = ["job-failures", "function-logs", "trigger-logs"]


class Account:
    """A Log Service on loopback with nothing in it."""

    def __init__(self, logs: LogService, endpoint: str) -> None:
        self.logs = logs
        self.environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": KEY.security_token,
            "SECONDWIND_SLS_ENDPOINT": endpoint,
            "SECONDWIND_OUTCOME_PROJECT": "sw-logs",
            "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
            "SECONDWIND_LEDGER_URL": "sqlite:///nowhere.db",
        }

    def setup(self, environ: dict[str, str], **options: Any) -> tuple[int, str]:
        """Run the command with these variables more; status and everything that it wrote."""
        out = io.StringIO()
        terms = SetupTerms(environ={**self.environ, **environ}, sleep=lambda _: None)
        return run(SetupRequest(region="cn-hangzhou", **options), terms, out, out), out.getvalue()

    def there(self, project: str = "sw-logs") -> dict[str, Any]:
        """Logstores by name, as the service holds them."""
        held = self.logs._projects.get(project)
        return dict(held.logstores) if held else {}

    def writes(self) -> list[str]:
        """Operations that changed something, or tried to."""
        return [call.operation for call in self.logs.calls if re.match("Create|Update|Delete|Put", call.operation)]


@pytest.fixture
def account() -> Iterator[Account]:
    """Log Service alone."""
    logs = LogService(SystemClock(), [KEY])
    with HttpServer() as server:
        server.mount(logs.serves, logs)
        yield Account(logs, f"http://127.0.0.1:{server.port}")
    assert list(server.errors) == []


def test_without_a_flag_and_a_variable_only_the_outcomes(account: Account) -> None:
    """Nobody who does not deploy by s.yaml gets a Logstore more; an empty variable asks for nothing."""
    assert account.setup({"SW_PROJECT": "", "SW_SOURCE": " "}, yes=True)[0] == DONE
    assert sorted(account.there()) == ["outcomes"]


def test_the_functions_logs_are_there_before_an_alert_looks_at_them(account: Account) -> None:
    """A misspelt Logstore is seen before it is made; an alert on one that is not there would be silent for ever."""
    status, said = account.setup({}, function_logs="function-log")
    assert status == TO_DO
    assert said.index("/function-log, kept 30 days: create") < said.index("alert secondwind-sweep-silent")
    assert account.setup({}, function_logs="function-log", yes=True)[0] == DONE
    assert sorted(account.there()) == ["function-log", "outcomes"]


@pytest.mark.parametrize(("environ", "asked"), [(DEPLOYED, False), ({}, True), ({"SW_SOURCE": "job-failures"}, False)])
def test_a_flag_or_a_variable_of_s_yaml_asks_for_all(account: Account, environ: dict[str, str], *, asked: bool) -> None:
    """All three are planned and made, once; the failures without an index, both kinds of logs searchable."""
    status, said = account.setup(environ, logstores=asked)
    assert status == TO_DO
    assert account.writes() == []
    for name in FURTHER:
        assert f"Logstore sw-logs/{name}, kept 30 days: create" in said
    assert account.setup(environ, logstores=asked, yes=True)[0] == DONE
    there = account.there()
    assert sorted(there) == sorted(["outcomes", *FURTHER])
    assert there["job-failures"].index is None
    assert all(there[name].index["line"]["token"] for name in FURTHER[1:])
    rule = account.logs._projects["sw-logs"].entities["Job"]["secondwind-sweep-silent"]
    assert rule["configuration"]["queryList"][0]["store"] == "function-logs"
    account.logs.calls.clear()
    status, said = account.setup(environ, logstores=asked, yes=True)
    assert (status, account.writes()) == (DONE, [])
    assert said.endswith("nothing to do\n")


def test_names_and_another_project(account: Account) -> None:
    """Each name is the variable's, `--function-logs` before it; a source project of its own is made as well."""
    environ = {"SW_SOURCE_PROJECT": "jobs-logs", "SW_SOURCE": "told", "SW_TRIGGER_LOGS": "t-logs"}
    environ["SW_FUNCTION_LOGS"] = "f-logs"
    assert account.setup(environ, yes=True)[0] == DONE
    assert sorted(account.there()) == ["f-logs", "outcomes", "t-logs"]
    assert sorted(account.there("jobs-logs")) == ["told"]
    assert account.setup(environ, yes=True, function_logs="mine")[0] == DONE
    assert "mine" in account.there()


def test_what_is_there_is_left_as_it_is(account: Account) -> None:
    """Retention, shards, and an index of whatever kind are their owner's: nothing is written to any of them."""
    for name in FURTHER:
        account.logs.create_logstore("sw-logs", name, shards=3)
    there = account.there()
    for one in there.values():
        one.index = {"keys": {"team": {"type": "long", "doc_value": True}}}
    before = {name: repr(one) for name, one in there.items()}
    assert account.setup(DEPLOYED, yes=True)[0] == DONE
    assert {name: repr(account.there()[name]) for name in FURTHER} == before


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SW_SOURCE": "outcomes"}, "SW_SOURCE"),
        ({"SW_SOURCE": "function-logs"}, "SW_SOURCE"),
        ({"SW_SOURCE": "trigger-logs"}, "SW_SOURCE"),
        ({"SW_SOURCE": "planted/..", "SW_PROJECT": "sw-logs"}, "SW_SOURCE"),
        ({"SW_SOURCE_PROJECT": "planted.evil.example/"}, "SW_SOURCE_PROJECT"),
        ({"SW_TRIGGER_LOGS": "planted logs"}, "SW_TRIGGER_LOGS"),
        ({"SW_PROJECT": "planted-other"}, "SW_PROJECT"),
        ({"SW_OUTCOMES": "planted-other"}, "SW_OUTCOMES"),
    ],
)
def test_names_that_cannot_be_right_stop_it(account: Account, environ: dict[str, str], named: str) -> None:
    """Before any call, by the variable and without its value: no name, a loop, settings of another deployment."""
    status, said = account.setup(environ, yes=True)
    assert (status, account.logs.calls) == (UNUSABLE, [])
    assert said.startswith(named)
    assert "planted" not in said


# s.yaml: what each place of it takes its name from.

_VARIABLES = yaml.safe_load(S_YAML)["vars"]
_FUNCTION = yaml.safe_load(S_YAML)["resources"]["log_trigger"]["props"]


def variable_behind(text: str) -> str:
    """The SW_… variable that `${vars.NAME}` is made of."""
    found = re.fullmatch(r"(?:.*/)?\$\{vars\.(\w+)\}", text)
    assert found, text
    asked = re.match(r"\$\{env\('(SW_\w+)'", _VARIABLES[found[1]])
    assert asked, text
    return asked[1]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SW_SOURCE": "told", "SW_SOURCE_PROJECT": "jobs-logs"},
        {"SW_FUNCTION_LOGS": "f-logs", "SW_TRIGGER_LOGS": "t-logs"},
    ],
)
def test_s_yaml_and_setup_mean_the_same_logstores(environ: dict[str, str]) -> None:
    """For any of its variables, what s.yaml's function and trigger name is what setup makes, project and Logstore."""
    environ = {**DEPLOYED, **environ}
    values = resolve(read_defaults(S_YAML), environ)
    (trigger,) = _FUNCTION["triggers"]
    config = trigger["triggerConfig"]
    settings = read_settings(
        {
            "SECONDWIND_OUTCOME_PROJECT": "sw-logs",
            "SECONDWIND_OUTCOME_LOGSTORE": values["SW_OUTCOMES"],
            "SECONDWIND_LEDGER_URL": "sqlite:///nowhere.db",
        },
        "cn-hangzhou",
    )
    made = deployment_of(environ, settings, asked=False)
    assert made is not None
    for one, project, name in (
        (made.source, trigger["sourceArn"], config["sourceConfig"]["logstore"]),
        (made.function_logs, _FUNCTION["logConfig"]["project"], _FUNCTION["logConfig"]["logstore"]),
        (made.trigger_logs, config["logConfig"]["project"], config["logConfig"]["logstore"]),
    ):
        assert one.project == values[variable_behind(project)]
        assert one.name == values[variable_behind(name)]


def test_defaults_are_those_of_s_yaml() -> None:
    """A default that is changed in one of the two fails here."""
    defaults = read_defaults(S_YAML)
    assert {name: defaults[name] for name in logstores.DEFAULTS} == dict(logstores.DEFAULTS)
    assert defaults[logstores.SOURCE_PROJECT] == f"${logstores.PROJECT}"
