"""Globs that can fit nothing: a switch on one of them stops nobody, and looks as if it did."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from shared.domain.errors import Fault
from shared.policy import yamltree
from shared.policy.conditions import listed
from shared.policy.model import Policy

_OWNERS = ("owner", "owners")
_OTHERS = ("region", "cluster", "namespace", "group", "app", "project", "queue", "job_name", "node")
_PLURAL = tuple(f"{field}s" for field in _OTHERS)
_SPEAKERS = ("source", "bus", "account", "logstore", "topic")
_NEGATION = re.compile(r"[!~^]")
_NO_NAME = re.compile(r"[|,;(){}\[\]\s\\$]|\A\.\*")
_SPEAKS_AS = {
    "account": (re.compile(r"[0-9*?]+\Z"), "an account's id has digits alone"),
    "bus": (re.compile(r"[A-Za-z0-9_.*?-]+\Z"), "a bus has a name, and this is none"),
    "project": (re.compile(r"[a-z0-9*?-]+\Z"), "a project's name has small letters, digits and hyphens"),
    "logstore": (re.compile(r"[a-z0-9_*?-]+\Z"), "a Logstore's has small letters, digits, hyphens and underscores"),
}
"""Globs that can fit something, of what the platform itself names; and why others fit nothing."""
_EXPRESSION = re.compile(r"\A\.\*|\||\A\^|\$\Z|\\")
"""What people write who think of a regular expression; names of jobs may have more."""


def faults_of_globs(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Owners that nobody can be called: refused, for what they were meant to stop would go on."""
    for path, text, line in _globs(policy, root, _OWNERS):
        if problem := _no_owner(text):
            yield Fault(path, problem, line)


def odd_globs(policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """The same of other names, which are freer: a warning."""
    for path, text, line in _globs(policy, root, (*_OTHERS, *_PLURAL, *_SPEAKERS)):
        if problem := _odd_name(text):
            yield Fault(path, f"{problem}: only a name that has it fits", line)
        elif problem := _nobody(path, text):
            yield Fault(path, f"believes nobody: {problem}", line)


def _odd_name(text: str) -> str:
    if text.startswith(("!", "~")):
        return f"begins with {text[0]}, which negates nothing"
    if text != text.strip():
        return "begins or ends with a blank"
    return "looks like a regular expression, and a glob knows * and ? alone" if _EXPRESSION.search(text) else ""


def _nobody(path: str, text: str) -> str:
    """Why a source's place can be nobody's; empty: it may be somebody's."""
    *_, of, field = path.split(".")
    fitting, problem = _SPEAKS_AS.get(field if of in {"log", "event"} else "", (None, ""))
    return problem if fitting is not None and not fitting.match(text) else ""


def _no_owner(text: str) -> str:
    if _NEGATION.match(text):
        return "fits nobody: a glob knows * and ? alone, and negates nothing"
    if _NO_NAME.search(text):
        return "fits nobody: a glob knows * and ? alone; several owners are a list"
    return "fits nobody: owners are compared without their server, which begins at @" if "@" in text else ""


def _globs(policy: Policy, root: yamltree.Node, fields: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Path, text and line of each glob that the policy itself writes in one of these fields."""
    asked: list[tuple[str, Struct, yamltree.Node]] = [
        (f"{path}.match", rule.match, yamltree.child(node, "match"))
        for path, rule, node in yamltree.each(policy.rules, root, "rules")
    ]
    for name, parts in (("sources", policy.sources), ("by", policy.by), ("windows", policy.windows)):
        asked += yamltree.each(parts, root, name)
    for path, source, node in yamltree.each(policy.sources, root, "sources"):
        for name, of in (("event", source.event), ("log", source.log)):
            if of is not None:
                asked.append((f"{path}.{name}", of, yamltree.child(node, name)))
    for path, part, node in asked:
        for field in fields:
            for text in listed(getattr(part, field, None)):
                yield f"{path}.{field}", text, yamltree.child(node, field).line
