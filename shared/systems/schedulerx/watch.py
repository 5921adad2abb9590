"""What a policy says of SchedulerX groups in which failures are looked for."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.systems.discovery import Name, Names, RegionId

REACH_H = 48.0


class Groups(Struct, frozen=True, kw_only=True):
    """Groups of a namespace whose failed instances are found."""

    region: RegionId | None = None
    """Where they are. Absent: the function's own region."""
    namespace: Name
    """The namespace's id."""
    groups: Names
    """Ids of application groups. A glob asks the namespace for its groups at each look."""
    reach_h: Annotated[float, Meta(ge=1, le=720, description="a number of hours from 1 to 720")] = REACH_H
    """Instances are listed by their start: longer than this may none have run that is found when it fails."""
