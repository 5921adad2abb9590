"""A node of an E-HPC cluster as ListNodes shows it (docs/facts/ehpc.md#nodes)."""

from __future__ import annotations

import re

from msgspec import Struct

_STOPPED, _IN_TROUBLE = "stopped", "exception"
_WORDS = re.compile(r"[a-z]+")
_DOWN = "down"
_NO_NEW_JOBS = frozenset({_DOWN, "offline", "drain", "drained", "draining", "drng", "maint", "fail", "failing"})
"""Of PBS (openpbs, doc/man8/pbsnodes.8B) and Slurm (https://slurm.schedmd.com/sinfo.html, node state codes)."""


class Node(Struct, array_like=True):
    """A node as it is listed."""

    status: str
    in_scheduler: str = ""
    instance_id: str = ""

    @property
    def stopped(self) -> bool:
        """Whether nothing of what ran on it can run on."""
        return self.status == _STOPPED

    @property
    def troubled(self) -> bool:
        """Whether what runs on it is probably lost, if it stays so."""
        return self.status == _IN_TROUBLE or _DOWN in _WORDS.findall(self.in_scheduler.lower()[:64])

    @property
    def withdrawn(self) -> bool:
        """Whether the scheduler gives it no more jobs."""
        words = _WORDS.findall(self.in_scheduler.lower()[:64])
        return self.stopped or self.troubled or not _NO_NEW_JOBS.isdisjoint(words)


def of_one_name(known: Node | None, other: Node) -> Node:
    """Of two machines that are listed under one name the one that is well: jobs name nodes, and may be on that."""
    ill = other.stopped or other.troubled
    return known if known is not None and ill else other
