"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A text's distinct words decide. One RE2 set of all the needed texts would have to build states of its automaton for each
text that nobody saw before: it has to remember which of them it has passed, and which those are differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import Any

from shared.policy.matching.grams import NO_BOUND
from shared.policy.matching.sought import LEAST_BYTES, Asking, Needles
from shared.policy.matching.wordindex import WordIndex
from shared.policy.matching.words import Read, may_be_in, runs_of

SHORT_BYTES = 2048
MAX_KNOWN, MAX_PARTS = 100, 400
"""Whole words of needed texts, and all parts of them, that a long text may have to be looked through as a whole. One
failure has some thirty and a hundred, six different ones in one text have 90 and 350."""
_MOST_LOOKED = 48 << 15
"""Bytes that are looked through for texts as they are: 48 times 32 KB, any number of short texts."""
_AT_ONCE = 128
"""Texts of which it is asked together what they are for: mostly there are not more."""
_MOST_KEPT, _MOST_WORDS = 1024, 64
"""Answers that are kept, of texts of so many telling words: about 4 MB."""
_MANY = 3
"""Texts that are not looked for one by one before it is known that they can be there."""


class Besides:
    """Choices that are worked out when the first text is searched for them; kept for all later ones."""

    def __init__(self, choices: Sequence[int], of: Callable[[int], tuple[tuple[Read, ...], ...]]) -> None:
        """By their numbers; `of`: the texts of one."""
        self._choices, self._of = choices, of

    def __iter__(self) -> Iterator[tuple[Read, ...]]:
        """Each with its texts."""
        return iter(self._texts)

    @cached_property
    def _texts(self) -> Sequence[tuple[Read, ...]]:
        return [tier for choice in self._choices for tier in self._of(choice)]


Choices = tuple[tuple[Read, ...], ...] | Besides
Way = tuple[Read, Choices]
ANY_WAY: Sequence[Way] = (("", ()),)
"""A text in small letters, and choices of such: that one and one of each of these are there."""


def are_there(choices: Choices, folded: Read) -> bool:
    """Whether one text of each choice is."""
    for texts in choices:
        for text in texts:
            if text in folded:
                break
        else:
            return False
    return True


def are_any_there(ways: Iterable[Way], folded: Read) -> bool:
    """Whether one text is, with one of each choice."""
    for text, others in ways:  # a generator would take as long to begin as all of this
        if text not in folded:
            continue
        if not others or are_there(others, folded):
            return True
    return False


def _tiers(texts: Sequence[Read]) -> tuple[tuple[Read, ...], ...]:
    """The choice, and before it the sign that all of many texts begin with: mostly that is not there either."""
    signs = {text[:1] for text in texts}
    return (tuple(signs), tuple(texts)) if len(signs) == 1 and len(texts) > _MANY else (tuple(texts),)


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, sought: Needles) -> None:
        """Of these."""
        self._sought = sought
        self._words = WordIndex(sought.parts)
        self._wordless = list(compress(sought.parts.wordless, sought.asking.of(sought.parts.wordless)))
        """Texts that are asked for and may be in any text."""
        self._kept: dict[frozenset[bytes], Chances] = {}
        """What was possible, by the words that tell something: failures of a kind differ in numbers, ids and names."""
        self._besides: dict[tuple[int, ...], Besides] = {}
        """By the choices: as many as the patterns have alternatives."""

    def possible(self, folded: bytes) -> Chances:
        """The patterns that a short text may hold, by its words."""
        words = self._words.not_dull(runs_of(folded))
        return self._kept.get(words) or self._by_known(self._words.telling(words), folded)

    def _by_known(self, telling: frozenset[bytes], folded: bytes) -> Chances:
        possible = self._kept.get(telling)
        if possible is None:
            if len(telling) > _MOST_WORDS:
                return self._by_texts(self._sought.grams().found_in(folded))
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            found = self._words.texts_of(self._words.parts_in(telling))
            possible = self._kept[telling] = self._chances(found)
            possible.by_words = self._sought.all_need
        return possible

    def possible_at_ends(self, folded: bytes) -> Chances:
        """The patterns that the ends of a text may hold that has hundreds as a whole."""
        return self._by_texts(self._sought.grams().maybe_in(folded))

    def _by_texts(self, found: Mapping[int, Read]) -> Chances:
        """Of one of a kind, by the texts that may be there."""
        sought, told = self._sought, dict[int, list[_Told]]()
        chosen = sought.chosen_of(found)
        for row, read in zip(sought.asking.of(found), found.values(), strict=True):
            for one in row:
                number, besides, unsaid = one
                if not (besides or unsaid) or chosen.issuperset((*besides, *unsaid)):
                    told.setdefault(number, []).append((read, one))
        return Chances(frozenset(told), _LateWays(told, self._besides_of))

    def _chances(self, found: Sequence[int]) -> Chances:
        """Of texts that hold no others than these: only those are looked for of a choice, mostly one of dozens."""
        maybe, ways = self._words.wordless.union(found), dict[int, list[Way]]()
        for (number, _, unsaid), text in self._asked_for(found):
            others = self._others(unsaid, maybe) if unsaid else ()
            ways.setdefault(number, []).append((self._sought.texts[text], others))
        return Chances(frozenset(ways), _Ways(ways))

    def _besides_of(self, one: Asking) -> Choices:
        """What is looked for in a line: there it rules out most of what the text as a whole may hold."""
        choices = (*one[1], *one[2])
        if not choices:
            return ()
        known = self._besides.get(choices)
        if known is None:
            known = self._besides[choices] = Besides(choices, self._texts_of)
        return known

    def _texts_of(self, choice: int) -> tuple[tuple[Read, ...], ...]:
        return _tiers([self._sought.texts[text] for text in self._sought.choices[choice]])

    def _others(self, unsaid: Sequence[int], maybe: frozenset[int]) -> Choices:
        texts, choices = self._sought.texts, (maybe.intersection(self._sought.choices[choice]) for choice in unsaid)
        return tuple(tier for some in choices for tier in _tiers([texts[each] for each in some]))

    def possible_by(
        self, words: frozenset[bytes], brief: bytes, most: int = NO_BOUND, times: int = 1
    ) -> Chances | None:
        """The patterns that a long text of these words may hold; None: as many as that, or hundreds.

        What they need is looked for in what `brief_of` leaves of the text: it is searched for each of them. It may
        have so many times the words and parts of others.
        """
        if self._words.known(words) > times * MAX_KNOWN:
            return None
        told = self._words.parts_in(self._words.telling(words), times * MAX_PARTS)
        if len(told) > times * MAX_PARTS:
            return None
        ways, looks, read = dict[int, list[_Told]](), _MOST_LOOKED // (len(brief) or 1), brief.decode("latin-1")
        for one, text in self._asked_for(self._words.texts_of(told)):
            sought, known = self._sought.texts[text], ways.get(one[0])
            if known is not None:
                known.append((sought, one))
                continue
            looks -= len(sought) >= LEAST_BYTES
            if looks < 0 or len(sought) < LEAST_BYTES or may_be_in(sought, read):
                ways[one[0]] = [(sought, one)]
                if len(ways) >= most:
                    return None
        return Chances(frozenset(ways), _LateWays(ways, self._besides_of))

    def _asked_for(self, found: Collection[int]) -> Iterator[tuple[Asking, int]]:
        """What may match if these texts are there and any that no word tells of, each with what it asks for first."""
        are_chosen, texts = self._sought.chosen_of(found).issuperset, (*found, *self._wordless)
        for at in range(0, len(texts), _AT_ONCE):
            some = texts[at : at + _AT_ONCE]
            for text, row in zip(some, self._sought.asking.of(some), strict=True):
                for one in row:
                    if not one[1] or are_chosen(one[1]):
                        yield one, text


_Told = tuple[Read, Asking]


class _Ways(dict[int, Sequence[Way]]):
    """By pattern; any way leads to one that needs no text."""

    def __missing__(self, number: int) -> Sequence[Way]:
        return ANY_WAY


class _LateWays(_Ways):
    """Those of a long text, of which most are never asked for."""

    def __init__(self, told: Mapping[int, Sequence[_Told]], besides_of: Callable[[Asking], Choices]) -> None:
        self._told, self._besides_of = told, besides_of

    def __missing__(self, number: int) -> Sequence[Way]:
        told = self._told.get(number)
        ways = self[number] = ANY_WAY if told is None else [(text, self._besides_of(one)) for text, one in told]
        return ways


class Chances:
    """The patterns that a text may hold."""

    __slots__ = ("by_words", "numbers", "of_ends", "plans", "times", "ways")

    def __init__(self, numbers: frozenset[int], ways: Mapping[int, Sequence[Way]]) -> None:
        """Of a text, or of many of the same telling words.

        Args:
            numbers: of the patterns.
            ways: by number: one of these is there, or the pattern is not. Cheaper than to search.
        """
        self.numbers = numbers
        self.ways = ways
        self.by_words = False
        """Whether any text of the same words has the same, whatever its digits."""
        self.of_ends = False
        """Whether they are those of a text's first and last lines alone."""
        self.times = 1
        """How many times as much as a longer one the text may cost."""
        self.plans: dict[Any, Any] = {}
        """What whoever asks has made of them; as many are kept as that one wants."""
