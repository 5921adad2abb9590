"""A DataWorks workspace, and the operations on its task instances."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shared.domain.job import Scope

GET = "GetTaskInstance"
LIST = "ListTaskInstances"
RERUN = "RerunTaskInstances"


class Project(Struct, Scope, frozen=True, kw_only=True, tag="dataworks"):
    """A workspace (ProjectId) of a region."""

    parts: ClassVar[tuple[str, ...]] = ("project_id",)
    system: ClassVar[str] = "dataworks"
    region: str
    project_id: str
    """Decimal digits."""
