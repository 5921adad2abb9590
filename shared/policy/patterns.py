"""Patterns over hostile text, in time that has a bound: RE2, and only patterns whose automata stay small.

RE2 takes time linear in the text for each pattern (https://github.com/google/re2/wiki/WhyRE2), but what one byte
costs depends on the pattern: where a counted repeat meets text that can begin it anywhere, its automaton has a
state for each set of places, and 32 KB of such text take 60 ms for `[ab]*a[ab]{500}`. So patterns are weighed, and
too heavy ones are a fault of the policy. Syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no
back-references).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import re2

from shared.policy.weight import names_line_end, weight_of

MAX_MEMORY_BYTES = 1 << 20
"""What RE2 may use for one pattern, program and matching cache together; RE2's own default is 8 MiB."""
MAX_SET_MEMORY_BYTES = 16 << 20
"""What RE2 may use for all patterns of a policy as one set."""
MAX_PROGRAM = 500
"""Instructions of one compiled pattern."""
MAX_WEIGHT = 10
"""Of one pattern: its automaton has at most about 2^weight states for each character that it spells out."""
MAX_WEIGHTS = 1024
"""Of a policy: the sum of 2^weight over its heavy patterns."""
MAX_SQUARES = 8_000_000
"""Of a policy: the sum of the squared instructions of its patterns. Text that begins a pattern at each of its
characters makes an automaton of that size, once in a process."""
MAX_PATTERNS = 2048
"""Distinct patterns of one policy."""
SHORT_BYTES = 512
"""A message up to this length is searched for all patterns at once. A set's automaton knows which of its patterns
have begun, all subsets of them, so a long hostile message could make it build a new state for each byte."""
_GROUPED = 4
"""In a longer message so many light patterns are searched for together: few subsets."""
_LIGHT = 3
"""Patterns that weigh at most this are searched for together."""
_ALWAYS = b""
"""Matches everything. RE2 tells a set that ran out of memory as one without a match; without this one, that is."""


class PatternError(ValueError):
    """RE2 cannot use the pattern, or only at great cost; the text says why."""


def _options(max_mem: int, *, one_line: bool = True) -> Any:
    options = re2.Options()
    options.max_mem = max_mem
    options.never_nl = one_line  # whatever a pattern says, it matches no line's end
    options.log_errors = False  # a bad pattern is a fault of the policy, not a line on stderr
    options.never_capture = True  # whether it matches is all that is asked
    return options


@lru_cache(maxsize=2 * MAX_PATTERNS)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern, kept while it is among the last used. Raises PatternError."""
    try:
        one_line = not spans_lines(pattern)
        compiled = re2.compile(b"(?m)" + pattern.encode(), _options(MAX_MEMORY_BYTES, one_line=one_line))
    except re2.error as error:
        raise PatternError(_reason(error)) from None
    except UnicodeEncodeError:
        raise PatternError("characters that are no text") from None
    size, weight = compiled.programsize, weight_of(pattern)
    if size > MAX_PROGRAM:
        raise PatternError(f"too large: {size} steps, at most {MAX_PROGRAM}")
    if one_line and names_line_end(pattern):
        raise PatternError("it is searched for in one line at a time: begin it with (?s) to let it span lines")
    if weight > MAX_WEIGHT:
        raise PatternError(f"counts too far: {weight} classes and choices, at most {MAX_WEIGHT}; use * or +")
    return compiled


def spans_lines(pattern: str) -> bool:
    """Whether it begins with a flag `s`: then it is searched for in the whole text, and `.` matches a line's end."""
    return _SPANS.match(pattern) is not None


_SPANS = re.compile(r"\(\?[imU]*s[imsU]*\)")


def excess(patterns: Sequence[str]) -> str | None:
    """What the patterns of one policy are too many or too heavy for together; None if they are not."""
    distinct = dict.fromkeys(patterns)
    if len(distinct) > MAX_PATTERNS:
        return f"{len(distinct)} patterns, at most {MAX_PATTERNS}"
    weights = [weight for weight in map(weight_of, distinct) if weight > _LIGHT]
    if sum(2**weight for weight in weights) > MAX_WEIGHTS:
        return f"{len(weights)} patterns with more than {_LIGHT} counted classes and choices each; use * or +"
    steps = sum(compile_pattern(pattern).programsize ** 2 for pattern in distinct)
    return "patterns that are too long together" if steps > MAX_SQUARES else None


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else "not a pattern"
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


class PatternSet:
    """All patterns of a policy, searched for together. Which are found never depends on how they are searched for."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile them. Raises PatternError for the first that cannot be used."""
        self._single = [compile_pattern(pattern) for pattern in patterns]
        everything = range(len(patterns))
        spanning = [index for index in everything if spans_lines(patterns[index])]
        local = [index for index in everything if not spans_lines(patterns[index])]
        self._all = _Together(local, self._single, MAX_SET_MEMORY_BYTES)
        self._spanning = _Together(spanning, self._single, MAX_SET_MEMORY_BYTES)
        light = [index for index in local if weight_of(patterns[index]) <= _LIGHT]
        heavy = [index for index in local if weight_of(patterns[index]) > _LIGHT]
        groups = [light[start : start + _GROUPED] for start in range(0, len(light), _GROUPED)]
        groups += [[index] for index in heavy]  # alone, RE2 leaves an automaton that grows too fast
        self._groups = [_Together(group, self._single, _GROUPED * MAX_MEMORY_BYTES) for group in groups]

    def found_in(self, message: bytes) -> Collection[int]:
        """Indices of the patterns that are found anywhere in the message."""
        spanning = self._spanning.found_in(message)
        if len(message) <= SHORT_BYTES:
            return [*self._all.found_in(message), *spanning]
        return [*(index for group in self._groups for index in group.found_in(message)), *spanning]

    def place_of(self, index: int, text: bytes) -> int:
        """Where the first match of a pattern that is found begins."""
        return int(self._single[index].search(text).start())

    def __bool__(self) -> bool:
        return bool(self._single)


class _Together:
    """Some of the patterns as one RE2 set; one by one where RE2 cannot do that."""

    def __init__(self, members: Sequence[int], single: Sequence[Any], max_mem: int) -> None:
        self._members = tuple(members)
        self._single = tuple(single[index] for index in members)
        one_line = all(one.options.never_nl for one in self._single)
        self._set = _set_of(self._single, max_mem, one_line=one_line) if len(self._single) > 1 else None
        self._sentinel = len(self._members)

    def found_in(self, message: bytes) -> Collection[int]:
        """Indices, as the policy counts them, of those that are found."""
        if self._set is not None:
            found = self._set.Match(message) or ()
            if self._sentinel in found:
                return [self._members[place] for place in found if place != self._sentinel]
        return [index for index, one in zip(self._members, self._single, strict=True) if one.search(message)]


def _set_of(compiled: Sequence[Any], max_mem: int, *, one_line: bool = True) -> Any | None:
    together = re2.Set.SearchSet(_options(max_mem, one_line=one_line))
    try:
        for one in compiled:
            together.Add(one.pattern)
        together.Add(_ALWAYS)
        together.Compile()
    except re2.error:
        return None  # larger than RE2 lets a set be
    return together
