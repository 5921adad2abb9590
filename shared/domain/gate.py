"""What a gate answers: it saw this, it wanted that, and whether the failure stops here."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict


class Gate(Struct, frozen=True, kw_only=True, gc=False):
    """One question that was asked on the way, as it is told."""

    name: str
    passed: bool
    saw: str
    wanted: str


class Stop(Struct, frozen=True, gc=False):
    """A gate's no, or an early yes."""

    verdict: Verdict
    reason: Reason
    message: str
    due_at: float | None = None
    failure_id: str = ""
    """Of the case that the failure turned out to be; empty if it is not a known one."""
    windows: tuple[str, ...] = ()
    """Names of those that a person is asked about."""


class GateAnswer(Struct, frozen=True, gc=False):
    """What a gate saw and wanted, and whether it stops the failure."""

    saw: str
    wanted: str
    stop: Stop | None = None
