"""A node of an E-HPC cluster as ListNodes shows it (docs/facts/ehpc.md#nodes)."""

from __future__ import annotations

import re

from msgspec import Struct

_STOPPED, _IN_TROUBLE = "stopped", "exception"
_WORDS = re.compile(r"[a-z]+")
_DOWN = "down"


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
