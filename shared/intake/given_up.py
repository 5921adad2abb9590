"""Function Compute's record of an asynchronous call that it gave up: the body that it had, to be read once more.

A call's destination (a queue, a bus, another function) gets it: `requestContext` says which call that was,
`requestPayload` has its body (https://www.alibabacloud.com/help/en/fc/user-guide/result-callback). The body is read as
it was when it was first delivered, under that call's id: of what came of it then all is known again, also where no time
is told.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared.intake.body import readable
from shared.intake.carriers import GIVEN_UP, announces_itself, opened
from shared.intake.context import Context
from shared.reading.text import below, bounded


class GivenUp(Struct, frozen=True):
    """A call of which nothing came."""

    body: Any
    """What it was made with; `Bad` where that can be no body."""
    path: str
    """Where that stands."""
    context: Context
    """This function's, with the id of that call."""


def given_up(value: Any, path: str, context: Context) -> GivenUp | None:
    """The call that a value is the record of, or None if it is none."""
    record = readable(value)
    if not isinstance(record, dict) or GIVEN_UP not in record or announces_itself(record):
        return None
    call = readable(record.get("requestContext"))
    if not isinstance(call, dict):
        return None
    where = below(path, GIVEN_UP)
    request_id = bounded(call.get("requestId")) or context.request_id
    return GivenUp(opened(record[GIVEN_UP], where, []), where, replace(context, request_id=request_id))
