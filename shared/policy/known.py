"""What is known of a failure when it is decided, bounded and without secrets: evidence for its outcome. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from shared.domain.evidence import Known
from shared.domain.outcome import rfc3339
from shared.policy.evidence import ending_of, evidence_of
from shared.policy.facts import Facts
from shared.policy.itself import Itself
from shared.policy.match import earliest_cause
from shared.policy.model import Policy
from shared.policy.text.normal import normal
from shared.reading.secrets import without_secrets
from shared.reading.text import MAX_NAME_CHARS, cut, printable

EXCERPT_BYTES = 1024
_LOOKED_AT_CHARS = 2048
_BETWEEN = "\n…\n"


def known_of(facts: Facts) -> Known:
    """What the failure's text and the look at the job say."""
    failure, evidence = facts.failure, evidence_of(facts.failure, facts.seen)
    signal = ending_of(failure.exit_code).signal
    rule = facts.rule

    return Known(
        failure_class=rule.failure_class._value_ if rule else "",
        evidence=_quoted(Itself(facts.policy), failure.message),
        evidence_from=failure.message_from._value_ if failure.message else "",
        fingerprint=facts.fingerprint,
        exit_code=_name(failure.exit_code),
        signal="" if signal is None else str(signal),
        node=_name(failure.node or next(iter(evidence.nodes), "")),
        owner=_name(evidence.owner),
        queue=_name(evidence.queue),
        job_name=_name(evidence.job_name),
        occurred_at=rfc3339(failure.occurred_at),
        started_at="" if failure.started_at is None else rfc3339(failure.started_at),
    )


@lru_cache(maxsize=256)
def _name(text: str) -> str:
    """Kept: of one queue, owner or node many jobs die."""
    return printable(without_secrets(text), MAX_NAME_CHARS)


@lru_cache(maxsize=64)
def _quoted(policy: Itself[Policy], text: str) -> str:
    """Kept: a failure is decided more than once, and of one cause many jobs die with the same text."""
    return excerpt(text, lambda: earliest_cause(policy.it, text))


def excerpt(text: str, cause: Callable[[], str] = str) -> str:
    """At most 1 KiB: the line that may be the cause with what follows it, then the end; all of a short text.

    The cause is only looked for in a text that is longer.
    """
    shown = normal(text)
    if len(shown.encode("utf-8", "replace")) <= EXCERPT_BYTES:
        return cut(without_secrets(shown), EXCERPT_BYTES)
    at = max(shown.find(cause()), 0)
    # Hidden before it is cut: half a secret is no longer known for one.
    head = cut(without_secrets(shown[at : at + _LOOKED_AT_CHARS]), EXCERPT_BYTES // 2)
    room = EXCERPT_BYTES - len((head + _BETWEEN).encode())
    tail = without_secrets(shown[max(at, len(shown) - _LOOKED_AT_CHARS) :]).encode("utf-8", "replace")[-room:]
    return head + _BETWEEN + tail.decode("utf-8", "ignore")
