"""The published JSON Schema accepts and refuses what the loader does."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secondwind.commands.policy.schema import schema
from shared.policy.load import check_policy
from shared.policy.packs import library
from tests.unit.policy.schema_judge import FULL, loader_accepts, schema_accepts


def test_full_document_is_accepted_by_both() -> None:
    """A document that uses every word is usable, so each mutation below begins at something right."""
    assert loader_accepts(FULL), check_policy(json.dumps(FULL)).faults
    assert schema_accepts(FULL)
    lists = [part for name in ("rules", "sources", "by", "windows", "people") for part in FULL[name]]
    used = {key for part in (FULL, *lists, *(rule["match"] for rule in FULL["rules"])) for key in part}
    for name in ("Policy", "Rule", "Match", "Source", "Block", "Window"):
        assert set(schema()["$defs"][name]["properties"]) <= used


_ODD = [
    None,
    True,
    0,
    1,
    2,
    -1,
    7.5,
    1e9,
    "",
    "x",
    "off",
    "SIGTERM",
    "9-1",
    "a\n",
    "(",
    "x" * 300,
    [],
    ["a"],
    [1],
    [None],
    [["a"]],
    {},
    {"max": 1},
    {"log": {"project": "p", "logstore": "l"}},
    [{"name": "y", "match": {}, "action": "rerun"}],
]


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document, as keys and indices."""
    inner = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for key, value in inner for place in _places(value, (*path, key)))]


@st.composite
def _mutated(draw: st.DrawFn) -> Any:
    """The full document with one or two of its parts replaced, removed or joined by a stranger."""
    document = copy.deepcopy(FULL)
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from([place for place in _places(document) if place]))
        parent: Any = document
        for key in path:
            parent = parent[key]
        odd = copy.deepcopy(draw(st.sampled_from(_ODD)))
        what = draw(st.sampled_from(["replace", "replace", "remove", "stranger"]))
        if what == "remove":
            del parent[last]
        elif what == "stranger" and isinstance(parent, dict):
            parent[draw(st.sampled_from(["max", "Mode", "x", "not", "log"]))] = odd
        else:
            parent[last] = odd
    return document


_BEYOND = (
    "must not be less than",
    "another rule, in line",
    "another window, in line",
    "too slow to decide by",
    "to must be later than",
    "fits nobody",
    "another channel, in line",
    "there is no channel",
    "wants secret: whoever",
    "goes without secret",
    "bus names the custom bus",
    "quiet begins when it ends",
)
"""Faults of parts that contradict each other: no schema can tell (secondwind.commands.policy.schema lists them)."""


@given(_mutated())
@example({"version": 1, "rules": [], "cooldown": {"base_s": 60, "max_s": 1}})
@example({"version": 1, "rules": [], "sources": [{"event": {}}]})
def test_schema_and_loader_agree(document: Any) -> None:
    """What the one accepts the other accepts, but for contradictions between parts."""
    report = check_policy(json.dumps(document))
    if any("wants one of source, bus and account" in fault.problem for fault in report.faults):
        return  # the schema sees that of an empty mapping, and not of one whose parts are all null
    beyond = [fault for fault in report.faults if any(words in fault.problem for words in _BEYOND)]
    if report.faults and len(beyond) == len(report.faults):
        assert schema_accepts(document)
    else:
        assert schema_accepts(document) == (report.policy is not None), report.faults


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("rules", 0, "match", "exit_code"), "9-1"),
        (("rules", 0, "match", "message"), "(?=x)"),
        (("rules", 0, "match", "signal"), "KILL"),
        (("rules", 0, "name"), "a\n"),
        (("regions",), ["cn-hangzhou\n"]),
        (("sources", 0, "event"), {"source": "x"}),
        (("sources", 0, "log"), None),
        (("classes",), {"platform": {}}),
        (("rules", 0, "class"), "platform"),
        (("version",), 2),
        (("include", 0), "gpus"),
        (("include", 0), "gpu@9999"),
        (("include", 0), "gpu@"),
        (("include", 0), "all@1"),
        (("by", 0), {"mode": "off"}),
        (("by", 0), {"clusters": None, "mode": "off"}),
        (("by", 0), {"owners": "a", "breaker": {"max_jobs": 1}}),
        (("by", 0), {"clusters": "a", "job_names": "a", "rate": {"max_jobs": 1, "window_s": 60}}),
        (("windows", 0), {"name": "w", "action": "hold"}),
        (("windows", 0), {"name": "w", "action": "hold", "cron": "* * * * *"}),
        (("windows", 0), {"name": "w", "action": "hold", "cron": "* * * * *", "lasts_s": None}),
        (("windows", 0, "until"), "2026-12-31"),
        (("windows", 0, "to"), None),
        (("windows", 1, "from"), "2026-02-01"),
        (("windows", 1, "lasts_s"), None),
        (("rules", 1), {"name": "a", "match": {"all_of": "a"}, "action": "hold", "cause": "first"}),
        (("rules", 1), {"name": "a", "match": {"message": None}, "action": "hold", "cause": "first"}),
        (("rules", 1), {"name": "a", "match": {"message": "a"}, "action": "hold", "cause": "first", "tells": "effect"}),
        (("rules", 1), {"name": "a", "match": {"all_of": "a", "not_near": "b"}, "action": "hold"}),
        (("rules", 1), {"name": "a", "match": {"owner": "a"}, "action": "rerun", "class": "infrastructure"}),
        (("rules", 1), {"name": "a", "match": {}, "action": "rerun", "class": "infrastructure"}),
        (("windows", 0, "from"), "2026-02-30"),
        (("windows", 1, "cron"), "0 2 * *"),
        (("windows", 1, "zone"), "Mars"),
        (("windows", 0, "action"), "rerun"),
        (("ignore_lines", 0), "("),
        (("rules", 0, "match", "not_message"), "("),
        (("rules", 0, "delay_s"), 86400),
        (("by", 0, "cluster"), "a"),
        (("timing", "settle_s"), True),
        (("attempts", "max"), 0),
        (("breaker", "max_jobs"), 1.5),
        (("rules", 0, "match", "cluster"), []),
    ],
)
def test_both_refuse(path: tuple[Any, ...], value: Any) -> None:
    """Each of these is refused by the schema (with its formats) as by the loader."""
    document = copy.deepcopy(FULL)
    parent: Any = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    assert not loader_accepts(document)
    assert not schema_accepts(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("breaker",), None),
        (("rate",), None),
        (("max_lost_h",), None),
        (("rules", 0, "match", "message"), "a"),
        (("rules", 0, "match", "exit_code"), "-24--1"),
        (("rules", 0, "match", "system"), None),
        (("rules",), []),
        (("sources",), []),
        (("classes",), {}),
        (("rules", 0, "name"), "重跑"),
        (("include",), ["all"]),
        (("include",), [entry for name, pack in library().items() for entry in (name, pack.id)][-64:]),
        (("windows", 0, "cron"), None),
        (("windows", 1, "from"), None),
        (("windows", 1, "until"), None),
        (("by", 0, "breaker"), None),
        (("by", 1), {"regions": "a", "breaker": {"max_jobs": 1}, "owners": None}),
        (("rules", 1), {"name": "a", "match": {"signal": 9}, "action": "rerun", "class": "infrastructure"}),
        (("rules", 1), {"name": "a", "match": {"all_of": "a", "not_near": None}, "action": "hold", "cause": "any"}),
        (("include",), []),
        (("windows",), []),
        (("by",), []),
    ],
)
def test_both_accept(path: tuple[Any, ...], value: Any) -> None:
    """Each of these is accepted by the schema as by the loader."""
    document = copy.deepcopy(FULL)
    parent: Any = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    assert loader_accepts(document)
    assert schema_accepts(document)


@pytest.mark.parametrize(
    "change",
    [
        {"cooldown": {"base_s": 60, "max_s": 1}},
        {"rules": [{"name": "a", "match": {}, "action": "rerun"}] * 2},
        {
            "rules": [
                {"name": f"{n}", "match": {"message": "abcdefghij" * 40 + f"{n}"}, "action": "hold"} for n in range(80)
            ]
        },
        {"windows": [{"name": "w", "action": "hold", "from": "2026-02-02", "to": "2026-02-01"}]},
    ],
)
def test_what_only_the_loader_can_say(change: dict[str, Any]) -> None:
    """The few contradictions that the schema lets pass and `policy check` does not."""
    document = {**FULL, **change}
    assert schema_accepts(document)
    assert not loader_accepts(document)
