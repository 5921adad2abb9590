"""Policy text → Policy, or every fault in it with path and line. Pure: the caller reads the file.

What a rule's own `attempts` or `cooldown` leaves out is the policy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from msgspec import Struct

from shared.domain.errors import Fault, PolicyError
from shared.policy import yamltree
from shared.policy.conditions import EXIT_CODES_FORMAT, PATTERN_FORMAT, SIGNAL_FORMAT, SYSTEM_FORMAT
from shared.policy.evidence import SIGNALS, range_of
from shared.policy.model import Attempts, Cooldown, Policy
from shared.policy.patterns import PatternError, compile_pattern
from shared.policy.reader import Reader, excerpt
from shared.policy.review import inconsistent, odd, repeated_names
from shared.systems import SYSTEMS

MAX_TEXT_BYTES = 256 * 1024
MAX_FAULTS = 200
"""A report shows so many and says how many more there are."""


class PolicyReport(Struct, frozen=True, kw_only=True):
    """What a policy text is worth."""

    policy: Policy | None
    """There exactly if there are no faults."""
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    """It can be used, but probably does not say what was meant. Only looked for when there are no faults."""


def load_policy(text: str) -> Policy:
    """The policy. Raises PolicyError with every fault."""
    report = check_policy(text)
    if report.policy is None:
        raise PolicyError(report.faults)
    return report.policy


def check_policy(text: str) -> PolicyReport:
    """Everything that is wrong or odd about a policy text. Never raises, whatever the text."""
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return _faulty([Fault("$", f"is larger than {MAX_TEXT_BYTES // 1024} KiB", 1)])
    root, faults = yamltree.parse(text)
    if root is None:
        return _faulty(faults or [Fault("$", "the file says nothing; it wants at least version: 1", 1)])
    policy, found = _read(root)
    faults += found
    faults += repeated_names(root)
    if policy is None or faults:
        return _faulty(faults)
    faults += inconsistent(policy, root)
    if faults:
        return _faulty(faults)
    return PolicyReport(policy=policy, warnings=tuple(sorted(odd(policy, root), key=_place)))


def _read(root: yamltree.Node) -> tuple[Policy | None, list[Fault]]:
    reader = Reader(formats=_FORMATS)
    policy = reader.read(Policy, root)
    if policy is not None:  # once more, now that it is known what rules take from the policy
        bases: dict[type[Struct], Struct] = {Attempts: policy.attempts, Cooldown: policy.cooldown}
        policy = Reader(formats=_FORMATS, bases=bases).read(Policy, root)
    return policy, reader.faults


def _faulty(faults: list[Fault]) -> PolicyReport:
    ordered = sorted(faults, key=_place)
    if len(ordered) > MAX_FAULTS:
        more = Fault("$", f"and {len(ordered) - MAX_FAULTS} more faults", ordered[MAX_FAULTS].line)
        ordered = [*ordered[:MAX_FAULTS], more]
    return PolicyReport(policy=None, faults=tuple(ordered))


def _place(fault: Fault) -> tuple[int, str]:
    return fault.line or 0, fault.path


def _pattern_problem(pattern: str) -> str | None:
    try:
        compile_pattern(pattern)
    except PatternError as error:
        return f"RE2 cannot use it: {excerpt(str(error))}"
    return None


def _codes_problem(told: str) -> str | None:
    return None if range_of(told) else f"wants the lower exit code first, got {excerpt(told)}"


def _signal_problem(told: str) -> str | None:
    return None if told in SIGNALS else f"knows no signal {excerpt(told)}; wants a name such as SIGKILL, or a number"


def system_problem(told: str) -> str | None:
    """What is wrong with a job system's name; None if there is one of that name."""
    if told in SYSTEMS:
        return None
    close = next(iter(get_close_matches(told.lower(), SYSTEMS.names, n=1)), None)
    return f"wants one of {', '.join(SYSTEMS.names)}, got text" + (f"; did you mean {close}?" if close else "")


_FORMATS: Mapping[str, Callable[[str], str | None]] = {
    PATTERN_FORMAT: _pattern_problem,
    EXIT_CODES_FORMAT: _codes_problem,
    SIGNAL_FORMAT: _signal_problem,
    SYSTEM_FORMAT: system_problem,
}
