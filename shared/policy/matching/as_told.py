"""Whether a text has all, as it was told, that is searched of it: then what is not in it need not be searched for."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

from shared.policy.matching.ids import hexed
from shared.policy.matching.words import Read
from shared.policy.text.normal import CAUSES, QUOTES, all_shown, lines_of
from shared.policy.text.prefixes import TAGGED
from shared.policy.text.whole import wholes


def is_as_told(text: str, some: Collection[Read]) -> bool:
    """Whether, where none of some texts is in a text, none is in what is searched of it, nor of others of its shape.

    So it is where each line that is searched is one of the text or the end of one; and where pieces are put together,
    if no such text has the signs in it that meet there. Those of numbers and ids are any.
    """
    lines = lines_of(text)
    if lines != list(filter(None, (line.strip(" ") for line in text.split("\n")))):
        return False
    if not text.isascii() or any(one in text for one in (TAGGED, QUOTES, CAUSES)) or any("\n" in one for one in some):
        return False
    bare = all_shown(lines)
    if not wholes(lines) and not wholes(bare):
        return True
    joints = {
        hexed(f"{before[-1:]}{blank}{after[:1]}".lower())
        for pieces in (lines, bare)
        for before, after in pairwise(pieces)
        for blank in ("", " ")
    }
    return not any(joint in one for one in map(hexed, some) for joint in joints)
