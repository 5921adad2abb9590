"""A rule for a text that no rule is for: its most telling line as a pattern, without what changes from run to run.

A proposal is for a person to read and put into the policy. It asks for no rerun that nobody has seen go well.
"""

from __future__ import annotations

import re

from shared.policy.matching.patterns import PatternError, compile_pattern
from shared.policy.rule import Action

MAX_WORDS = 14
MAX_ANY = 3
MAX_WORD_CHARS = 64
ENOUGH_WORDS, LONG = 2, 8
"""Words that a pattern has at the least; one alone must be long, or of a script without blanks."""
ENOUGH = 2
"""So many reruns must have been seen to go one way, and none the other, before more than a hold is proposed."""
_TELLING = re.compile(
    r"(?i)\b(?:error|exception|fatal|fail(?:ed|ure|s)?|abort(?:ed)?|panic|killed|denied|refused|timed? ?out|unreachable"
    r"|cannot|can't|could not|unable|no such|not found|out of|lost|invalid|corrupt\w*|segfault|violation)\b"
    r"|\w(?:Error|Exception)\b"
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")
_ANY = ".+"


def rule_for(fingerprint: str, evidence: str, *, says: str, succeeded: int, failed: int) -> str:
    """The rule as YAML, one item of `rules`; empty where the text has nothing to go by.

    Args:
        fingerprint: of the text; the rule is named after it.
        evidence: an excerpt of the text.
        says: for `why`; printable, at most 200 characters.
        succeeded: reruns of such failures that were seen to succeed.
        failed: the same of those that failed again.
    """
    pattern = next((one for line in _lines(evidence) if (one := pattern_of(line)) and _finds(one, line)), "")
    if not pattern:
        return ""
    action = Action.HOLD
    if succeeded >= ENOUGH and not failed:
        action = Action.RERUN
    elif failed >= ENOUGH and not succeeded:
        action = Action.IGNORE
    return (
        f"- name: text-{fingerprint[:8]}\n"
        f"  match: {{message: {quoted_yaml(pattern)}}}\n"
        f"  class: unknown\n"
        f"  action: {action.value}\n"
        f"  why: {quoted_yaml(says)}\n"
    )


def pattern_of(line: str) -> str:
    """An RE2 pattern for lines like this one; empty if it has no word to go by.

    Words with digits, paths, and what does not print stand for any words; so does what hides a secret.
    """
    parts: list[str] = []
    words: list[str] = []
    for word in line.split(" ")[: 4 * MAX_WORDS]:
        if not _is_own(word):
            parts.append(_SPECIAL.sub(r"\\\1", word))
            words += _WORD.findall(word)
        elif parts and parts[-1] != _ANY:
            if parts.count(_ANY) == MAX_ANY:
                break
            parts.append(_ANY)
        if len(words) >= MAX_WORDS:
            break
    while parts and parts[-1] == _ANY:
        parts.pop()
    tells = len(words) >= ENOUGH_WORDS or any(len(one) >= LONG or not one.isascii() for one in words)
    return " ".join(parts) if tells else ""


def quoted_yaml(text: str) -> str:
    """Text on one line as YAML's single-quoted style has it (https://yaml.org/spec/1.2.2/#732-single-quoted-style)."""
    return "'" + "".join(sign if sign.isprintable() else " " for sign in text).replace("'", "''") + "'"


def _is_own(word: str) -> bool:
    """Whether a word is this run's own: a number, an id, a path, a host."""
    return (
        not word.isprintable() or len(word) > MAX_WORD_CHARS or any(sign.isdigit() or sign in "/\\*" for sign in word)
    )


def _lines(evidence: str) -> list[str]:
    """The lines, the most telling first: the first that speaks of an error, then the others from the end."""
    lines = [line for line in evidence.split("\n") if line and line != "…"]
    telling = [line for line in lines if _TELLING.search(line)]
    return [*telling[:8], *reversed(lines[-8:])]


def _finds(pattern: str, line: str) -> bool:
    try:
        return compile_pattern(pattern).search(line) is not None
    except PatternError:
        return False
