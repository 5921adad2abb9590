"""The texts that are looked for, and for which patterns: what makes a prefilter, worked out once for a policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import cache, partial
from typing import NamedTuple

from shared.policy.matching.grams import Grams, by_grams
from shared.policy.matching.ids import touches_id
from shared.policy.matching.literals import EDGE, Needs, Texts
from shared.policy.matching.table import RowTable
from shared.policy.matching.wordparts import Parts, WordParts, parts_of, word_parts
from shared.policy.matching.words import Read

LEAST_BYTES = 3
"""Shorter texts are looked for only where nothing else is needed, and in no long text: they are in most."""


def as_read(needed: bytes) -> Read:
    """What is looked for of a needed text, in small letters."""
    return needed.replace(EDGE, b"").decode("latin-1")


Asking = tuple[int, tuple[int, ...], tuple[int, ...]]
"""An alternative of a pattern that may match if a text is there: the pattern's number; choices of which one text each
has to be there besides; and such choices that have a text that no word tells of, which has to be looked for. It has no
names, as a new process reads a thousand of them for one long text."""


class Needles(NamedTuple):
    """Some texts, by number."""

    texts: RowTable[Read]
    asking: RowTable[Sequence[Asking]]
    """What asks for a text first."""
    chosen: RowTable[Sequence[int]]
    """The choices that it is one of; only the first ones are of any."""
    choices: RowTable[Sequence[int]]
    """Each by its texts."""
    grams: Callable[[], Grams]
    """The same, by what few of them have."""
    parts: WordParts
    near_ids: Callable[[], Sequence[Read]]
    """Those that are looked for only where some words are, which an id may have as well."""
    all_need: bool
    """Whether each pattern needs one."""

    def chosen_of(self, found: Collection[int]) -> set[int]:
        """The choices that some of these are of."""
        count = len(self.chosen.keys())
        return set[int]().union(*self.chosen.of([text for text in found if text < count]))


def sought_for(needs: Sequence[Needs | None]) -> Needles:
    """The texts that some patterns need; patterns are numbered in this order. What needs nothing is never told."""
    cut = cache(parts_of)
    first, besides = _in_order(needs, cut)
    choices = list(dict.fromkeys(choice for some in besides.values() for choice in some))
    wanted = list(dict.fromkeys([*(text for choice in choices for text in sorted(choice)), *first]))
    numbers = {text: number for number, text in enumerate(wanted)}
    of_choice = {choice: number for number, choice in enumerate(choices)}
    chosen: dict[int, Sequence[int]] = {}
    for choice, number in of_choice.items():
        for text in choice:
            chosen[numbers[text]] = (*chosen.get(numbers[text], ()), number)
    parts = word_parts(list(map(cut, wanted)))
    unsaid = {choice for text in parts.wordless for choice in chosen.get(text, ())}
    asking: dict[int, Sequence[Asking]] = dict.fromkeys(range(len(wanted)), ())
    for text, alternatives in first.items():
        asking[numbers[text]] = tuple(
            (place, tuple(sorted(own - unsaid)), tuple(sorted(own & unsaid)))
            for place, alternative in alternatives
            for own in [{of_choice[choice] for choice in besides[place, alternative]}]
        )
    read = list(map(as_read, wanted))
    of_texts = {number: tuple(sorted(map(numbers.__getitem__, choice))) for choice, number in of_choice.items()}
    near_ids, grams = cache(partial(_near_ids, wanted, parts.wordless)), cache(partial(_by_grams, read))
    return Needles(
        RowTable(enumerate(read)),
        RowTable(asking),
        RowTable(chosen),
        RowTable(of_texts),
        grams,
        parts,
        near_ids,
        all_need=None not in needs,
    )


_Alternative = tuple[int, int]
"""Of a pattern's number, which of its alternatives."""


def _in_order(
    needs: Sequence[Needs | None], cut: Callable[[bytes], Parts]
) -> tuple[dict[bytes, list[_Alternative]], dict[_Alternative, Sequence[Texts]]]:
    """By text, the alternatives that ask for it first; and by alternative, what it needs besides.

    What few ask for is seldom there: then the others need not be looked at. Nor are words of what no word tells of.
    """
    asked = Counter(text for some in needs for one in some or () for texts in one for text in texts)

    def commonness(texts: Texts) -> tuple[bool, int]:
        return not all(map(cut, texts)), sum(asked[text] for text in texts)

    first: dict[bytes, list[_Alternative]] = {}
    besides: dict[_Alternative, Sequence[Texts]] = {}
    for place, alternatives in enumerate(needs):
        for which, alternative in enumerate(alternatives or ()):
            rarest, *others = sorted(alternative, key=commonness) if len(alternative) > 1 else alternative
            besides[place, which] = [texts for texts in others if all(map(bytes.strip, texts))]
            for text in sorted(rarest):
                first.setdefault(text, []).append((place, which))
    return first, besides


def _near_ids(wanted: Sequence[bytes], wordless: frozenset[int]) -> list[Read]:
    return [as_read(text) for number, text in enumerate(wanted) if number not in wordless and touches_id(text)]


def _by_grams(texts: Sequence[Read]) -> Grams:
    return by_grams([(text, number) for number, text in enumerate(texts)])
