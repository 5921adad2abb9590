"""`secondwind setup` where there is something already: what is the owner's stays, what is ours is mended."""

from __future__ import annotations

from typing import Any

import pytest

from secondwind.commands.setup import queries
from secondwind.commands.setup.run import DONE, FAILED, TO_DO
from tests.e2e.account import KEY, LOGSTORE, PROJECT, Account


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
