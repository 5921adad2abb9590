"""A class's name says what it is: no public one stands in two modules of the product."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("functions", "shared", "secondwind")


def in_several_modules(root: Path) -> dict[str, list[str]]:
    """Names of classes, each with the modules that define it, where these are more than one."""
    found: dict[str, list[str]] = defaultdict(list)
    for house in HOUSES:
        for file in sorted((root / house).rglob("*.py")):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(file.relative_to(root).as_posix())
    return {name: files for name, files in found.items() if len(files) > 1}


def test_no_class_shares_its_name() -> None:
    """Whoever searches for a name finds one thing."""
    assert in_several_modules(ROOT) == {}


def test_a_shared_name_is_found(tmp_path: Path) -> None:
    """The check above can fail; private classes are their module's own affair."""
    for folder in ("shared", "secondwind"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "one.py").write_text("class Terms: ...\nclass _Terms: ...\n", encoding="utf-8")
    assert in_several_modules(tmp_path) == {"Terms": ["shared/one.py", "secondwind/one.py"]}
