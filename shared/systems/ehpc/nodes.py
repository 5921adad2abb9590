"""Nodes of an E-HPC job: as lists, people and schedulers tell them, and whether they are the job's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from shared.domain.hosts import host_of

MOST_NODES = 4096
"""A list of more says nothing here."""
_MAX_CHARS = 65_536
_SHORT_CHARS = 128
_BETWEEN_NODES = re.compile(r"[\s,;+]+")
_NAME = r"\w[\w.-]{0,252}"
_REST = r"[\w.-]{1,253}"
_EXPRESSION = re.compile(rf"{_NAME}(?:\[[0-9, -]{{1,4096}}\](?:{_REST})?){{0,4}}")
_ITEM = re.compile(r"\s*((?:[^\s,;+\[\]]|\[[^\[\]]{0,4096}\])*)\s*(?:[,;+]|\Z)")
"""One node or expression, up to the comma, or the `+` of PBS, behind it."""
_MARKS = re.compile(r"""\bu(?=['"])|['"\\]|(?<!\w)\(|\)(?!\w)""")
"""What arrays of JSON, of Python 2 and 3, such arrays in JSON text, and tuples have around names."""
_CHUNK = re.compile(r"/[0-9]{1,9}(?:\*[0-9]{1,9})?\Z")
"""Behind a node of PBS's `exec_host`: which of its chunks, and how many cores of it."""
_PARTS = re.compile(r"([^\[\]]+)|\[([^\[\]]+)\]")
_RANGE = re.compile(r" *([0-9]{1,9})(?: *- *([0-9]{1,9}))? *")
_NO_NODE = frozenset({"", "none", "null", "nil", "n/a"})
"""Said in the place of a node where there is none."""


def listed(written: object) -> tuple[str, ...]:
    """`NodeList` in any of its spellings (docs/facts/ehpc.md#lists); any other is no nodes, as they only support.

    An array of JSON, of Python or of Java, or what stands in one: names, PBS's chunks of them, and Slurm's expressions
    of several (`rack[1-2]n[01-16]`, https://slurm.schedmd.com/scontrol.html, "show hostnames"). Each node once.
    """
    if isinstance(written, list):
        written = ",".join(one for one in written if isinstance(one, str))
    if not isinstance(written, str) or len(written) > _MAX_CHARS:
        return ()
    return _listed_in_short(written) if len(written) <= _SHORT_CHARS else _listed_in(written)


def _listed_in(written: str) -> tuple[str, ...]:
    text = _MARKS.sub("", written).strip()
    if text.startswith("["):
        if not text.endswith("]"):
            return ()
        text = text[1:-1]
    nodes: dict[str, None] = {}
    at = 0
    while at < len(text):
        item = _ITEM.match(text, at)
        try:
            nodes.update(dict.fromkeys(_named(item[1] if item else "?", MOST_NODES - len(nodes))))
        except ValueError:
            return ()
        at = item.end() if item else at
    return tuple(nodes) if len(nodes) <= MOST_NODES else ()


_listed_in_short = lru_cache(maxsize=256)(_listed_in)
"""Kept: on a node many jobs run one after the other."""


def _named(item: str, room: int) -> Iterable[str]:
    """The nodes of one item. Raises ValueError: it is no name and no expression."""
    if item.lower() in _NO_NODE:
        return ()
    name = _CHUNK.sub("", item)
    if name.isdecimal() or _EXPRESSION.fullmatch(name) is None:
        raise ValueError(item)
    return _expanded(name, room)


def _expanded(expression: str, room: int) -> Iterator[str]:
    """Of `compute[002,005-007]` every node. Raises ValueError: no ranges, or more than there is room for."""
    parts: list[list[str]] = []
    for name, numbers in _PARTS.findall(expression):
        parts.append(list(_numbers(numbers, room)) if numbers else [name])
        room //= len(parts[-1])
    return ("".join(chosen) for chosen in product(*parts))


def _numbers(written: str, room: int) -> Iterator[str]:
    for part in written.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueError(part)
        first, last = int(found[1]), int(found[2] or found[1])
        room -= last - first + 1
        if last < first or room < 0:
            raise ValueError(part)
        yield from (f"{number:0{len(found[1])}d}" for number in range(first, last + 1))


def among(told: str, nodes: tuple[str, ...]) -> bool:
    """Each node told is one of those; `gpu[1-4]` and other expressions, and a word for none, prove nothing."""
    if told in nodes or told.strip("() ").lower() in _NO_NODE:
        return True
    known = {host_of(node) for node in nodes}
    named = (host_of(node) for node in _BETWEEN_NODES.split(told) if node and "[" not in node and "]" not in node)
    return all(node in known for node in named)
