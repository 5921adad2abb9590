"""A slip in a function is put into the loaded module; one in what importing does is not, and that is told."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tools.mutants.swap import Live

CODE = """
from functools import lru_cache

EDGE = 2

def late(now, due=5):
    return (
        now > due + EDGE
    )

@lru_cache
def kept(n):
    return n + 1

class Desk:
    @property
    def open(self):
        return not [n for n in (1, 2) if n > 1]

def outer(n):
    def inner():
        return n * 2
    return inner()

def adding(n):
    def add(m):
        return m + n
    return add

add_two = adding(2)
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Any]:
    """A module that is loaded."""
    path = tmp_path / "a_desk.py"
    path.write_text(CODE)
    spec = spec_from_file_location("a_desk", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["a_desk"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["a_desk"]


def having(module: ModuleType, was: str, becomes: str) -> bool:
    """Whether the slip is in it now."""
    assert was in CODE
    return Live().having(Path(str(module.__file__)), CODE, CODE.replace(was, becomes))


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("(\n        now > due + EDGE\n    )", "now >= due + EDGE", lambda desk: desk.late(7)),
        ("n > 1]", "n > 2]", lambda desk: desk.Desk().open),
        ("n * 2", "n + 2", lambda desk: desk.outer(5) == 7),
    ],
)
def test_a_slip_in_a_function_is_seen_at_once(desk: Any, was: str, becomes: str, says: Any) -> None:
    """In a method or an inner function as well, though what follows stands on other lines."""
    assert says(desk) is False
    assert having(desk, was, becomes)
    assert says(desk) is True
    assert desk.kept(1) == 2


def test_a_function_is_found_where_the_collector_no_longer_looks(desk: Any) -> None:
    """The tests freeze what they have loaded: every slip was tried in a new process, which takes ten times as long."""
    gc.freeze()
    assert having(desk, "n + 1", "n - 1")
    gc.freeze()


def test_what_was_kept_of_earlier_calls_is_forgotten(desk: Any) -> None:
    """Else the slip would be asked for nothing."""
    assert desk.kept(1) == 2
    assert having(desk, "n + 1", "n - 1")
    assert desk.kept(1) == 0


@pytest.mark.parametrize(("was", "becomes"), [("EDGE = 2", "EDGE = 3"), ("due=5", "due=6")])
def test_what_importing_does_needs_another_process(desk: Any, was: str, becomes: str) -> None:
    """A value that was made then, of a name or of an argument."""
    assert not having(desk, was, becomes)
    assert desk.late(8) is True


def test_a_function_that_was_made_at_import_needs_another_process(desk: Any) -> None:
    """It keeps the code that it was made with, whatever its maker has now: slips in it seemed to survive every test."""
    assert not having(desk, "m + n", "m - n")
    assert desk.add_two(5) == 7


def test_a_module_that_is_not_loaded_yet_reads_the_slip_itself(tmp_path: Path) -> None:
    """It stands in the file."""
    assert Live().having(tmp_path / "no_desk.py", CODE, CODE.replace("EDGE = 2", "EDGE = 3"))
