"""`secondwind setup` against the local cloud: what it plans, asks and makes, read back through the official SDKs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.setup import queries, wanted
from secondwind.commands.setup.run import DONE, TO_DO
from secondwind.usage import UNUSABLE
from shared.domain.outcome import Outcome
from shared.systems import SYSTEMS
from tests.e2e.account import LOGSTORE, PROJECT, Account

FIELDS = frozenset({*Outcome.__struct_fields__, *SYSTEMS.places} - {"place"})
"""Of an outcome in the Logstore."""


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
