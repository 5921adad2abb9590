r"""Ids in a text: what stands for a run, a container or a file, and is another one each time.

Of hexadecimal signs, eight or more, at least one digit and one letter. Only those are taken for ids that nothing which
makes a text normal tells from one another (`policy.text`): no prefix goes on over one of `/=@'"` and then counts its
digits. Behind a blank it may, where a line has one. And the sign behind an id is one that stays.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shared.policy.matching.words import Read
from shared.policy.text.prefixes import may_have_prefixes

LEAST = 8
_HEX = b"0123456789abcdef"
_ZEROES = bytes.maketrans(_HEX, b"0" * len(_HEX))
_SIGNS = b"0" * LEAST
_END = rb"[!-/:-@[-^`{-~]"
_ID = re.compile(rb"(?:(?<=[/=@'\"])|(?<=[!-~] ))(?=[a-f]*0)(?=0*[a-f])[0a-f]+(?=%s)" % _END)
"""Where each digit is a zero."""
_BLANK = b"\xff"
"""In no UTF-8."""
_TOUCHES = re.compile(
    # A zero byte is the edge of a word (`literals.EDGE`), which is nowhere within an id.
    rb"[0-9a-f]+(?:%s|\0|\Z)|(?s:.*)(?:[/=@'\" ]\0?|\A\0)(?:[0-9a-f]+\Z|[0-9a-f]{%d,}(?:%s|\0))" % (_END, LEAST, _END)
)
_BESIDE = re.compile(rf"[/=@'\" ]?[0-9a-f]+{_END.decode()}?")


def without_ids(text: bytes) -> bytes:
    """A text with a zero for each digit: its ids become signs that no text has."""
    signs = text.translate(_ZEROES)
    at = signs.find(_SIGNS)
    while at >= 0:
        found, end = _ID.match(text, at), at + LEAST
        if found is not None:
            end = found.end()
            text = text[:at] + _BLANK * (end - at) + text[end:]
        at = signs.find(_SIGNS, end)
    return text


def has_ids(blanked: bytes) -> bool:
    """Whether there was one in what `without_ids` made."""
    return _BLANK in blanked


def are_neutral(blanked: bytes, text: str) -> bool:
    """Whether the ids in a text decide nothing of what it is when it is normal: whatever their signs, that is the same.

    Behind a blank one could be, or end, a prefix: only where no line begins like one.
    """
    if not text.replace("\n", "").replace("\t", "").isprintable():
        return False
    return not (b" " + _BLANK in blanked and may_have_prefixes(text))


def hexed(text: Read) -> Read:
    """With a zero for each sign that an id may have: the same for all texts of which one is where the other is."""
    return text.encode("latin-1").translate(_ZEROES).decode("latin-1")


@lru_cache(maxsize=4096)
def touches_id(needed: bytes) -> bool:
    """Whether signs of an id may be some of a needed text: all, those at its beginning or its end, or an id in it."""
    return _TOUCHES.match(needed) is not None


def is_within_ids(text: Read) -> bool:
    """Whether it is of signs that an id may have, one before and one behind it: those stay in a normal text."""
    return _BESIDE.fullmatch(text) is not None
