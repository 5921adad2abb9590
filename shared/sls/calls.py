"""One call to Log Service: with whose key, within which time, tried twice at most.

One call is one request: the SDK would repeat up to ten times with a second between, longer than many invocations have
left, so its loop is not used (`_client`). Here a request is repeated once if the service or network failed; a second
write of the same outcome has the same `outcome_id`. Wire and limits: docs/facts/log-service.md,
https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-putlogs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.domain.errors import SecondWindError

MOST_PAGE_BYTES = 32_000_000
"""A page that weighs more is not taken, but asked for again with half as many log groups; one alone is passed over."""
MOST_PAIRS = 1_000_000
"""Nor one with more names and values: each pair takes 60 bytes of memory, however short it is. A log group of 5 MB, the
longest that is documented, has fewer."""
TRIES = 2
LEAST_TIME_S = 1.0
POST_BODY_TOO_LARGE = "PostBodyTooLarge"
REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
UNREADABLE = "UnreadableAnswer"
TOO_LARGE_PAGE = "PageTooLarge"


class LogCallFailed(SecondWindError):  # noqa: N818 - what a call was told: who asked makes an error of it
    """A call that was not answered with success. Has a code and no text: services quote what they got."""

    def __init__(self, code: str, *, worth_repeating: bool = False, following: str = "") -> None:
        self.code = code
        self.worth_repeating = worth_repeating
        self.following = following
        """Of a page that cannot be taken: the cursor behind it."""


class Access(Struct, frozen=True, kw_only=True):
    """How to reach Log Service: with whose key, and how much time is left for it."""

    credentials: Credentials
    remaining_s: Callable[[], float]


def repeating(access: Access, call: Callable[[], Any], but: str = "") -> Any:
    """What it gives at the first or second try; what ends with that code is not worth one."""
    for left in reversed(range(TRIES)):
        if access.remaining_s() < LEAST_TIME_S:
            raise LogCallFailed("Deadline")
        try:
            return call()
        except LogCallFailed as error:
            if error.code == but or not (left and error.worth_repeating):
                raise
    raise AssertionError("unreachable: the last try returns or raises")
