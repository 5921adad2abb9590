"""What a policy says of DataWorks workspaces in which failures are looked for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.systems.discovery import MAX_NAMES, RegionId

DAYS = 3
_Id = Annotated[int, Meta(ge=1, le=(1 << 63) - 1, description="the id of a workspace, such as 12345")]


class Projects(Struct, frozen=True, kw_only=True):
    """Workspaces whose failed instances are found."""

    region: RegionId | None = None
    """Where they are. Absent: the function's own region."""
    project_id: _Id | None = None
    """The workspace (ProjectId)."""
    projects: Annotated[
        tuple[_Id, ...], Meta(min_length=1, max_length=MAX_NAMES, description=f"a list of 1 to {MAX_NAMES} ids")
    ] = ()
    """Several of them: one of the two is there."""
    days: Annotated[int, Meta(ge=1, le=31, description="a number of days from 1 to 31")] = DAYS
    """Instances are listed by business date: so many are read, back from today. A backfill of older ones is not
    found."""

    def __post_init__(self) -> None:
        if (self.project_id is None) == (not self.projects):
            raise ValueError("wants a project_id or projects, and one of them")

    @property
    def ids(self) -> tuple[int, ...]:
        """Of all the workspaces."""
        return self.projects if self.project_id is None else (self.project_id,)
