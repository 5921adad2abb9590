"""Nodes of an E-HPC job: as people and schedulers tell them, and whether they are the job's."""

from __future__ import annotations

import re

_BETWEEN_NODES = re.compile(r"[\s,;+]+")


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
