"""The library's packs as they are shipped: ready rules by subject, in `packs.json` beside this module.

Their sources, with samples and where each text comes from, are `packs/*.yaml` at the repository's root;
`python -m tools.packs` makes the one from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.domain.failure import FailureClass
from shared.policy.bounds import Attempts, Cooldown, SameText
from shared.policy.conditions import Match, patterns_of
from shared.policy.matching.literals import Needs, needed
from shared.policy.rule import Action, CauseLine, PackRule, Tells, Unasked
from shared.policy.shipped import FILE

EVERYTHING = "all"
"""In `include`: every pack that no other entry names, in the order of the library."""


class PackedRule(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"failure_class": "class"}):
    """A rule as a pack has it: what it leaves out of `attempts` and `cooldown` is the including policy's."""

    name: str
    match: Match
    action: Action
    failure_class: FailureClass = FailureClass.UNKNOWN
    tells: Tells = Tells.CAUSE
    cause: CauseLine = CauseLine.ANY
    attempts: dict[str, float] | None = None
    cooldown: dict[str, float] | None = None
    delay_s: float = 0.0
    same_text: SameText | None = None
    beside_live: bool = False
    unasked: tuple[Unasked, ...] = ()
    max_lost_h: float | None = None
    why: str = ""

    def unpacked(self, pack: Pack, attempts: Attempts, cooldown: Cooldown) -> PackRule:
        """The rule as a policy with these attempts and this cooldown has it."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        fields["attempts"] = None if self.attempts is None else _over(attempts, self.attempts)
        fields["cooldown"] = None if self.cooldown is None else replace(cooldown, **self.cooldown)
        return PackRule(**fields, pack=pack.id)


def _over(attempts: Attempts, own: Mapping[str, float]) -> Attempts:
    return Attempts(max=int(own.get("max", attempts.max)), window_s=own.get("window_s", attempts.window_s))


class Pack(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rules of one subject, all of one version."""

    name: str
    version: int
    about: str
    rules: tuple[PackedRule, ...]
    ignore_lines: tuple[str, ...] = ()
    """Noise of this subject: lines that no rule of the including policy sees."""
    faint_lines: tuple[str, ...] = ()
    """Lines that its rules see only where no other says anything to them."""

    @property
    def id(self) -> str:
        """`mpi@1`."""
        return f"{self.name}@{self.version}"


Packs = Mapping[str, Pack]
"""By name."""


class Shipped(Struct, frozen=True, kw_only=True):
    """What `packs.json` holds."""

    packs: tuple[Pack, ...]
    needs: dict[str, tuple[tuple[tuple[str, ...], ...], ...]]
    """By a pattern of theirs, the texts that its matches hold (`literals.needed`): working that out takes as long as
    all else that a new process does with its policy."""


@cache
def shipped() -> Shipped:
    """What this version of Second Wind has."""
    return decoded(FILE.read_bytes())


@cache
def library() -> Packs:
    """The packs that this version of Second Wind has, in the order in which the shipped policy includes them."""
    return {pack.name: pack for pack in shipped().packs}


class KnownNeeds(Mapping[str, Needs]):
    """What the patterns of the library's packs need; made of what is shipped when it is asked for."""

    def __getitem__(self, pattern: str) -> Needs:
        alternatives = shipped().needs[pattern]
        return tuple(tuple(frozenset(text.encode() for text in texts) for texts in each) for each in alternatives)

    def __contains__(self, pattern: object) -> bool:
        return pattern in shipped().needs

    def __iter__(self) -> Iterator[str]:
        return iter(shipped().needs)

    def __len__(self) -> int:
        return len(shipped().needs)


def encoded(packs: Sequence[Pack]) -> bytes:
    """Packs as they are shipped, one rule a line, and what their patterns need, one a line."""
    parts, patterns = [], dict.fromkeys(one for pack in packs for rule in pack.rules for one in patterns_of(rule.match))
    for pack in packs:
        head = msgspec.to_builtins(replace(pack, rules=()))
        rules = b",\n".join(msgspec.json.encode(written(rule)) for rule in pack.rules)
        parts.append(msgspec.json.encode(head)[:-1].replace(b',"rules":[]', b"") + b',"rules":[\n' + rules + b"\n]}")
    needs = {pattern: _sorted(found) for pattern in patterns if (found := needed(pattern))}
    lines = [msgspec.json.encode({pattern: alternatives})[1:-1] for pattern, alternatives in needs.items()]
    return b'{"packs":[\n' + b",\n".join(parts) + b'\n],"needs":{\n' + b",\n".join(lines) + b"\n}}\n"


def _sorted(needs: Needs) -> list[list[list[str]]]:
    return [[sorted(text.decode() for text in texts) for texts in alternative] for alternative in needs]


def written(rule: PackedRule) -> dict[str, Any]:
    """A rule as mappings and values, without what is left out."""
    told = {name: value for name, value in msgspec.to_builtins(rule).items() if value != _NO_DELAY.get(name)}
    told["match"] = {name: value for name, value in told["match"].items() if value is not None}
    return told


_NO_DELAY = {"delay_s": 0.0}
"""msgspec itself leaves out a default that is the same object; an equal number is not."""


def decoded(text: bytes) -> Shipped:
    """What `encoded` made. Raises msgspec.ValidationError for anything else."""
    return msgspec.json.decode(text, type=Shipped)


def problem_of(named: str, packs: Packs) -> str | None:
    """What is wrong with an entry of `include`; None if nothing is."""
    name, at, version = named.partition("@")
    if named == EVERYTHING:
        return None
    pack = packs.get(name)
    if pack is None:
        from difflib import get_close_matches  # noqa: PLC0415 - for a fault alone

        close = get_close_matches(name, list(packs))
        return f"knows no pack {name}" + (f"; did you mean {close[0]}?" if close else f"; there are {', '.join(packs)}")
    if at and not version:
        return f"names no version after the @: wants {pack.name}, or {pack.id}"
    if at and version != str(pack.version):
        return f"has the pack {pack.id}, and no other version of it"
    return None


def chosen(include: Sequence[str], packs: Packs) -> Iterator[Pack]:
    """The packs that an `include` without problems names, each once, in the order in which they are asked."""
    named = dict.fromkeys(entry.partition("@")[0] for entry in include)
    for name in named:
        if name == EVERYTHING:
            yield from (pack for other, pack in packs.items() if other not in named)
        else:
            yield packs[name]
