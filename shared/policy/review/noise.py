"""Patterns that say nothing of a text: every line has them, or only noise, which no rule ever sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from shared.domain.errors import Fault
from shared.policy import yamltree
from shared.policy.conditions import PATTERNS, REFUSING, listed
from shared.policy.matching.literals import Texts, needed
from shared.policy.matching.patterns import hits_every_line, may_be_empty
from shared.policy.model import Policy

_PLAIN = re.compile(r"[^\\^$.*+?()\[\]{}]*")
_SPELLED_APART = re.compile(r"[\\(\[]")
"""What may make a word of a pattern of parts, or of letters of both kinds."""


def odd_patterns(written: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: patterns that are found in every line, of which hardly anybody means that."""
    for path, pattern, node in yamltree.each(written.ignore_lines, root, "ignore_lines"):
        if hits_every_line(pattern):
            problem = f"{pattern!r} hits every line: no rule sees anything of any text{_why(pattern)}"
            yield Fault(path, problem, node.line)
    for path, field, pattern, line in _patterns(written, root):
        if may_be_empty(pattern) and hits_every_line(pattern):
            whatever = "nothing is left to match" if field in REFUSING else "it asks for nothing but some text"
            yield Fault(path, f"{pattern!r} hits every line: {whatever}{_why(pattern)}", line)


def _why(pattern: str) -> str:
    return "; a choice of it is empty" if _EMPTY_CHOICE.search(pattern) else ""


_EMPTY_CHOICE = re.compile(r"(?:\A|[(|])\||\|(?:\)|\Z)")


def _patterns(written: Policy, root: yamltree.Node) -> Iterator[tuple[str, str, str, int]]:
    """Path, condition, text and line of each pattern of the policy's own rules."""
    for path, rule, node in yamltree.each(written.rules, root, "rules"):
        match = yamltree.child(node, "match")
        for field in PATTERNS:
            line = yamltree.child(match, field).line
            yield from ((f"{path}.match.{field}", field, one, line) for one in listed(getattr(rule.match, field)))


def odd_noise(written: Policy, policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: patterns that hit nothing but lines that the policy, or a pack of it, leaves out."""
    words = {noise: found for noise in policy.ignore_lines if (found := _words(noise))}
    for path, _, pattern, line in _patterns(written, root):
        noise = pattern if pattern in policy.ignore_lines else _leaving_out(pattern, words)
        if noise:
            whose = "ignore_lines" if noise in written.ignore_lines else "a pack's ignore_lines"
            problem = f"{pattern!r} hits nothing: {whose} ({noise!r}) leaves out each line that has it"
            yield Fault(path, problem, line)


def _words(noise: str) -> list[str]:
    """The words of which any makes a line noise; none if it asks for more than words, or for nothing."""
    words = noise.removeprefix("(?i)")
    return words.split("|") if _PLAIN.fullmatch(words) and not may_be_empty(noise) else []


def _leaving_out(pattern: str, words: Mapping[str, Sequence[str]]) -> str:
    """The noise that any line is which the pattern hits; empty if that is not certain."""
    needs = needed(pattern) or ((),)
    for noise, some in words.items():
        folded = [word.lower().encode() for word in some]
        if (noise.startswith("(?i)") or _spells(pattern, some)) and all(_hold(one, folded) for one in needs):
            return noise
    return ""


def _spells(pattern: str, words: Sequence[str]) -> bool:
    """Whether what it has of some words it has in their own letters, large and small."""
    small = pattern.lower()
    return not _SPELLED_APART.search(pattern) and all(small.count(one.lower()) == pattern.count(one) for one in words)


def _hold(alternative: Sequence[Texts], words: Sequence[bytes]) -> bool:
    return any(all(any(word in text for word in words) for text in texts) for texts in alternative)
