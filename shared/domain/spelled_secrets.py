r"""Where a text has a secret in it, in whatever spelling: services quote what they got, encoded as they like.

Undone are, one layer after the other and mixed as they come, what URLs (`%2B`, `%252B`, `%25%32%42`, `%u002B`), JSON
and programs (`\u002b`, `\x2b`, `\/`) and HTML (`&#43;`, `&#x2B;`, `&plus;`) write for a sign, and the line breaks of
MIME and of folded headers; of Base64 what is the same wherever the secret stands in it, of hexadecimal the whole. What
was cut short is found by its beginning. In linear time.

Not undone is what no server and no library makes of a printable sign in an answer (octal escapes, quoted-printable, the
secret itself in another case), nor what is packed, encrypted or in Base32.
"""

from __future__ import annotations

import re
import sys
from array import array
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

LAYERS = 4
"""As often may it have been encoded in ways that differ; the same percent sign may be encoded more often."""
_LEAST_ENCODED = 10
"""Signs of Base64 or hexadecimal that stand for a secret; fewer stand in other words as well."""
HEAD = 12
"""Signs by which a secret is known that was cut short: fewer may begin other keys as well."""
_OWN_FROM = (0, 2, 3)
"""Behind so many other bytes as its place says: the first sign of Base64 that is the secret's alone."""
_NAMES = {
    b"amp": b"&",
    b"lt": b"<",
    b"gt": b">",
    b"quot": b'"',
    b"apos": b"'",
    b"plus": b"+",
    b"sol": b"/",
    b"equals": b"=",
}
_CODED = re.compile(
    rb"%(?:25)*(?P<byte>[0-9A-Fa-f]{2})|(?:%|\\{1,4})u(?P<four>[0-9A-Fa-f]{4})"
    rb"|\\{1,4}(?:x(?P<two>[0-9A-Fa-f]{2})|U(?P<eight>[0-9A-Fa-f]{8})|(?P<itself>[^\w\s\\]))"
    rb"|&(?:#(?:[xX]0{0,8}(?P<hex>[0-9A-Fa-f]{1,5})|0{0,8}(?P<decimal>[0-9]{1,7}))"
    rb"|(?P<name>amp|lt|gt|quot|apos|plus|sol|equals));"
    rb"|(?P<fold>\\{1,4}[nr]|[\n\r][\t ]*)"
)
_BEGINS_A_CODE = re.compile(rb"[%\\&\n\r]")
_BREAKS_BACKWARDS = re.compile(rb"[\t ]*(?:[\n\r]|[nr]\\{1,4})(?:[\n\r\t ]|[nr]\\{1,4})*")
_Places = Sequence[int]


def spans(text: bytes, secrets: Sequence[bytes]) -> list[tuple[int, int]]:
    """From where to where one of the secrets stands, in order and apart."""
    wanted = _wanted(tuple(secrets))
    if not _BEGINS_A_CODE.search(text) and not _there(text.replace(b" ", b"+"), wanted):  # as nearly always
        return []
    found: list[tuple[int, int]] = []
    for layer, places in _layers(text):
        blanks = layer.replace(b" ", b"+")  # a form's plus is a blank
        found += (
            (places[first], _before_break(text, places[last - 1] + 1, places[last]))
            for needle in _there(blanks, wanted)
            for first, last in _all(needle, blanks)
        )
    return _apart(found)


def _there(text: bytes, wanted: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
    return [needle for head, needle in wanted if head in text]


def _before_break(text: bytes, least: int, last: int) -> int:
    """The end without a line's end that was undone behind it, also an escaped one: there the next line begins.

    Nothing before `least` is given back: there the secret's last sign begins, which may look like such an end.
    """
    undone = _BREAKS_BACKWARDS.match(text[least:last][::-1])
    return last - undone.end() if undone else last


def _layers(text: bytes) -> Iterator[tuple[bytes, _Places]]:
    """The text as it is, and with one layer less each time; with where each byte, and the end, stood at first."""
    below: tuple[bytes, _Places] | None = text, range(len(text) + 1)
    for _ in range(LAYERS):
        if below is None:
            return
        yield below
        below = _undone(*below)
    if below is not None:
        yield below


@lru_cache(maxsize=16)
def _wanted(secrets: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    """What to look for of all these, behind the signs that tell that it may be there."""
    return [(needle[:HEAD], needle) for secret in secrets for needle in needles(secret)]


@lru_cache(maxsize=16)
def needles(secret: bytes) -> tuple[bytes, ...]:
    """What to look for: the secret, in Base64 behind none, one or two bytes of something else, and as hex dumps it."""
    plain = {secret.replace(b" ", b"+")}
    if len(secret.hex()) >= _LEAST_ENCODED:
        dumps = (secret.hex().encode(), secret.hex("+").encode())  # a blank is a plus here
        plain |= {*dumps, *(dump.upper() for dump in dumps)}
    for before, first in enumerate(_OWN_FROM):
        core = b64encode(bytes(before) + secret)[first : (before + len(secret)) * 8 // 6]
        if len(core) >= _LEAST_ENCODED:
            plain |= {core, core.translate(bytes.maketrans(b"+/", b"-_"))}
    return tuple(sorted(plain))


def _all(needle: bytes, text: bytes) -> Iterator[tuple[int, int]]:
    """Where it stands whole, and where it begins and was cut short."""
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))
    head = needle[:HEAD]
    at = text.find(head) if head != needle else -1
    while at >= 0:
        end = at + HEAD
        while end < min(len(text), at + len(needle)) and text[end] == needle[end - at]:
            end += 1
        yield at, end
        at = text.find(head, end)


def _undone(text: bytes, places: _Places) -> tuple[bytes, _Places] | None:
    """The text with one layer less, and where each of its bytes stood at first; None: there is none to undo."""
    parts: list[bytes] = []
    stood = array("Q")
    at = 0
    for code in _CODED.finditer(text):
        sign = _sign(code)
        parts += (text[at : code.start()], sign)
        stood.extend(places[at : code.start()])
        stood.extend([places[code.start()]] * len(sign))
        at = code.end()
    if not parts:
        return None
    parts.append(text[at:])
    stood.extend(places[at:])
    return b"".join(parts), stood


def _sign(code: re.Match[bytes]) -> bytes:
    """What a code stands for; itself where there is no such sign."""
    kind = str(code.lastgroup)
    told = code[kind]
    if kind == "itself":
        return told
    if kind == "fold":
        return b""
    if kind == "name":
        return _NAMES[told]
    number = int(told, 10 if kind == "decimal" else 16)
    if kind == "byte":
        return bytes((number,))
    return chr(number).encode("utf-8", "surrogatepass") if number <= sys.maxunicode else code[0]


def _apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What overlaps is one."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if joined and first < joined[-1][1]:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined
