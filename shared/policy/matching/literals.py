r"""Texts that any match of an RE2 pattern must hold: what can rule a pattern out without searching for it.

All are in small letters, those of ASCII, as bytes of UTF-8. `CUDA (error|fault): \d+ bytes` needs `cuda error: ` or
`cuda fault: `, and ` bytes` besides. What is not understood needs nothing: that only makes the pattern be searched
for. Syntax: https://github.com/google/re2/wiki/Syntax.

A zero byte in a text stands for the edge of a word or a line: `\bXid` needs `xid` behind something that is no letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import product

import re2
from msgspec import Struct

from shared.policy.matching.weight import parts_of
from shared.policy.matching.words import folded_of

Texts = frozenset[bytes]
"""Of these a match holds at least one."""
Needs = tuple[tuple[Texts, ...], ...]
"""By each alternative of a pattern what its matches hold, the surest first: one of these texts, and one of those."""
MAX_CHOICES = 32
"""So many texts of a pattern are told apart; of more, what they have in common is not looked for."""
MAX_TEXT_BYTES = 48
MAX_TOGETHER = 3
"""So many needs of one alternative are kept."""
EDGE = b"\0"
_NOTHING: Texts = frozenset({b""})
_EDGES = frozenset({"^", "$", r"\b", r"\A", r"\z"})
_LONG_ENOUGH = 12
"""A text of so many bytes rules out as much as a longer one: then the fewer choices, the better."""
_SMALL_CLASS = 6
"""Characters of `[cs]`, brackets counted."""


class _Part(Struct, frozen=True):
    """What is known of the texts that a part of a pattern matches."""

    exact: Texts | None = None
    """All of them; None: they are too many, or not known."""
    holds: tuple[Texts, ...] = ()
    """One of each of these is in each of them."""

    @property
    def needs(self) -> tuple[Texts, ...]:
        """The surest of all that is known."""
        known = dict.fromkeys(self.holds if self.exact is None else (self.exact,))
        return tuple(sorted(filter(_shortest, known), key=_weight, reverse=True)[:MAX_TOGETHER])


_ANYTHING = _Part()
_EMPTY = _Part(_NOTHING)
_EDGE = _Part(frozenset({EDGE}))


class _Row:
    """Parts one after the other."""

    def __init__(self) -> None:
        self._exact = _NOTHING
        self._whole = True
        self._holds: list[Texts] = []
        self.last = _EMPTY
        """The last part: what a repeat would repeat."""

    def next(self, part: _Part) -> None:
        """The next part begins."""
        joined = _joined(self._exact, self.last.exact)
        if joined is not None:
            self._exact = joined
        else:
            self._whole = False
            self._holds += [self._exact, *self.last.holds]
            self._exact = self.last.exact or _NOTHING
        self.last = part

    def end(self) -> _Part:
        """The row as one part."""
        self.next(_EMPTY)
        return _Part(self._exact) if self._whole else _Part(None, (*self._holds, self._exact))


class _Group:
    """A group, or the whole, that has not ended yet: rows of which any may match."""

    def __init__(self) -> None:
        self.row = _Row()
        self._ended: list[_Part] = []

    def choice(self) -> None:
        """Another row begins."""
        self._ended.append(self.row.end())
        self.row = _Row()

    def choices(self) -> list[_Part]:
        """Its rows, each as one part."""
        self.choice()
        return self._ended

    def end(self) -> _Part:
        """The group as one part."""
        parts = self.choices()
        if len(parts) == 1:
            return parts[0]
        surest = _union(part.needs[0] if part.needs else None for part in parts)
        return _Part(_union(part.exact for part in parts), () if surest is None else (surest,))


def needed(pattern: str) -> Needs | None:
    """What the matches of a pattern that RE2 has compiled hold, folded to small ASCII letters.

    None: at least one alternative needs nothing that is known. Time is linear in the pattern.
    """
    found = tuple(dict.fromkeys(part.needs for part in _alternatives(pattern)))
    return found if all(found) else None


def _alternatives(pattern: str) -> list[_Part]:
    groups, repeated = [_Group()], False
    parts = parts_of(pattern)
    folds = any(part.startswith("(?") and "i" in part for part in parts)
    for part in parts:
        here = groups[-1]
        lazy, repeated = repeated and part == "?", False
        if lazy:
            continue
        if part.startswith("("):
            if not part.endswith(")"):
                groups.append(_Group())
        elif part == ")":
            inner = groups.pop().end()
            groups[-1].row.next(inner)
        elif part == "|":
            here.choice()
        elif part in {"*", "+", "?"} or (part[0] == "{" and part != "{"):
            here.row.last, repeated = _repeated(here.row.last, part), True
        else:
            here.row.next(_single(part, folds=folds))
    return groups[0].choices()


def enough(pattern: str) -> Texts:
    r"""Of the texts that a pattern needs which RE2 has compiled, those wherever one of which is, the pattern matches.

    They are what whole alternatives match, in whatever letters or where none is written large and small. A zero byte at
    an end of one stands for `\b`.
    """
    parts = parts_of(pattern)
    folds = parts[:1] == ["(?i)"]
    has_case = _has_cases if folds else _is_cased
    if any(_is_unsure(part) or has_case(part) for part in parts[folds:]):
        return frozenset()
    exact = [part.exact for part in _alternatives(pattern)]
    edged = _LINE_EDGES.isdisjoint(parts)
    return frozenset(text for texts in exact for text in texts or () if _is_told(text, edged=edged))


_LINE_EDGES = _EDGES - {r"\b"}


def _is_told(text: bytes, *, edged: bool) -> bool:
    """Whether there is anything in it, and word edges at its ends alone, where it has a letter or digit of ASCII."""
    bare = text.strip(EDGE)
    if not bare or EDGE in bare or not (edged or bare == text):
        return False
    ends = (text[:1], bare[:1]), (text[-1:], bare[-1:])
    return all(edge != EDGE or (sign.isascii() and sign.isalnum()) or sign == b"_" for edge, sign in ends)


def _is_cased(part: str) -> bool:
    """Whether it spells a letter that is written large and small."""
    is_class = part[0] == "\\" and part[1] != "Q" and part[1].isalnum()
    return not is_class and part.lower() != part.upper()


def _is_unsure(part: str) -> bool:
    """Whether what it matches hangs on more than the text, or cannot be said in no time."""
    return part == r"\B" or (part.startswith("(?") and part != "(?:")


def _has_cases(text: str) -> bool:
    """Whether there is a letter beyond ASCII in it that is written large and small."""
    return not text.isascii() and text.lower() != text.upper()


def _single(part: str, *, folds: bool) -> _Part:
    if part in _EDGES:
        return _EDGE
    if part == r"\B":
        return _EMPTY
    if part.startswith(r"\Q"):
        return _text(part[2:].removesuffix(r"\E"), folds=folds)
    if part[0] == "\\":
        return _ANYTHING if part[1].isalnum() else _text(part[1], folds=folds)
    if part[0] == "[":
        members = part[1:-1]
        small = len(part) <= _SMALL_CLASS and members.isalpha() and members.isascii()
        return _Part(frozenset(one.lower().encode() for one in members)) if small else _ANYTHING
    return _ANYTHING if part == "." else _text(part, folds=folds)


def _text(text: str, *, folds: bool) -> _Part:
    if folds and _has_cases(text):
        return _Part(None, (_spellings(text),)) if len(text) == 1 else _ANYTHING
    folded = text.encode().lower()
    if EDGE in folded or b"\n" in folded:  # what lines stand together is another question without noise
        return _ANYTHING
    if len(folded) <= MAX_TEXT_BYTES:
        return _Part(frozenset({folded}))
    return _Part(None, (frozenset({folded[:MAX_TEXT_BYTES].decode("utf-8", "ignore").encode()}),))  # whole characters


@lru_cache(maxsize=256)
def _spellings(letter: str) -> Texts:
    """A letter beyond ASCII, and what RE2 takes for it whatever their case: it knows of more than large and small."""
    return frozenset(map(folded_of, re2.compile(f"(?i){letter}".encode()).findall(_signs())))


@cache
def _signs() -> bytes:
    """All that may be letters, up to those of the last alphabet that has large and small ones, Adlam."""
    return "".join(map(chr, (*range(ord("A"), 0xD800), *range(0xE000, 0x1E944)))).encode()


def _repeated(part: _Part, count: str) -> _Part:
    if count == "?":
        return _Part(_union((part.exact, _NOTHING)))
    if count == "*":
        return _ANYTHING
    at_least_once = count == "+" or int(count[1:-1].partition(",")[0]) > 0
    return _Part(None, part.needs) if at_least_once else _ANYTHING


def _joined(before: Texts, after: Texts | None) -> Texts | None:
    """Each of the first followed by each of the second; None where that becomes too much."""
    if after is None or len(before) * len(after) > MAX_CHOICES:
        return None
    joined = frozenset(first + second for first, second in product(before, after))
    return joined if max(map(len, joined)) <= MAX_TEXT_BYTES else None


def _union(some: Iterable[Texts | None]) -> Texts | None:
    together: set[bytes] = set()
    for texts in some:
        if texts is None:
            return None
        together |= texts
    return frozenset(together) if len(together) <= MAX_CHOICES else None


def _shortest(texts: Texts) -> int:
    """Length of its shortest text. One with an empty text rules nothing out."""
    return min(len(text) - text.count(EDGE) for text in texts)


def _weight(texts: Texts) -> tuple[int, int]:
    """How much it rules out: the longer its shortest text, up to a length, then the fewer there are."""
    return min(_shortest(texts), _LONG_ENOUGH), -len(texts)
