"""Which of many texts a text may hold, by its distinct words: the same few words make up most of a log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import filterfalse, islice

from shared.policy.matching.grams import NO_BOUND
from shared.policy.matching.wordparts import WordParts

_MOST_LEARNED, _LONGEST_LEARNED = 16, 200
"""So many new words of a text are learned at a time, of at most so many bytes."""
_MOST_NEW, _FEW_LEARNED = 64, 4
"""Of a text of more new ones fewer: all of them are looked for at once anyway, and mostly they do not come again."""
_MOST_KEPT = 8192
"""Words that are kept: about 1 MB, at most 3."""


class WordIndex:
    """Some texts, each with a number, by their words.

    What a word tells is kept: texts differ, the words that they are made of are the same few thousand.
    """

    def __init__(self, parts: WordParts) -> None:
        """Of texts that were cut into these."""
        self._asked, self.wordless, self._whole, self._pieces = parts
        self._tells: dict[bytes, tuple[int, ...]] = {}
        """By a word, the parts that it is or has; a word that tells nothing is in `_dull`."""
        self._dull: set[bytes] = set()

    def known(self, words: frozenset[bytes]) -> int:
        """How many of these are whole words of some text."""
        return len(self._whole.keys() & words)

    def not_dull(self, words: Iterable[bytes]) -> frozenset[bytes]:
        """Those that tell something or are new."""
        return frozenset(filterfalse(self._dull.__contains__, words))

    def telling(self, words: Iterable[bytes]) -> frozenset[bytes]:
        """The same; a few new ones are learned each time."""
        telling = self.not_dull(words)
        fresh = telling.difference(self._tells)
        return telling - self._learned_dull(fresh) if fresh else telling

    def _learned_dull(self, fresh: frozenset[bytes]) -> set[bytes]:
        """Those of them that were found to tell nothing."""
        if len(self._tells) + len(self._dull) > _MOST_KEPT:
            self._tells.clear()
            self._dull.clear()
        some = islice(fresh, _MOST_LEARNED if len(fresh) <= _MOST_NEW else _FEW_LEARNED)
        learned = [word for word in some if len(word) <= _LONGEST_LEARNED]
        told = self._pieces.found_in(b" %b " % b" ".join(learned)).items()
        dull = set()
        for word in learned:
            alone = f" {word.decode('latin-1')} "
            tells = [part for part, piece in told if piece in alone]
            if word in self._whole:
                tells.append(self._whole[word])
            if tells:
                self._tells[word] = tuple(tells)
            else:
                dull.add(word)
        self._dull |= dull
        return dull

    def parts_in(self, telling: frozenset[bytes], most: int = NO_BOUND) -> set[int]:
        """Numbers of the parts that a text of these words has; of more than so many some."""
        try:
            return set[int]().union(*map(self._tells.__getitem__, telling))
        except KeyError:
            fresh = telling.difference(self._tells)
            told = set[int]().union(*map(self._tells.__getitem__, telling - fresh))
            return told if len(told) > most else told.union(self._told_by(fresh, most))

    def texts_of(self, told: set[int]) -> list[int]:
        """Numbers of the texts that a text of these parts may hold: of all that it does, and of some more.

        Those that are `wordless` are not among them. Of many texts only the first ones are looked for: their order is
        the same whatever was learned before.
        """
        are_told = told.issuperset
        rows = self._asked.of(set(sorted(told)))  # noqa: C414 - a set's order depends on how it was filled
        return [number for row in rows for number, others in row if not others or are_told(others)]

    def _told_by(self, words: Collection[bytes], most: int = NO_BOUND) -> set[int]:
        """The parts that one of these words is or has; of more than so many some."""
        whole = {self._whole[word] for word in words if word in self._whole}
        left = most - len(whole)  # pieces are no whole words
        return whole if left < 0 else whole.union(self._pieces.found_in(b" %b " % b" ".join(words), left))
