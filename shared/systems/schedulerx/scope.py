"""A SchedulerX group, and the operations that rerun jobs of it."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from shared.domain.job import Scope

LOG = "GetLog"
RERUN = "RerunJob"
RETRY = "RetryJobInstance"


class Group(Struct, Scope, frozen=True, kw_only=True, tag="schedulerx"):
    """A SchedulerX application group in its namespace."""

    parts: ClassVar[tuple[str, ...]] = ("namespace", "group_id")
    system: ClassVar[str] = "schedulerx"
    region: str
    namespace: str
    group_id: str
    namespace_source: str = ""
    """Only special third parties need it; empty means that the parameter is not sent."""
