"""What a service of the local cloud is, and what all services of one cloud stand on.

A new service is a folder with a class that is a `Service`, and its line in `services.py`: the cloud mounts it,
registers its operations, and takes what scenario files tell of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from localcloud.clock import Clock
from localcloud.story import Element, Story
from localcloud.timeline import Timeline
from localcloud.wire.openapi import Operation
from localcloud.wire.server import Route
from localcloud.wire.signing import Credential

DEFAULT_ZONE = "Asia/Shanghai"
_S = TypeVar("_S", bound="Service")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the services of one cloud have in common."""

    clock: Clock
    signing_clock: Clock
    """By which requests are dated."""
    timeline: Timeline
    """What happens in the simulated world by itself; by `clock`."""
    credentials: tuple[Credential, ...]
    zone: str
    """In which services that name no zone write times and cut days."""
    seed: int
    """Of all that is drawn by chance."""


class Service(ABC):
    """One service: its state, and how it is reached. Safe between threads."""

    title: ClassVar[str]
    """As people call it."""
    stories: ClassVar[Mapping[str, type[Element]]] = {}
    """Lists that a scenario file may have for it."""

    @classmethod
    @abstractmethod
    def on(cls: type[_S], ground: Ground) -> _S:
        """The service, empty."""

    def operations(self) -> Iterable[Operation]:
        """RPC-style operations, which the gateway answers and records."""
        return ()

    def routes(self) -> Iterable[Route]:
        """Requests that it answers itself."""
        return ()

    def populate(self, story: Story, now: float) -> None:  # noqa: B027 - without `stories` there is nothing to do
        """Put into it what the story begins with; `now` (unix seconds) is the story's moment."""
