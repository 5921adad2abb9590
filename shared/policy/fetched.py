"""Whether a failure's text says too little to decide on, and what of a fetched one rules get to see. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed, Observation
from shared.policy.match import earliest_cause, first_match
from shared.policy.model import Policy
from shared.policy.rule import Rule, Tells
from shared.reading.text import cut

_RULES_HAD_A_SAY = frozenset({"rule_switched_on", "rule_allows"})
_WINDOW_CHARS = 8192
MAX_WINDOWS = 101
"""All of what a service gives at once: two logs of 400 KiB."""
_CAUSE_CHARS, _END_CHARS = 5000, 3500
"""Together, and with what was told, less than the 32 KiB that a message may have, whatever the language."""


def says_too_little(policy: Policy, failure: Failure, decision: Decision) -> bool:
    """Whether a rule was asked, and what is told is not enough for it."""
    return not _RULES_HAD_A_SAY.isdisjoint([name for name, _ in decision.asked]) and names_no_cause(
        policy, failure, decision
    )


def names_no_cause(policy: Policy, failure: Failure, decision: Decision) -> bool:
    """Whether the text that was told is missing, or names no cause that anybody has a rule for."""
    if failure.message_from is not EvidenceFrom.TOLD:
        return False
    return not failure.message.strip() or _of_no_cause(_rule(policy, decision.rule))


def result_names_no_cause(policy: Policy, failure: Failure, seen: Observation, result: str) -> bool:
    """The same, of what a look shows that a run has ended with; nobody has decided on it yet."""
    told = replace(failure, message=with_output(policy, failure.message, result))
    return _of_no_cause(first_match(policy, told, None if isinstance(seen, LookFailed) else seen))


def _rule(policy: Policy, name: str) -> Rule | None:
    return next((rule for rule in policy.rules if rule.name == name), None)


def _of_no_cause(rule: Rule | None) -> bool:
    return rule is None or rule.match.empty or rule.tells is Tells.EFFECT


def with_output(policy: Policy, told: str, output: str) -> str:
    """What was told, then of the output the first line that may tell a cause with what follows it, and the end.

    Searched piece by piece, so that a cause is found wherever it stands; linear in the output.
    """
    text = output[-_WINDOW_CHARS * MAX_WINDOWS :]
    # Pieces overlap by a line's length, for a line must not be cut in two.
    starts = range(0, len(text), _WINDOW_CHARS - 512)
    causes = ((start, earliest_cause(policy, text[start : start + _WINDOW_CHARS])) for start in starts)
    at = next((max(text.find(cause, start), start) for start, cause in causes if cause), None)
    told_of = 0 if at is None else at + _CAUSE_CHARS
    end = max(told_of, len(text) - _END_CHARS)
    parts = (cut(told, _END_CHARS), text[at:told_of] if at is not None else "", text[end:])
    return "\n".join(part for part in parts if part)
