"""Policy text → Policy, or every fault in it with path and line. Pure: the caller reads the file.

What a rule's own `attempts` or `cooldown` leaves out is the policy's. The rules of included packs are among the loaded
policy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from shared.domain.errors import Fault, PolicyError
from shared.policy import yamltree
from shared.policy.conditions import EXIT_CODES_FORMAT, PATTERN_FORMAT, SIGNAL_FORMAT, SYSTEM_FORMAT
from shared.policy.cron import read_cron
from shared.policy.evidence import SIGNALS, range_of
from shared.policy.include import with_packs
from shared.policy.matching.patterns import PatternError, compile_pattern
from shared.policy.model import PACK_FORMAT, Attempts, Breaker, Cooldown, Policy
from shared.policy.packs import Packs, library, problem_of
from shared.policy.reader import Reader, excerpt
from shared.policy.review.whole import inconsistent, odd, repeated_names
from shared.policy.windows import CRON_FORMAT, MOMENT_FORMAT, ZONE_FORMAT, readings
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


def load_policy(text: str, packs: Packs | None = None) -> Policy:
    """The policy, with the rules of its packs. Raises PolicyError with every fault.

    Args:
        text: of the file.
        packs: what it can include; None: the library.
    """
    read = _understood(text, library() if packs is None else packs)
    if not isinstance(read, _Understood):
        raise PolicyError(read)
    return read.policy


def check_policy(text: str, packs: Packs | None = None) -> PolicyReport:
    """Everything that is wrong or odd about a policy text. Never raises, whatever the text. `packs` as above."""
    read = _understood(text, library() if packs is None else packs)
    if not isinstance(read, _Understood):
        return PolicyReport(policy=None, faults=read)
    warnings = odd(read.written, read.policy, read.root)
    return PolicyReport(policy=read.policy, warnings=tuple(sorted(warnings, key=_place)))


def usable_policy(text: str, packs: Packs | None = None) -> Policy | None:
    """The policy; None if it has faults: another check tells them. `packs` as above."""
    read = _understood(text, library() if packs is None else packs)
    return read.policy if isinstance(read, _Understood) else None


class _Understood(Struct, frozen=True):
    """A policy without faults."""

    written: Policy
    """As the file has it."""
    policy: Policy
    """With the rules of its packs."""
    root: yamltree.Node


def _understood(text: str, packs: Packs) -> _Understood | tuple[Fault, ...]:
    if len(text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return _ordered([Fault("$", f"is larger than {MAX_TEXT_BYTES // 1024} KiB", 1)])
    root, faults = yamltree.parse(text)
    if root is None:
        return _ordered(faults or [Fault("$", "the file says nothing; it wants at least version: 1", 1)])
    written, found = _read(root, packs)
    faults += found
    faults += repeated_names(root)
    if written is None or faults:
        return _ordered(faults)
    faults += inconsistent(written, root)
    return _ordered(faults) if faults else _Understood(written, with_packs(written, packs), root)


def _read(root: yamltree.Node, packs: Packs) -> tuple[Policy | None, list[Fault]]:
    formats = {**FORMATS, PACK_FORMAT: lambda named: problem_of(named, packs)}
    reader = Reader(formats=formats)
    policy = reader.read(Policy, root)
    if policy is not None:  # once more, now that it is known what rules take from the policy
        bases: dict[type[Struct], Struct] = {Attempts: policy.attempts, Cooldown: policy.cooldown}
        if policy.breaker is not None:
            bases[Breaker] = policy.breaker
        policy = Reader(formats=formats, bases=bases).read(Policy, root)
    return policy, reader.faults


def _ordered(faults: list[Fault]) -> tuple[Fault, ...]:
    ordered = sorted(faults, key=_place)
    if len(ordered) > MAX_FAULTS:
        more = Fault("$", f"and {len(ordered) - MAX_FAULTS} more faults", ordered[MAX_FAULTS].line)
        ordered = [*ordered[:MAX_FAULTS], more]
    return tuple(ordered)


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
    close = next(iter(get_close_matches(told.lower(), SYSTEMS.names)), None)
    return f"wants one of {', '.join(SYSTEMS.names)}, got text" + (f"; did you mean {close}?" if close else "")


def _cron_problem(told: str) -> str | None:
    try:
        read_cron(told)
    except ValueError as error:
        return str(error)
    return None


def _moment_problem(told: str) -> str | None:
    try:
        readings(told, ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        return f"is no moment that exists: {excerpt(told)}"
    return None


def _zone_problem(told: str) -> str | None:
    try:
        ZoneInfo(told)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"knows no time zone {excerpt(told)}; wants a name such as Asia/Shanghai"
    return None


FORMATS: Mapping[str, Callable[[str], str | None]] = {
    PATTERN_FORMAT: _pattern_problem,
    EXIT_CODES_FORMAT: _codes_problem,
    CRON_FORMAT: _cron_problem,
    MOMENT_FORMAT: _moment_problem,
    ZONE_FORMAT: _zone_problem,
    SIGNAL_FORMAT: _signal_problem,
    SYSTEM_FORMAT: system_problem,
}
"""What is wrong with a text of a format that no type can tell; None: nothing."""
