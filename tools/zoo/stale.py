"""Which bugs no longer fit the code, and where they would."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec
from msgspec import Struct

from tools.zoo.bugs import Bug
from tools.zoo.changes import Change, Fault, Misfit, changed, module_of
from tools.zoo.syntax import symbols

_NOT_OURS = {"build", "node_modules", "tests", "zoo"}
_MAY_HAVE_MOVED = {Fault.NO_FILE, Fault.NO_SYMBOL, Fault.NOT_THERE}


class Stale(Struct, frozen=True):
    """One thing that does not fit."""

    file: str
    bug: str
    place: str
    """A change's symbol or file, or a test."""
    fault: Fault
    now: str
    """The one place in which it would fit as it is; empty if there is none, or more than one."""
    told: str

    def line(self) -> str:
        """The six fields, a tab between each two."""
        told = " ".join(self.told.split())
        return "\t".join((f"zoo/{self.file}.yaml", self.bug, self.place, self.fault.value, self.now, told))


def stale(root: Path, zoo: Mapping[str, Sequence[Bug]]) -> Iterator[Stale]:
    """What does not fit the code and the tests under the root."""
    house = _House(root)
    for file, bugs in zoo.items():
        for bug in bugs:
            yield from _changes(house, file, bug)
            for test in bug.tests:
                if not house.has_test(test):
                    now = house.moved_test(test)
                    yield Stale(file, bug.name, test, Fault.NO_TEST, now, f"no such test{_hint(now, '')}")


def _changes(house: _House, file: str, bug: Bug) -> Iterator[Stale]:
    """If they do not fit together, each is tried by itself, so that all is told at once."""
    together = house.misfit(bug.changes)
    if together is None:
        return
    alone = [(change, misfit) for change in bug.changes if (misfit := house.misfit([change])) is not None]
    if not alone:
        told = f"only without its other changes: {together}"
        yield Stale(file, bug.name, bug.changes[-1].place, together.fault, "", told)
    for change, misfit in alone:
        now, nearest = house.search(change) if misfit.fault in _MAY_HAVE_MOVED else ("", "")
        yield Stale(file, bug.name, change.place, misfit.fault, now, f"{misfit}{_hint(now, nearest)}")


def _hint(now: str, nearest: str) -> str:
    if now:
        return f"; it fits in {now}"
    return f"; the nearest is {nearest}" if nearest else ""


class _House:
    """The code and the tests under a root, as they are when they are first looked at."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def misfit(self, changes: Sequence[Change]) -> Misfit | None:
        """Why they do not fit, if they do not."""
        try:
            changed(self._root, changes)
        except Misfit as misfit:
            return misfit
        return None

    def search(self, change: Change) -> tuple[str, str]:
        """(the one place that the change fits in, what is called most like its own)."""
        module, colon, name = change.place.partition(":")
        if not colon:
            files = [str(path.relative_to(self._root)) for path in self._ours(Path(module).name)]
            return self._one_that_fits(change, files), next(iter(files), "")
        there = [place for place in self._symbols if place != change.place]
        last = name.rpartition(".")[2]
        likely = (
            [place for place in there if place.endswith(f":{name}")],
            [place for place in there if re.split("[.:]", place)[-1] == last],
            [place for place in there if place.startswith(f"{module}:")],
        )
        fitting = (self._one_that_fits(change, places) for places in likely)
        named = likely[0] or likely[1] or difflib.get_close_matches(change.place, there, 1, cutoff=0)
        return next(filter(None, fitting), ""), next(iter(named), "")

    def has_test(self, test: str) -> bool:
        """Whether it is a file, a folder, or a function `file::name` in one."""
        file, _, name = test.partition("::")
        path = self._root / file
        if not name:
            return path.exists()
        return path.is_file() and any(name == known for known, _ in symbols(_tree(path)))

    def moved_test(self, test: str) -> str:
        """The one other file of that name that has the test."""
        file, colons, name = test.partition("::")
        moved = (path.relative_to(self._root) for path in (self._root / "tests").rglob(Path(file).name))
        found = [f"{path}{colons}{name}" for path in moved if self.has_test(f"{path}{colons}{name}")]
        return found[0] if len(found) == 1 else ""

    def _one_that_fits(self, change: Change, places: Sequence[str]) -> str:
        """Of places inside one another the innermost counts."""
        fitting = [place for place in places if not self.misfit([msgspec.structs.replace(change, place=place)])]
        inner = [place for place in fitting if not any(other.startswith(f"{place}.") for other in fitting)]
        return inner[0] if len(inner) == 1 else ""

    @cached_property
    def _symbols(self) -> list[str]:
        """As a change would name them."""
        found = []
        for path in self._ours("*.py"):
            module = ".".join(path.relative_to(self._root).with_suffix("").parts).removesuffix(".__init__")
            found += [f"{module}:{name}" for name, _ in symbols(_tree(path))]
        return found

    def _ours(self, pattern: str) -> Iterator[Path]:
        """Files in the folders of the root that bugs may be put into."""
        for folder in sorted(self._root.iterdir()):
            if folder.is_dir() and not folder.name.startswith(".") and folder.name not in _NOT_OURS:
                found = sorted(folder.rglob(pattern))
                yield from (path for path in found if not _NOT_OURS.intersection(path.relative_to(self._root).parts))


def _tree(path: Path) -> ast.Module:
    return module_of(path.read_text(encoding="utf-8"))
