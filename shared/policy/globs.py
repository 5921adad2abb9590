"""Globs (`*`, `?`), case counts, the whole text must fit; in time linear in the text, whatever the glob."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

TextTest = Callable[[str], bool]


def glob_test(globs: Iterable[str]) -> TextTest:
    """Asks whether a text fits any of the globs; never does an empty one."""
    listed = tuple(dict.fromkeys(globs))
    if "*" in listed:
        return bool
    plain = frozenset(glob for glob in listed if not _is_wild(glob))
    if len(plain) == len(listed):
        return plain.__contains__
    prefixes = tuple(glob[:-1] for glob in listed if not _is_wild(glob[:-1]) and glob[-1] == "*")
    simple = plain | {f"{prefix}*" for prefix in prefixes}
    rest = tuple(glob for glob in listed if glob not in simple)
    if not rest:
        return _Simple(plain, prefixes).fits
    return _Any(plain, prefixes, _compiled(rest)).fits


def _is_wild(glob: str) -> bool:
    return "*" in glob or "?" in glob


@lru_cache(maxsize=512)
def _compiled(globs: tuple[str, ...]) -> Any:
    import re2  # noqa: PLC0415 - few policies have such globs, and what decides nothing needs no other pattern

    options = re2.Options()
    options.never_capture = True
    options.dot_nl = True
    # Lone surrogates cannot be compiled; no text from outside holds one either.
    pattern = "|".join("".join(_ATOMS.get(char) or re2.escape(char) for char in glob) for glob in globs)
    return re2.compile(pattern.encode("utf-8", "replace"), options)


_ATOMS = {"*": ".*", "?": "."}


class _Simple:
    """Equal to one of these, or beginning with one of those."""

    def __init__(self, plain: frozenset[str], prefixes: tuple[str, ...]) -> None:
        self._plain = plain
        self._prefixes = prefixes

    def fits(self, text: str) -> bool:
        return text in self._plain or text.startswith(self._prefixes)


class _Any(_Simple):
    """One of these, or fitting a pattern."""

    def __init__(self, plain: frozenset[str], prefixes: tuple[str, ...], pattern: Any) -> None:
        super().__init__(plain, prefixes)
        self._pattern = pattern

    def fits(self, text: str) -> bool:
        if super().fits(text):
            return True
        return bool(text) and self._pattern.fullmatch(text.encode("utf-8", "replace")) is not None
