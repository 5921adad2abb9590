"""What a policy's `discover` names: for each job system that offers it, what is watched there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct, defstruct

from shared.systems import SYSTEMS

MAX_ENTRIES = 64


def _fields() -> list[tuple[str, Any, Any]]:
    bound = Meta(max_length=MAX_ENTRIES, description=f"a list of at most {MAX_ENTRIES} entries")
    offered: list[tuple[str, Any]] = [(system.name, system.watched) for system in SYSTEMS]
    many: Any = tuple
    return [(name, Annotated[many[entry, ...], bound], ()) for name, entry in offered if entry is not None]


if TYPE_CHECKING:

    class Discover(Struct, frozen=True, kw_only=True):
        """One list for each job system that offers it."""
else:
    # Made of what the job systems offer: none of them is known here by name.
    Discover = defstruct("Discover", _fields(), frozen=True, kw_only=True, module=__name__)
    Discover.__doc__ = "What is watched without anybody telling, by job system. Empty: nothing."


def watched(discover: Discover) -> Iterator[tuple[str, Any]]:
    """Each entry with the name of its job system."""
    for system in SYSTEMS:
        yield from ((system.name, entry) for entry in getattr(discover, system.name, ()))
