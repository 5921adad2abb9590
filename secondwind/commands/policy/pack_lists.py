"""Named lists of patterns: what the rules of all packs ask in common is written down once, in one of them.

A pack's `lists` names them, and where a rule of any pack has a pattern, `(?&name)` stands for a whole list. RE2 knows
no such group, so no pattern is meant by it. What is shipped has the patterns themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from shared.policy.conditions import MAX_LISTED, PATTERN_FORMAT, PATTERNS, Match, listed
from shared.policy.load import FORMATS
from shared.policy.rule import Rule

_REFERENCE = re.compile(r"\(\?&([a-z][a-z-]{0,31})\)")
_R = TypeVar("_R", bound=Rule)
Lists = Mapping[str, tuple[str, ...]]


def pattern_problem(text: str) -> str | None:
    """What is wrong with a pattern of a pack; the name of a list is none, whether there is one or not."""
    return None if _REFERENCE.fullmatch(text) else FORMATS[PATTERN_FORMAT](text)


def problems_of(match: Match, lists: Lists) -> Iterator[tuple[str, str]]:
    """Fields that name a list that is not there, or have too many patterns with it, and what is wrong."""
    for field in PATTERNS:
        named = [found[1] for found in map(_REFERENCE.fullmatch, listed(getattr(match, field))) if found]
        missing = [name for name in named if name not in lists]
        if missing:
            yield field, f"knows no list {missing[0]}"
        elif named and len(_patterns(match, field, lists)) > MAX_LISTED:
            yield field, f"has more than {MAX_LISTED} patterns with those of its lists"


def with_lists(rule: _R, lists: Lists) -> _R:
    """A rule without problems, with patterns where it names lists."""
    fields = {
        field: _patterns(rule.match, field, lists)
        for field in PATTERNS
        if any(map(_REFERENCE.fullmatch, listed(getattr(rule.match, field))))
    }
    return replace(rule, match=replace(rule.match, **fields)) if fields else rule


def _patterns(match: Match, field: str, lists: Lists) -> tuple[str, ...]:
    """Each once, in the order in which they are named."""
    found: dict[str, None] = {}
    for one in listed(getattr(match, field)):
        name = _REFERENCE.fullmatch(one)
        found.update(dict.fromkeys([one] if name is None else lists[name[1]]))
    return tuple(found)
