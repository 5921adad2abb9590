"""Counts what the product knows of a concrete job system outside that system's room: it must be nothing.

    python -m tools.leaks     exit status 1 if anything leaks, or an exception is not needed any more

A leak is an import from a room, a text that is a system's name or begins a key of it, or an attribute that names one.
Docstrings and texts for people may speak of systems.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from shared.systems import SYSTEMS

ROOT = Path(__file__).resolve().parents[1]
HOUSES = ("functions", "shared", "secondwind", "tools")
ROOMS = "shared/systems/"
EXCEPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "shared/systems/__init__.py": "the registry: the one list of rooms",
        "secondwind/commands/demo/": "the night is a story about certain clusters and groups of the local cloud",
    }
)
"""Paths, or folders, that may name a system, and why."""


def leaks(root: Path = ROOT) -> Iterator[tuple[str, int, str]]:
    """Path, line and what leaks there, exceptions included."""
    for house in HOUSES:
        for file in sorted((root / house).rglob("*.py")):
            path = file.relative_to(root).as_posix()
            if not any(path.startswith(f"{ROOMS}{name}/") for name in SYSTEMS.names):
                yield from ((path, line, what) for line, what in leaks_of(file.read_text(encoding="utf-8")))


def leaks_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and what leaks there, of one module."""
    tree = ast.parse(source)
    rooms = tuple(f"shared.systems.{name}" for name in SYSTEMS.names)
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(rooms):
            yield node.lineno, f"import from {node.module}"
        elif isinstance(node, ast.ImportFrom) and node.module == "shared.systems":
            named = [alias.name for alias in node.names if alias.name in SYSTEMS.names]
            yield from ((node.lineno, f"import of {name}") for name in named)
        elif isinstance(node, ast.Import) and any(alias.name.startswith(rooms) for alias in node.names):
            yield node.lineno, "import of a room"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            if node.value in SYSTEMS or node.value.startswith(tuple(f"{name}/" for name in SYSTEMS.names)):
                yield node.lineno, f"the text {node.value!r}"
        elif isinstance(node, ast.Attribute) and node.attr.lower() in SYSTEMS:
            yield node.lineno, f"the attribute {node.attr}"


def excused(path: str) -> str | None:
    """The exception that a path falls under."""
    return next((one for one in EXCEPTIONS if path == one or (one.endswith("/") and path.startswith(one))), None)


def main() -> int:
    """Print every leak and what the exceptions hide; the exit status."""
    found = list(leaks())
    bad = [leak for leak in found if excused(leak[0]) is None]
    for path, line, what in bad:
        print(f"{path}:{line}: {what}")
    hidden = {one: sum(excused(path) == one for path, _, _ in found) for one in EXCEPTIONS}
    for one, count in hidden.items():
        print(f"excepted: {one} ({count}): {EXCEPTIONS[one]}")
    unused = [one for one, count in hidden.items() if not count]
    print(f"{len(bad)} leaks, {sum(hidden.values())} excepted" + "".join(f"; {one} excepts nothing" for one in unused))
    return 1 if bad or unused else 0


if __name__ == "__main__":
    sys.exit(main())
