"""Nodes of an E-HPC job: as lists, people and schedulers tell them, and whether they are the job's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

MOST_NODES = 4096
"""A list of more says nothing here."""
_MAX_CHARS = 65_536
_BETWEEN_NODES = re.compile(r"[\s,;+]+")
_NODE = r"[A-Za-z0-9_.-]{1,253}"
_SINGLE_QUOTED = re.compile(rf"\['{_NODE}'(?:, ?'{_NODE}')*\]")
_ONE = re.compile(r"([A-Za-z0-9_.-]{1,253})(?:\[([0-9,-]{1,4096})\])?(?:,|\Z)")
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")


def listed(written: object) -> tuple[str, ...]:
    """`NodeList` in any of its spellings (docs/facts/ehpc.md#lists); any other is no nodes, as they only support."""
    if not isinstance(written, str):
        return tuple(node for node in written if isinstance(node, str)) if isinstance(written, list) else ()
    if len(written) > _MAX_CHARS:
        return ()
    if _SINGLE_QUOTED.fullmatch(written):
        return tuple(written[2:-2].replace("', '", "','").split("','"))
    if written.startswith("["):
        try:
            nodes = json.loads(written)
        except (ValueError, RecursionError):
            return ()
        return tuple(node for node in nodes if isinstance(node, str))
    return _of_expression(written)


def _of_expression(written: str) -> tuple[str, ...]:
    """Of `compute[002,005-007],gpu1`, as Slurm writes it."""
    nodes: list[str] = []
    at = 0
    while at < len(written):
        found = _ONE.match(written, at)
        if found is None:
            return ()
        try:
            nodes += _numbered(found[1], found[2], MOST_NODES - len(nodes)) if found[2] else [found[1]]
        except ValueError:
            return ()
        at = found.end()
    return tuple(nodes) if len(nodes) <= MOST_NODES and not written.isdecimal() else ()


def _numbered(name: str, numbers: str, room: int) -> Iterator[str]:
    """Raises ValueError if these are no numbers and ranges, or more than there is room for."""
    for part in numbers.split(","):
        found = _RANGE.fullmatch(part)
        if found is None:
            raise ValueError(part)
        first, last = int(found[1]), int(found[2] or found[1])
        room -= last - first + 1
        if last < first or room < 0:
            raise ValueError(part)
        yield from (f"{name}{number:0{len(found[1])}d}" for number in range(first, last + 1))


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
