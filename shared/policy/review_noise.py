"""Patterns of a policy's own rules that only noise could satisfy: what `ignore_lines` leaves out, no rule ever sees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from shared.domain.errors import Fault
from shared.policy import yamltree
from shared.policy.conditions import PATTERNS, listed
from shared.policy.literals import Texts, needed
from shared.policy.model import Policy

_PLAIN = re.compile(r"[^\\^$.*+?()\[\]{}]*")


def odd_noise(written: Policy, policy: Policy, root: yamltree.Node) -> Iterator[Fault]:
    """Warnings: patterns that hit nothing but lines that the policy, or a pack of it, leaves out."""
    words = {noise: found for noise in policy.ignore_lines if (found := _words(noise))}
    for path, rule, node in yamltree.each(written.rules, root, "rules"):
        match = yamltree.child(node, "match")
        for field in PATTERNS:
            for pattern in listed(getattr(rule.match, field)):
                noise = pattern if pattern in policy.ignore_lines else _leaving_out(pattern, words)
                if noise:
                    whose = "ignore_lines" if noise in written.ignore_lines else "an included pack's ignore_lines"
                    problem = f"{pattern!r} hits nothing: {whose} ({noise!r}) leaves out each line that has it"
                    yield Fault(f"{path}.match.{field}", problem, yamltree.child(match, field).line)


def _words(noise: str) -> list[bytes]:
    """The words of which any makes a line noise, whatever their case; none if it asks for more than words."""
    words = noise.removeprefix("(?i)")
    plain = noise.startswith("(?i)") and _PLAIN.fullmatch(words)
    return [word.encode() for word in words.lower().split("|")] if plain else []


def _leaving_out(pattern: str, words: Mapping[str, Sequence[bytes]]) -> str:
    """The noise that any line is which the pattern hits; empty if that is not certain."""
    needs = needed(pattern) or ((),)
    return next((noise for noise, some in words.items() if all(_hold(alternative, some) for alternative in needs)), "")


def _hold(alternative: Sequence[Texts], words: Sequence[bytes]) -> bool:
    return any(all(any(word in text for word in words) for text in texts) for texts in alternative)
