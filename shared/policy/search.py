"""All patterns of a policy, searched for in one text, in a time that has a bound whoever wrote it.

Most patterns need a text (`literals`), and only those are searched for whose text is there (`prefilter`). What is left
of a text of 32 KB is searched for in the whole of it, unless that is too much work: then in its first and last lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import re2

from shared.policy.early import READY, Early, digest_of, state_of
from shared.policy.literals import Needs, needed
from shared.policy.patterns import LIGHT, MAX_MEMORY_BYTES, compile_pattern, compiled, options, spans_lines
from shared.policy.prefilter import SHORT_BYTES, Prefilter
from shared.policy.weight import weight_of
from shared.policy.wordindex import few_words_of, folded_of, words_of

MAX_WORK = 3 << 18
"""Bytes times patterns that one text may cost: 24 patterns in 32 KB. What costs more is searched at its ends alone."""
MAX_RUNS = 8000
"""32 KB of logs have some five thousand words."""
MAX_WORDS, MAX_LETTERS = 1500, 12_000
"""Some hundred of these are distinct, of some thousand letters."""
RICH_BYTES = 8000
"""So much is searched of a text that has more."""
_GROUPED = 4
"""So many light patterns that need no text are searched for together: an automaton knows which of its patterns have
begun, all subsets of them, so hostile text could make a large one build a new state for each byte."""
_ALWAYS = b""
"""Matches everything. RE2 tells a set that ran out of memory as one without a match; without this one, that is."""


class Possible(NamedTuple):
    """What a text may hold."""

    text: bytes
    """What is searched: the text itself, or its first and last lines."""
    numbers: frozenset[int]
    """Of the patterns that may be there; of no others."""
    if_there: Mapping[int, tuple[bytes, ...]] = MappingProxyType({})
    """By number, of some: one of these is in the folded text, or the pattern is not: cheaper than to search."""
    folded: bytes = b""
    """The text in small letters."""


class PatternSet:
    """Some patterns, searched for together. Which are found never depends on how they are searched for.

    What only a text needs waits for the first one: many processes see none, and one text needs few of the patterns.
    """

    def __init__(self, patterns: Sequence[str], known: Mapping[str, Needs] = MappingProxyType({})) -> None:
        """Check them.

        Args:
            patterns: each is compiled and checked, unless it is known.
            known: what patterns that were checked before need.

        Raises:
            PatternError: for the first that cannot be used.
        """
        self._patterns = tuple(patterns)
        self._known = known
        ready = READY.get(digest_of(patterns)) if READY else None
        self._early = None if ready is None else Early(ready)
        # What was made ready was checked before.
        self._single = [None if ready is not None or one in known else compile_pattern(one) for one in patterns]

    @cached_property
    def _index(self) -> _Index:
        return _Index(self._patterns, self._known)

    def possible_in(self, text: bytes) -> Possible:
        """The patterns that may be anywhere in the text."""
        if self._early is not None and len(text) <= SHORT_BYTES:
            folded = folded_of(text)
            chances = self._early.possible(folded)
            if chances is not None:
                return Possible(text, *chances, folded)
        return self._index.possible_in(text)

    def ready(self) -> tuple[str, bytes] | None:
        """What a new process need not work out about the first texts, by the digest of the patterns.

        None where some patterns need no text: those have to be searched for anyway.
        """
        return self._index.ready(self._patterns)

    def finds(self, number: int, there: Possible) -> bool:
        """Whether a pattern that may be there is."""
        needed = there.if_there.get(number)
        if needed is not None:
            folded = there.folded
            for text in needed:
                if text in folded:
                    break
            else:
                return False
        return self._compiled(number).search(there.text) is not None

    def place_of(self, number: int, text: bytes) -> int:
        """Where the first match of a pattern that is found begins."""
        return int(self._compiled(number).search(text).start())

    def _compiled(self, number: int) -> Any:
        one = self._single[number]
        if one is None:
            one = self._single[number] = compiled(self._patterns[number])
        return one


class _Index:
    """Which patterns a text may hold."""

    def __init__(self, patterns: Sequence[str], known: Mapping[str, Needs]) -> None:
        needs = [known.get(one) or needed(one) for one in patterns]
        self._prefilter = Prefilter(needs)
        free = [number for number, each in enumerate(needs) if each is None]
        light = [number for number in free if weight_of(patterns[number]) <= LIGHT]
        groups = [
            some[start : start + _GROUPED]
            for some in (
                [n for n in light if spans_lines(patterns[n])],
                [n for n in light if not spans_lines(patterns[n])],
            )
            for start in range(0, len(some), _GROUPED)
        ]
        groups += [[number] for number in free if number not in light]  # alone: one of those has a large automaton
        single = {number: compiled(patterns[number]) for number in free}
        self._groups = [_Together(group, single) for group in groups]
        self._free = len(free)

    def ready(self, patterns: Sequence[str]) -> tuple[str, bytes] | None:
        """See the set's."""
        return None if self._free else (digest_of(patterns), state_of(patterns, self._prefilter))

    def possible_in(self, text: bytes) -> Possible:
        """The patterns that may be anywhere in the text."""
        there = self._of_long(text) if len(text) > SHORT_BYTES else self._of_short(text)
        if not self._groups:
            return there
        return there._replace(numbers=there.numbers.union(*(group.found_in(there.text) for group in self._groups)))

    def _of_short(self, text: bytes) -> Possible:
        folded = folded_of(text)
        return Possible(text, *self._prefilter.possible(folded), folded)

    def _of_long(self, text: bytes) -> Possible:
        """A long text, or as much of it as can be afforded, and the patterns that it may hold."""
        folded = folded_of(text)
        words = few_words_of(folded, MAX_RUNS)
        if words is None or len(words) > MAX_WORDS or sum(map(len, words)) > MAX_LETTERS:
            text = _ends_of(text, RICH_BYTES)
            folded = folded_of(text)
            words = words_of(folded)
        possible = self._prefilter.possible_by(words, folded)
        most = 0 if possible is None else MAX_WORK // (len(possible) + self._free or 1)
        if possible is not None and most > SHORT_BYTES:
            return Possible(text if len(text) <= most else _ends_of(text, most), possible)
        return self._of_short(_ends_of(text, SHORT_BYTES))


def _ends_of(text: bytes, size: int) -> bytes:
    """The first and the last whole lines, about so many bytes in all."""
    half = size // 2
    head, tail = text[:half], text[-half:]
    return head[: head.rfind(b"\n") + 1 or half] + b"\n" + tail[tail.find(b"\n") + 1 :]


class _Together:
    """Some of the patterns as one RE2 set; one by one where RE2 cannot do that."""

    def __init__(self, members: Sequence[int], single: Mapping[int, Any] | Sequence[Any]) -> None:
        self._members = tuple(members)
        self._single = tuple(single[number] for number in members)
        self._set = _set_of(self._single) if len(self._single) > 1 else None
        self._sentinel = len(self._members)

    def found_in(self, text: bytes) -> Collection[int]:
        """Numbers, as the policy counts them, of those that are found."""
        if self._set is not None:
            found = self._set.Match(text) or ()
            if self._sentinel in found:
                return [self._members[place] for place in found if place != self._sentinel]
        return [number for number, one in zip(self._members, self._single, strict=True) if one.search(text)]


def _set_of(compiled: Sequence[Any], max_mem: int = _GROUPED * MAX_MEMORY_BYTES) -> Any | None:
    together = re2.Set.SearchSet(options(max_mem, one_line=compiled[0].options.never_nl))
    try:
        for one in compiled:
            together.Add(one.pattern)
        together.Add(_ALWAYS)
        together.Compile()
    except re2.error:
        return None  # larger than RE2 lets a set be
    return together
