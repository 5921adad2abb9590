"""Names of nodes in one spelling, and which of them a failure speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence

MOST_NODES_A_FAILURE = 8
"""A failure of a job on more nodes that names none of them says little of any."""
_BETWEEN = re.compile(r"[\s,;+]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")


def host_of(name: str) -> str:
    """One spelling of a node's name; empty if it is no name that a command could take.

    `compute1` of `Compute1.cluster.local` and of PBS's `compute1/0*8`; addresses stay whole.
    """
    bare = name.strip().partition("/")[0].lower()
    host = bare.partition(".")[0]
    whole = bare if host.isdecimal() or ":" in bare else host
    return whole if _NAME.fullmatch(whole) else ""


def nodes_told(told: str, live: Sequence[str]) -> tuple[str, ...]:
    """The nodes that a failure speaks of: as told where the live run does not contradict, else those of a small job.

    Args:
        told: one node or several; an expression such as `gpu[1-4]` says nothing here.
        live: of the run that failed, as the job system lists them; empty if it does not.
    """
    known = tuple(dict.fromkeys(filter(None, map(host_of, live))))
    named = tuple(dict.fromkeys(host_of(one) for one in _BETWEEN.split(told.strip()) if one))
    if named and all(named):
        return tuple(one for one in named if not known or one in known)[:MOST_NODES_A_FAILURE]
    return known if len(known) <= MOST_NODES_A_FAILURE else ()
