"""What stays the same in a text when the same failure comes again: no numbers, ids, addresses, hosts, paths."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from shared.policy.text.normal import normal

_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_DIGITS = 16


@lru_cache(maxsize=64)
def fingerprint(text: str) -> str:
    """16 hex digits, the same for texts that differ in numbers, ids, hosts, paths, or how often a line comes.

    Empty for a text without words: nothing is known then that could come again. Linear in the text, and kept for the
    last ones: a failure is decided more than once, and of one cause many jobs die with the same text.
    """
    shapes = {_shape(line) for line in normal(text).split("\n")}
    lines = sorted(shape for shape in shapes if _LETTER.search(shape))
    if not lines:
        return ""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _shape(line: str) -> str:
    """The line with `/` for each word that holds a path, and `#` for each that holds a digit."""
    words = line.split(" ")
    return " ".join(["/" if "/" in word or "\\" in word else "#" if _DIGIT.search(word) else word for word in words])
