"""Nodes of an E-HPC job: as lists, people and schedulers tell them, and whether they are the job's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

MOST_NODES = 4096
"""A list of more says nothing here."""
_MAX_CHARS = 65_536
_SHORT_CHARS = 128
_BETWEEN_NODES = re.compile(r"[\s,;+]+")
_NAME = r"[A-Za-z0-9_.-]{1,253}"
_EXPRESSION = rf"{_NAME}(?:\[[0-9, -]{{1,4096}}\](?:{_NAME})?){{0,4}}"
_ITEM = re.compile(rf"""\s*(?:'([^'\\]{{1,4096}})'|"([^"\\]{{1,4096}})"|({_EXPRESSION}))\s*(?:,|\Z)""")
_PARTS = re.compile(r"([^\[\]]+)|\[([^\[\]]+)\]")
_RANGE = re.compile(r" *([0-9]{1,9})(?: *- *([0-9]{1,9}))? *")
_NO_NODE = frozenset({"none", "null", "nil"})
"""Said in the place of a node where there is none."""


def listed(written: object) -> tuple[str, ...]:
    """`NodeList` in any of its spellings (docs/facts/ehpc.md#lists); any other is no nodes, as they only support.

    An array of JSON, of Python or of Java, or what stands in one: names, and Slurm's expressions of several
    (`rack[1-2]n[01-16]`, https://slurm.schedmd.com/scontrol.html, "show hostnames").
    """
    if isinstance(written, list):
        return _all_of(one for one in written if isinstance(one, str))
    if not isinstance(written, str) or len(written) > _MAX_CHARS:
        return ()
    return _listed_in_short(written) if len(written) <= _SHORT_CHARS else _listed_in(written)


def _listed_in(written: str) -> tuple[str, ...]:
    if written.isdecimal():
        return ()
    text = written.strip()
    if text.startswith("["):
        if not text.endswith("]"):
            return ()
        text = text[1:-1]
    items = _items(text)
    return () if items is None else _all_of(items)


_listed_in_short = lru_cache(maxsize=256)(_listed_in)
"""Kept: on a node many jobs run one after the other."""


def _items(text: str) -> list[str] | None:
    """What stands between the commas, without quotes; None if anything else stands there."""
    found: list[str] = []
    at = 0
    while at < len(text):
        item = _ITEM.match(text, at)
        if item is None:
            return None
        found.append(item[1] or item[2] or item[3])
        at = item.end()
    return found


def _all_of(items: Iterator[str] | list[str]) -> tuple[str, ...]:
    nodes: list[str] = []
    for item in items:
        if item.lower() in _NO_NODE:
            continue
        try:
            nodes += _expanded(item, MOST_NODES - len(nodes)) if re.fullmatch(_EXPRESSION, item) else [item]
        except ValueError:
            return ()
    return tuple(nodes) if len(nodes) <= MOST_NODES else ()


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
    """Each node told is one of those; `gpu[1-4]` and other expressions prove nothing."""
    if told in nodes:
        return True
    known = {_host(node) for node in nodes}
    named = (_host(node) for node in _BETWEEN_NODES.split(told) if node and "[" not in node and "]" not in node)
    return all(node in known for node in named)


def _host(node: str) -> str:
    """`compute1` of `Compute1.cluster.local` and of PBS's `compute1/0*8`."""
    return node.partition("/")[0].partition(".")[0].lower()
