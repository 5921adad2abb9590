"""The texts by which the stuck-rank watcher knows a line that may tell a cause: in its one file, from the packs.

Of each pattern the watcher gets the beginnings of texts that its matches hold (`literals.needed`). So it quotes a few
lines too many and leaves none out that a rule could read, needs no package, and takes time linear in what a job prints.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from emitters.stuck_rank_watcher import words_of
from shared.policy.conditions import patterns_of
from shared.policy.matching.literals import EDGE, needed
from shared.policy.packs import Pack
from shared.policy.rule import Tells

WATCHER = Path(__file__).resolve().parent.parent / "emitters" / "stuck_rank_watcher.py"
BEGIN, EFFECTS, END = 'CAUSES = r"""\n', "effects\n", '"""  # noqa: E501 - end of CAUSES\n'
WIDTH = 116
_LEAST_LETTERS = 3
_FEW = 4
_SIZES = (14, 12, 10, 8)
"""Bytes of a text that are kept: the fewer, the more texts an alternative has."""
_SEPARATOR = ";"
_SIGNS = ("||", "&&", _SEPARATOR * 2, "~", '"""', "\n")
_IN_EACH_LOG = frozenset(("http://", "info", "debug", "trace", "notice"))
"""Alone they tell nothing."""


def with_causes(watcher: str, packs: Sequence[Pack]) -> str:
    """The watcher's text with the list of these packs in it.

    Raises:
        ValueError: it has no place for the list, or a text of a pattern has a sign of the list in it.
    """
    before, begin, rest = watcher.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{WATCHER.name} has no lines {BEGIN!r} and {END!r}")
    return before + begin + listed(packs) + end + after


def listed(packs: Sequence[Pack]) -> str:
    """The list: causes, the line `effects`, and effects that are no causes."""
    causes = dict.fromkeys(_rows(packs, Tells.CAUSE))
    effects = [row for row in dict.fromkeys(_rows(packs, Tells.EFFECT)) if row not in causes]
    return _filled(causes) + EFFECTS + _filled(effects)


def _rows(packs: Sequence[Pack], tells: Tells) -> Iterator[str]:
    for pack in packs:
        for rule in pack.rules:
            if rule.tells is tells:
                for pattern in patterns_of(rule.match):
                    yield from filter(None, map(_row, needed(pattern) or ()))


def _row(alternative: Sequence[Iterable[bytes]]) -> str:
    """Two needs at most; the first is looked up by letters, so it has the most of them."""
    needs = [_shortened([text.decode() for text in texts]) for texts in alternative]
    first, *others = sorted(needs, key=_letters, reverse=True)
    if _letters(first) < _LEAST_LETTERS:
        return ""
    if len(needs) == 1 and not _IN_EACH_LOG.isdisjoint(text.replace(EDGE.decode(), "") for text in first):
        return ""
    usable = [first, *sorted(others, key=lambda need: min(map(len, need)), reverse=True)[:1]]
    row = "&&".join("||".join(need) for need in usable)
    if any(sign in text for need in usable for text in need for sign in _SIGNS):
        raise ValueError(f"{row!r} has a sign of the list in it")
    return row.rstrip(_SEPARATOR).replace(EDGE.decode(), "~")  # with it at its end, rows would part one sign too early


def _letters(need: Sequence[str]) -> int:
    """In a row in the poorest of these texts, 8 at most: more are not needed to tell words apart."""
    return min(8, *(max(map(len, words_of(text.encode())), default=0) for text in need))


def _shortened(texts: Sequence[str]) -> list[str]:
    """Beginnings of these texts, none of which is within another; as few as can be."""
    kept: list[str] = []
    for size in _SIZES:
        kept = []
        for text in sorted({text[:size] for text in texts}, key=len):
            if not any(other.strip("\0") in text and "\0" not in other for other in kept):
                kept.append(text)
        if len(kept) <= _FEW:
            break
    return sorted(kept)


def _filled(rows: Iterable[str]) -> str:
    lines: list[str] = []
    for row in rows:
        if lines and _width(lines[-1]) + _width(row) + 2 <= WIDTH:
            lines[-1] += row + ";;"
        else:
            lines.append(row + ";;")
    return "".join(f"{line}\n" for line in lines)


def _width(text: str) -> int:
    """Chinese is twice as wide."""
    return len(text) + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
