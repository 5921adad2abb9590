"""The outcome record (`secondwind-outcome/1`): what is written to the outcome Logstore."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone

from msgspec import Struct
from msgspec.structs import asdict

SCHEMA = "secondwind-outcome/1"


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One outcome; every value is text, an empty one is absent (contract.md, Outcome record)."""

    schema: str = SCHEMA
    outcome_id: str
    failure_id: str
    final: str
    follow_up: str = ""
    at: str
    verdict: str
    reason: str
    message: str = ""
    trigger: str = ""
    event_id: str = ""
    system: str = ""
    region: str = ""
    cluster_id: str = ""
    namespace: str = ""
    group_id: str = ""
    job_id: str = ""
    job_instance_id: str = ""
    data_time: str = ""
    state: str = ""
    rule: str = ""
    policy_version: str = ""
    attempt: str = ""
    max_attempts: str = ""
    api: str = ""
    api_request_id: str = ""
    api_code: str = ""
    request_id: str = ""
    dry_run: str = "false"
    raw: str = ""

    def fields(self) -> dict[str, str]:
        """The record as the Logstore takes it: present fields only."""
        return {name: value for name, value in asdict(self).items() if value}


def stable_id(*parts: object) -> str:
    """A short id that depends on the parts and on nothing else (128 bits, hex)."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def rfc3339(moment: float) -> str:
    """Unix seconds as RFC 3339 in UTC with milliseconds: `2026-01-01T00:00:00.000Z`."""
    text = datetime.fromtimestamp(moment, tz=timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
