"""Strangers' text made safe to keep: bounded, encodable as UTF-8, and printable where a person reads it."""

from __future__ import annotations

import re
from typing import Any

MAX_NAME_CHARS = 256
_QUOTED_CHARS = 16
_QUOTED_BYTES = 68
"""Of one character more, so that what is cut shows that it is; each has four bytes at most."""
_PATH_CHARS = 256
_MOSTLY_UTF8 = 4
"""Of UTF-8 that was cut or has a stray byte fewer than one in so many is broken; of GBK far more are."""
_UNDECODABLE = re.compile("[\udc80-\udcff]")
_CUT = re.compile("[\udc80-\udcbf]{0,3}[^\udc80-\udcff]*(?:[\udcc2-\udcf4][\udc80-\udcbf]{0,2})?")
"""UTF-8 whose first sign or last one was cut."""
_HIGH = bytes(range(128, 256))
_PAIR = re.compile(rb"[\x81-\xfe][\x80-\xfe]")
"""As most signs of GBK are; in Latin-1 such letters stand alone."""
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def clean(text: str) -> str:
    r"""The text without lone surrogates, each replaced by U+FFFD.

    JSON may spell half of a UTF-16 pair (`"\ud83d"`, typical of a message cut by a Java program); Python
    keeps it, and every later encoding to UTF-8 would fail.
    """
    if text.isascii():  # as nearly all is
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of clean UTF-8, cut between characters. Costs no more than the limit."""
    if len(text) <= limit and text.isascii():
        return text
    head = clean(text[:limit])
    return head.encode()[:limit].decode("utf-8", "ignore")


def bounded(name: Any) -> str:
    """A name as it stands; one that does not print, or is longer than any condition can be, is none."""
    return name if isinstance(name, str) and len(name) <= MAX_NAME_CHARS and name.isprintable() else ""


def printable(text: str, limit: int) -> str:
    """At most `limit` bytes in which every character that does not print is shown as its escape."""
    head = text[:limit]
    if head.isprintable():
        return cut(head, limit)
    shown = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in head)
    return cut(shown, limit)


def escaped(data: bytes) -> str:
    r"""Bytes as text; those that are no UTF-8 as `\xNN`."""
    return data.decode("utf-8", "backslashreplace")


def foreign(data: bytes, escape: str = r"\x") -> str:
    r"""Bytes that need not be UTF-8 as text: GBK is read as such; of what is neither the odd bytes are `\xNN`."""
    text = undecoded(data)
    return _UNDECODABLE.sub(lambda sign: f"{escape}{ord(sign[0]) - 0xDC00:02x}", text)


def output_of(data: bytes) -> str:
    r"""Output as text, line by line: GBK is read as such, and of what is no UTF-8 either the odd bytes are `\xNN`.

    For programs of both kinds write into one log. UTF-8 that was cut is none of the other kind. Linear.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return "\n".join([_line(line) for line in data.split(b"\n")])


def _line(data: bytes) -> str:
    pairs = len(_PAIR.findall(data))
    if pairs:
        high = len(data) - len(data.translate(None, _HIGH))
        broken = len(data) - len(data.decode("utf-8", "ignore").encode())
        is_gbk = min(broken, pairs) * _MOSTLY_UTF8 > high
        if is_gbk and not _CUT.fullmatch(data.decode("utf-8", "surrogateescape")):
            return data.decode("gb18030", "backslashreplace")
    return escaped(data)


def undecoded(data: bytes) -> str:
    """As `foreign`, of what is neither the odd bytes as Python's `surrogateescape` keeps them."""
    text = data.decode("utf-8", "surrogateescape")
    broken, high = len(_UNDECODABLE.findall(text)), len(data) - len(data.translate(None, _HIGH))
    if broken * _MOSTLY_UTF8 > high:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return text


def quoted(value: Any) -> str:
    """The first few characters of a value for a fault's text, or only its kind if it is no text or number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return kind(value)
    text = printable(str(value), _QUOTED_BYTES)
    return f"'{text}'" if len(text) <= _QUOTED_CHARS else f"'{text[:_QUOTED_CHARS]}…'"


def kind(value: Any) -> str:
    """What a value is, in the words of JSON."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, bytes):
        return "no UTF-8"
    names: dict[type, str] = {
        str: "text",
        int: "a number",
        float: "a number",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "no JSON value")


def below(path: str, name: str | int) -> str:
    """The path of a member of what is at `path`: `$.data`, `$[3]`; odd names are quoted, what is long is cut."""
    if len(path) > _PATH_CHARS:
        return path if path.endswith("…") else f"{path}…"
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if _PLAIN_NAME.fullmatch(name) else f"{path}[{quoted(name)}]"
