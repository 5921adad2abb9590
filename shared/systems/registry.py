"""The list of job systems. Whoever needs them all goes through it; whoever needs one asks for it by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.systems.system import Native, System


class Registry:
    """Job systems by name, in the order in which they were added."""

    def __init__(self, systems: Iterable[System]) -> None:
        self._known: dict[str, System] = {}
        self.names: tuple[str, ...] = ()
        """Their names."""
        for system in systems:
            self.add(system)

    def add(self, system: System) -> None:
        """Add one.

        Raises:
            ValueError: there is one of that name already.
        """
        if system.name in self._known:
            raise ValueError(f"there is a job system named {system.name} already")
        self._known[system.name] = system
        self.names = tuple(self._known)

    def remove(self, name: str) -> None:
        """Take one out again. Raises KeyError."""
        del self._known[name]
        self.names = tuple(self._known)

    def __iter__(self) -> Iterator[System]:
        return iter(self._known.values())

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def named(self, name: str) -> System:
        """The one of that name. Raises KeyError."""
        return self._known[name]

    def native(self, source: object) -> Native | None:
        """How events of that source are read, if a job system's own platform publishes them."""
        return next((system.native for system in self if system.native and system.native.source == source), None)

    @property
    def places(self) -> tuple[str, ...]:
        """Fields in which outcomes name whose job it is: system, region, and every part of every scope."""
        parts = (part.field for system in self for part in system.parts)
        return ("system", "region", *dict.fromkeys(parts))

    @property
    def either(self) -> str:
        """Their names, for people: `ehpc or schedulerx`."""
        return " or ".join(self._known)
