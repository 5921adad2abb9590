"""The tree of errors at the head of their module is the one that is raised."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import shared
from shared.domain import errors

ROOT = "SecondWindError"


def _told() -> dict[str, str]:
    """Each error of the picture with the one below which it stands."""
    told, above = dict[str, str](), [ROOT]
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"((?:│   |    )*)[├└]── (\w+)  ", line):
            depth = len(found[1]) // 4
            told[found[2]] = above[depth]
            above = [*above[: depth + 1], found[2]]
    return told


def _written() -> dict[str, str]:
    """Each error of `shared` with its base; one that is never raised itself, `_Faulty`, is looked through."""
    files = Path(shared.__file__).parent.rglob("*.py")
    trees = (ast.parse(file.read_bytes()) for file in files)
    classes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    bases = {one.name: base.id for one in classes for base in one.bases if isinstance(base, ast.Name)}
    below = {ROOT}
    while more := {name for name, base in bases.items() if base in below} - below:
        below |= more
    raised = {name for name in below - {ROOT} if not name.startswith("_")}
    return {name: bases[bases[name]] if bases[name].startswith("_") else bases[name] for name in raised}


def test_the_picture_has_every_error_where_it_stands() -> None:
    """Whoever reads who should try again reads it of all: one that is added stands there as well."""
    assert len(_told()) > 15
    assert _told() == _written()
