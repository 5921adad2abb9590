"""Which rule a failure falls under: the first whose conditions all hold.

Conditions are made ready once for a policy. Time for a decision is linear in the message, whoever wrote it
(`patterns`), and all patterns are searched for at most once. What rules ask of the message is in `wording`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.snapshot import Snapshot
from shared.policy.conditions import PLACES, Match, listed
from shared.policy.evidence import codes_test, ending_of, evidence_of, signals_test
from shared.policy.globs import glob_test
from shared.policy.itself import Itself
from shared.policy.matching.asks import Asked
from shared.policy.matching.wording import Wording, bits
from shared.policy.model import Policy, Rule
from shared.policy.packs import KnownNeeds
from shared.policy.places import place_fits
from shared.systems import SYSTEMS

_MOST_KNOWN = 512
"""Values of one kind whose answers are kept at hand."""
_Test = Callable[[Any], bool]


def first_match(policy: Policy, failure: Failure, seen: Snapshot | None = None) -> Rule | None:
    """The first rule that matches the failure, or None.

    Args:
        policy: a loaded one.
        failure: as told.
        seen: the look at the live job; what it says of itself counts instead of what was told.

    Raises:
        PatternError: the policy was not loaded, and a pattern of it cannot be used.
    """
    place = make_ready(policy).first(failure, seen)
    return None if place is None else policy.rules[place]


def earliest_cause(policy: Policy, message: str) -> str:
    """The first line of a text that a rule takes for a cause, as rules see it; empty if there is none."""
    return make_ready(policy).earliest_cause(message)


def is_ready(policy: Policy) -> bool:
    """Whether the last decision was made under it."""
    last = _last[0]
    return last is not None and last[0] is policy


def make_ready(policy: Policy) -> Matcher:
    """What the first decision would have to wait for: all patterns of all packs compiled. Raises PatternError."""
    last = _last[0]
    if last is not None and last[0] is policy:
        return last[1]
    matcher = _of_policy(Itself(policy))
    _last[0] = policy, matcher
    return matcher


_last: list[tuple[Policy, Matcher] | None] = [None]
"""A process decides thousands of failures under one policy."""


@lru_cache(maxsize=8)
def _of_policy(policy: Itself[Policy]) -> Matcher:
    asked = tuple((rule.match, rule.tells, rule.cause) for rule in policy.it.rules)
    return _matcher(asked, policy.it.ignore_lines, policy.it.faint_lines)


class _Condition(NamedTuple):
    """What the rules ask about one piece of evidence. Rules are bits of a number, the first the lowest."""

    free: int
    """Rules that do not ask."""
    asked: tuple[tuple[int, _Test], ...]
    """A rule's bit, and what it asks."""
    known: dict[Any, int]
    """Answers given before: owners, queues, nodes and exit codes come again and again."""

    def allows(self, value: Any) -> int:
        """As `fits`. What is not known is empty text, or no node: no condition on it holds."""
        return (self.known.get(value) or self.fits(value)) if value else self.free

    def fits(self, value: Any) -> int:
        """The rules that do not ask about this value or are content with it; kept for the next time."""
        fits = self.free
        for bit, test in self.asked:
            if test(value):
                fits |= bit
        if len(self.known) >= _MOST_KNOWN:
            self.known.clear()
        self.known[value] = fits
        return fits


class Matcher:
    """The conditions of a policy's rules, ready to be asked."""

    def __init__(self, asked: Sequence[Asked], ignore_lines: Sequence[str], faint_lines: Sequence[str] = ()) -> None:
        """Make them ready. Raises PatternError."""
        matches = [match for match, _, _ in asked]
        self._wording = Wording(asked, ignore_lines, faint_lines, KnownNeeds())
        self._scopes = _condition(matches, _place)
        asked_for = {field: _condition(matches, make) for field, make in _TESTS.items()}
        self._shown = tuple((field, one) for field, one in asked_for.items() if one.asked and field not in _TOLD)
        self._told = tuple((_TOLD[field], one) for field, one in asked_for.items() if one.asked and field in _TOLD)

    def first(self, failure: Failure, seen: Snapshot | None) -> int | None:
        """Place of the first rule whose conditions all hold, or None."""
        fits = self._scopes.known.get(failure.scope) or self._scopes.fits(failure.scope)
        for told, condition in self._told:
            fits &= condition.allows(told(failure))
        if self._shown:
            evidence = evidence_of(failure, seen)
            for field, condition in self._shown:
                fits &= condition.allows(getattr(evidence, field))
        return self._wording.first(fits, failure.message)

    def ready(self) -> tuple[str, bytes] | None:
        """See `PatternSet.ready`."""
        return self._wording.ready()

    def earliest_cause(self, message: str) -> str:
        """See the function."""
        return self._wording.earliest_cause(message)


def _condition(matches: Sequence[Match], make: Callable[[Match], _Test | None]) -> _Condition:
    tests = [make(match) for match in matches]
    asked = tuple((1 << place, test) for place, test in enumerate(tests) if test is not None)
    return _Condition(bits(test is None for test in tests), asked, {})


@lru_cache(maxsize=8)
def _matcher(asked: tuple[Asked, ...], ignore_lines: tuple[str, ...], faint_lines: tuple[str, ...]) -> Matcher:
    """Policies that differ in their modes only share one."""
    return Matcher(asked, ignore_lines, faint_lines)


def _place(match: Match) -> _Test | None:
    anywhere = match.system is None and match.region is None and all(getattr(match, label) is None for label in PLACES)
    return None if anywhere else lambda scope: _is_there(match, scope)


def _is_there(match: Match, scope: Scope) -> bool:
    if (match.system is not None and scope.system not in listed(match.system)) or not place_fits(
        match.region, scope.region
    ):
        return False
    fields = {part.label: part.field for part in SYSTEMS.named(scope.system).parts}
    for label in PLACES:
        asked = getattr(match, label)
        if asked is not None and not (label in fields and place_fits(asked, getattr(scope, fields[label]))):
            return False
    return True


def _globs(field: str) -> Callable[[Match], _Test | None]:
    def make(match: Match) -> _Test | None:
        globs = getattr(match, field)
        return None if globs is None else glob_test(listed(globs))

    return make


def _any_node(match: Match) -> _Test | None:
    if match.node is None:
        return None
    test = glob_test(listed(match.node))
    return lambda nodes: any(map(test, nodes))


def _ending(match: Match) -> _Test | None:
    """On the exit code as it was told: code and signal are read from it."""
    codes = None if match.exit_code is None else codes_test(listed(match.exit_code))
    signals = None if match.signal is None else signals_test(listed(match.signal))
    if codes is None and signals is None:
        return None

    def test(told: str) -> bool:
        code, signal = ending_of(told)
        right_code = codes is None or (code is not None and codes(code))
        return right_code and (signals is None or (signal is not None and signals(signal)))

    return test


def _reason(match: Match) -> _Test | None:
    return None if match.reason is None else frozenset(listed(match.reason)).__contains__


_TESTS: dict[str, Callable[[Match], _Test | None]] = {
    "owner": _globs("owner"),
    "queue": _globs("queue"),
    "job_name": _globs("job_name"),
    "nodes": _any_node,
    "exit_code": _ending,
    "reason": _reason,
}
"""By the fields of `Evidence`."""
_TOLD = {field: attrgetter(field) for field in ("exit_code", "reason")}
"""What no look shows, but the failure itself tells."""
