"""Which bugs no longer fit the code, and where they would."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
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
    for file, bugs in zoo.items():
        for bug in bugs:
            yield from _changes(root, file, bug)
            for test in bug.tests:
                if not _is_test(root, test):
                    now = _moved_test(root, test)
                    yield Stale(file, bug.name, test, Fault.NO_TEST, now, f"no such test{_hint(now, '')}")


def _changes(root: Path, file: str, bug: Bug) -> Iterator[Stale]:
    """If they do not fit together, each is tried by itself, so that all is told at once."""
    together = _misfit(root, bug.changes)
    if together is None:
        return
    alone = [(change, misfit) for change in bug.changes if (misfit := _misfit(root, [change])) is not None]
    if not alone:
        told = f"only without its other changes: {together}"
        yield Stale(file, bug.name, bug.changes[-1].place, together.fault, "", told)
    for change, misfit in alone:
        now, nearest = _where_now(root, change) if misfit.fault in _MAY_HAVE_MOVED else ("", "")
        yield Stale(file, bug.name, change.place, misfit.fault, now, f"{misfit}{_hint(now, nearest)}")


def _misfit(root: Path, changes: Sequence[Change]) -> Misfit | None:
    try:
        changed(root, changes)
    except Misfit as misfit:
        return misfit
    return None


def _hint(now: str, nearest: str) -> str:
    if now:
        return f"; it fits in {now}"
    return f"; the nearest is {nearest}" if nearest else ""


def _where_now(root: Path, change: Change) -> tuple[str, str]:
    """(the one place that it fits in, what is called most like it)."""
    module, colon, name = change.place.partition(":")
    if not colon:
        files = [str(path.relative_to(root)) for path in _ours(root, Path(module).name)]
        return _one_that_fits(root, change, files), next(iter(files), "")
    there = [place for place in _places(root) if place != change.place]
    last = name.rpartition(".")[2]
    likely = (
        [place for place in there if place.endswith(f":{name}")],
        [place for place in there if re.split("[.:]", place)[-1] == last],
        [place for place in there if place.startswith(f"{module}:")],
    )
    fitting = (_one_that_fits(root, change, places) for places in likely)
    named = [*likely[0], *likely[1], *difflib.get_close_matches(change.place, there, 1, cutoff=0)]
    return next(filter(None, fitting), ""), next(iter(named), "")


def _one_that_fits(root: Path, change: Change, places: Sequence[str]) -> str:
    """Of places inside one another the innermost counts."""
    fitting = [place for place in places if _misfit(root, [msgspec.structs.replace(change, place=place)]) is None]
    inner = [place for place in fitting if not any(other.startswith(f"{place}.") for other in fitting)]
    return inner[0] if len(inner) == 1 else ""


def _places(root: Path) -> Iterator[str]:
    for path in _ours(root, "*.py"):
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        yield from (f"{module}:{name}" for name, _ in symbols(module_of(path.read_text(encoding="utf-8"))))


def _ours(root: Path, pattern: str) -> Iterator[Path]:
    """Files of the product and its tools in folders of the root."""
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith(".") and folder.name not in _NOT_OURS:
            yield from (
                path
                for path in sorted(folder.rglob(pattern))
                if not _NOT_OURS.intersection(path.relative_to(root).parts)
            )


def _is_test(root: Path, test: str) -> bool:
    """Whether it is a file, a folder, or a function `file::name` in one."""
    file, _, name = test.partition("::")
    path = root / file
    if not name:
        return path.exists()
    return path.is_file() and any(name == known for known, _ in symbols(module_of(path.read_text(encoding="utf-8"))))


def _moved_test(root: Path, test: str) -> str:
    file, colons, name = test.partition("::")
    moved = (str(path.relative_to(root)) for path in (root / "tests").rglob(Path(file).name))
    found = [f"{path}{colons}{name}" for path in moved if _is_test(root, f"{path}{colons}{name}")]
    return found[0] if len(found) == 1 else ""
