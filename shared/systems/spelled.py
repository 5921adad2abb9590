"""Scopes and jobs as ledger keys and people spell them: `<system>/<region>/<part>…[/<job>]`, percent-encoded."""

from __future__ import annotations

import re
from urllib.parse import unquote

from shared.domain.job import REGION_PATTERN, Scope
from shared.systems import SYSTEMS

MAX_PART_CHARS = 256


def scope_spelled(text: str, wanted: str = "wants the key of a cluster or group") -> Scope:
    """The cluster or group. Raises ValueError with `wanted`."""
    return _scope(_parts(text, 0, wanted), wanted)


def job_spelled(text: str, wanted: str = "wants the key of a job") -> tuple[Scope, str]:
    """A job's cluster or group, and its id. Raises ValueError with `wanted`."""
    *scope, job_id = _parts(text, 1, wanted)
    return _scope(scope, wanted), job_id


def _parts(text: str, more: int, wanted: str) -> list[str]:
    parts = [unquote(part) for part in text.split("/")]
    if parts[0] not in SYSTEMS or len(parts) != 2 + len(SYSTEMS.named(parts[0]).parts) + more:
        raise ValueError(wanted)
    if any(not part or len(part) > MAX_PART_CHARS or not part.isprintable() for part in parts):
        raise ValueError(wanted)
    return parts


def _scope(parts: list[str], wanted: str) -> Scope:
    name, region, *rest = parts
    if not re.match(REGION_PATTERN, region):
        raise ValueError(wanted)
    system = SYSTEMS.named(name)
    return system.scope({"region": region, **{part.field: one for part, one in zip(system.parts, rest, strict=True)}})
