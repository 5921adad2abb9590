"""How many patterns a long text is searched for has a bound: what holds more is known to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from shared.policy.matching.possible import MAX_SEARCHED
from shared.policy.matching.wording import Wording
from shared.policy.model import CauseLine, Match, Tells

_NAMES = [f"name{one}{two}" for one in "abcdefgh" for two in "abcdefgh"]
_PAD = "\n" + "x" * 1024


def _asks(pattern: str, **more: Any) -> Match:
    return Match(message=pattern, **more)


def _place(matches: list[Match], text: str, noise: tuple[str, ...] = ()) -> int | None:
    wording = Wording([(match, Tells.CAUSE, CauseLine.ANY) for match in matches], noise)
    return wording.first((1 << len(matches)) - 1, text)


def _begun(count: int) -> tuple[list[Match], str]:
    """Rules, and a text that has what each of them needs and none of them."""
    names = _NAMES[:count]
    return [_asks(f"{name} [0-9]+ left") for name in names], "\n".join(f"{name} none left" for name in names)


@pytest.mark.parametrize("more", [0, 1])
def test_of_a_long_text_that_begins_too_many_only_a_rule_that_asks_nothing_of_it_holds(more: int) -> None:
    """The one behind the last that is searched for is not found, though it is there."""
    rules, text = _begun(MAX_SEARCHED - 1 + more)
    matches = [*rules, _asks("seven [0-9]+ left"), Match(not_message=f"{_NAMES[0]} [0-9]+ left"), Match()]
    place = len(rules) if not more else len(matches) - 1
    assert _place(matches, f"{text}\nseven 7 left{_PAD}") == place
    assert _place(matches, f"{text}\nseven 7 left"[-1024:]) == len(rules), "a short text has no such bound"


def test_where_no_rule_asks_nothing_none_holds() -> None:
    """Nobody knows such a text."""
    rules, text = _begun(MAX_SEARCHED + 1)
    assert _place(rules, text + _PAD) is None


def test_a_pattern_counts_once_however_many_lines_it_is_begun_in() -> None:
    """Lines are few and short."""
    rules, text = _begun(MAX_SEARCHED - 1)
    matches = [*rules, _asks("seven [0-9]+ left")]
    assert _place(matches, f"{text}\n{text.replace('none', 'no one')}\nseven 7 left{_PAD}") == len(rules)


def test_what_is_seen_at_once_and_what_is_noise_does_not_count() -> None:
    """Of the first no pattern is searched for, the second is out of all rules' sight."""
    rules, text = _begun(MAX_SEARCHED - 1)
    refusing = _asks("(?i)name", not_message="(?i)none left")
    matches = [*rules, refusing, _asks("seven [0-9]+ left")]
    noisy = "\n".join(f"noise{name} none" for name in _NAMES)
    noise = tuple(f"noise{name} [0-9]" for name in _NAMES)
    assert _place(matches, f"{noisy}\n{text}\nseven 7 left{_PAD}", noise) == len(matches) - 1
