"""Compares what is there with what is wanted: what to write so that ours is right and all else stays as it is.

Ours in an index are the outcome fields' type and SQL switch; in a saved search its query; in a dashboard the charts
with our titles, and of those the query; in an alert rule its query. Everything else in them belongs to the account's
owner: further fields and charts, positions, time ranges, thresholds, severities, policies, whether a rule is on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from secondwind.commands.setup.wanted import Json, index_keys, index_line

UPDATABLE = (
    "line",
    "keys",
    "all_keys",
    "log_reduce",
    "log_reduce_white_list",
    "log_reduce_black_list",
    "max_text_len",
    "scan_index",
)
"""Members of an index that UpdateIndex takes; the others of GetIndex are the service's own."""


class SetupAction(Enum):
    """What a step does."""

    CREATE = "create"
    CHANGE = "change"
    NOTHING = "nothing to do"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One resource's step. `detail` is what to write; nothing for NOTHING."""

    action: SetupAction
    detail: Json = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    """What is added (`+`) and changed (`~`), for a person; names in it may be a stranger's."""
    left_alone: tuple[str, ...] = ()
    """What others added."""


def plain(found: Json | None, wanted: Json) -> Difference:
    """For what is made once and never changed: a project, a Logstore, a table."""
    return (
        Difference(action=SetupAction.CREATE, detail=wanted)
        if found is None
        else Difference(action=SetupAction.NOTHING)
    )


def index(found: Json | None) -> Difference:
    """The outcome fields, beside whatever else is indexed."""
    wanted = index_keys()
    if found is None:
        return Difference(
            action=SetupAction.CREATE,
            detail={"line": index_line(), "keys": wanted},
            lines=tuple(_added(wanted)),
        )
    there = _object(found.get("keys"))
    keys, lines = dict(there), _added({name: key for name, key in wanted.items() if not _object(there.get(name))})
    for name, key in wanted.items():
        known = _object(there.get(name))
        kind = known.get("type", "text" if known else "")
        if not known:
            keys[name] = key
        elif kind != key["type"]:
            keys[name] = key
            lines.append(f"~ {name}: {kind} → {key['type']}; logs that are there already stay as they are")
        elif known.get("doc_value") is not True:
            keys[name] = {**known, "doc_value": True}
            lines.append(f"~ {name}: SQL switched on")
    return _changed(
        {name: found[name] for name in UPDATABLE if name in found} | {"keys": keys},
        lines,
        sorted(f"field {name}" for name in there if name not in wanted),
    )


def _added(keys: Json) -> list[str]:
    """One line a type."""
    types = sorted({key["type"] for key in keys.values()})
    return [
        f"+ {kind}, for SQL: {', '.join(name for name, key in keys.items() if key['type'] == kind)}" for kind in types
    ]


def saved_search(found: Json | None, wanted: Json) -> Difference:
    """Its query and Logstore."""
    if found is None:
        return Difference(action=SetupAction.CREATE, detail=wanted, lines=(f"+ {wanted['searchQuery']}",))
    detail, lines = _taken_over(found, wanted, ("searchQuery", "logstore"))
    return _changed(detail, lines, ())


def dashboard(found: Json | None, wanted: Json) -> Difference:
    """Our charts, beside whatever else is shown."""
    if found is None:
        return Difference(
            action=SetupAction.CREATE, detail=wanted, lines=tuple(f"+ chart {one['title']}" for one in wanted["charts"])
        )
    charts = [one for one in found.get("charts") or () if isinstance(one, dict)]
    places = {str(one.get("title")): number for number, one in enumerate(charts)}
    theirs, lines = list(charts), []
    bottom = max((_bottom(one) for one in charts), default=0)
    for chart in wanted["charts"]:
        number = places.get(chart["title"])
        if number is None:
            display = {**chart["display"], "yPos": bottom + chart["display"]["yPos"]}
            charts.append({**chart, "display": display})
            lines.append(f"+ chart {chart['title']}")
            continue
        search, changed = _taken_over(_object(charts[number].get("search")), chart["search"], ("query", "logstore"))
        if changed:
            charts[number] = {**charts[number], "search": search}
            lines += [f"~ chart {chart['title']}: {line.removeprefix('~ ')}" for line in changed]
    titles = {one["title"] for one in wanted["charts"]}
    return _changed(
        {**found, "charts": charts},
        lines,
        [f"chart {one.get('title')}" for one in theirs if one.get("title") not in titles],
    )


def alert(found: Json | None, wanted: Json) -> Difference:
    """The rule's first query; its threshold, severity, policy and state are the owner's from the start on."""
    if found is None:
        condition = wanted["configuration"]["severityConfigurations"][0]["evalCondition"]["condition"]
        return Difference(action=SetupAction.CREATE, detail=wanted, lines=(f"+ when {condition}",))
    configuration = _object(found.get("configuration"))
    asked = [one for one in configuration.get("queryList") or () if isinstance(one, dict)]
    first, *further = asked or [{}]
    ours = wanted["configuration"]["queryList"][0]
    query, lines = _taken_over(first, ours, ("query", "project", "store"))
    queries = [query if first else ours, *further]
    return _changed(
        {**found, "configuration": {**configuration, "queryList": queries}},
        lines,
        ["further queries"] if further else (),
    )


def _taken_over(found: Json, wanted: Json, members: Iterable[str]) -> tuple[Json, list[str]]:
    """What is there with our members set, and a line for each that changes."""
    changed = [name for name in members if found.get(name) != wanted[name]]
    return {**found, **{name: wanted[name] for name in changed}}, [
        f"~ {name}: {found.get(name, '-')} → {wanted[name]}" for name in changed
    ]


def _changed(detail: Json, lines: Iterable[str], left_alone: Iterable[str]) -> Difference:
    told = tuple(lines)
    return Difference(
        action=SetupAction.CHANGE if told else SetupAction.NOTHING,
        detail=detail if told else {},
        lines=told,
        left_alone=tuple(left_alone),
    )


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _bottom(chart: Json) -> int:
    display = _object(chart.get("display"))
    numbers = [display.get("yPos"), display.get("height")]
    return sum(int(one) for one in numbers if isinstance(one, (int, float)))
