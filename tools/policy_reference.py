"""The reference tables of docs/policy.md, made from the model."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from secondwind.commands.policy.words import PolicyType, Word, kinds, short
from secondwind.table import markdown
from shared.systems import SYSTEMS

BEGIN, END = "<!-- begin of the generated reference -->", "<!-- end of the generated reference -->"
_HEADINGS = {
    "Policy": "The whole file",
    "Mode": "Modes",
    "Timing": "`timing`",
    "Attempts": "`attempts`, and each of `classes`",
    "Cooldown": "`cooldown`",
    "Breaker": "`breaker`",
    "Rate": "`rate`",
    "FailureClass": "Classes",
    "Thrash": "`thrash`",
    "SameText": "`same_text`",
    "BadNodes": "`bad_nodes`",
    "NodeAction": "What a suspected node means",
    "Block": "One of `by`",
    "Window": "One of `windows`",
    "WindowAction": "What a window does",
    "Prices": "`prices`",
    "Price": "One of `prices.by`",
    "Source": "One of `sources`",
    "LogPlace": "`log` of a source",
    "EventPlace": "`event` of a source",
    "Person": "One of `people`",
    "HoldAnswer": "`own_jobs` of people",
    "Deed": "What people may do",
    "Discover": "`discover`",
    "Nodes": "`nodes` of clusters that are looked through",
    "Silence": "`silence` of the same",
    "Overdue": "`overdue` of the same",
    "Notify": "`notify`",
    "MessageChannel": "One of `channels`",
    "ChannelKind": "Kinds of channels",
    "Quiet": "`quiet` of a channel",
    "Route": "One of `routes`",
    "What": "What people are told of",
    "Rule": "One of `rules`",
    "Match": "`match` of a rule",
    "Tells": "What a rule tells",
    "CauseLine": "`cause` of a rule",
    "ActionApi": "`action_api` of a rule",
    "Unasked": "`unasked` of a rule",
    "Action": "Actions",
}


def tables() -> str:
    """Markdown: a heading and a table for each mapping and each enum."""
    return "\n".join(_section(kind) for kind in kinds())


def with_tables(text: str) -> str:
    """The document with the tables between its marks replaced. Raises ValueError if it has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the document has no marks for the generated reference")
    return f"{before}{BEGIN}\n\n{tables()}\n{END}{after}"


def _heading(kind: PolicyType) -> str:
    """What is watched is named by the job systems, each an entry of its own."""
    systems = (system.name for system in SYSTEMS if system.watched is kind.cls)
    return next((f"One of `discover.{name}`" for name in systems), "") or _HEADINGS[kind.name]


def _section(kind: PolicyType) -> str:
    head = ["value", "meaning"] if kind.is_enum else ["field", "wants", "default", "meaning"]
    rows = [_row(word, is_value=kind.is_enum) for word in kind.words]
    return f"### {_heading(kind)}\n\n{kind.says}\n\n" + markdown(head, rows)


def _row(word: Word, *, is_value: bool) -> list[str]:
    if is_value:
        return [f"`{word.name}`", word.says]
    return [f"`{word.name}`", word.wants, _default(word.default), word.says]


def _default(value: Any) -> str:
    if value is msgspec.UNSET:
        return "must be given"
    if value == "":
        return "none"
    return f"`{json.dumps(short(value))}`"
