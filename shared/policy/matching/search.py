"""All patterns of a policy, searched for in one text, in a time that has a bound whoever wrote it.

Most patterns need a text (`literals`), and only those are searched for whose text is there (`prefilter`). What is left
of a text of 32 KB is searched for in the whole of it, unless that is too much work: then in its first and last lines.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import re2

from shared.policy.matching.early import Early, digest_of, early_of, state_of
from shared.policy.matching.literals import Needs, enough, needed
from shared.policy.matching.patterns import (
    ALWAYS,
    LIGHT,
    MAX_MEMORY_BYTES,
    alone,
    compile_pattern,
    compiled,
    options,
    spans_lines,
)
from shared.policy.matching.possible import Possible
from shared.policy.matching.prefilter import SHORT_BYTES, Chances, Prefilter
from shared.policy.matching.sought import Needles, sought_for
from shared.policy.matching.sure import Sure, sure_of
from shared.policy.matching.weight import weight_of
from shared.policy.matching.words import Read, brief_of, few_words_of, folded_of, words_of
from shared.policy.shipped import READY

MAX_WORK = 1 << 19
"""Bytes times patterns that one text may cost: 16 patterns in 32 KB. What costs more is searched at its ends alone."""
EASY_BYTES, EASY_TIMES = 6144, 2
"""A text of so many bytes may be so many times as rich as a longer one, and cost so many times as much for each: a
failure among thirty lines of a log is."""
MAX_RUNS = 8000
"""32 KB of logs have some five thousand words."""
MAX_WORDS, MAX_LETTERS = 1500, 8000
"""Some hundred of these are distinct, of some thousand letters."""
RICH_BYTES = 6000
"""So much is searched of a text that has more."""
_GROUPED = 4
"""So many light patterns that need no text are searched for together: an automaton knows which of its patterns have
begun, all subsets of them, so hostile text could make a large one build a new state for each byte."""


class PatternSet:
    """Some patterns, searched for together. Which are found never depends on how they are searched for.

    All is ready for the first text but the patterns themselves: one text needs few of them.
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
        self._state = ready = READY.get(digest_of(patterns)) if READY else None
        self._early = None if ready is None else early_of(ready)
        self._sure: list[Sure | None] = [None] * len(self._patterns)
        for one in patterns if ready is None else ():  # what was made ready was checked before
            if one not in known:
                compile_pattern(one)
        self._index = self._indexed(known)

    def _indexed(self, known: Mapping[str, Needs]) -> _Index:
        if self._early is not None:
            return _Index(self, self._early.sought, ())
        needs = [known.get(one) or needed(one) for one in self._patterns]
        return _Index(self, sought_for(needs), [number for number, each in enumerate(needs) if each is None])

    def possible_in(self, text: bytes) -> Possible:
        """The patterns that may be anywhere in the text."""
        return self.possible_in_all(text) or self.possible_in_ends(text)

    def possible_in_all(self, text: bytes, whole: int = 0) -> Possible | None:
        """The same, of what is shown of so many signs; None: so many that the ends of a long one alone are searched."""
        return self._index.possible_in(text, _times(max(len(text), whole)))

    def possible_in_ends(self, text: bytes) -> Possible:
        """The patterns that may be in the first and last lines of a long text."""
        return self._index.possible_in_ends(text)

    def left_of(self, there: Possible, whole: bytes, text: bytes, gone: frozenset[int]) -> Possible:
        """The patterns in what is left of the whole in which these may be, without those that are gone from it.

        The same may be there; others of a text that was looked at in its ends alone, or where pieces of a line come
        together only now: that makes words which the whole did not have.
        """
        if there.chances.of_ends or not set(whole.split(b"\n")).issuperset(text.split(b"\n")):
            return self._index.possible_in(text, there.chances.times) or self.possible_in_ends(text)
        return self._index.left_of(text, there.chances, gone)

    def ready(self) -> tuple[str, bytes] | None:
        """What a new process need not work out, by the digest of the patterns.

        None where some patterns need no text: those have to be searched for anyway.
        """
        sought = self._index.sought
        if not sought.all_need:
            return None
        if self._state is not None:
            return digest_of(self._patterns), self._state
        enough = {number: self._enough_for(number) for number in range(len(self._patterns))}
        return digest_of(self._patterns), state_of(Early(sought, enough))

    def pattern(self, number: int) -> str:
        """By its number."""
        return self._patterns[number]

    def sure(self, number: int) -> Sure:
        """Texts that make the pattern match wherever one of them is."""
        some = self._sure[number]
        if some is None:
            some = self._sure[number] = sure_of(self._enough_for(number))
        return some

    def _enough_for(self, number: int) -> Sequence[Read]:
        if self._early is not None:
            return self._early.enough[number]
        return sorted(one.decode("latin-1") for one in enough(self._patterns[number]))

    def is_in(self, number: int, text: bytes) -> bool:
        """Whether a text holds the pattern, wherever."""
        if len(text) > SHORT_BYTES:  # this ends at the first match, a set at the text's end
            return self.compiled(number).search(text) is not None
        told = alone(self._patterns[number]).Match(text)
        return len(told) > 1 if told else self.compiled(number).search(text) is not None

    @property
    def near_ids(self) -> Sequence[Read]:
        """See `Needles`."""
        return self._index.sought.near_ids()

    def compiled(self, number: int) -> Any:
        """RE2's own."""
        return compiled(self._patterns[number])


class _Index:
    """Which patterns a text may hold."""

    def __init__(self, owner: PatternSet, sought: Needles, free: Sequence[int]) -> None:
        """By the texts that are looked for; `free`: numbers of the patterns that need none."""
        self._owner, self.sought = owner, sought
        self._prefilter = Prefilter(sought)
        light = [number for number in free if weight_of(owner.pattern(number)) <= LIGHT]
        spanning = [number for number in light if spans_lines(owner.pattern(number))]
        groups = [
            some[start : start + _GROUPED]
            for some in (spanning, [number for number in light if number not in spanning])
            for start in range(0, len(some), _GROUPED)
        ]
        groups += [[number] for number in free if number not in light]  # alone: one of those has a large automaton
        single = {number: owner.compiled(number) for number in free}
        self._groups = [_Together(group, single) for group in groups]
        self._free = len(free)

    def possible_in(self, text: bytes, times: int) -> Possible | None:
        """The patterns that may be anywhere in the text; None: too many for a long one."""
        there = self._of_long(text, times) if len(text) > SHORT_BYTES else self._of_short(text)
        return there and self._with_free(there)

    def possible_in_ends(self, text: bytes) -> Possible:
        """The patterns that may be in the first and last lines of a long text."""
        ends = _ends_of(text, SHORT_BYTES)
        folded = folded_of(ends)
        return self._with_free(
            Possible(self._owner, ends, self._prefilter.possible_at_ends(folded), folded.decode("latin-1"))
        )

    def left_of(self, text: bytes, chances: Chances, gone: frozenset[int]) -> Possible:
        """See `PatternSet.left_of`."""
        return self._with_free(self._of_chances(text, folded_of(text), chances, gone))

    def _with_free(self, there: Possible) -> Possible:
        if self._groups:
            there.free = frozenset().union(*(group.found_in(there.text) for group in self._groups))
        return there

    def _of_short(self, text: bytes) -> Possible:
        folded = folded_of(text)
        chances = self._prefilter.possible(folded)
        return Possible(self._owner, text, chances, folded.decode("latin-1"))

    def _of_long(self, text: bytes, times: int) -> Possible | None:
        """A long text, or as much of it as can be afforded, and the patterns that it may hold."""
        folded = folded_of(text)
        brief = brief_of(folded)
        words = few_words_of(brief, MAX_RUNS)
        size = len(text)
        if words is None or len(words) > MAX_WORDS or sum(map(len, words)) > MAX_LETTERS:
            text = _ends_of(text, RICH_BYTES)
            folded = folded_of(text)
            brief = brief_of(folded)
            words = words_of(brief)
        chances = self._prefilter.possible_by(words, brief, MAX_WORK // SHORT_BYTES - self._free, times)
        if chances is None:
            return None
        chances.of_ends = len(text) < size
        chances.times = times
        return self._of_chances(text, folded, chances)

    def _of_chances(self, text: bytes, folded: bytes, chances: Chances, gone: frozenset[int] = frozenset()) -> Possible:
        """As much of the text as can be searched for so many."""
        most = max(chances.times * MAX_WORK // (len(chances.numbers - gone) + self._free or 1), SHORT_BYTES)
        if len(text) > most:
            text = _ends_of(text, most)
            folded = folded_of(text)
        return Possible(self._owner, text, chances, folded.decode("latin-1"))


def _times(size: int) -> int:
    return EASY_TIMES if size <= EASY_BYTES else 1


def _ends_of(text: bytes, size: int) -> bytes:
    """The first and the last whole lines, about so many bytes in all."""
    half = size // 2
    head, tail = text[:half], text[-half:]
    return head[: head.rfind(b"\n") + 1 or half] + b"\n" + tail[tail.find(b"\n") + 1 :]


class _Together:
    """Some of the patterns as one RE2 set; one by one where RE2 cannot do that."""

    def __init__(self, members: Sequence[int], single: Mapping[int, Any] | Sequence[Any]) -> None:
        self._members = tuple(members)
        self._single = {number: single[number] for number in members}
        self._set = _set_of(tuple(self._single.values())) if len(members) > 1 else None
        self._sentinel = len(members)

    def found_in(self, text: bytes) -> Collection[int]:
        """Numbers, as the policy counts them, of those that are found."""
        if self._set is not None:
            found = self._set.Match(text) or ()
            if self._sentinel in found:
                return [self._members[place] for place in found if place != self._sentinel]
        return [number for number, one in self._single.items() if one.search(text)]


def _set_of(compiled: Sequence[Any], max_mem: int = _GROUPED * MAX_MEMORY_BYTES) -> Any | None:
    together = re2.Set.SearchSet(options(max_mem, one_line=compiled[0].options.never_nl))
    try:
        for one in compiled:
            together.Add(one.pattern)
        together.Add(ALWAYS)
        together.Compile()
    except re2.error:
        return None  # larger than RE2 lets a set be
    return together
