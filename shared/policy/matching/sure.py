r"""Texts that are all that an alternative of a pattern asks for: where one is, the pattern need not be searched for.

With word edges at their ends or without: `\bdisk\b` asks for `disk` that stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.policy.matching.literals import EDGE
from shared.policy.matching.words import Read

_EDGE = EDGE.decode()
_MOST = 8
"""Places of one text that are looked at."""
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
Sure = Mapping[Read, tuple[bool, bool]]
"""By text, whether a word has to begin where it does, and to end where it does."""
ANYWHERE = (False, False)


def sure_of(enough: Iterable[Read]) -> Sure:
    """Of what `literals.enough` told, read as Latin-1."""
    by_edges = sorted(enough, key=lambda one: one.count(_EDGE), reverse=True)
    return {one.strip(_EDGE): (one.startswith(_EDGE), one.endswith(_EDGE)) for one in by_edges}


def is_sure(text: Read, sure: Sure, folded: Read) -> bool:
    """Whether it is seen at once that the pattern is where the text is, which is in `folded`."""
    edges = sure.get(text)
    return edges is not None and (edges == ANYWHERE or _stands(text, folded, *edges))


def _stands(text: Read, folded: Read, begins: bool, ends: bool) -> bool:  # noqa: FBT001 - as they are kept
    at, whole = folded.find(text), f" {folded} "
    for _ in range(_MOST):
        if at < 0:
            return False
        if not ((begins and whole[at] in _WORD) or (ends and whole[at + len(text) + 1] in _WORD)):
            return True
        at = folded.find(text, at + 1)
    return False
