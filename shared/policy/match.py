"""Which rule a failure falls under. Patterns are RE2: time is linear in the message, whoever wrote it.

Syntax: https://github.com/google/re2/wiki/Syntax (no look-around, no back-references).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

from shared.domain.failure import Failure
from shared.policy.model import MAX_RULES, Policy, Rule

MAX_MEMORY_BYTES = 1 << 20
"""What RE2 may use for one pattern, program and matching cache together; RE2's own default is 8 MiB."""
MAX_PROGRAM = 2_000
"""Instructions of one compiled pattern. When the cache of states overflows, RE2 falls back to a search that
takes this number times the length of the message, so it must be small as well."""


class PatternError(ValueError):
    """RE2 cannot use the pattern; the text says why."""


def _options() -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY_BYTES
    options.log_errors = False  # a bad pattern is a fault of the policy, not a line on stderr
    options.never_capture = True  # whether it matches is all that is asked
    return options


@lru_cache(maxsize=MAX_RULES)
def compile_pattern(pattern: str) -> Any:
    """The compiled pattern, kept while it is among the last `MAX_RULES` used. Raises PatternError."""
    try:
        compiled = re2.compile(pattern.encode(), _options())
    except re2.error as error:
        raise PatternError(_reason(error)) from None
    except UnicodeEncodeError:
        raise PatternError("characters that are no text") from None
    size = compiled.programsize
    if size > MAX_PROGRAM:
        raise PatternError(f"too large: {size} steps, at most {MAX_PROGRAM}")
    return compiled


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else "not a pattern"
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def first_match(policy: Policy, failure: Failure) -> Rule | None:
    """The first rule that matches the failure, or None. Raises PatternError if the policy was not loaded."""
    message = failure.message.encode("utf-8", "replace")  # lone surrogates become `?`
    for rule in policy.rules:
        if _matches(rule, failure, message):
            return rule
    return None


def _matches(rule: Rule, failure: Failure, message: bytes) -> bool:
    if rule.match.system not in {None, failure.system}:
        return False
    if rule.match.message is None:
        return True
    return compile_pattern(rule.match.message).search(message) is not None
