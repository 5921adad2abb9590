"""The JSON Schema of a policy file, made from the model, so that editors complete and check it.

What a schema cannot say, `secondwind policy check` does: whether RE2 takes a pattern and how slow all of them are
together, that two rules or windows have one name, that a cooldown's `max_s` is not below its `base_s`, that a range of
exit codes begins at its lower end, that a window begins before it ends, which time zones there are, owners that nobody
can be called, that `1.0` is no whole number, and everything about YAML itself (a key given twice, anchors, tags, the
size of the file).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import Enum
from typing import Any

import msgspec

from secondwind.commands.policy.words import PolicyType, kinds
from shared.domain.failure import FailureClass
from shared.policy.conditions import EVIDENCE, SIGNAL_FORMAT, EventPlace
from shared.policy.evidence import SIGNALS
from shared.policy.model import CauseLine, Policy, Tells
from shared.policy.packs import EVERYTHING, library
from shared.policy.reach import Reach

FILE = "policy.schema.json"
"""Beside `policy.yaml`, whose first line names it."""
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PYTHON_END, _END = r"\Z", r"(?![\s\S])"
"""`\\Z` is Python's; the other means the end of the text in every dialect of regular expressions."""
_OF_JOBS = ("owners", "queues", "job_names")
"""What no `breaker` or `rate` of a block is for."""
_EXAMPLES: dict[tuple[str, str], list[Any]] = {
    ("Policy", "regions"): [["cn-shanghai"]],
    ("Policy", "classes"): [{"infrastructure": {"max": 5}}],
    ("Policy", "rate"): [{"max_jobs": 20, "window_s": 600}],
    ("Policy", "thrash"): [{"max_failures": 4, "window_s": 3600}],
    ("Policy", "bad_nodes"): [{"jobs": 3, "window_s": 3600, "action": "hold"}],
    ("Policy", "max_lost_h"): [24],
    ("Policy", "same_text"): [{"max": 2, "window_s": 86400}],
    ("Policy", "ignore_lines"): [["NCCL INFO", r"\(ignored\)$"]],
    ("Policy", "faint_lines"): [["Inappropriate ioctl for device"]],
    ("Policy", "include"): [["all"], ["mpi", "gpu@1"]],
    ("Policy", "by"): [[{"queues": "night", "attempts": {"max": 1}}]],
    ("Policy", "windows"): [[{"name": "backup", "cron": "0 2 * * *", "lasts_s": 3600, "action": "defer"}]],
    ("Policy", "prices"): [{"currency": "CNY", "per_hour": 4, "by": [{"queues": "gpu-*", "per_hour": 98}]}],
    ("Window", "from"): ["2026-02-01 22:00"],
    ("Window", "cron"): ["0 2 * * sun", "*/30 9-17 * * mon-fri"],
    ("Match", "message"): ["(?i)stale (NFS )?file handle", ["CUDA out of memory", "std::bad_alloc"]],
    ("Match", "exit_code"): [137, "128-159", [126, 127]],
    ("Match", "signal"): ["SIGKILL", [6, 11]],
    ("Match", "cluster"): ["ehpc-hz-*"],
    ("Match", "queue"): [["night", "batch-?"]],
    ("Match", "reason"): ["NODE_FAIL"],
    ("Rule", "name"): ["storage-hiccup"],
    ("Rule", "why"): ["The file server was restarted under the mount."],
    ("LogPlace", "project"): ["my-hpc-logs"],
    ("EventPlace", "source"): ["acs.ehpc"],
}


def schema() -> dict[str, Any]:
    """The schema, JSON Schema 2020-12."""
    made = msgspec.json.schema(Policy)
    definitions = made["$defs"]
    for kind in kinds():
        _say(definitions[kind.name], kind)
    for definition in definitions.values():
        _finish(definition)
    definitions["Source"]["oneOf"] = [_says("log"), _says("event")]
    definitions["EventPlace"]["anyOf"] = [_says(name) for name in EventPlace.__struct_fields__]
    definitions["Block"]["anyOf"] = [_says(name) for name in Reach.__struct_fields__]
    definitions["Block"]["allOf"] = [
        _if(_says(name), {"properties": {of_job: {"type": "null"} for of_job in _OF_JOBS}})
        for name in ("breaker", "rate")
    ]
    definitions["Window"]["anyOf"] = [
        _says("from", "to", but=("cron", "lasts_s", "until")),
        _says("cron", "lasts_s", but=("from", "to")),
    ]
    evidence = {"anyOf": [_says(name) for name in EVIDENCE]}
    definitions["Match"]["allOf"] = [_if(_says("not_near"), _says("message"))]
    definitions["Rule"]["allOf"] = [
        _if(_is("class", FailureClass.INFRASTRUCTURE), {"properties": {"match": evidence}}),
        _if(
            _is("cause", CauseLine.FIRST),
            {"properties": {"match": _says("message"), "tells": {"not": {"const": Tells.EFFECT.value}}}},
        ),
    ]
    definitions["Policy"]["properties"]["include"]["items"] = {"enum": _entries()}
    definitions["Policy"]["properties"]["classes"]["propertyNames"] = {"enum": [kind.value for kind in FailureClass]}
    return {"$schema": _DIALECT, "title": "Second Wind policy", **made}


def _says(*names: str, but: Iterable[str] = ()) -> dict[str, Any]:
    """A mapping says something of all of these, and nothing of those."""
    said = {name: {"not": {"type": "null"}} for name in names}
    return {"required": list(names), "properties": said | {name: {"type": "null"} for name in but}}


def _is(name: str, value: Enum) -> dict[str, Any]:
    return {"required": [name], "properties": {name: {"const": value.value}}}


def _if(condition: dict[str, Any], then: dict[str, Any]) -> dict[str, Any]:
    return {"if": condition, "then": then}


def _entries() -> list[str]:
    """All that `include` may name."""
    return [EVERYTHING, *(entry for pack in library().values() for entry in (pack.name, pack.id))]


def as_json(*, escaped: bool = False) -> str:
    """The text of the published file; `escaped`: in ASCII, as every command's JSON is."""
    return json.dumps(schema(), indent=2, ensure_ascii=escaped) + "\n"


def _say(definition: dict[str, Any], kind: PolicyType) -> None:
    definition["description"] = kind.says
    if kind.is_enum:
        says = {word.name: word.says for word in kind.words}
        definition["enumDescriptions"] = [says[value] for value in definition["enum"]]  # shown by editors
        return
    definition["additionalProperties"] = False
    for word in kind.words:
        field = definition["properties"][word.name]
        field["description"] = f"{word.says} Wants {word.wants}.".strip()
        examples = _EXAMPLES.get((kind.name, word.name))
        if examples:
            field["examples"] = examples


def _finish(part: Any) -> None:
    """Write what is Python's own so that every reader of JSON Schema understands it."""
    if isinstance(part, list):
        for item in part:
            _finish(item)
    if not isinstance(part, dict):
        return
    if isinstance(part.get("pattern"), str):
        part["pattern"] = part["pattern"].replace(_PYTHON_END, _END)
    if part.get("format") == SIGNAL_FORMAT:
        part["enum"] = sorted(SIGNALS)
    for value in part.values():
        _finish(value)
