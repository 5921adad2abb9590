"""One change that makes a bug: where it is, what stands there, and what takes its place.

A change names a symbol and Python in it. Both are compared as syntax trees, so that it fits whatever the indentation,
the line breaks, the quotes and the comments are, wherever in the symbol it stands; but it must fit exactly once.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from tools.zoo.syntax import Found, found_in, replaced, strings_with, symbols, unknown_names

_One = TypeVar("_One")


class Fault(Enum):
    """Why a bug cannot be tried. The values are read by scripts."""

    NO_FILE = "no-file"
    NO_SYMBOL = "no-symbol"
    NOT_THERE = "not-there"
    NOT_ONCE = "not-once"
    NOT_PYTHON = "not-python"
    UNKNOWN_NAME = "unknown-name"
    NOTHING_CHANGED = "nothing-changed"
    NO_TEST = "no-test"


class Misfit(Exception):  # noqa: N818 - it says what does not fit, not that something broke
    """A change does not fit the code as it is."""

    def __init__(self, fault: Fault, told: str) -> None:
        super().__init__(told)
        self.fault = fault


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """One place of a bug. Either `find` or `text` says what is there."""

    place: str = field(name="in")
    """`package.module:Class.function`: a function, a class, or a name that a module or class assigns. Or the path of a
    file that is not Python, from the root of the repository."""
    replace: str
    find: str = ""
    """Python: an expression, statements that follow one another, an argument by name (`name=value`), or an entry of a
    dict (`key: value`; the key stays). It is not looked for inside f-strings, which are found as a whole."""
    text: str = ""
    """What is in a string of the symbol (queries, scripts), or in the file."""


def changed(root: Path, changes: Sequence[Change]) -> dict[str, str]:
    """The new texts of the files, by their paths from the root. Raises Misfit if one of the changes does not fit."""
    texts: dict[str, str] = {}
    for change in changes:
        path = path_of(root, change.place)
        text = texts[path] if path in texts else (root / path).read_text(encoding="utf-8")
        texts[path] = with_change(text, change)
    return texts


def path_of(root: Path, place: str) -> str:
    """The file that a place is in, from the root. Raises Misfit if there is none."""
    module, colon, _ = place.partition(":")
    stem = module.replace(".", "/")
    for path in (f"{stem}.py", f"{stem}/__init__.py") if colon else (place,):
        if (root / path).is_file():
            return path
    raise Misfit(Fault.NO_FILE, f"there is no {'module' if colon else 'file'} {module}")


def with_change(text: str, change: Change) -> str:
    """The text of the change's file with the change in it. Raises Misfit if it does not fit exactly once."""
    _, colon, name = change.place.partition(":")
    if bool(change.find) == bool(change.text) or not (change.text or colon):
        raise Misfit(Fault.NOT_PYTHON, "a change has `find` or `text`; in a file that is not Python, `text`")
    if "".join(change.replace.split()) == "".join((change.find or change.text).split()):
        raise Misfit(Fault.NOTHING_CHANGED, "it is replaced by itself")
    try:
        return _in_python(text, name, change) if colon else _in_text(text, change)
    except SyntaxError as error:
        raise Misfit(Fault.NOT_PYTHON, str(error)) from error


@lru_cache(maxsize=512)
def module_of(text: str) -> ast.Module:
    """The syntax tree, which nobody may change. Raises SyntaxError."""
    return ast.parse(text)


def _in_python(text: str, name: str, change: Change) -> str:
    before = module_of(text)
    defined = [node for symbol, node in symbols(before) if symbol == name]
    if not defined:
        raise Misfit(Fault.NO_SYMBOL, f"its module has no {name}")
    after = replaced(text, _only([found for node in defined for found in _found(node, change)], change))
    tree = ast.parse(after)
    unknown = unknown_names(tree) - unknown_names(before)
    if unknown:
        # Any test would trip over it, and the bug would count as caught.
        raise Misfit(Fault.UNKNOWN_NAME, f"its module does not know {', '.join(sorted(unknown))}")
    return after


def _found(node: ast.stmt, change: Change) -> list[Found]:
    if change.text:
        return strings_with(node, change.text, change.replace)
    return found_in(node, change.find, change.replace)


def _in_text(text: str, change: Change) -> str:
    _only([change.text] * text.count(change.text), change)
    return text.replace(change.text, change.replace)


def _only(found: Sequence[_One], change: Change) -> _One:
    what = " ".join((change.find or change.text).split())
    if not found:
        raise Misfit(Fault.NOT_THERE, f"not there: {what}")
    if len(found) > 1:
        raise Misfit(Fault.NOT_ONCE, f"there {len(found)} times: {what}")
    return found[0]
