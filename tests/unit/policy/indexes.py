"""Indexes of needed texts, each with its place as its number."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shared.policy.matching.literals import Needs
from shared.policy.matching.prefilter import Prefilter
from shared.policy.matching.sought import sought_for
from shared.policy.matching.wordindex import WordIndex
from shared.policy.matching.wordparts import parts_of, word_parts
from shared.policy.matching.words import brief_of, folded_of, words_of


def word_index(*texts: bytes) -> WordIndex:
    """By the words of these."""
    return WordIndex(word_parts(list(map(parts_of, texts))))


def told_by(index: WordIndex, words: Collection[bytes]) -> list[int]:
    """Numbers of the texts that these words tell of."""
    return sorted(index.texts_of(index.parts_in(frozenset(words))))


def found(index: WordIndex, text: str) -> list[int]:
    """Numbers of the texts that a text may hold; some of its words are learned."""
    return told_by(index, index.telling(words_of(folded_of(text.encode()))))


def prefilter_of(*needs: Needs) -> Prefilter:
    """Of what patterns need."""
    return Prefilter(sought_for(needs))


def asked_first(needs: Sequence[Needs]) -> set[str]:
    """The texts that patterns ask for before anything else."""
    sought = sought_for(needs)
    return {text for number, text in sought.texts.items() if sought.asking[number]}


def numbers_by(prefilter: Prefilter, text: bytes, more: Collection[bytes] = ()) -> frozenset[int] | None:
    """Numbers of the patterns that a long text may hold, if it has these words besides; None: of too many."""
    folded = folded_of(text)
    chances = prefilter.possible_by(words_of(folded).union(more), brief_of(folded))
    return None if chances is None else chances.numbers
