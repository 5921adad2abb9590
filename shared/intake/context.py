"""What a door knows besides the body, what an envelope says of a record, and an unreadable record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from shared.domain.errors import Fault
from shared.domain.failure import Speaker, Trigger, Unreadable
from shared.intake.body import MAX_FAULTS, canonical, compact
from shared.reading.text import escaped, printable

MAX_RAW_BYTES = 4096
MAX_HINT_CHARS = 256
MAX_EVENT_ID_BYTES = 1024


class Context(Struct, frozen=True, kw_only=True):
    """The function that reads, and the moment."""

    region: str
    """The function's own region: the default of a record's."""
    now: float
    """Unix seconds."""
    further_regions: frozenset[str] = frozenset()
    """The policy's `regions`: where credentials may be sent besides the function's own."""
    fixed: Mapping[str, str] = {}
    """Job systems whose endpoint a setting names, with that setting: it serves the function's own region alone."""
    request_id: str = ""
    """Of the invocation."""
    sls_endpoint: str = ""
    """The setting SECONDWIND_SLS_ENDPOINT: host, or URL with scheme and port."""
    outcome_project: str = ""
    outcome_logstore: str = ""
    """Where outcomes go: never a source, or each outcome would call the function again."""

    def allows(self, region: str) -> bool:
        """Whether credentials may be sent to that region."""
        return region == self.region or region in self.further_regions

    def fixed_elsewhere(self, system: str, region: str) -> str:
        """The setting that keeps a job system to the function's own region, which this is not; empty if none does."""
        return "" if region == self.region else self.fixed.get(system, "")


class Envelope(Struct, frozen=True, kw_only=True):
    """One record as its envelope presents it."""

    path: str
    """Where in the body the record stands."""
    trigger: Trigger
    event_id: str
    original: Any
    """What an outcome shows as `raw` if the record cannot be read: envelope and all."""
    time: Any = None
    """The envelope's time as it spells it; None if it has none."""
    salt: str = ""
    """Makes a telling without any time one of its own: the request id of a manual invocation."""
    speaker: Speaker = Speaker()
    """Where it came from, as the envelope says. No part of what was told: another door may tell the same again."""


def unreadable(told: Envelope, faults: Iterable[Fault], hints: Mapping[str, str] | None = None) -> Unreadable:
    """The record that could not be read: each fault once, the original bounded and printable."""
    listed = list(dict.fromkeys(faults))
    if len(listed) > MAX_FAULTS:
        listed = [*listed[:MAX_FAULTS], Fault(told.path, f"and {len(listed) - MAX_FAULTS} more")]
    return Unreadable(
        faults=tuple(listed),
        raw=raw(told.original),
        trigger=told.trigger,
        event_id=told.event_id,
        hints={name: printable(value, 4 * MAX_HINT_CHARS)[:MAX_HINT_CHARS] for name, value in (hints or {}).items()},
    )


def raw(original: Any) -> str:
    """A body or a part of it, bounded to 4 KiB, printable."""
    text = escaped(original[:MAX_RAW_BYTES]) if isinstance(original, bytes) else compact(original)
    return printable(text, MAX_RAW_BYTES)


def content_hash(content: Any) -> str:
    """A short name for bytes or a JSON value that depends on the content alone (64 bits, hex)."""
    data = content if isinstance(content, bytes) else canonical(content).encode()
    return hashlib.sha256(data).hexdigest()[:16]


def event_id(*parts: object) -> str:
    """An event's id from its parts, joined by `/`: clean and bounded."""
    return printable("/".join(str(part) for part in parts), MAX_EVENT_ID_BYTES)
