"""`secondwind setup` against the local cloud, read back through the official SDKs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.sls.service import LogService
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential
from secondwind.commands.setup import queries, wanted
from secondwind.commands.setup.run import DONE, FAILED, TO_DO, SetupRequest, SetupTerms, run
from secondwind.usage import UNUSABLE
from shared.domain.outcome import Outcome
from shared.systems import SYSTEMS
from tests.support.sdk import Sdk

FIELDS = frozenset({*Outcome.__struct_fields__, *SYSTEMS.places} - {"place"})
"""Of an outcome in the Logstore."""
KEY = Credential("planted-id-5512", "planted-secret-9017", "planted-token-3348")
PROJECT, LOGSTORE = "sw-setup", "outcomes"
WRITES = re.compile("Create|Update|Delete|Put")


@dataclass
class Account:
    """An account on loopback with nothing in it."""

    logs: LogService
    tables: Tablestore
    endpoint: str
    environ: dict[str, str]
    pauses: list[float] = field(default_factory=list)

    def setup(self, *, yes: bool = False, ask: Callable[[str], bool] | None = None, **options: Any) -> tuple[int, str]:
        """Run the command; status and everything that it wrote."""
        out = io.StringIO()
        terms = SetupTerms(environ=self.environ, ask=ask, sleep=self.pauses.append)
        status = run(SetupRequest(region="cn-hangzhou", yes=yes, **options), terms, out, out)
        return status, out.getvalue()

    def client(self) -> Any:
        """The official Log Service SDK."""
        from aliyun.log import LogClient

        client: Sdk = LogClient(
            self.endpoint, KEY.access_key_id, KEY.access_key_secret, securityToken=KEY.security_token, source="test"
        )
        client._isRowIp = True
        return client

    def written(self) -> list[str]:
        """Operations that changed something, or tried to."""
        return [call.operation for call in self.logs.calls if WRITES.match(call.operation)]


@pytest.fixture
def account() -> Iterator[Account]:
    """Log Service and Tablestore at one port."""
    logs = LogService(SystemClock(), [KEY])
    tables = Tablestore(SystemClock(), [KEY], instance="sw")
    with HttpServer() as server:
        server.mount(tables.serves, tables)
        server.mount(logs.serves, logs)
        endpoint = f"http://127.0.0.1:{server.port}"
        environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": KEY.security_token,
            "SECONDWIND_SLS_ENDPOINT": endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": LOGSTORE,
            "SECONDWIND_LEDGER_URL": f"tablestore://sw/ledger?endpoint={endpoint}",
        }
        yield Account(logs, tables, endpoint, environ)
    assert list(server.errors) == []


def test_without_yes_it_only_shows(account: Account) -> None:
    """Everything is listed as missing, nothing is written, and exit status 3 says that there is something to do."""
    status, said = account.setup()
    assert status == TO_DO
    assert f"project {PROJECT}: create" in said
    assert "Tablestore table sw/ledger, two indexes: create" in said
    assert "+ long, for SQL: attempt, max_attempts" in said
    assert "nothing to do" not in said
    assert account.written() == []
    assert account.tables.count("CreateTable") == 0


def test_a_person_is_asked_where_one_is(account: Account) -> None:
    """A no does nothing, a yes does it, and the question comes after the plan."""
    asked: list[str] = []

    def no(question: str) -> bool:
        asked.append(question)
        return False

    assert account.setup(ask=no)[0] == TO_DO
    assert (account.written(), len(asked)) == ([], 1)
    assert account.setup(ask=lambda _: True)[0] == DONE
    assert account.written() != []


def test_a_second_run_changes_nothing(account: Account) -> None:
    """After one `--yes` the next run finds nothing to do and sends no write, to Log Service or to Tablestore."""
    assert account.setup(yes=True, function_logs="function-logs")[0] == DONE
    account.logs.calls.clear()
    account.tables.calls.clear()
    for yes in (False, True):
        status, said = account.setup(yes=yes, function_logs="function-logs")
        assert status == DONE
        assert said.endswith("nothing to do\n")
        assert ": create" not in said
    assert account.written() == []
    assert {call.operation for call in account.tables.calls} == {"DescribeTable"}


def test_what_was_made_reads_back_through_the_sdk(account: Account) -> None:
    """Project, Logstore, index with every outcome field, searches, dashboard and alerts, as the SDK reads them."""
    assert account.setup(yes=True)[0] == DONE
    client = account.client()
    assert client.get_project(PROJECT).get_status() == "Normal"
    assert client.get_logstore(PROJECT, LOGSTORE).get_ttl() == wanted.TTL_DAYS
    keys = client.get_index_config(PROJECT, LOGSTORE).get_index_config().key_config_list
    assert set(keys) == set(FIELDS)
    assert all(key.doc_value for key in keys.values())
    assert {name for name, key in keys.items() if key.index_type == "long"} == {"attempt", "max_attempts"}
    searches = client.list_savedsearch(PROJECT)
    assert searches.get_total() == len(queries.SEARCHES)
    dashboard = client.get_dashboard(PROJECT, "secondwind").get_entity()
    titles = [chart["title"] for chart in dashboard["charts"]]
    assert len(titles) == len(set(titles)) >= 8
    for word in ("without a human", "verdict", "reason", "cluster", "rule", "rerun", "Unclassified", "Breakers"):
        assert any(word in title for title in titles)
    for name in (
        "breaker-open",
        "unknown-10-minutes",
        "refused",
        "credentials-refused",
        "invalid-rate",
        "sweep-not-running",
    ):
        rule = client.get_alert(PROJECT, f"secondwind-{name}").get_entity()
        assert (rule["type"], rule["state"]) == ("Alert", "Enabled")
        assert rule["configuration"]["queryList"][0]["store"] == LOGSTORE
    assert account.tables.count("CreateTable") == 1


def enriched(account: Account) -> dict[str, Any]:
    """An account in which the owner added and tuned things of every kind; what there is then."""
    assert account.setup(yes=True)[0] == DONE
    project = account.logs._projects[PROJECT]
    index = project.logstores[LOGSTORE].index
    assert index is not None
    index["keys"]["team"] = {"type": "text", "token": [","], "doc_value": False, "alias": "crew"}
    index["keys"]["job_id"]["token"] = ["."]
    index["max_text_len"] = 4096
    dashboard = project.entities["Dashboard"]["secondwind"]
    dashboard["charts"].insert(0, {"title": "My chart", "type": "table", "search": {"query": "* | select 1"}})
    dashboard["charts"][1]["display"]["xPos"] = 77
    dashboard["charts"][1]["search"]["start"] = "-1h"
    dashboard["attribute"] = {"theme": "dark"}
    alert = project.entities["Job"]["secondwind-refused"]
    alert["state"] = "Disabled"
    alert["configuration"]["policyConfiguration"]["actionPolicyId"] = "our-phones"
    alert["configuration"]["severityConfigurations"][0]["evalCondition"]["condition"] = "refused_failures > 5"
    return {"index": index, "dashboard": dashboard, "alert": alert}


def test_what_the_owner_added_or_tuned_is_left_alone(account: Account) -> None:
    """Further fields, charts, thresholds, policies, a rule switched off: nothing to do, and additions are named."""
    enriched(account)
    status, said = account.setup(yes=True)
    assert status == DONE
    assert said.endswith("nothing to do\n")
    assert "left alone: field team" in said
    assert "left alone: chart My chart" in said


def test_what_is_ours_is_mended_and_nothing_else_touched(account: Account) -> None:
    """A missing field, SQL off, a wrong type, changed queries, a chart gone: told and mended; the rest stays."""
    there = enriched(account)
    keys = there["index"]["keys"]
    del keys["rule"]
    keys["verdict"] |= {"doc_value": False, "token": ["-"]}
    keys["attempt"] = {"type": "text", "token": [","], "doc_value": True}
    charts = there["dashboard"]["charts"]
    charts[2]["search"]["query"] = "* | select nothing"
    gone = charts.pop()
    there["alert"]["configuration"]["queryList"][0]["query"] = "verdict: nobody"
    status, said = account.setup()
    assert status == TO_DO
    for line in (
        "+ text, for SQL: rule",
        "~ verdict: SQL switched on",
        "~ attempt: text → long",
        f"~ chart {charts[2]['title']}: query: * | select nothing → ",
        f"+ chart {gone['title']}",
        "~ query: verdict: nobody → verdict: refused",
    ):
        assert line in said
    assert account.setup(yes=True)[0] == DONE
    client = account.client()
    index = client.get_index_config(PROJECT, LOGSTORE).get_body()
    assert index["keys"]["team"] == {"type": "text", "token": [","], "doc_value": False, "alias": "crew"}
    assert (index["keys"]["job_id"]["token"], index["max_text_len"]) == (["."], 4096)
    assert (index["keys"]["verdict"]["doc_value"], index["keys"]["attempt"]["type"]) == (True, "long")
    assert index["keys"]["verdict"]["token"] == ["-"]
    dashboard = client.get_dashboard(PROJECT, "secondwind").get_entity()
    assert dashboard["charts"][0]["title"] == "My chart"
    assert dashboard["charts"][1]["display"]["xPos"] == 77
    assert dashboard["charts"][1]["search"]["start"] == "-1h"
    assert dashboard["charts"][-1]["title"] == gone["title"]
    assert dashboard["attribute"] == {"theme": "dark"}
    alert = client.get_alert(PROJECT, "secondwind-refused").get_entity()
    assert alert["state"] == "Disabled"
    assert alert["configuration"]["policyConfiguration"]["actionPolicyId"] == "our-phones"
    assert alert["configuration"]["severityConfigurations"][0]["evalCondition"]["condition"] == "refused_failures > 5"
    assert alert["configuration"]["queryList"][0]["query"] == queries.ALERT_REFUSED
    assert account.setup()[0] == DONE


@pytest.mark.parametrize("garbage", [{}, {"charts": None}, {"charts": [7, {"display": 3, "search": 4}, {"title": 5}]}])
def test_a_dashboard_of_any_shape_is_completed(account: Account, garbage: dict[str, Any]) -> None:
    """Whatever the service holds under our name, our charts come in and a second run has nothing to do."""
    assert account.setup(yes=True)[0] == DONE
    account.logs._projects[PROJECT].entities["Dashboard"]["secondwind"] = {"dashboardName": "secondwind", **garbage}
    assert account.setup(yes=True)[0] == DONE
    assert account.setup()[0] == DONE


def test_a_project_that_is_not_there_at_once_is_waited_for(account: Account) -> None:
    """Right after CreateProject its Logstore may be refused with ProjectNotExist, likewise its index: again, later."""
    for operation, code in (("CreateLogStore", "ProjectNotExist"), ("CreateIndex", "LogStoreNotExist")):
        account.logs.faults.add(Fault(operation, FaultKind.ERROR_BEFORE_EFFECT, times=2, status=404, code=code))
    assert account.setup(yes=True)[0] == DONE
    assert len(account.pauses) == 4
    assert account.setup()[0] == DONE


def test_for_programs_it_is_one_object(account: Account) -> None:
    """The plan and what came of it, with the exit status, before and after it was done."""
    for yes, status in ((False, 3), (True, 0), (False, 0)):
        done, out = account.setup(yes=yes, as_json=True)
        told = json.loads(out)
        assert (done, told["exit_status"], told["schema"]) == (status, status, "secondwind-setup/1")
        assert any(step["action"] == "create" for step in told["steps"]) == (yes or status == 3)


def test_what_cannot_be_done_stops_there_and_can_be_repeated(account: Account) -> None:
    """A refused write is exit status 1 with code and advice; the next run goes on from there."""
    account.logs.faults.add(Fault("CreateDashboard", FaultKind.ERROR_BEFORE_EFFECT, status=401, code="Unauthorized"))
    status, said = account.setup(yes=True)
    assert status == FAILED
    assert "dashboard secondwind: not done: Unauthorized (the key may not do this" in said
    assert account.written()[-1] == "CreateDashboard"
    assert account.setup(yes=True)[0] == DONE
    assert account.setup()[0] == DONE


def test_what_cannot_be_read_is_not_written(account: Account) -> None:
    """A read that fails is no absence: exit status 1, and nothing is made on such a plan."""
    account.logs.faults.add(Fault("GetIndex", FaultKind.ERROR_BEFORE_EFFECT, times=None, status=403, code="Denied"))
    status, said = account.setup(yes=True)
    assert status == FAILED
    assert f"index of {LOGSTORE}: cannot be read: Denied" in said
    assert account.written() == []


def test_a_table_that_is_no_ledger_is_left_alone(account: Account) -> None:
    """A table of that name with another key stops the plan before anything is written."""
    import tablestore  # type: ignore[import-untyped]  # it publishes no types

    client = tablestore.OTSClient(
        account.endpoint, KEY.access_key_id, KEY.access_key_secret, "sw", sts_token=KEY.security_token
    )
    client.create_table(
        tablestore.TableMeta("ledger", [("id", "INTEGER")]),
        tablestore.TableOptions(),
        tablestore.ReservedThroughput(tablestore.CapacityUnit(0, 0)),
    )
    status, said = account.setup(yes=True)
    assert status == FAILED
    assert "the table ledger is no ledger" in said
    assert account.written() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "planted-other-secret"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "planted-unknown-id"),
        ("SECONDWIND_LEDGER_URL", "redis://user:planted-password@127.0.0.1"),
        ("SECONDWIND_LEDGER_URL", "redis://user:planted-password@127.0.0.1/x/y"),
        ("SECONDWIND_OUTCOME_PROJECT", "planted_Project"),
    ],
)
def test_no_secret_and_no_bad_setting_is_shown(
    account: Account, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    """Whatever goes wrong, neither key nor token nor password nor a bad setting's value is in the output or the log."""
    account.environ[name] = value
    with caplog.at_level("DEBUG"):
        _, said = account.setup(yes=True)
    assert "planted" not in said
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "missing in the environment: ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("SECONDWIND_OUTCOME_PROJECT", "SECONDWIND_OUTCOME_PROJECT: is required"),
    ],
)
def test_what_is_missing_is_named(account: Account, gone: str, said: str) -> None:
    """Exit status 2 before any call."""
    del account.environ[gone]
    status, text = account.setup(yes=True)
    assert status == UNUSABLE
    assert said in text
    assert account.logs.calls == []


def test_the_command_line(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`secondwind setup` takes the environment's settings; without a terminal and `--yes` it only shows."""
    from secondwind.cli import main

    for name, value in account.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("FC_REGION", raising=False)
    assert main(["setup"]) == UNUSABLE
    monkeypatch.setenv("FC_REGION", "cn-hangzhou")
    assert main(["setup"]) == TO_DO
    assert main(["setup", "--yes", "--function-logs", "fc-logs", "--sweep-function", "my-sweep"]) == DONE
    capsys.readouterr()
    assert main(["setup", "--function-logs", "fc-logs"]) == TO_DO
    assert "my-sweep" in capsys.readouterr().out
    rule = account.client().get_alert(PROJECT, "secondwind-sweep-silent").get_entity()
    assert rule["configuration"]["queryList"][0]["store"] == "fc-logs"
    assert rule["configuration"]["noDataFire"] is True


@pytest.mark.parametrize("name", ['a" or "b', "a b", "-" * 65, "|"])
def test_a_name_cannot_change_a_query(account: Account, name: str) -> None:
    """What is no name of a function or Logstore is refused before any call."""
    for option in ("function_logs", "sweep_function"):
        options: dict[str, Any] = {option: name}
        status, said = account.setup(**options)
        assert status == UNUSABLE
        assert "wants a name" in said
    assert account.logs.calls == []


def test_setup_says_who_is_told(account: Account, tmp_path: Path) -> None:
    """Of each channel of the policy what it is told of; of the alerts that they tell nobody by themselves."""
    file = tmp_path / "policy.yaml"
    file.write_text(
        "version: 1\nnotify:\n  channels:\n    - {name: ops, kind: wecom, url: SECONDWIND_NOTIFY_U}\n"
        "    - {name: cfd, kind: feishu, url: SECONDWIND_NOTIFY_V}\n"
        "  routes:\n    - {to: [ops]}\n    - {to: [cfd], what: [held]}\n",
        encoding="utf-8",
    )
    account.environ["SECONDWIND_POLICY_FILE"] = str(file)
    _, said = account.setup()
    assert "channel ops (wecom) is told of: held, breaker_opened, unknown, node_suspect, discovery_blind\n" in said
    assert "channel cfd (feishu) is told of: held\n" in said
    assert "tell nobody until you choose an action policy" in said
