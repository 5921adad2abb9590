"""What stays the same in a text when the same failure comes again: no numbers, ids, addresses, hosts, paths."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from shared.policy.text.normal import normal
from shared.reading.secrets import without_secrets

_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_DIGITS = 16
_HAN = "\u3040-\u312f\u31a0-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
"""Chinese and Japanese, which put no blanks between words."""
_ENDS = f" {_HAN}\u2e80-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f\"',;=&(){{}}<>|\\[\\]"
"""What ends a word that is none of those."""
_SENTENCE = re.compile(f"[{_HAN}]")
_VALUE = re.compile(r'(?:=|":)"?([^\W\d_]+)(?=["=,;&(){}<>|\[\]]|$)')
"""Of settings and of members of JSON, in letters alone."""
_PATHS = re.compile(f"(?<![^{_ENDS}])[^{_ENDS}/\\\\]*[/\\\\][^{_ENDS}]*")
_NUMBERS = re.compile(f"(?<![^{_ENDS}])[^{_ENDS}\\d]*\\d[^{_ENDS}]*")


@lru_cache(maxsize=64)
def fingerprint(text: str) -> str:
    """16 hex digits, the same for texts that differ in numbers, ids, hosts, paths, or how often a line comes.

    Empty for a text without words: nothing is known then that could come again. Linear in the text, and kept for the
    last ones: a failure is decided more than once, and of one cause many jobs die with the same text.
    """
    shapes = {_shape(line) for line in normal(text).split("\n")}
    lines = sorted(shape for shape in shapes if _LETTER.search(shape))
    if not lines:
        return ""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _shape(line: str) -> str:
    """The line with `/` for each word that holds a path, and `#` for each that holds a digit.

    What has no blanks between its words may lose more so than it keeps: then each of them is looked at by itself.
    """
    words = line.split(" ")
    shapes = ["/" if "/" in word or "\\" in word else "#" if _DIGIT.search(word) else word for word in words]
    shape = " ".join(shapes)
    if line.isascii() and "=" not in line and '":' not in line:
        return shape
    lost = " ".join(
        [word for word, shown in zip(words, shapes, strict=True) if word is not shown and _holds_words(word)]
    )
    said = len(_SENTENCE.findall(lost)) + len("".join(_VALUE.findall(lost)))
    if said <= len(_LETTER.findall(shape)):
        return shape
    return f"{shape} {_NUMBERS.sub('#', _PATHS.sub('/', without_secrets(lost)))}"


def _holds_words(word: str) -> bool:
    """Whether it may be a sentence, several settings or members of JSON, and no URL."""
    return not word.isascii() or (word.count("=") > 1 and word[0] != "/" and "://" not in word) or word.count('":') > 1
