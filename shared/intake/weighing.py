"""What a body would weigh once it is read, reckoned from its text; and the records in it that are too heavy, cut out.

A value takes some 90 bytes of memory however short it is, one with a name of its own thrice as much: twenty megabytes
of `"1":1,` would be half a gigabyte. So what is heavy is weighed before anything is built. The objects in it that no
failure, event or log can be are cut out, each told in its place, and nothing around them is lost; what is still too
heavy is refused whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from msgspec import Struct

from shared.reading.text import cut

MAX_WEIGHT = 1_600_000
"""Of a body, or of text in one: some 150 MB of memory. A value weighs 1, with a name 3, an object or array 2 more. Ten
thousand events, the most that streaming delivers, may have fifty members each."""
MAX_MEMBERS = 10_000
"""Of an object in what is heavier than that."""
MAX_OPEN = 64
"""Objects and arrays in one another of which each may be cut out; what is deeper is only weighed."""
_SHOWN_CHARS = 200
_CUT = "1E+000987{}"
"""A number that no float holds stands for what was cut out, as in `shared.intake.body`."""
_SIGN = re.compile(r'"[^"\\]*"(?P<named>[ \t\r\n]*:)?|(?P<text>")|[\[\]{},:]')
_IN_TEXT = re.compile(r'[^"\\]*(?:\\.|"|\\?\Z)', re.DOTALL)


class TooHeavy(Exception):  # noqa: N818 - says what came
    """All of it is, whatever is cut out. Says what is wanted."""


class CutOut(Struct, frozen=True):
    """An object that was."""

    problem: str
    """What is wrong and what was wanted, as the text of a fault."""
    shown: str
    """Its beginning, and a hash of all of it: two of them are two."""


class _Open(Struct):
    """An object or array that is being weighed."""

    start: int
    before: int
    """The weight of all that stands before it."""
    members: int = 0


def lightened(text: str) -> tuple[str, dict[str, CutOut]]:
    """The text, with a number in the place of each object that is too heavy, and these. Linear in the text.

    Raises:
        TooHeavy: all of it is.
    """
    if _at_most(text) <= MAX_WEIGHT:
        return text, {}
    weight, found = _weighed(text)
    if weight > MAX_WEIGHT:
        raise TooHeavy(f"has more than {MAX_WEIGHT} values; one with a name, an object and an array count thrice")
    kept: list[str] = []
    cuts: dict[str, CutOut] = {}
    end = 0
    for place, (start, stop, members) in enumerate(found):
        mark, whole = _CUT.format(place), text[start:stop]
        kept += (text[end:start], mark)
        shown = f"{cut(whole, _SHOWN_CHARS)} (SHA-256 {hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()})"
        problem = f"is an object of {members} members; in so large a body at most {MAX_MEMBERS}"
        cuts[mark], end = CutOut(problem, shown), stop
    return "".join(kept) + text[end:] if found else text, cuts


def _at_most(text: str) -> int:
    """As much as it can weigh: signs in text are counted as well, which costs nothing."""
    return text.count(",") + 2 * (text.count(":") + text.count("{") + text.count("["))


def _weighed(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """The weight without what is too heavy; and where that begins and ends, and how many members it has."""
    weight = depth = 0
    opened: list[_Open] = []
    heavy: list[tuple[int, int, int]] = []
    for sign, start in _signs(text):
        if sign == ":":
            weight += 2
            if opened and depth == len(opened):
                opened[-1].members += 1
        elif sign == ",":
            weight += 1
        elif sign in "[{":
            if depth == len(opened) < MAX_OPEN:
                opened.append(_Open(start, weight))
            weight, depth = weight + 2, depth + 1
        elif depth:
            if depth == len(opened) and (one := opened.pop()).members > MAX_MEMBERS:
                weight = one.before
                while heavy and heavy[-1][0] > one.start:
                    heavy.pop()
                heavy.append((one.start, start + 1, one.members))
            depth -= 1
    return weight, heavy


def _signs(text: str) -> Iterator[tuple[str, int]]:
    """The signs of its structure and where they stand: none that stand in text."""
    at = 0
    while (found := _SIGN.search(text, at)) is not None:
        at = found.end()
        if found.lastgroup == "named":
            yield ":", found.start()
        elif found.lastgroup == "text":  # with escapes, or without an end
            while (part := _IN_TEXT.match(text, at)) is not None and part[0]:
                at = part.end()
                if part[0].endswith('"') and not part[0].endswith('\\"'):
                    break
        elif found[0][0] != '"':
            yield found[0], found.start()
