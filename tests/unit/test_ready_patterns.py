"""Patterns that were compiled when the package was made are those that Python would compile."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from shared import ready_patterns
from shared.ready_patterns import FILE, matcher_now, recorded, take_ready

PATTERNS: list[tuple[Any, int]] = [
    (r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(?::(\d+))?\Z", re.IGNORECASE),
    ("[\udc80-\udcff]", 0),
    ("[\udc91-\udcff]", 0),
    (r"^\s*(?:é|ß|中)[^\W\d_]+", re.MULTILINE | re.DOTALL),
    (r"[!-~]+", re.ASCII),
    (rb"\x00[0-9]", 0),
    (r"(a)|b", 0),
    (r" x # in many lines", re.VERBOSE),
]
TEXTS = ["HTTPS://Example.com:8080", "\udc90", "x\n  ßabc", "~!", "a", "b", "x", "", "http://a"]


@pytest.fixture(name="compiler", autouse=True)
def _compiler() -> Iterator[Any]:
    """Python's own, put back afterwards; `re` keeps nothing from one test to the next."""
    compiler = ready_patterns._compiler()
    usual = compiler.compile
    re.purge()
    yield compiler
    compiler.compile = usual
    re.purge()


def compile_all() -> list[Any]:
    """As modules do when they are loaded."""
    return [re.compile(pattern, flags) for pattern, flags in PATTERNS]


def found(pattern: Any) -> Any:
    """What it is, and what it finds."""
    texts: list[Any] = [text.encode("utf-8", "replace") for text in TEXTS] if type(pattern.pattern) is bytes else TEXTS
    places = [(one.span(), one.groups(), one.lastgroup) for text in texts for one in pattern.finditer(text)]
    return pattern.pattern, pattern.flags, pattern.groups, dict(pattern.groupindex), places


def test_a_ready_pattern_is_the_one_that_would_be_compiled(tmp_path: Path, compiler: Any) -> None:
    """With its flags, groups and names; what is not in the file is compiled as ever, bytes among it."""
    usual, compiled = compiler.compile, list[Any]()
    (tmp_path / FILE).write_bytes(recorded(compile_all))
    assert compiler.compile is usual
    re.purge()
    wanted = compile_all()
    re.purge()

    def noted(pattern: Any, flags: int = 0) -> Any:
        compiled.append(pattern)
        return usual(pattern, flags)

    compiler.compile = noted
    take_ready(tmp_path / FILE)
    assert [found(one) for one in compile_all()] == [found(one) for one in wanted]
    assert compile_all()[0] == wanted[0]
    assert re.compile("another").match("another")
    assert re.compile(r"[!-~]+").flags == re.UNICODE.value
    assert compiled == [rb"\x00[0-9]", "another", r"[!-~]+"]


def test_the_same_patterns_make_the_same_file() -> None:
    """In whichever order they are compiled."""
    first = recorded(compile_all)
    re.purge()
    assert recorded(lambda: [re.compile(pattern, flags) for pattern, flags in reversed(PATTERNS)]) == first


@pytest.mark.parametrize("place", range(4))
def test_another_pythons_file_counts_for_nothing(tmp_path: Path, compiler: Any, place: int) -> None:
    """Of another version, or of another matcher."""
    usual = compiler.compile
    rows = msgspec.msgpack.decode(recorded(compile_all))[1]
    other = [number + (at == place) for at, number in enumerate(matcher_now())]
    (tmp_path / FILE).write_bytes(msgspec.msgpack.encode((other, rows)))
    take_ready(tmp_path / FILE)
    assert compiler.compile is usual


@pytest.mark.parametrize("content", [None, b"", b"\x93", msgspec.msgpack.encode(([1], 2))])
def test_without_a_file_nothing_changes(tmp_path: Path, compiler: Any, content: bytes | None) -> None:
    """Nor with one that is none."""
    usual = compiler.compile
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    take_ready(tmp_path / FILE)
    assert compiler.compile is usual


DOOR = """
import sys
import functions.event_trigger.index
waits = [name for name in ("msgspec._json_schema", "msgspec.inspect") if type(sys.modules[name]).__name__ != "module"]
import msgspec
print(waits, msgspec.json.schema(int), msgspec.inspect.type_info(int))
"""


def test_what_describes_types_waits_until_it_is_asked() -> None:
    """A function never asks; a tool beside it may."""
    done = subprocess.run([sys.executable, "-c", DOOR], capture_output=True, text=True, check=True, timeout=60)
    told = "['msgspec._json_schema', 'msgspec.inspect'] {'type': 'integer'} IntType("
    assert done.stdout.startswith(told)
