"""From the ending of a call to the corridor's words: what a look or a rerun came to."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.call import CallResult, Effect, Target
from shared.domain.snapshot import LookFailed
from shared.systems.openapi.calls import CallFailed, Reply
from shared.systems.openapi.classify import as_number, business_row
from shared.systems.openapi.failed import bounded, from_row, refused, unreadable
from shared.systems.openapi.said import text_of

_HTTP_OK = 200


def by_code(reply: Reply, *, jobs: int = 1) -> Reply | CallFailed:
    """An answer with HTTP 2xx of a service that says no by a code: a yes has none, nor a `Success` that is no yes.

    And it has a request id, or somebody else has spoken.
    """
    message = text_of(reply.body, "Message") or text_of(reply.body, "ErrorMessage")
    codes = [text_of(reply.body, named) for named in ("Code", "ErrorCode") if reply.body.get(named)]
    code = next((code for code in codes if code != str(_HTTP_OK)), None)
    if code is not None:
        return refused(code, message, jobs=jobs, http_status=reply.status, request_id=reply.request_id)
    if not reply.request_id:
        return unreadable("the answer has no request id", status=reply.status)
    if reply.body.get("Success") not in (None, True, "true"):
        text = f"Success is {text_of(reply.body, 'Success') or None!s:.20}: {message}"
        return unreadable(text, request_id=reply.request_id, status=reply.status)
    return reply


def by_success(reply: Reply, *, without_code: bool = False) -> Reply | CallFailed:
    """An answer with HTTP 2xx of a service that says no by `Success`. `without_code`: a yes may have none.

    `Success` with the code of an error means neither yes nor no.
    """
    success, code, message = reply.body.get("Success"), reply.body.get("Code"), text_of(reply.body, "Message")
    if success is True and (as_number(code) == _HTTP_OK or (without_code and code in (None, ""))):
        return reply
    shown = text_of(reply.body, "Code")
    if success is not False:
        text = f"Success is {text_of(reply.body, 'Success') or None!s:.20} with Code {shown:.20}: {message}"
        return unreadable(text, request_id=reply.request_id, status=reply.status)
    return from_row(business_row(code, message), shown, message, http_status=reply.status, request_id=reply.request_id)


def call_result(api: str, reply: Reply | CallFailed, left_at: float) -> CallResult:
    """What a mutating call did; an `Reply` is one that the caller of this has found to mean yes."""
    if isinstance(reply, Reply):
        return CallResult(effect=Effect.DONE, api=api, request_id=reply.request_id, left_at=left_at)
    return CallResult(
        effect=reply.effect,
        api=api,
        code=reply.code,
        message=reply.message,
        request_id=reply.request_id,
        left_at=left_at,
        account_wide=reply.account_wide,
        scope_wide=reply.scope_wide,
        credentials=reply.credentials,
        retry_after_s=reply.retry_after_s,
    )


def too_late(api: str, targets: Sequence[Target], now: float, jobs: int = 1) -> CallResult | None:
    """In the place of a call of so many jobs, where a look at one of the targets has become too old; else None."""
    if now <= min(target.call_by for target in targets):
        return None
    return CallResult(effect=Effect.NOT_DONE_LATER, api=api, code="LookTooOld", left_at=now, too_late_for=jobs)


def look_failed(why: CallFailed, begun_at: float) -> LookFailed:
    """A look that ended with a failed call, or was not begun, as others just before it had been refused for now."""
    return LookFailed(
        worth_repeating=why.read_again,
        credentials=why.credentials,
        scope_wide=why.scope_wide,
        none_left=why.held_back,
        code=why.code,
        message=why.message,
        retry_after_s=why.retry_after_s,
        look_begun_at=begun_at,
    )


def malformed(problem: Exception, begun_at: float) -> LookFailed:
    """A look that ended with an answer of a shape that nobody documented."""
    message = bounded(str(problem), 256)
    return LookFailed(worth_repeating=True, code="MalformedAnswer", message=message, look_begun_at=begun_at)


def not_over(begun_at: float) -> LookFailed:
    """A look at what has failed and shows no end yet: its life has no name, and only its teller says how old it is."""
    message = "it has failed and shows no end yet"
    return LookFailed(worth_repeating=True, code="NoEndTime", message=message, look_begun_at=begun_at)


def too_long(read: str, begun_at: float) -> LookFailed:
    """A look that was given up because the list goes on beyond every reasonable length; `read` says what was read."""
    message = f"{read}, and the list goes on"
    return LookFailed(worth_repeating=True, code="ListTooLong", message=message, look_begun_at=begun_at)


def not_looked_at(why: str, now: float) -> LookFailed:
    """A look that was not begun, since no more than so much is looked at together."""
    return LookFailed(worth_repeating=True, none_left=True, code="LooksUsedUp", message=why, look_begun_at=now)
