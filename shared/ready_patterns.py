"""Regular expressions that were compiled when the package was made, as its modules are: 10 ms of a cold start.

Python compiles a pattern in Python, and has no place of its own to keep what came of it. What it gives to its matcher
(`_sre.compile`, https://github.com/python/cpython/blob/3.12/Lib/re/_compiler.py) is in a file of the package, by
pattern and flags, and counts for the very version of that matcher. Whatever is not in there is compiled as ever.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

FILE = "patterns.ready"
"""At the root of the package."""
_MATCHER: Any = sys.modules["_sre"]
"""Loaded by `re`; it has no stubs."""


def take_ready(path: Path) -> None:
    """Have `re` take what is in that file; without one, or with one of another Python, nothing changes."""
    try:
        matcher, rows = msgspec.msgpack.decode(path.read_bytes(), type=tuple[list[int], dict[bytes, bytes]])
    except (OSError, msgspec.MsgspecError):
        return
    if matcher != matcher_now():
        return
    compiler = _compiler()
    usual = compiler.compile

    def compiled(pattern: Any, flags: int = 0) -> Any:
        row = rows.get(_name(pattern, flags)) if type(pattern) is str else None
        if row is None:
            return usual(pattern, flags)
        final, code, groups, numbers, names = msgspec.msgpack.decode(row)
        return _MATCHER.compile(pattern, final, code, groups, numbers, tuple(names))

    compiler.compile = compiled


def matcher_now() -> list[int]:
    """The version of this Python's matcher."""
    return [*sys.version_info[:2], _MATCHER.MAGIC, _MATCHER.CODESIZE]


def recorded(work: Callable[[], object]) -> bytes:
    """A file for `take_ready`: what is compiled while that works."""
    compiler, rows = _compiler(), dict[bytes, bytes]()
    usual, matcher, asked = compiler.compile, compiler._sre, list[tuple[Any, int]]()  # noqa: SLF001 - Python's own seam

    class Noting:
        """In the place of the matcher's module in the compiler's."""

        def __getattr__(self, name: str) -> Any:
            return getattr(matcher, name)

        def compile(self, pattern: Any, flags: int, code: Any, groups: int, numbers: Any, names: Any) -> Any:
            if type(pattern) is str:
                row = (int(flags), [int(one) for one in code], groups, dict(numbers), names)
                rows[_name(*asked[-1])] = msgspec.msgpack.encode(row)
            return matcher.compile(pattern, flags, code, groups, numbers, names)

    def noted(pattern: Any, flags: int = 0) -> Any:
        asked.append((pattern, flags))
        return usual(pattern, flags)

    compiler.compile, compiler._sre = noted, Noting()  # noqa: SLF001 - as above
    try:
        work()
    finally:
        compiler.compile, compiler._sre = usual, matcher  # noqa: SLF001 - as above
    return msgspec.msgpack.encode((matcher_now(), dict(sorted(rows.items()))))


def _compiler() -> Any:
    """The module by which `re` compiles: before Python 3.11 it had another name."""
    return getattr(re, "_compiler", None) or vars(re)["sre_compile"]


def _name(pattern: str, flags: int) -> bytes:
    """Some patterns have half a sign of UTF-16."""
    return f"{int(flags)}:{pattern}".encode("utf-8", "surrogatepass")
