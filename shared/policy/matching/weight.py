r"""How much an RE2 pattern may cost a byte of text: what makes its automaton grow, counted from its spelling.

Each class (`[…]`, `.`, `\d`, `\pL`), each group with a choice and each `?` weighs 1, times the counts of the repeats
around it; under `*` or `+` a class weighs nothing, because it is one place however long the text. A pattern's automaton
has a state for each set of places that text can have reached at once, and where places take more than one character
each, that can be every subset of them.
"""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

_PART = (
    r"\\Q(?:(?!\\E).)*(?:\\E)?"  # quoted text
    r"|\\[pP](?:\{[^}]*\}|.)|\\x\{[^}]*\}|\\x[0-9A-Fa-f]{2}|\\[0-7]{1,3}|\\."  # escapes
    r"|\[\^?\]?(?:\[:\^?\w*:\]|\\.|[^\]\\])*\]"  # classes; a `]` that comes first is a member
    r"|\(\?P?<[^>]*>|\(\?[a-zA-Z-]*[:)]?|\("  # groups and flags
    r"|\{\d+(?:,\d*)?\}|[A-Za-z0-9 _:;,/<>=!@#%&~'\"-]+(?![*+?{])|."  # repeats, texts
)
_WIDE_ESCAPES = frozenset("dDsSwWpPC")
_RUN = 16
"""`a{80}` fits itself at each of its places, so its automaton has large states."""
_MOST = 1_000_000
"""More than any bound: nested counts are not multiplied further."""


@cache
def _parts() -> re.Pattern[str]:
    """Made when a pattern is checked, which one that came ready with the package is not."""
    return re.compile(_PART, re.DOTALL)


class _Open(Struct):
    """A group, or the whole, that has not ended yet."""

    total: int = 0
    """Weight of what stands in it, without its last part."""
    last: int = 0
    """Weight of the last part: what a repeat would repeat."""
    choice: bool = False

    def next(self, weight: int) -> None:
        """The next part begins."""
        self.total = min(self.total + self.last, _MOST)
        self.last = weight


def parts_of(pattern: str) -> list[str]:
    """A pattern that RE2 has compiled, cut into its parts: texts, escapes, classes, the ends of groups, repeats."""
    found: list[str] = _parts().findall(pattern)
    return found


def names_line_end(pattern: str) -> bool:
    """Whether it spells a line feed outside of a class, so that it can only match over two lines."""
    return any(part in _LINE_FEEDS for part in parts_of(pattern))


def tells_digits(pattern: str) -> bool:
    r"""Whether it names digits, but not all of them: it may tell one from another. `\x41` is taken for such."""
    return any(map(_names_digit, parts_of(pattern)))


def _names_digit(part: str) -> bool:
    if part[0] == "{":
        return False
    if part[0] == "[" and "-0-9" not in part and r"\0-9" not in part:
        part = part.replace("0-9", "")
    return not DIGITS.isdisjoint(part)


DIGITS = frozenset("0123456789")


_LINE_FEEDS = frozenset({"\n", r"\n", r"\012", r"\x0a", r"\x0A", r"\x{a}", r"\x{A}", r"\x{0a}", r"\x{0A}"})


def weight_of(pattern: str) -> int:
    """The weight of a pattern that RE2 has compiled; time is linear in its length."""
    levels = [_Open()]
    for part in parts_of(pattern):
        here = levels[-1]
        if part[0] == "(" and part[-1] != ")":  # `(?i)` sets a flag and opens nothing
            levels.append(_Open())
        elif part == ")":
            inner = levels.pop()
            levels[-1].next(min(inner.total + inner.last + inner.choice, _MOST))
        elif part == "|":
            here.choice = True
        elif part in {"*", "+"}:
            here.last = 0 if here.last <= 1 else here.last
        elif part[0] == "{" and part != "{":
            here.last = _repeated(here.last, part)
        elif part == "?":
            here.last = max(here.last, 1)
        else:
            here.next(1 if _is_wide(part) else 0)
    return min(sum(level.total + level.last for level in levels), _MOST)


def _repeated(weight: int, count: str) -> int:
    """`{n}`, `{n,}` and `{n,m}`; each copy that may be left out is a choice, long runs of one text weigh too."""
    least, comma, most = count[1:-1].partition(",")
    low = int(least)
    high = int(most) if most else low + bool(comma)
    return min(max(weight * high, high - low, high // _RUN), _MOST)


def _is_wide(part: str) -> bool:
    if part[0] == "\\":
        return part[1] in _WIDE_ESCAPES
    return part[0] in ".["
