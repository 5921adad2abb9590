r"""What stays the same in a text when the same failure comes again: no numbers, ids, addresses, hosts, paths."""

from __future__ import annotations

import hashlib
import re

from shared.policy.text.normal import normal

_PATH = re.compile(r"(?:[\w.~+-]+)?(?:/[\w.~+@%-]+)+/?|[A-Za-z]:(?:\\[\w.~+-]+)+")
_NUMBERED = re.compile(r"[\w.:@-]*\d[\w.:@-]*")
"""A number and all that hangs on it: an address, an id, `node07`, `4711.0`, `10.0.0.7:22`, `0x7ffe`."""
_LETTERS = re.compile(r"[^\W\d_]")
_DIGITS = 16


def fingerprint(text: str) -> str:
    """16 hex digits, the same for texts that differ in numbers, ids, hosts, paths, or how often a line comes.

    Empty for a text without letters: nothing is known then that could come again. Linear in the text.
    """
    shown = _NUMBERED.sub("#", _PATH.sub("/", normal(text)))
    lines = sorted({line for line in shown.split("\n") if _LETTERS.search(line)})
    if not lines:
        return ""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
