"""What there ought to be, as plain data: made from names alone, the same each time.

Shapes: index, dashboard and chart https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-struct-dashboard,
alert rule https://www.alibabacloud.com/help/en/sls/developer-reference/data-structure-of-an-alert-monitoring-rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from secondwind.commands.setup import queries
from shared.domain.outcome import Outcome
from shared.systems import SYSTEMS

Json = dict[str, Any]

TTL_DAYS = 180
"""Kept long enough to look back on a half-year; an existing Logstore's is left alone."""
LOGS_TTL_DAYS = 30
"""The other Logstores': a trigger reads what is new, and logs are for looking into a fault."""
LONG_FIELDS = frozenset({"attempt", "max_attempts"})
"""Outcome fields that are numbers; every other one is text, `at` too: RFC 3339 in UTC sorts as text."""
TOKENS = [
    ",",
    " ",
    "'",
    '"',
    ";",
    "=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "?",
    "@",
    "&",
    "<",
    ">",
    "/",
    ":",
    "\n",
    "\t",
    "\r",
]
"""Where a text field is cut into words; not at `.`, `-` and `_`, which are inside job ids."""
DASHBOARD = "secondwind"
_WEEK = "-604800s"
_COLUMNS = 2
_WIDTH, _HEIGHT = 5, 5
_CRITICAL, _HIGH, _MEDIUM = 10, 8, 6
"""Severities of alert rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePlace:
    """Names that the account's owner chose."""

    project: str
    logstore: str
    region: str
    function_logs: str = ""
    """Logstore of the same project that has the functions' own logs; empty: not told."""
    sweep_function: str = "secondwind-sweep"


def index_keys() -> dict[str, Json]:
    """Every outcome field, with SQL (`doc_value`) switched on."""
    text: Json = {"type": "text", "token": TOKENS, "caseSensitive": False, "doc_value": True, "chn": False}
    number: Json = {"type": "long", "doc_value": True}
    own = [name for name in Outcome.__struct_fields__ if name != "place"]
    return {name: dict(number if name in LONG_FIELDS else text) for name in (*own, *SYSTEMS.places)}


def index_line() -> Json:
    """The full-text index, for words without a field."""
    return {"token": TOKENS, "caseSensitive": False, "chn": False}


def saved_searches(place: OutcomePlace) -> list[Json]:
    """In the order in which they are made."""
    return [
        {
            "savedsearchName": name,
            "displayName": shown,
            "logstore": place.logstore,
            "topic": "",
            "searchQuery": query,
        }
        for name, shown, query in queries.SEARCHES
    ]


_CHARTS: tuple[tuple[str, str, str, list[str], list[str]], ...] = (
    # title, type, query, x axis, y axis
    ("Healed without a human, % (ineligible failures aside)", "number", queries.HEALED, [], ["healed_percent"]),
    (
        "Seconds from a failure's first outcome to its rerun (not from the failure itself)",
        "table",
        queries.TIME_TO_RERUN,
        [],
        [],
    ),
    ("Outcomes by verdict", "pie", queries.BY_VERDICT, ["of_verdict"], ["outcomes"]),
    ("Outcomes by reason", "bar", queries.BY_REASON, ["of_reason"], ["outcomes"]),
    ("Outcomes by cluster or group", "bar", queries.BY_CLUSTER, ["of_cluster"], ["outcomes"]),
    ("Outcomes by rule", "bar", queries.BY_RULE, ["of_rule"], ["outcomes"]),
    ("Unclassified: no rule matched, or not understood", "table", queries.UNCLASSIFIED, [], []),
    ("Breakers", "table", queries.BREAKERS, [], []),
    ("Open failures", "table", queries.OPEN_NOW, [], []),
)


def dashboard(place: OutcomePlace) -> Json:
    """The dashboard with its charts, two in a row. A chart is known by its title."""
    charts = [
        {
            "title": title,
            "type": kind,
            "search": {"logstore": place.logstore, "topic": "", "query": query, "start": _WEEK, "end": "now"},
            "display": {
                "xAxis": x_axis,
                "yAxis": y_axis,
                "xPos": number % _COLUMNS * _WIDTH,
                "yPos": number // _COLUMNS * _HEIGHT,
                "width": _WIDTH,
                "height": _HEIGHT,
                "displayName": title,
            },
        }
        for number, (title, kind, query, x_axis, y_axis) in enumerate(_CHARTS)
    ]
    return {"dashboardName": DASHBOARD, "displayName": "Second Wind", "description": "", "charts": charts}


def alerts(place: OutcomePlace) -> list[Json]:
    """The alert rules. Where they are sent is the owner's: each has the built-in policy until that is changed."""
    rules = [
        _alert(place, "breaker-open", "a breaker is open", queries.ALERT_BREAKER, "open_breakers > 0", span="-24h"),
        _alert(
            place,
            "unknown-10-minutes",
            "a result has been unknown for 10 minutes",
            queries.ALERT_UNKNOWN,
            "unknown_failures > 0",
            span="-24h",
        ),
        _alert(place, "refused", "a rerun was refused", queries.ALERT_REFUSED, "refused_failures > 0", span="-15m"),
        _alert(
            place,
            "credentials-refused",
            "the function's key is refused",
            queries.ALERT_CREDENTIALS,
            "keyless_failures > 0",
            span="-15m",
            severity=_CRITICAL,
        ),
        _alert(
            place,
            "invalid-rate",
            "many announcements are not understood",
            queries.ALERT_INVALID,
            "invalid_percent > 10 && outcomes >= 20",
            span="-1h",
            severity=_MEDIUM,
        ),
        _alert(
            place,
            "sweep-not-running",
            "open failures wait and nothing sweeps",
            queries.ALERT_UNSWEPT,
            "unswept_failures > 0",
            span="-24h",
            severity=_CRITICAL,
        ),
    ]
    if place.function_logs:
        silent = _alert(
            place,
            "sweep-silent",
            "the sweep function has not run for 30 minutes",
            queries.alert_sweep_silent(place.sweep_function),
            "sweeps < 1",
            span="-30m",
            severity=_CRITICAL,
            store=place.function_logs,
        )
        silent["configuration"] |= {"noDataFire": True, "noDataSeverity": _CRITICAL}
        rules.append(silent)
    return rules


def _alert(
    place: OutcomePlace,
    name: str,
    shown: str,
    query: str,
    condition: str,
    *,
    span: str,
    severity: int = _HIGH,
    store: str = "",
) -> Json:
    asked = {
        "storeType": "log",
        "region": place.region,
        "project": place.project,
        "store": store or place.logstore,
        "query": query,
        "timeSpanType": "Relative",
        "start": span,
        "end": "now",
        "powerSqlMode": "auto",
    }
    return {
        "name": f"secondwind-{name}",
        "displayName": f"Second Wind: {shown}",
        "description": "",
        "type": "Alert",
        "state": "Enabled",
        "schedule": {"type": "FixedRate", "interval": "5m"},
        "configuration": {
            "version": "2.0",
            "type": "default",
            "dashboard": DASHBOARD,
            "queryList": [asked],
            "groupConfiguration": {"type": "no_group", "fields": []},
            "joinConfigurations": [],
            "severityConfigurations": [
                {"severity": severity, "evalCondition": {"condition": condition, "countCondition": ""}}
            ],
            "labels": [],
            "annotations": [{"key": "title", "value": f"Second Wind: {shown}"}],
            "autoAnnotation": True,
            "sendResolved": True,
            "threshold": 1,
            "noDataFire": False,
            "noDataSeverity": _MEDIUM,
            "policyConfiguration": {
                "alertPolicyId": "sls.builtin.dynamic",
                "actionPolicyId": "sls.builtin",
                "repeatInterval": "1h",
                "useDefault": False,
            },
        },
    }
