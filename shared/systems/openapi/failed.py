"""What a failed call proves, by the table (`classify`), with texts that are bounded."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from shared.systems.openapi.calls import CallFailed
from shared.systems.openapi.classify import NoAnswer, Row, no_answer_row, service_row

MESSAGE_BYTES = 1024


class Refusal(Struct, frozen=True, kw_only=True):
    """An error answer as it came."""

    code: str
    message: str
    request_id: str
    http_status: int
    retry_after_s: float | None


def refused(
    code: str,
    message: str,
    *,
    jobs: int,
    http_status: int | None,
    parameters: Iterable[str] = (),
    request_id: str = "",
    retry_after_s: float | None = None,
) -> CallFailed:
    """What an error answer proves, by the table."""
    row = service_row(code, message, jobs=jobs, http_status=http_status, parameters=parameters)
    return from_row(row, code, message, http_status=http_status, request_id=request_id, retry_after_s=retry_after_s)


def from_row(
    row: Row,
    code: str,
    message: str,
    *,
    http_status: int | None = None,
    request_id: str = "",
    retry_after_s: float | None = None,
) -> CallFailed:
    """A failure that a row of the table describes, its texts bounded."""
    return CallFailed(
        effect=row.effect,
        read_again=row.read_again,
        throttled=row.throttled,
        code=bounded(code, 128),
        message=bounded(message),
        request_id=bounded(request_id, 128),
        http_status=http_status,
        account_wide=row.account_wide,
        scope_wide=row.scope_wide,
        credentials=row.credentials,
        retry_after_s=retry_after_s,
    )


def unreadable(message: str, *, request_id: str = "", status: int | None = None) -> CallFailed:
    """An answer that says neither yes nor no."""
    row = no_answer_row(NoAnswer.UNREADABLE_ANSWER)
    return from_row(row, NoAnswer.UNREADABLE_ANSWER.value, message, http_status=status, request_id=request_id)


def bounded(text: str, limit_bytes: int = MESSAGE_BYTES) -> str:
    """At most so many bytes of UTF-8, cut between characters."""
    return text.encode("utf-8", "replace")[:limit_bytes].decode("utf-8", "ignore")


def unanswered(why: NoAnswer, message: str) -> CallFailed:
    """A call to which no answer came that could be read, or that was not sent."""
    return from_row(no_answer_row(why), why.value, message)
