"""The rooms whose mutants are tried, and the tests that are asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct


class Room(Struct, frozen=True):
    """Modules and tests that belong together."""

    name: str
    code: tuple[str, ...]
    """Folders and files, from the root of the repository; `*` stands for any name."""
    tests: tuple[str, ...]
    """Folders and files of the tests that are written for it: asked before all others."""
    but: tuple[str, ...] = ()
    """What of `code` is left out: another room's."""

    def modules(self, root: Path) -> list[Path]:
        """The files with its code, sorted."""
        found = {
            file
            for name in self.code
            for path in root.glob(name)
            for file in (path.rglob("*.py") if path.is_dir() else [path])
        }
        return sorted(found - {file for name in self.but for file in root.glob(name)})


_ADAPTERS = tuple(
    f"shared/systems/*/{name}.py" for name in ("adapter", "listen", "look", "node", "running", "seek*", "wire")
)
"""What asks a job system's service and reads its answers."""
ROOMS = (
    Room("domain", ("shared/domain", "shared/documents.py"), ("tests/unit/domain", "tests/unit/test_documents.py")),
    Room("policy", ("shared/policy",), ("tests/unit/policy", "tests/unit/decide")),
    Room("reading", ("shared/reading",), ("tests/unit/reading",)),
    Room("intake", ("shared/intake",), ("tests/unit/intake",)),
    Room("systems", ("shared/systems",), ("tests/unit/systems",), but=_ADAPTERS),
    Room(
        "heal",
        ("shared/heal", "shared/sweep.py", "shared/sweep_turns.py", "shared/ranges.py"),
        ("tests/unit/heal", "tests/e2e/test_ranges.py"),
    ),
    Room("people", ("shared/people",), ("tests/unit/people",)),
    Room("ledger", ("shared/ledger/*sqlite*.py", "shared/ledger/redis.py"), ("tests/unit/ledger",)),
    Room("tablestore", ("shared/ledger/*tablestore*.py",), ("tests/unit/ledger", "tests/integration/tablestore")),
    Room("sls", ("shared/sls",), ("tests/unit/sls",)),
    Room("adapters", _ADAPTERS, ("tests/unit/systems",)),
)

_SCHEMA = "tests/unit/policy/test_policy_schema.py"
OF_ALL = (
    "tests/unit/test_numbers.py",
    "tests/unit/test_defaults.py",
    "tests/unit/docs/test_reference.py",
    f"{_SCHEMA}::test_published_schema",
)
"""Tests of what modules say when they are imported: asked first of a mutant there."""


def rooms_named(names: Sequence[str]) -> list[Room]:
    """Those rooms, in their order; all of them for no names. Raises KeyError with a name that no room has."""
    unknown = set(names) - {room.name for room in ROOMS}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    return [room for room in ROOMS if not names or room.name in names]


def test_files(root: Path, rooms: Sequence[Room]) -> list[str]:
    """The files with the tests of the rooms, from the root, sorted."""
    found = {root / name.partition("::")[0] for name in OF_ALL}
    for name in (name for room in rooms for name in room.tests):
        found.update([root / name] if name.endswith(".py") else (root / name).rglob("test_*.py"))
    return sorted(str(file.relative_to(root)) for file in found)
