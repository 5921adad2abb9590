"""The words of a text, in small letters: runs of ASCII letters, and runs of what is beyond ASCII."""

from __future__ import annotations

_SMALL = range(ord("a"), ord("z") + 1)
FOLD = bytes(byte if byte in _SMALL else 32 for byte in range(256))
BEYOND_ASCII = bytes(byte if byte > 127 else 32 for byte in range(256))  # noqa: PLR2004 - the last of ASCII
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
"""The only other letters that `(?i)` takes for ASCII ones: `k` and `s`."""

Read = str
"""Bytes as Latin-1 reads them, one sign a byte: Python looks for a text in another much faster than for bytes."""


def folded_of(text: bytes) -> bytes:
    """The text in small letters, as needed texts have them."""
    small = text.lower()
    return small if small.isascii() else small.replace(_KELVIN, b"k").replace(_LONG_S, b"s")


_ZEROES = bytes.maketrans(b"123456789", b"0" * 9)
_DIGITS = frozenset("0123456789")


def brief_of(folded: bytes) -> bytes:
    """Its lines, of those that differ in numbers alone one, which is most of a log; the text where that is not so.

    The words are the same, and `may_be_in` tells what else is in the text.
    """
    brief = _each_once(folded.translate(_ZEROES))
    return _each_once(_with_short_numbers(brief)) if 2 * len(brief) < len(folded) else folded


def may_be_in(text: Read, brief: Read) -> bool:
    """Whether a text within a line may be in another, of which `brief_of` left this."""
    if text in brief:
        return True
    if _DIGITS.isdisjoint(text):
        return False
    return _with_short_numbers(text.encode("latin-1").translate(_ZEROES)).decode("latin-1") in brief


def _each_once(text: bytes) -> bytes:
    return b"\n".join(dict.fromkeys(text.split(b"\n")))


def _with_short_numbers(text: bytes) -> bytes:
    """Each number of zeroes is one."""
    while b"00" in text:
        text = text.replace(b"00", b"0")
    return text


def runs_of(folded: bytes) -> list[bytes]:
    """The runs of letters; beyond ASCII of whatever is there."""
    runs = folded.translate(FOLD).split()
    if not folded.isascii():
        runs += folded.translate(BEYOND_ASCII).split()
    return runs


def words_of(folded: bytes) -> frozenset[bytes]:
    """The distinct ones."""
    return frozenset(runs_of(folded))


def few_words_of(folded: bytes, most: int) -> frozenset[bytes] | None:
    """The same; None where there are more runs of ASCII letters than so many, which are not counted to the end."""
    runs = folded.translate(FOLD).split(None, most)
    if len(runs) > most:
        return None
    words = frozenset(runs)
    return words if folded.isascii() else words.union(folded.translate(BEYOND_ASCII).split())
