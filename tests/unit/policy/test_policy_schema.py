"""The published JSON Schema: it is the model's, and it accepts and refuses what the loader does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondwind.commands.policy.schema import FILE, as_json, schema
from secondwind.commands.policy.words import kinds
from shared.policy.load import FORMATS, check_policy
from shared.policy.model import PACK_FORMAT
from shared.policy.packs import library, problem_of
from tools.policy_reference import BEGIN, END, with_tables

ROOT = Path(__file__).resolve().parents[3]
_FORMATS = jsonschema.FormatChecker(())


for _name, _problem in {**FORMATS, PACK_FORMAT: lambda named: problem_of(named, library())}.items():
    _FORMATS.checks(_name)(lambda value, problem=_problem: not isinstance(value, str) or problem(value) is None)
_JUDGE = jsonschema.Draft202012Validator(schema(), format_checker=_FORMATS)

_FULL: dict[str, Any] = {
    "version": 1,
    "mode": "observe",
    "regions": ["cn-shanghai"],
    "timing": {"settle_s": 120, "observation_max_age_s": 30.5, "stale_event_s": 86400},
    "attempts": {"max": 3, "window_s": 86400},
    "cooldown": {"base_s": 60, "factor": 2, "max_s": 86400},
    "breaker": {"max_jobs": 100, "window_s": 600},
    "max_lost_h": 24,
    "rate": {"max_jobs": 10, "window_s": 600},
    "classes": {"infrastructure": {"max": 5}, "user": {}},
    "thrash": {"max_failures": 4, "window_s": 3600},
    "bad_nodes": {"jobs": 3, "window_s": 3600, "action": "hold", "max_wait_s": 1800, "classes": ["infrastructure"]},
    "same_text": {"max": 2, "window_s": 86400},
    "fetch_output": False,
    "hold_expires_s": 3600,
    "ignore_lines": ["NCCL INFO", r"\(ignored\)"],
    "include": ["gpu", "storage@1"],
    "discover": {"schedulerx": [{"namespace": "n", "groups": ["*"]}]},
    "by": [
        {
            "name": "night",
            "systems": ["ehpc"],
            "regions": "cn-*",
            "clusters": ["a", "b"],
            "owners": "o",
            "queues": "q",
            "job_names": ["j*"],
            "mode": "observe",
            "attempts": {"max": 1},
            "cooldown": {"base_s": 90},
            "max_lost_h": 2,
            "hold_expires_s": 600,
        },
        {"apps": "a", "projects": "12345", "mode": "observe"},
        {"groups": "g", "namespaces": "n", "breaker": {"max_jobs": 5}, "rate": {"max_jobs": 5, "window_s": 60}},
    ],
    "prices": {"currency": "EUR", "per_hour": 1.5, "by": [{"queues": "gpu-*", "per_hour": 20}]},
    "windows": [
        {"name": "w", "action": "hold", "from": "2026-02-01 22:00", "to": "2026-02-02T06:00+08:00", "clusters": "a"},
        {"name": "v", "action": "defer", "cron": "0 2 * * sun", "lasts_s": 3600, "until": "2026-12-31", "zone": "UTC"},
    ],
    "notify": {
        "channels": [
            {"name": "ops", "kind": "dingtalk", "url": "SECONDWIND_NOTIFY_U", "secret": "SECONDWIND_NOTIFY_S"},
            {
                "name": "bus",
                "kind": "eventbridge",
                "url": "SECONDWIND_NOTIFY_B",
                "bus": "b",
                "quiet": {"from": "22:00", "to": "07:00", "zone": "UTC", "but": ["breaker_opened"]},
            },
        ],
        "routes": [{"what": ["held"], "to": ["ops"], "owners": "a", "person": "ann"}, {"to": ["bus"]}],
        "unknown_after_s": 600,
        "digest_at": "08:30",
        "zone": "UTC",
    },
    "sources": [
        {"log": {"project": "p", "logstore": "l*", "topic": "t"}, "clusters": "ehpc-*", "owners": ["a", "b"]},
        {"event": {"source": "acs.*"}, "systems": ["schedulerx"], "namespaces": ["n"], "groups": "g?"},
        {"event": {"source": "acs.*"}, "apps": "a", "projects": ["12345"]},
    ],
    "people": [
        {"who": ["ann", "ann@example.com"], "may": ["approve", "reject", "breaker", "mode", "node"], "clusters": "a"},
        {"who": "li", "accounts": "li2", "own_jobs": ["approve", "reject"], "systems": ["ehpc"], "regions": "cn-*"},
        {"who": "channel:night", "may": ["approve"], "namespaces": ["n"], "groups": "g"},
    ],
    "rules": [
        {
            "name": "all of it",
            "match": {
                "system": "ehpc",
                "region": "cn-*",
                "cluster": ["a", "b"],
                "queue": "q",
                "owner": "o",
                "job_name": "j*",
                "node": ["n1"],
                "exit_code": [1, "128-159", "-24--1"],
                "signal": ["SIGKILL", 11],
                "message": ["a|b", "(?i)c"],
                "all_of": "d",
                "any_of": ["e", "(?s)f.*g"],
                "not_message": ["h"],
                "reason": "NODE_FAIL",
            },
            "action": "rerun",
            "class": "infrastructure",
            "mode": "auto",
            "tells": "cause",
            "cause": "first",
            "delay_s": 60,
            "same_text": {"max": 1},
            "hold_expires_s": 600,
            "attempts": {"max": 1},
            "cooldown": {"factor": 3},
            "beside_live": True,
            "action_api": "retry_workflow",
            "unasked": ["dev_environment"],
            "max_lost_h": 1.5,
            "why": "because",
        },
        {
            "name": "x",
            "match": {"namespace": "n", "group": "g", "app": "a", "project": "1", "exit_code": 7, "signal": 9},
            "action": "hold",
        },
        {"name": "the-rest", "match": {}, "action": "ignore"},
    ],
}


def _accepts(document: Any) -> bool:
    return bool(_JUDGE.is_valid(document))


def _loads(document: Any) -> bool:
    return check_policy(json.dumps(document)).policy is not None


def test_published_schema_is_the_models() -> None:
    """The committed file is what `secondwind policy schema` prints (`python -m tools.policy_files` writes it)."""
    jsonschema.Draft202012Validator.check_schema(schema())
    assert (ROOT / FILE).read_text(encoding="utf-8") == as_json()


def test_reference_is_the_models() -> None:
    """The tables of docs/policy.md are made from the model (`python -m tools.policy_files` writes them)."""
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert with_tables(text) == text
    between = text.partition(BEGIN)[2].partition(END)[0]
    for kind in kinds():
        assert all(f"| `{word.name}` |" in between for word in kind.words)


def test_document_without_marks_is_refused() -> None:
    """Nothing is written into a document that does not say where."""
    with pytest.raises(ValueError, match="no marks"):
        with_tables("# The policy")


def test_every_part_explains_itself_to_an_editor() -> None:
    """Each mapping refuses unknown keys, each field has a description, each enum one for its values."""
    for kind in kinds():
        definition = schema()["$defs"][kind.name]
        assert definition["description"]
        if kind.is_enum:
            assert len(definition["enumDescriptions"]) == len(definition["enum"])
        else:
            assert definition["additionalProperties"] is False
            assert all(field["description"] for field in definition["properties"].values())


def test_full_document_is_accepted_by_both() -> None:
    """A document that uses every word is usable, so each mutation below begins at something right."""
    assert _loads(_FULL), check_policy(json.dumps(_FULL)).faults
    assert _accepts(_FULL)
    lists = [part for name in ("rules", "sources", "by", "windows", "people") for part in _FULL[name]]
    used = {key for part in (_FULL, *lists, *(rule["match"] for rule in _FULL["rules"])) for key in part}
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
    document = copy.deepcopy(_FULL)
    for _ in range(draw(st.integers(1, 2))):
        *path, last = draw(st.sampled_from([place for place in _places(document) if place]))
        parent: Any = document
        for key in path:
            parent = parent[key]
        what = draw(st.sampled_from(["replace", "replace", "remove", "stranger"]))
        if what == "remove":
            del parent[last]
        elif what == "stranger" and isinstance(parent, dict):
            parent[draw(st.sampled_from(["max", "Mode", "x", "not", "log"]))] = draw(st.sampled_from(_ODD))
        else:
            parent[last] = draw(st.sampled_from(_ODD))
    return document


_BEYOND = (
    "must not be less than",
    "another rule, in line",
    "another window, in line",
    "ambiguous evidence",
    "too slow to decide by",
    "first is said of",
    "is for every job",
    "is counted for a whole",
    "wants from and to, or cron",
    "to must be later than",
    "another channel, in line",
    "there is no channel",
    "wants secret: whoever",
    "goes without secret",
    "bus names the custom bus",
    "quiet begins when it ends",
)
"""Faults of parts that contradict each other: no schema can tell (secondwind.commands.policy.schema lists them)."""


@given(_mutated())
def test_schema_and_loader_agree(document: Any) -> None:
    """What the one accepts the other accepts, but for contradictions between parts."""
    report = check_policy(json.dumps(document))
    if any("wants one of source, bus and account" in fault.problem for fault in report.faults):
        return  # the schema sees that of an empty mapping, and not of one whose parts are all null
    beyond = [fault for fault in report.faults if any(words in fault.problem for words in _BEYOND)]
    if report.faults and len(beyond) == len(report.faults):
        assert _accepts(document)
    else:
        assert _accepts(document) == (report.policy is not None), report.faults


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
    document = copy.deepcopy(_FULL)
    parent: Any = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    assert not _loads(document)
    assert not _accepts(document)


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
        (("include",), []),
        (("windows",), []),
        (("by",), []),
    ],
)
def test_both_accept(path: tuple[Any, ...], value: Any) -> None:
    """Each of these is accepted by the schema as by the loader."""
    document = copy.deepcopy(_FULL)
    parent: Any = document
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    assert _loads(document)
    assert _accepts(document)


@pytest.mark.parametrize(
    "change",
    [
        {"cooldown": {"base_s": 60, "max_s": 1}},
        {"rules": [{"name": "a", "match": {}, "action": "rerun"}] * 2},
        {"rules": [{"name": "a", "match": {}, "action": "rerun", "class": "infrastructure"}]},
        {
            "rules": [
                {"name": f"{n}", "match": {"message": "abcdefghij" * 40 + f"{n}"}, "action": "hold"} for n in range(60)
            ]
        },
        {"by": [{"mode": "off"}]},
        {"by": [{"owners": "a", "breaker": {"max_jobs": 1}}]},
        {"windows": [{"name": "w", "action": "hold", "from": "2026-02-02", "to": "2026-02-01"}]},
        {"windows": [{"name": "w", "action": "hold", "cron": "* * * * *"}]},
        {"rules": [{"name": "a", "match": {"all_of": "a"}, "action": "hold", "cause": "first"}]},
    ],
)
def test_what_only_the_loader_can_say(change: dict[str, Any]) -> None:
    """The few contradictions that the schema lets pass and `policy check` does not."""
    document = {**_FULL, **change}
    assert _accepts(document)
    assert not _loads(document)
