"""Patterns over hostile text, in time that has a bound: RE2, and only patterns whose automata stay small.

RE2 takes time linear in the text for each pattern (https://github.com/google/re2/wiki/WhyRE2), but what one byte
costs depends on the pattern: where a counted repeat meets text that can begin it anywhere, its automaton has a
state for each set of places, and 32 KB of such text take 60 ms for `[ab]*a[ab]{500}`. So patterns are weighed, and
too heavy ones are a fault of the policy. Syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no
back-references).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from heapq import nlargest
from typing import Any

import re2

from shared.policy.matching.weight import names_line_end, weight_of

MAX_MEMORY_BYTES = 1 << 20
"""What RE2 may use for one pattern, program and matching cache together; RE2's own default is 8 MiB."""
MAX_PROGRAM = 500
"""Instructions of one compiled pattern."""
MAX_WEIGHT = 10
"""Of one pattern: its automaton has at most about 2^weight states for each character that it spells out."""
MAX_WEIGHTS = 4096
"""Of a policy: the sum of 2^weight over its heavy patterns."""
MOST_AT_ONCE = 256
"""Patterns that one text is searched for: what they need does not fit into 2 KB for more, and a longer text that may
hold more is searched at its ends."""
MAX_SQUARES = 5_000_000
"""Of a policy: the sum of the squared instructions of its `MOST_AT_ONCE` largest patterns; all packs have three
quarters of it. Text that begins a pattern at each of its characters makes an automaton of that size, once in a process:
10 ns and 3 bytes for each."""
MAX_PATTERNS = 4096
"""Distinct patterns of one policy: a cold start reads 400 bytes of each, in 2 µs."""
_MOST_COMPILED = 1024
"""Patterns that are kept compiled, with what they have matched: 20 KB each, however many a policy has."""
LIGHT = 3
"""Patterns that weigh at most this may be searched for together."""


ALWAYS = b""
"""Matches everything. RE2 tells a set that ran out of memory as one without a match; without this one, that is."""
_LINES = b"(?m)"
"""Before each pattern: `^` and `$` are the ends of a line."""


class PatternError(ValueError):
    """RE2 cannot use the pattern, or only at great cost; the text says why."""


@cache
def options(max_mem: int, *, one_line: bool) -> Any:
    """RE2's options for our patterns, alone or in a set. `one_line`: whatever one says, it matches no line's end.

    The same ones each time, which are not to be changed: RE2 takes a copy.
    """
    chosen = re2.Options()
    chosen.max_mem = max_mem
    chosen.never_nl = one_line
    chosen.log_errors = False  # a bad pattern is a fault of the policy, not a line on stderr
    chosen.never_capture = True  # whether it matches is all that is asked
    return chosen


@lru_cache(maxsize=2 * MAX_PATTERNS)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern, kept while it is among the last used. Raises PatternError."""
    one = compiled(pattern)
    size, weight = one.programsize, weight_of(pattern)
    if size > MAX_PROGRAM:
        raise PatternError(f"too large: {size} steps, at most {MAX_PROGRAM}")
    if names_line_end(pattern) and not spans_lines(pattern):
        raise PatternError("it is searched for in one line at a time: begin it with (?s) to let it span lines")
    if weight > MAX_WEIGHT:
        raise PatternError(f"counts too far: {weight} classes and choices, at most {MAX_WEIGHT}; use * or +")
    return one


@lru_cache(maxsize=_MOST_COMPILED)
def compiled(pattern: str) -> Any:
    """As `compile_pattern`, of one whose cost was checked before."""
    try:
        return re2.compile(_LINES + pattern.encode(), options(MAX_MEMORY_BYTES, one_line=not spans_lines(pattern)))
    except re2.error as error:
        raise PatternError(_reason(error)) from None
    except UnicodeEncodeError:
        raise PatternError("characters that are no text") from None


@lru_cache(maxsize=_MOST_COMPILED)
def alone(pattern: str) -> Any:
    """A set of a checked pattern and `ALWAYS`: it tells whether the pattern is there, not where, in half the time.

    What it tells of a text is [0, 1] if the pattern is there, [1] if not, and nothing if that cannot be told so.
    """
    one = re2.Set.SearchSet(options(MAX_MEMORY_BYTES, one_line=not spans_lines(pattern)))
    one.Add(_LINES + pattern.encode())
    one.Add(ALWAYS)
    one.Compile()
    return one


def spans_lines(pattern: str) -> bool:
    """Whether it begins with a flag `s`: then it is searched for in the whole text, and `.` matches a line's end."""
    return _SPANS.match(pattern) is not None


_SPANS = re.compile(r"\(\?[imU]*s[imsU]*\)")


def hits_every_line(pattern: str) -> bool:
    """Whether a checked pattern is found in any line, whatever it says: `.`, `x*`, `OOM|`."""
    return all(compiled(pattern).search(line) is not None for line in _ANY_LINES)


def may_be_empty(pattern: str) -> bool:
    """Whether a checked pattern is found where nothing is."""
    return compiled(pattern).search(b"") is not None


_SIGNS = bytes(range(ord(" "), ord("~") + 1))
_ANY_LINES = (*(bytes((sign,)) for sign in _SIGNS), "\u4e2d".encode(), _SIGNS * 16)
"""Nothing but what is in any line is in all of these: the last is longer than RE2 counts, 1000."""


def excess(patterns: Sequence[str]) -> str | None:
    """What the patterns of one policy are too many or too heavy for together; None if they are not."""
    distinct = dict.fromkeys(patterns)
    if len(distinct) > MAX_PATTERNS:
        return f"{len(distinct)} patterns, at most {MAX_PATTERNS}"
    weights = [weight for weight in map(weight_of, distinct) if weight > LIGHT]
    if sum(2**weight for weight in weights) > MAX_WEIGHTS:
        return f"{len(weights)} patterns with more than {LIGHT} counted classes and choices each; use * or +"
    largest = nlargest(MOST_AT_ONCE, (compile_pattern(pattern).programsize for pattern in distinct))
    return "patterns that are too long together" if sum(size**2 for size in largest) > MAX_SQUARES else None


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else "not a pattern"
    return (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).replace(_LINES.decode(), "", 1)
