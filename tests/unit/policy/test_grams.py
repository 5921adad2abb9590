"""Which texts are in one: exactly those that are, whatever their grams say, or all that may be by these."""

from __future__ import annotations

import pytest

from shared.policy.matching.grams import by_grams

TEXTS = ("!", "?", "oom", "ib", "killed", "out of memory", "memory out of", "killed killed")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", set()),
        ("what?", {"?"}),
        ("oom! no ib", {"!", "oom", "ib"}),
        ("the process was killed", {"killed"}),
        ("killed, killed", {"killed"}),
        ("memory; out of", set()),
        ("out of memory out of ideas", {"out of memory", "memory out of"}),
    ],
)
def test_those_that_are_in_a_text_are_found_and_no_others(text: str, found: set[str]) -> None:
    """Of one sign, of two or three, and longer ones, also where all grams of one are there and it is not."""
    grams = by_grams([(one, number) for number, one in enumerate(TEXTS)])
    assert grams.found_in(text.encode()) == {TEXTS.index(one): one for one in found}
    assert grams.maybe_in(text.encode()).items() >= grams.found_in(text.encode()).items()


def test_a_text_whose_grams_are_all_there_may_not_be() -> None:
    """Apart from each other, they are not the text."""
    for one in ("abcdefgh", "ab."):
        grams = by_grams([(one, 1)])
        apart = " ".join(one[at : at + size] for size in (2, 4) for at in range(len(one) - size + 1))
        assert (grams.found_in(apart.encode()), grams.maybe_in(apart.encode())) == ({}, {1: one})
        assert grams.maybe_in(one[1:].encode()) == {}
        assert grams.found_in(one.encode()) == {1: one}


@pytest.mark.parametrize("most", [10, 64, 128])
def test_of_more_than_asked_for_some_are_found(most: int) -> None:
    """Always more than that: whoever finds no more knows that these are all."""
    many = [(f"{number:03} text", number) for number in range(300)]
    said = " ".join(text for text, _ in many).encode()
    assert most < len(by_grams(many).found_in(said, most)) < len(many)
    assert len(by_grams(many).found_in(said)) == len(many)
