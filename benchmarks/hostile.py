"""32 KB texts that were written to be slow under all packs: for `slowest.py`."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

from benchmarks import texts
from secondwind.commands.policy.pack_files import SampleFailure, read_packs
from shared.policy.conditions import patterns_of
from shared.policy.packs import shipped

SIZE = texts.MESSAGE_BYTES
_WIDTH = 80
_LIKE_ASCII = "\u212a\u017f"
"""What `(?i)` takes for letters of ASCII."""


def written(chance: random.Random) -> dict[str, str]:
    """By what they are: at most 32 KB of UTF-8 each."""
    made = {**texts.hostile(chance), **_of_signs(chance), **_of_lines(chance), **_of_needs(chance), **_of_packs(chance)}
    return {name: text.encode("utf-8", "replace")[:SIZE].decode("utf-8", "ignore") for name, text in made.items()}


def _filled(parts: Iterable[str], between: str = "\n") -> str:
    """The parts again and again."""
    text = between.join(parts) + between
    return text * (SIZE // len(text) + 1)


def _of_signs(chance: random.Random) -> dict[str, str]:
    return {
        "emoji": "".join(chr(chance.randrange(0x1F300, 0x1F640)) for _ in range(SIZE // 4)),
        "Chinese, a sign a line": "\n".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(SIZE // 4)),
        "letters beyond ASCII": "".join(chr(chance.randrange(0xC0, 0x250)) for _ in range(SIZE // 2)),
        "signs without width": "a\u200b" * (SIZE // 4),
        "half signs": "\ud800a" * (SIZE // 4),
        "controls": "".join(map(chr, chance.choices(range(32), k=SIZE))),
        "struck over": "e\be" * (SIZE // 3),
        "escaped signs": "".join(f"\\u{chance.randrange(0x4E00, 0x9FA5):04x}" for _ in range(SIZE // 6)),
        "escaped bytes": "".join(f"\\x{chance.randrange(128, 256):02x}" for _ in range(SIZE // 4)),
        "escaped ends of lines": "\\n\\t" * (SIZE // 4),
        "hexadecimal ids": " ".join(f"/{chance.getrandbits(40):010x}/" for _ in range(SIZE // 13)),
        "ends of lines of all kinds": "".join(chance.choices("\r\n\v\f\x85\u2028 \t", k=SIZE // 2)),
    }


def _of_lines(chance: random.Random) -> dict[str, str]:
    stamps = "2026-01-05T02:10:00.123456Z [rank3]: [1,2]<stdout>: Jan  5 02:10:00 node1 job[12]: "
    return {
        "two signs a line": "\n".join("".join(chance.choices("abcdefgh", k=2)) for _ in range(SIZE // 3)),
        "lines of prefixes": _filled([stamps + str(number) for number in range(300)]),
        "prefixes and nothing else": stamps * (SIZE // len(stamps)),
        "tags in every word": "[1,2]<stdout>:x" * (SIZE // 15),
        "the watcher quotes": "no output for 900 s; output: " * (SIZE // 29),
        "lines of one width": "\n".join(
            "".join(chance.choices("abcdefghij klmnop", k=_WIDTH)) for _ in range(SIZE // (_WIDTH + 1))
        ),
        "one line cut everywhere": "\n".join("x" * 40 for _ in range(SIZE // 41)),
        "noise": _filled(f"node1:{number}:99 [0] NCCL INFO Channel {number:02d}/0" for number in range(500)),
    }


def _of_needs(chance: random.Random) -> dict[str, str]:
    """What the patterns of all packs look for, so that each may be there."""
    some = [[text.replace("\0", " ") for each in one for text in sorted(each)] for one in _alternatives()]
    single = [text for one in some for text in one]
    chance.shuffle(single)
    backwards = [" ".join(reversed(one)) for one in some]
    chance.shuffle(backwards)
    short = sorted({text for text in single if len(text) >= 3}, key=lambda text: (len(text), text))  # noqa: PLR2004
    longest = sorted(single, key=len, reverse=True)
    common = _commonest(single)
    made = {
        "needs, shuffled, one line": " ".join(single),
        "needs, backwards": "\n".join(backwards),
        "needs, cut by a sign": "\n".join(text[:-1] for text in single),
        "needs, a sign more in the middle": "\n".join(
            f"{text[: len(text) // 2]}-{text[len(text) // 2 :]}" for text in single
        ),
        "needs, the shortest": " ".join(short),
        "needs, the shortest, glued": "".join(short),
        "needs, the longest": "\n".join(longest),
        "needs, with letters like those of ASCII": f"{_LIKE_ASCII} " + " ".join(single),
        "needs in capitals": "\n".join(single).upper(),
        "needs, numbered": "\n".join(f"{number} {text} {number}" for number, text in enumerate(single)),
        "needs, the commonest": _filled(common[:200]),
        "needs, few and again": _filled(single[:40]),
        "needs, at the ends": _at_ends(" ".join(short), chance),
        "needs, backwards, at the ends": _at_ends("\n".join(backwards), chance),
    }
    for start in range(0, 1600, 200):
        made[f"needs, {start} and on"] = _filled(single[start : start + 200])
        made[f"needs, backwards, {start} and on"] = _filled(backwards[start : start + 80])
    return made


def _at_ends(text: str, chance: random.Random) -> str:
    """A kilobyte at the beginning and one at the end, and what nobody looks for between them."""
    half = 1000
    between = "\n".join("".join(chance.choices("qxzjv ", k=60)) for _ in range((SIZE - 2 * half) // 61))
    return f"{text[:half]}\n{between}\n{text[half : 2 * half]}"


def _commonest(single: Sequence[str]) -> list[str]:
    counted = dict[str, int]()
    for text in single:
        counted[text] = counted.get(text, 0) + 1
    return sorted(counted, key=lambda text: (-counted[text], text))


def _alternatives() -> Iterator[tuple[tuple[str, ...], ...]]:
    for some in shipped().needs.values():
        yield from some


def _of_packs(chance: random.Random) -> dict[str, str]:
    """By pack: the words of its patterns, its samples, and near misses."""
    made: dict[str, str] = {}
    everything: list[str] = []
    for source in read_packs():
        name, entries = source.pack.name, source.file.rules
        near = [text for entry in entries for text in _told(entry.near_misses)]
        samples = [text for entry in entries for text in _told(entry.samples)]
        needs = [
            text.replace("\0", " ")
            for entry in entries
            for pattern in patterns_of(entry.match)
            for one in shipped().needs.get(pattern, ())
            for each in one
            for text in sorted(each)
        ]
        everything += near
        chance.shuffle(needs)
        made |= {
            f"{name}: near misses": _filled(near),
            f"{name}: samples, cut": _filled(text[: len(text) * 2 // 3] for text in samples),
            f"{name}: words": _filled(needs, " "),
            f"{name}: words, in lines": _filled(f"{number}: {text}" for number, text in enumerate(needs)),
        }
    chance.shuffle(everything)
    made["near misses of all packs"] = "\n".join(everything)
    made["near misses of all packs, one line"] = " ".join(everything).replace("\n", " ")
    return made


def _told(some: Iterable[str | SampleFailure]) -> Iterator[str]:
    for one in some:
        text = one if isinstance(one, str) else one.message
        if text:
            yield text
