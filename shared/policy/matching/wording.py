"""What rules ask of a failure's message, made ready: patterns in its lines, noise left out, causes before effects.

Rules are bits of a number, the first the lowest. Patterns are searched for when the first rule that could match asks:
what only later rules want to know is never looked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from shared.policy.conditions import listed, patterns_of
from shared.policy.matching.alike import UNLIKE, Alike, Likeness, alike_of, looked_for_first, shape_of, tell_digits
from shared.policy.matching.asks import Asked, Asks, asks_of
from shared.policy.matching.ids import are_neutral
from shared.policy.matching.literals import Needs
from shared.policy.matching.noise import Noise
from shared.policy.matching.possible import MAX_SEARCHED, Looks, Possible
from shared.policy.matching.prefilter import are_any_there
from shared.policy.matching.search import PatternSet
from shared.policy.matching.steps import NOTHING_MORE, More, Step, first_of
from shared.policy.matching.words import folded_of
from shared.policy.rule import Tells
from shared.policy.text.normal import lines_of
from shared.policy.text.traditional import as_printed
from shared.policy.text.whole import searched

_SHORT_CHARS, _MOST_SHORT, _MOST_LONG = 1024, 2048, 32
"""Answers that are kept: about 2 MB of short texts, as much of their shapes, and 1 MB of long texts."""
_MOST_PLANS, _LONGEST_PLAN = 4, 128
"""Plans that are kept of texts of the same words, one for each set of rules that fit otherwise, and their steps: some
have 70. A longer one is made anew for each text, which takes as long as to decide it."""
_MOST_ROUNDS = 4
"""Of a text that is looked at in its ends: noise that shows only when other noise is gone."""
_UNKNOWN = -1
"""No rule's place."""


class Wording:
    """What the rules of one policy ask of a message."""

    def __init__(
        self,
        asked: Sequence[Asked],
        ignore_lines: Sequence[str],
        faint_lines: Sequence[str] = (),
        known: Mapping[str, Needs] = MappingProxyType({}),
    ) -> None:
        """Make it ready; `known`: what patterns that were checked before need. Raises PatternError."""
        distinct = dict.fromkeys(pattern for match, _, _ in asked for pattern in patterns_of(match))
        number = {pattern: place for place, pattern in enumerate(distinct)}
        self._noise = len(distinct)
        noises = dict.fromkeys((*ignore_lines, *faint_lines))
        self._patterns = PatternSet((*distinct, *noises), known)
        """The last ones, from `_noise` on, are those of noise."""
        self._noises = frozenset(range(self._noise, self._noise + len(noises)))
        self._never_heard = frozenset(range(self._noise, self._noise + len(dict.fromkeys(ignore_lines))))
        self._first_of_long = lru_cache(maxsize=_MOST_LONG)(self._found)
        """A failure is decided before and after its tokens are taken; and of one cause many jobs die with one text."""
        self._answers: dict[tuple[int, str], int | None] = {}
        """The same, of short texts."""
        self._shapes: dict[tuple[int, bytes], Alike] = {}
        """By the rules that fit otherwise and a text's shape, what is known of all its texts from the second one on."""
        self._once = set[int]()
        """Hashes of shapes of which one text was seen: of many an endless text there is no second one, and what is
        known of others must not go for it."""
        self._asks = [asks_of(match, cause, number) for match, _, cause in asked]
        self._message = _askers([one.message for one in self._asks], len(number))
        self._any_of = _askers([one.any_of for one in self._asks], len(number))
        self._silent = bits(not one.message for one in self._asks)
        self._content = bits(not one.any_of for one in self._asks)
        self._textless = bits(not (one.message or one.any_of or one.all_of) for one in self._asks)
        """Content with a failure that has no message."""
        self._empty = frozenset((None, *(place for place, (match, _, _) in enumerate(asked) if match.empty)))
        """What a text falls under of which nothing is known: such rules, or none."""
        self._unasking = self._textless & bits(not one.refused for one in self._asks)
        causes = [match.message for match, tells, _ in asked if tells is Tells.CAUSE]
        self._causes = frozenset(number[pattern] for message in causes for pattern in listed(message))

    def ready(self) -> tuple[str, bytes] | None:
        """See `PatternSet.ready`."""
        return self._patterns.ready()

    def first(self, fits: int, message: str) -> int | None:
        """Place of the first of these rules that the message is right for, or None."""
        if not message:
            return _lowest(fits & self._textless)
        if not fits & ~self._unasking:
            return _lowest(fits)
        if len(message) > _SHORT_CHARS:
            return self._first_of_long(fits, message)
        place = self._answers.get((fits, message), _UNKNOWN)
        return self._first_of_short(fits, message) if place == _UNKNOWN else place

    def earliest_cause(self, message: str) -> str:
        """The first line that a pattern of a cause is on; empty if none is."""
        for look in self._looks(lines_of(message), len(message)):
            found = look.all_of(look.looks(look.numbers & self._causes))
            if found:
                place = look.text.count(b"\n", 0, min(map(look.place_of, found)))
                return as_printed(look.text.decode("utf-8", "replace").split("\n"), place)
        return ""

    def _first_of_short(self, fits: int, message: str) -> int | None:
        if len(self._answers) >= _MOST_SHORT:
            self._answers.clear()
        place = self._answers[fits, message] = self._by_shape(fits, message)
        return place

    def _by_shape(self, fits: int, message: str) -> int | None:
        shape = fits, shape_of(message)
        alike = self._shapes.get(shape)
        if alike is None:
            self._learn(shape, message)
        elif alike is not UNLIKE:
            place = self._by_alike(alike, message)
            if place != _UNKNOWN:
                return place
        return self._found(fits, message)

    def _by_alike(self, known: Alike, message: str) -> int | None:
        """By what is known of a text's shape; _UNKNOWN if that does not hold for it."""
        if known.unless and any(map(message.__contains__, known.unless)):
            return _UNKNOWN
        if not (known.steps or known.noise):
            return known.place
        if known.first is not None and not are_any_there(known.first, message.lower()):
            return known.place
        there = self._again(message, known)
        if known.noise and there.finds_any(known.noise):
            return _UNKNOWN
        place = first_of(known.steps, there)
        return known.place if place is None else place

    def _learn(self, shape: tuple[int, bytes], message: str) -> None:
        """What texts of this shape have in common, if this is not the first."""
        seen = hash(shape)
        if seen in self._once:
            alike = self._alike(*shape, message)
            if alike is not None:
                if len(self._shapes) >= _MOST_SHORT:
                    self._shapes.clear()
                self._shapes[shape] = alike
            return
        if len(self._once) >= _MOST_SHORT:
            self._once.clear()
        self._once.add(seen)

    def _found(self, fits: int, message: str) -> int | None:
        place, left = None, MAX_SEARCHED
        for there in self._looks(lines_of(message), len(message)):
            if len(message) > _SHORT_CHARS:
                there.left = left
            place = first_of(self._steps(fits, there), there)
            if place not in self._empty:
                break
            left = there.left
        return place

    def _steps(self, fits: int, there: Possible) -> Iterable[Step]:
        return there.chances.plans.get((fits, there.free)) or self._planned(there, fits)

    def _again(self, message: str, known: Alike) -> Possible:
        """Another text of which that is known."""
        normal = searched(lines_of(message)) if known.prefix is None else message[known.prefix :]
        text = normal.encode("utf-8", "replace")
        return Possible(self._patterns, text, known.chances, folded_of(text).decode("latin-1"))

    def _alike(self, fits: int, shape: bytes, message: str) -> Alike | None:
        """What texts of this one's shape have in common, where none of their lines is noise; None: not known yet."""
        normal = searched(lines_of(message))
        there = self._patterns.possible_in(_encoded(normal))
        if not there.chances.by_words:
            return None
        if "\\" in message or self._is_noisy(there) or tell_digits(self._patterns, there.numbers & self._noises):
            return UNLIKE
        like = Likeness(there.folded, shape)
        if like.has_ids and not are_neutral(shape, message):
            return UNLIKE
        noise = there.looks(there.numbers & self._noises)
        known = alike_of(there, like, self._steps(fits, there), noise, self._patterns)
        if known is UNLIKE:
            return known
        prefix = len(message) - len(normal) if "\n" not in message and message.endswith(normal) else None
        return known._replace(prefix=prefix, first=looked_for_first(known, message))

    def _planned(self, there: Possible, fits: int) -> Iterable[Step]:
        """Kept from the second text of these words on: of many an endless text there is no second one."""
        plans, key = there.chances.plans, (fits, there.free)
        steps = self._plan(there, fits & self._rules_for(there.numbers))
        if key not in plans:
            if len(plans) >= _MOST_PLANS:
                plans.clear()
            plans[key] = ()
            return steps
        plan = tuple(steps)
        if len(plan) <= _LONGEST_PLAN:
            plans[key] = plan
        return plan

    def _plan(self, there: Possible, fits: int) -> Iterator[Step]:
        """How to look for the rules that may hold; none after one that holds for certain."""
        causes: Looks = ()
        while fits:
            lowest = fits & -fits
            place = lowest.bit_length() - 1
            asks = self._asks[place]
            if asks.all_of <= there.numbers:
                if asks.first and not causes:
                    causes = there.looks(there.numbers & self._causes)
                more = self._more(asks, there, causes)
                if asks.message:
                    for text, others, number in there.looks(asks.message & there.numbers):
                        yield text, others, number, place, more
                else:
                    yield "", (), None, place, more
                    if more is NOTHING_MORE:
                        return
            fits ^= lowest

    @staticmethod
    def _more(asks: Asks, there: Possible, causes: Looks) -> More:
        if not (asks.any_of or asks.all_of or asks.refused or asks.near or asks.first):
            return NOTHING_MORE
        possible = there.numbers
        near = asks.near & possible if asks.message else frozenset()
        more = More(
            any_of=there.looks(asks.any_of & possible),
            all_of=tuple(there.looks((number,)) for number in asks.all_of),
            refused=there.looks(asks.refused & possible),
            first=(there.looks(asks.message & possible), causes) if asks.first else None,
            near=(there.looks(asks.message & possible), there.looks(near)) if near else None,
        )
        return more if any(more) else NOTHING_MORE

    def _rules_for(self, possible: frozenset[int]) -> int:
        """The rules that may hold where no other patterns are."""
        said, chosen = self._silent, self._content
        for number in possible:
            if number < self._noise:
                said |= self._message[number]
                chosen |= self._any_of[number]
        return said & chosen

    def _looks(self, lines: Sequence[str], signs: int) -> Iterator[Possible]:
        """The lines of a message of so many signs without noise; then with what is faint, if any is."""
        text = _encoded(searched(lines))
        there = self._patterns.possible_in_all(text, signs)
        if there is None:  # nobody's log: of its ends alone it is asked what is noise in them
            there = self._patterns.possible_in_ends(text)
            text, lines = there.text, there.text.decode("utf-8", "replace").split("\n")
        quiet, left, heard = there, lines, lines
        for _ in range(_MOST_ROUNDS if there.chances.of_ends else 1):
            if not self._is_noisy(quiet):
                break
            left, heard = self._cleared(left, heard, quiet)
            quiet = self._left_of(there, text, left)
        yield quiet
        if len(heard) > len(left):
            yield self._left_of(there, text, heard)

    def _cleared(self, left: Sequence[str], heard: Sequence[str], there: Possible) -> tuple[list[str], list[str]]:
        """Printed lines without noise, and those with what is faint of it."""
        noise, numbers = Noise(self._patterns, left, there.chances), there.numbers & self._noises
        loud = noise if heard is left else Noise(self._patterns, heard, there.chances)
        return noise.left_of(numbers), loud.left_of(numbers & self._never_heard)

    def _left_of(self, there: Possible, text: bytes, lines: Sequence[str]) -> Possible:
        return self._patterns.left_of(there, text, _encoded(searched(lines)), self._noises)

    def _is_noisy(self, there: Possible) -> bool:
        plans = there.chances.plans
        looks = plans.get(there.free)
        if looks is None:
            looks = plans[there.free] = there.looks(there.numbers & self._noises)
        return there.finds_any(looks)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")  # lone surrogates become `?`


def bits(rules: Iterable[bool]) -> int:
    """The rules for which it is so."""
    return sum(1 << place for place, yes in enumerate(rules) if yes)


def _askers(asked: Sequence[Collection[int]], count: int) -> list[int]:
    """By the number of a pattern, the rules that ask for it."""
    found = [0] * count
    for place, numbers in enumerate(asked):
        for number in numbers:
            found[number] |= 1 << place
    return found


def _lowest(fits: int) -> int | None:
    return (fits & -fits).bit_length() - 1 if fits else None
