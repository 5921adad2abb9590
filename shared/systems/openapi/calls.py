"""What is called, and how a call can end: with an answer, or with what its failure proves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from msgspec import Struct

from shared.domain.call import Effect


class ApiCall(Struct, frozen=True, kw_only=True):
    """One call as it should go out."""

    action: str
    version: str
    method: Literal["GET", "POST"] = "GET"
    """GET carries the parameters in the query, POST in a form body."""
    in_query: bool = False
    """POST carries them in the query as well."""
    parameters: Mapping[str, str]
    mutates: bool = True
    """A call that only reads may be sent twice."""
    amid_calls: bool = False
    """A read on which a call waits, after others may have left: what these did must be written down first."""
    jobs: int = 1
    """How many jobs a mutating call names: a refusal of several proves nothing about one."""
    rows: str = ""  # a list in the answer whose items stay as they came (`msgspec.Raw`): few of many are read


class Reply(Struct, frozen=True, kw_only=True):
    """A JSON object with an HTTP status below 300. Whether it means yes is the product's matter."""

    body: dict[str, Any]
    request_id: str
    status: int


class CallFailed(Struct, frozen=True, kw_only=True):
    """An error answer, or none. `effect` is for a mutating call, `read_again` for a reading one."""

    effect: Effect
    read_again: bool
    code: str
    """The service's code, or a `NoAnswer` name."""
    message: str
    """At most 1 KiB of UTF-8, without credentials."""
    request_id: str = ""
    http_status: int | None = None
    account_wide: bool = False
    scope_wide: bool = False
    credentials: bool = False  # the key itself was refused
    retry_after_s: float | None = None
    throttled: bool = False
    held_back: bool = False  # nothing was sent: the same operation was throttled a moment ago


class Caller(Protocol):
    """What the adapters need of this module; tests fake it."""

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """Make one call; one that mutates is sent once at most. Never raises for what service or network do."""
        ...


class ClockThatHears(Protocol):
    """A clock that hears which time the service has."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    def hear(self, date: str, asked_at: float) -> None:
        """The `Date` of an answer to what was asked at that moment. May raise: nothing is made of that answer then."""
        ...
