"""The doors: every way in which a delivery reaches the corridor, one row and one function each.

A door is added in two places: its folder in `functions/`, and its row here. `s.yaml`, the package, the command line,
the local cloud and the RAM policies are made from, or held against, these rows.
"""

from __future__ import annotations

from msgspec import Struct

from shared.domain.failure import Trigger


class Door(Struct, frozen=True, kw_only=True):
    """One function."""

    name: str
    """Of its folder in `functions/`."""
    trigger: Trigger
    """How outcomes name it."""
    says: str
    """What it does, for people; its description in `s.yaml`."""
    started_by: str
    """`triggerType` of what starts it in Function Compute; empty: nobody but people."""
    tells: bool
    """Whether failures come through it first: `explain` lists those tellings."""
    dry_run_of_its_own: bool = False
    """Whether its events may ask for a dry run; those of the others go through `manual` for that."""

    @property
    def handler(self) -> str:
        """As Function Compute names it."""
        return f"functions.{self.name}.index.handler"

    @property
    def initializer(self) -> str:
        """The same, of what runs before the first delivery."""
        return f"functions.{self.name}.index.initialize"

    @property
    def deployed_name(self) -> str:
        """`secondwind-log-trigger` for `log_trigger`: as `s.yaml` names it."""
        return f"secondwind-{self.name.replace('_', '-')}"


DOORS = (
    Door(
        name="log_trigger",
        trigger=Trigger.LOG,
        says="Heals the failed jobs that a Logstore tells of",
        started_by="log",
        tells=True,
    ),
    Door(
        name="event_trigger",
        trigger=Trigger.EVENT,
        says="Heals the failed jobs that EventBridge tells of",
        started_by="eventbridge",
        tells=True,
    ),
    Door(
        name="manual",
        trigger=Trigger.MANUAL,
        says="Heals, or only judges, the jobs that a person names",
        started_by="",
        tells=True,
        dry_run_of_its_own=True,
    ),
    Door(
        name="sweep",
        trigger=Trigger.SWEEP,
        says="Goes on with what was deferred, looks after what is unknown",
        started_by="timer",
        tells=False,
    ),
    Door(
        name="discover",
        trigger=Trigger.DISCOVER,
        says="Finds the failed jobs that nobody tells of, and heals them",
        started_by="timer",
        tells=True,
        dry_run_of_its_own=True,
    ),
    Door(
        name="console",
        trigger=Trigger.CONSOLE,
        says="Shows people what waits and what happened, and takes their yes and no",
        started_by="http",
        tells=False,
    ),
)
DOOR = {door.name: door for door in DOORS}
"""By name."""


def door_of(trigger: Trigger) -> Door:
    """The door of that trigger."""
    return next(door for door in DOORS if door.trigger is trigger)
