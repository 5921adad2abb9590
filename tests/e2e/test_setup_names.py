"""Every identifier in a query of `secondwind setup` that is neither SQL nor named by the query is an outcome field."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from secondwind.commands.setup import wanted
from shared.domain.outcome import Outcome
from shared.systems import SYSTEMS

FIELDS = frozenset({*Outcome.__struct_fields__, *SYSTEMS.places} - {"place"})
"""Of an outcome in the Logstore."""
_WORDS = frozenset(
    {"select", "from", "where", "group", "by", "order", "limit", "as", "and", "or", "not", "in", "is", "null", "log"}
    | {"case", "when", "then", "else", "end", "distinct", "desc", "asc"}
)


def unknown_names(query: str, fields: Mapping[str, object] | frozenset[str]) -> set[str]:
    """Identifiers of a query that are no field, no alias, no function and no word of SQL."""
    search, _, sql = query.partition("|")
    asked = set(re.findall(r"([A-Za-z_]\w*)\s*:", re.sub(r'"[^"]*"', "", search)))
    sql = re.sub(r"'[^']*'", "''", sql)
    names = set(re.findall(r"[A-Za-z_]\w*(?!\w|\s*\()", sql.replace('"', " ")))
    aliases = set(re.findall(r"\bAS\s+(\w+)", sql))
    return {name for name in (asked | names) - aliases if name.lower() not in _WORDS} - set(fields)


def all_queries() -> list[str]:
    """Every query of the wanted resources."""
    place = wanted.OutcomePlace(project="p", logstore="l", region="cn-hangzhou", function_logs="f")
    charts = [chart["search"]["query"] for chart in wanted.dashboard(place)["charts"]]
    alerts = [rule["configuration"]["queryList"][0]["query"] for rule in wanted.alerts(place)]
    return charts + alerts + [one["searchQuery"] for one in wanted.saved_searches(place)]


@pytest.mark.parametrize("query", all_queries())
def test_queries_name_outcome_fields_only(query: str) -> None:
    """A field that the outcome record does not have is found in no query; brackets and quotes are balanced."""
    assert unknown_names(query, frozenset(FIELDS)) == set()
    assert query.count("(") == query.count(")")
    assert query.count('"') % 2 == query.count("'") % 2 == 0


@pytest.mark.parametrize("gone", ["verdict", "at", "failure_id", "cluster_id", "trigger", "rule"])
def test_a_renamed_field_would_be_found(gone: str) -> None:
    """The test above can fail: without one of the fields some query is at fault, and names it."""
    left = frozenset(FIELDS) - {gone}
    assert gone in set().union(*(unknown_names(query, left) for query in all_queries()))


def test_conditions_name_what_their_query_gives() -> None:
    """Each alert's condition is about columns that its own query makes."""
    place = wanted.OutcomePlace(project="p", logstore="l", region="cn-hangzhou", function_logs="f")
    for rule in wanted.alerts(place):
        made = set(re.findall(r"\bAS\s+(\w+)", rule["configuration"]["queryList"][0]["query"]))
        for one in rule["configuration"]["severityConfigurations"]:
            assert set(re.findall(r"[A-Za-z_]\w*", one["evalCondition"]["condition"])) <= made
