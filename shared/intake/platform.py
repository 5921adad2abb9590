"""What a job system's own platform tells of a job (`System.native`), in its event or in one that something carries."""

from __future__ import annotations

from typing import Any

from shared.domain.errors import Fault
from shared.intake.body import readable
from shared.intake.carriers import Unpacked, announces_itself
from shared.intake.region import region_of
from shared.reading.text import bounded
from shared.systems import SYSTEMS

NOTHING = object()
"""What its platform says is no failure."""


def of_platform(inner: Unpacked, faults: list[Fault]) -> Any:
    """The failure that its platform's own event tells, `NOTHING` if it tells none; any other record as it is."""
    record, event = readable(inner.found), inner.event
    native = SYSTEMS.native(event.get("source"))
    if native is None or not isinstance(record, dict) or announces_itself(record):
        return record
    told = native.read(bounded(event.get("type")), record)
    return NOTHING if told is None else {**told, "region": region_of(event, inner.event_path, faults)}
