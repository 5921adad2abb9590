r"""A text line by line, without what hides what it says: colours, prefixes, widths of blanks, floods of one line.

Linear in the text, and bounded. What is normal already comes back as it is, so that normalising twice is as good as
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from shared.policy.text.prefixes import all_without_prefixes, without_prefixes

MAX_LINES = 512
"""Of a longer text the first and the last half of so many lines are kept."""
MAX_KINDS = 64
"""Of what floods are between them the first line of each kind: of more kinds the first and the last half. Lines that
differ in numbers alone are of one kind; a text of more than `MAX_LINES` kinds is no flood."""

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
"""Control sequences of terminals: CSI, OSC and the short ones
(https://ecma-international.org/publications-and-standards/standards/ecma-48/)."""
_LINE_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_CONTROLS = "".join(map(chr, [*range(9), *range(14, 28), 31, *range(127, 160)]))
_NO_WIDTH = "\xad\u200b\u200c\u200d\u2060\ufeff"
_ASCII = str.maketrans({**dict.fromkeys(_LINE_ENDS, "\n"), **dict.fromkeys(_CONTROLS), "\t": " "})
_ENDS, _GONE, _BLANK = re.compile(f"[{_LINE_ENDS}]"), re.compile(f"[{_CONTROLS}{_NO_WIDTH}]"), re.compile(r"[^\S\n ]")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_PRINTABLE = bytes([*range(32, 127), ord("\n")])
_KELVIN, _LONG_S = "\u212a", "\u017f"
r"""For `(?i)` these are letters of ASCII, and for `\b` they are none: nobody could say where a word of them ends."""
_STRUCK = re.compile("[^\n\b]\b")
"""A sign that is struck over, as printers and `man` make letters bold."""
_BYTE = r"\\x[89a-fA-F][0-9a-fA-F]"
_SIGN, _BYTES = re.compile(r"\\u([0-9a-fA-F]{4})"), re.compile(f"{_BYTE}(?:{_BYTE})*")
"""A sign beyond ASCII as JSON writes it, and the bytes of some as a program's `repr` does."""
_BREAK = re.compile(r"<(?:br ?/?|/?p)>", re.IGNORECASE)
"""What ends a line where a page shows it, as XXL-JOB tells how it triggered a job."""
_TASK = re.compile(
    r"(most recent failure: Lost task [^()\n]{1,60}\(TID [^()\n]{1,160}\)(?: \([^()\n]{1,160}\))?:) (?=[a-z])"
)
"""What Spark says of a job's end before the exception that ended it: where the task ran is no part of that."""
QUOTES = "; output: "
_WATCHER = re.compile(
    r"(?:no output for [^;]{1,60}|no heartbeat for [^;]{1,400}|after [^;]{1,100} have a heartbeat"
    rf"|a rank was lost and nothing came after it)(?={QUOTES}|; causes:$)"
)
"""What `emitters/stuck_rank_watcher.py` says before it quotes a job's output: at once its end, or first causes."""
CAUSES = "; causes:"


@lru_cache(maxsize=16)
def normal(text: str) -> str:
    """The text's lines as they are shown, joined by line feeds; the same one again is left out.

    Kept for the last ones: a failure's text is quoted and has a fingerprint.
    """
    return "\n".join(each_once(all_shown(lines_of(text))))


def lines_of(text: str) -> list[str]:
    """The lines as they were printed: without colours, of single blanks, none of them empty."""
    if not _is_printable(text):
        # Java's traces have tabs, and Windows' lines end in two signs: mostly that is all.
        text = text.replace("\t", " ").replace("\r\n", "\n")
        if not _is_printable(text):
            text = _printable(text)
    if "\\" in text:
        text = _unescaped(text)
    if "<" in text or " (TID " in text:
        text = _TASK.sub(r"\1\n", _BREAK.sub("\n", text))
    if not text.isascii():
        text = text.replace(_KELVIN, "K").replace(_LONG_S, "s")
    while "  " in text:
        text = text.replace("  ", " ")
    if "\n" not in text:
        text = text.strip(" ")
        return [text] if text else []
    text = text.replace("\n ", "\n").replace(" \n", "\n")
    while "\n\n" in text:
        text = text.replace("\n\n", "\n")
    text = text.strip("\n ")
    if text.count("\n") >= MAX_LINES:
        return _fewer(text.split("\n"))
    return text.split("\n") if text else []


def _fewer(lines: list[str]) -> list[str]:
    """See MAX_LINES. Of a text that is no flood the ends alone: it takes long enough to search."""
    half = MAX_LINES // 2
    kinds, rest = _kinds_of(lines[: 2 * MAX_LINES]), lines[2 * MAX_LINES :]
    if rest and len(set(kinds)) <= MAX_LINES:
        kinds += _kinds_of(rest)
    if len(set(kinds)) > MAX_LINES:
        return [*lines[:half], *lines[-half:]]
    kept = [place for place, line in enumerate(lines) if not place or line != lines[place - 1]]
    lines, kinds = [lines[place] for place in kept], [kinds[place] for place in kept]
    end = max(len(lines) - half, half)
    first = dict(zip(reversed(kinds[half:end]), range(end - 1, half - 1, -1), strict=True))
    for kind in {*kinds[:half], *kinds[end:]}:
        first.pop(kind, None)
    places = sorted(first.values())
    if len(places) > MAX_KINDS:
        places[MAX_KINDS // 2 : -MAX_KINDS // 2] = []
    return [*lines[:half], *[lines[place] for place in places], *lines[end:]]


def _kinds_of(lines: list[str]) -> list[bytes]:
    text = "\n".join(lines).encode("utf-8", "surrogatepass").translate(_DIGITS)
    while b"00" in text:
        text = text.replace(b"00", b"0")
    return text.split(b"\n")


def shown(line: str) -> str:
    """A line without its prefixes; what the watcher says before a quotation is a line of its own."""
    said = _WATCHER.match(line) if QUOTES in line or line.endswith(CAUSES) else None
    if said is None:
        return without_prefixes(line)
    return f"{said[0]}\n{without_prefixes(line[said.end() + len(QUOTES) :])}".rstrip("\n")


def all_shown(lines: Sequence[str]) -> list[str]:
    """As `shown` of each line."""
    text = "\n".join(lines)
    without = all_without_prefixes(text)
    bare = list(lines) if without == text else without.split("\n")
    if QUOTES in text or CAUSES in text:
        for place, line in enumerate(lines):
            if QUOTES in line or line.endswith(CAUSES):
                bare[place] = shown(line)
    return bare


def each_once(lines: Iterable[str]) -> list[str]:
    """Without empty lines, and without those that repeat the one before."""
    kept, before = [], ""
    for line in lines:
        if line and line != before:
            kept.append(line)
            before = line
    return kept


def _is_printable(text: str) -> bool:
    if text.isascii():  # as `isprintable`, which takes five times as long
        return not text.encode().translate(None, _PRINTABLE)
    return text.replace("\n", "").isprintable()


def _unescaped(text: str) -> str:
    """As it was before JSON or a program's `repr` wrote it in ASCII alone; what such escapes do not make is left."""

    def as_text(found: re.Match[str]) -> str:
        return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "replace")

    def as_sign(found: re.Match[str]) -> str:
        sign = chr(int(found[1], 16))
        return sign if sign.isprintable() else found[0]

    if "\\u" in text or "\\x" in text:
        text = _BYTES.sub(as_text, _SIGN.sub(as_sign, text))
    # as JSON or a program's `repr` writes a line's end
    return text.replace("\\r\\n", "\\n").replace("\\n\\t", "\n").replace("\\n", "\n") if "\\n" in text else text


def _printable(text: str) -> str:
    if "\x1b" in text or "\x9b" in text:
        text = _TERMINAL.sub("", text)
    if "\b" in text:
        text = _STRUCK.sub("", text)
    if text.isascii():
        return text.translate(_ASCII)
    return _BLANK.sub(" ", _GONE.sub("", _ENDS.sub("\n", text)))
