"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A text's distinct words decide. One RE2 set of all the needed texts would have to build states of its automaton for each
text that nobody saw before: it has to remember which of them it has passed, and which those are differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

from shared.policy.literals import EDGE, Needs, Texts
from shared.policy.wordindex import WordIndex, is_wordless, runs_of

SHORT_BYTES = 2048
FEW_TEXTS = 8
"""The first short texts are asked for one needed text after the other: making the index costs as much as ten of them,
and many processes see one failure."""
MAX_KNOWN = 250
"""A log has some dozens of the words by which patterns are looked for."""
_MOST_LOOKED = 48 << 15
"""Bytes that are looked through for texts as they are: 48 times 32 KB, any number of short texts."""
_MOST_KEPT, _MOST_WORDS = 1024, 64
"""Answers that are kept, of texts of so many telling words: about 4 MB."""
_MANY = 3
"""Texts that are not looked for one by one before it is known that they can be there."""
_LEAST_BYTES = 3
"""Shorter texts are looked for only where nothing else is needed, and in no long text: they are in most."""


Read = str
"""Bytes as Latin-1 reads them, one sign a byte: Python looks for a text in another much faster than for bytes."""
Choices = tuple[tuple[Read, ...], ...]
Way = tuple[Read, Choices]
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


def _tiers(texts: Sequence[Read]) -> Choices:
    """The choice, and before it the sign that all of many texts begin with: mostly that is not there either."""
    signs = {text[:1] for text in texts}
    return (tuple(signs), tuple(texts)) if len(signs) == 1 and len(texts) > _MANY else (tuple(texts),)


def as_read(needed: bytes) -> Read:
    """What is looked for of a needed text, in small letters."""
    return needed.replace(EDGE, b"").decode("latin-1")


class _Asking(NamedTuple):
    """An alternative of a pattern that may match if a text is there."""

    number: int
    """Of the pattern."""
    besides: frozenset[int]
    """And if one text of each of these choices is there."""
    unsaid: tuple[int, ...] = ()
    """The same, of choices with a text that no word tells of: they have to be looked for."""


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, needs: Sequence[Needs | None]) -> None:
        """Make them ready; patterns are numbered in this order. What needs nothing is never told."""
        wanted: dict[bytes, int] = {}
        asking: dict[int, list[_Asking]] = {}
        asked = Counter(text for some in needs for one in some or () for texts in one for text in texts)
        wordless = cache(is_wordless)

        def commonness(texts: Texts) -> tuple[bool, int]:
            """How often texts are asked for; the more so if a long text's words do not show whether one is there."""
            return any(map(wordless, texts)), sum(asked[text] for text in texts)

        choices: dict[Texts, int] = {}
        for place, alternatives in enumerate(needs):
            for alternative in alternatives or ():
                # What few ask for is seldom there: then the others need not be looked at.
                first, *others = sorted(alternative, key=commonness) if len(alternative) > 1 else alternative
                besides = (texts for texts in others if min(map(len, texts)) >= _LEAST_BYTES)
                one = _Asking(place, frozenset(choices.setdefault(texts, len(choices)) for texts in besides))
                for text in first:
                    asking.setdefault(wanted.setdefault(text, len(wanted)), []).append(one)
        chosen: dict[int, list[int]] = {}
        for texts, choice in choices.items():
            for text in texts:
                chosen.setdefault(wanted.setdefault(text, len(wanted)), []).append(choice)
        self._asking = [tuple(asking.get(number, ())) for number in range(len(wanted))]
        """By the number of a text that is looked for: what asks for it first."""
        self._chosen = [tuple(chosen.get(number, ())) for number in range(len(wanted))]
        """By the same: the choices that it is one of."""
        self._choices = [tuple(map(wanted.__getitem__, texts)) for texts in choices]
        """Each by the numbers of its texts."""
        self._wanted = wanted
        self._texts = [as_read(text) for text in wanted]
        self._all_need = None not in needs
        self._seen = 0
        self._kept: dict[frozenset[bytes], Chances] = {}
        """What was possible, by the words that tell something: failures of a kind differ in numbers, ids and names."""

    @property
    def texts(self) -> list[Read]:
        """The texts that are looked for."""
        return self._texts

    @property
    def asked_by(self) -> Iterable[tuple[Sequence[_Asking], Sequence[int]]]:
        """By text: what asks for it first, and the choices that it is one of."""
        return zip(self._asking, self._chosen, strict=True)

    @cached_property
    def _by_words(self) -> _ByWords:
        index = WordIndex(self._wanted)
        always = {choice for text in index.wordless for choice in self._chosen[text]}

        def by_words(one: _Asking) -> _Asking:
            unsaid = tuple(one.besides & always)
            return _Asking(one.number, one.besides - always, unsaid) if unsaid else one

        asking = [tuple(map(by_words, some)) if some else some for some in self._asking]
        return _ByWords(index, asking, [text for text in index.wordless if asking[text]])

    @property
    def told_by_words(self) -> list[bytes]:
        """The texts that are looked for only where some words are."""
        wordless = self._by_words.words.wordless
        return [text for text, number in self._wanted.items() if number not in wordless]

    def possible(self, folded: bytes, *, blurred: bool = False) -> Chances:
        """The patterns that a short text may hold, by its words unless they are blurred (`blurs_words`)."""
        early = self._seen < FEW_TEXTS and "_by_words" not in vars(self)  # a long text may have had the index made
        if early or blurred:
            self._seen += 1
            return self._chances(self._one_by_one(folded.decode("latin-1")), frozenset())
        words = self._by_words.words.not_dull(runs_of(folded))
        return self._kept.get(words) or self._by_known(self._by_words.words.telling(words))

    def _by_known(self, telling: frozenset[bytes]) -> Chances:
        possible = self._kept.get(telling)
        if possible is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            possible = self._chances(*self._told_by(telling))
            possible.by_words = self._all_need
            if len(telling) <= _MOST_WORDS:
                self._kept[telling] = possible
        return possible

    def _chances(self, asked: Iterable[tuple[_Asking, int]], maybe: frozenset[int]) -> Chances:
        """Of texts that hold no others than these: only those are looked for of a choice, mostly one of dozens."""
        ways: dict[int, list[Way]] = {}
        for one, text in asked:
            others = self._others(one.unsaid, maybe) if one.unsaid else ()
            ways.setdefault(one.number, []).append((self._texts[text], others))
        return Chances(frozenset(ways), {number: tuple(some) for number, some in ways.items()})

    def _others(self, unsaid: Sequence[int], maybe: frozenset[int]) -> Choices:
        choices = (maybe.intersection(self._choices[choice]) for choice in unsaid)
        return tuple(tier for some in choices for tier in _tiers([self._texts[each] for each in some]))

    def possible_by(self, words: frozenset[bytes], folded: bytes, *, blurred: bool = False) -> frozenset[int] | None:
        """Numbers of the patterns that a long text of these words may hold; None: of hundreds.

        What they need is looked for in the text itself: it is searched for each of them.
        """
        if self._by_words.words.known(words) > MAX_KNOWN:
            return None
        possible, looks, read = set[int](), _MOST_LOOKED // len(folded), folded.decode("latin-1")
        told = self._one_by_one(read) if blurred else self._told_by(self._by_words.words.telling(words))[0]
        for one, text in told:
            if one.number not in possible:
                sought = self._texts[text]
                looks -= len(sought) >= _LEAST_BYTES
                if looks < 0 or len(sought) < _LEAST_BYTES or sought in read:
                    possible.add(one.number)
        return frozenset(possible)

    def _one_by_one(self, read: Read) -> list[tuple[_Asking, int]]:
        """What may match, by each needed text that is there: slow, but it does not matter where words end."""
        found = [number for number, each in enumerate(self._texts) if each in read]
        return self._asked_for(found, found, self._asking)

    def _told_by(self, telling: frozenset[bytes]) -> tuple[list[tuple[_Asking, int]], frozenset[int]]:
        """What may match in a text of these words, and all the texts that it may hold."""
        words, asking, wordless = self._by_words
        found = words.found_in(telling)
        return self._asked_for([*found, *wordless], found, asking), words.wordless.union(found)

    def _asked_for(
        self, texts: Collection[int], found: Collection[int], asking: Sequence[Sequence[_Asking]]
    ) -> list[tuple[_Asking, int]]:
        """What may match if these texts are there, each with the one that it asks for first."""
        chosen = set[int]().union(*map(self._chosen.__getitem__, found))
        return [(one, text) for text in texts for one in asking[text] if one.besides <= chosen]


class Chances:
    """The patterns that a text may hold."""

    __slots__ = ("by_words", "numbers", "plans", "ways")

    def __init__(self, numbers: frozenset[int], ways: Mapping[int, Sequence[Way]]) -> None:
        """Of a text, or of many of the same telling words.

        Args:
            numbers: of the patterns.
            ways: by number, of some: one of these is there, or the pattern is not. Cheaper than to search.
        """
        self.numbers = numbers
        self.ways = ways
        self.by_words = False
        """Whether any text of the same words has the same, whatever its digits."""
        self.plans: dict[Any, Any] = {}
        """What whoever asks has made of them; as many are kept as that one wants."""


class _ByWords(NamedTuple):
    """The texts by their words."""

    words: WordIndex
    asking: Sequence[Sequence[_Asking]]
    """As the prefilter's, without the choices of which one may be in any text."""
    wordless: Sequence[int]
    """Texts that are asked for and may be in any text."""
