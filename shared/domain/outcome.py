"""The outcome record (`secondwind-outcome/1`): what is written to the outcome Logstore."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timezone
from functools import lru_cache
from math import floor

import msgspec

from shared.domain.evidence import Known

SCHEMA = "secondwind-outcome/1"


class Outcome(Known, frozen=True, kw_only=True, omit_defaults=True):
    """One outcome; every value is text, an empty one is absent."""

    schema: str = SCHEMA
    """Always `secondwind-outcome/1`."""
    outcome_id: str
    """The same decision written twice has the same id; readers drop repeats."""
    failure_id: str
    """The same for every outcome of one failure."""
    final: str
    """`true` or `false`: whether nothing follows."""
    follow_up: str = ""
    """The `outcome_id` that this one continues."""
    at: str
    """RFC 3339, UTC: when it was decided."""
    verdict: str
    """What became of the failure."""
    reason: str
    """Why: a stable code."""
    message: str = ""
    """The same for people; of an `invalid` record every fault with its path."""
    trigger: str = ""
    """The door through which it came."""
    event_id: str = ""
    """CloudEvents: `<source>/<id>`. Logs: stable across redelivery of a range."""
    place: dict[str, str] = {}  # noqa: RUF012 - msgspec copies it
    """Whose job it is: `system`, `region` and the names of its scope, each a field of its own in the record."""
    job_id: str = ""
    """As the job system lists it; as told, if it lists none."""
    job_instance_id: str = ""
    """The failed instance, where jobs have instances."""
    data_time: str = ""
    """The failed instance's, in `SECONDWIND_TIME_ZONE`."""
    state: str = ""
    """The live state that was seen, or `NOT_FOUND`."""
    rule: str = ""
    """The policy's rule that matched."""
    policy_version: str = ""
    """Names the policy that decided: a hash of the file."""
    attempt: str = ""
    """From 1; absent where it did not come to one."""
    max_attempts: str = ""
    """The budget that it counts against."""
    api: str = ""
    """The operation that was called."""
    api_request_id: str = ""
    """The service's own, for a ticket."""
    api_code: str = ""
    """The service's error code, or how the connection broke."""
    request_id: str = ""
    """Of the invocation of the function."""
    dry_run: str = "false"
    """`true` only where a dry run was asked for: mode `observe` has `false`."""
    mode: str = ""
    """`observe` where that mode let nothing come of it: what is held or waits by its verdict is not; else absent."""
    actor: str = ""
    """The person whose act it is, or who forced it: the name they gave and as which they are known."""
    way: str = ""
    """From where that person acted: `command_line`, `function` (a body for `manual`), `console`, `link`."""
    why: str = ""
    """In that person's words; `no reason given` where they gave none."""
    forced: str = ""
    """`true` where a person's `force` was asked for; else absent."""
    raw: str = ""
    """Only `invalid`: the original, cut to 4 KiB."""

    def fields(self) -> dict[str, str]:
        """The record as the Logstore takes it: present fields only."""
        known, fields = _last[0]
        if known is not self:
            own = msgspec.to_builtins(self)  # without what is as it is by default, and most is absent
            own["schema"], own["dry_run"] = self.schema, self.dry_run
            own.update(own.pop("place", ()))
            fields = {name: value for name, value in own.items() if value}
            _last[0] = self, fields
        return dict(fields)

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Outcome:
        """An outcome from its record.

        Raises:
            msgspec.ValidationError: it is none of ours.
        """
        place = {name: value for name, value in fields.items() if name not in cls.__struct_fields__}
        return msgspec.convert({**fields, "place": place}, cls)


_last: list[tuple[Outcome | None, dict[str, str]]] = [(None, {})]
"""The one whose fields were asked for last: an outcome is owed, written and answered, mostly before the next."""


def stable_id(*parts: object) -> str:
    """A short id that depends on the parts and on nothing else (128 bits, hex)."""
    hashed = _NOTHING_HASHED.copy()
    hashed.update("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()[:32]


_NOTHING_HASHED = hashlib.sha256()
"""To begin from, as to ask for one anew takes as long as the hash itself."""


@lru_cache(maxsize=64)
def rfc3339(moment: float) -> str:
    """Unix seconds as RFC 3339 in UTC with milliseconds: `2026-01-01T00:00:00.000Z`.

    Kept for the last ones: one invocation writes the same few moments into every outcome.
    """
    whole = floor(moment)
    microseconds = round((moment - whole) * 1_000_000)
    if microseconds == 1_000_000:  # noqa: PLR2004 - a second's
        whole, microseconds = whole + 1, 0
    return f"{_second(whole)}.{microseconds // 1000:03}Z"


@lru_cache(maxsize=64)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, tz=timezone.utc).isoformat()[:19]
