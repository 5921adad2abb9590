"""Mutants that nobody can tell from the original: listed, each with why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import yaml
from msgspec import Struct, field

from tools.mutants.mutations import Mutant

LIST = Path("tools/mutants/equal.yaml")


class Equal(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of the list."""

    place: str = field(name="in")
    """As `Mutant.place`."""
    was: str
    becomes: str
    why: str

    def fits(self, mutant: Mutant) -> bool:
        """Whether it is this one that is meant."""
        return (self.place, _bare(self.was), _bare(self.becomes)) == (
            mutant.place,
            _bare(mutant.was),
            _bare(mutant.becomes),
        )


class EqualsError(Exception):
    """The list is out of order."""


def read_equals(root: Path) -> list[Equal]:
    """The list. Raises EqualsError."""
    try:
        listed = msgspec.convert(yaml.safe_load((root / LIST).read_text(encoding="utf-8")) or [], list[Equal])
    except (OSError, msgspec.ValidationError, yaml.YAMLError) as error:
        raise EqualsError(f"{LIST}: {error}") from error
    if hollow := [one.place for one in listed if not one.why.strip()]:
        raise EqualsError(f"{LIST}: no reason is given for {', '.join(hollow)}")
    return listed


def stale(listed: Sequence[Equal], mutants: Iterable[Mutant]) -> list[Equal]:
    """Entries that fit no mutant any more."""
    there: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        there.setdefault(mutant.place, []).append(mutant)
    return [one for one in listed if not any(map(one.fits, there.get(one.place, ())))]


def _bare(text: str) -> str:
    """Without the spaces, which differ with the lines that a statement takes."""
    return "".join(text.split())
