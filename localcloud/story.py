"""A scenario as values: what each service begins with, and the moment at which the story is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, ClassVar, TypeVar

from msgspec import Meta, Struct

from localcloud.recording import DAY_S, moved

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Ago = Annotated[float, Meta(ge=0, le=365 * DAY_S)]
"""Seconds before the story's moment, at most a year."""

_E = TypeVar("_E", bound="Element")


class Element(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a scenario file tells of. A member that nobody knows is a fault, not a surprise."""

    parts: ClassVar[Mapping[str, type[Element]]] = {}
    """Members that are lists of further elements; each has a default."""

    def names(self) -> Iterator[tuple[str, str]]:
        """Kind and name of all in it that may be there only once."""
        yield from ()

    def shown(self) -> tuple[str, str]:
        """What it is and which, for people."""
        raise NotImplementedError


class Story(Struct, frozen=True, kw_only=True):
    """A whole scenario."""

    moment: datetime | None = None
    """The story's "now", with its zone."""
    elements: tuple[Element, ...] = ()
    """In the order of the services."""

    def of(self, kind: type[_E]) -> tuple[_E, ...]:
        """The elements of that kind."""
        return tuple(one for one in self.elements if isinstance(one, kind))

    def moved(self, recorded: bytes, now: float) -> bytes:
        """An event, or a log, as if the story's moment were `now` (unix seconds): see `recording.moved`."""
        return recorded if self.moment is None else moved(recorded, int(self.moment.timestamp()), int(now))
