"""One invocation of a deployed function, and what Function Compute said to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint

SERVER_FAILED = 500
"""HTTP statuses from here on may come after the function was called, smaller ones before."""
REQUEST_ID = "x-fc-request-id"
_OK, _REDIRECT = 200, 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invocation, checked."""

    endpoint: Endpoint
    function: str
    service: str
    qualifier: str
    event: bytes
    asynchronous: bool
    task_id: str
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionAnswer:
    """What Function Compute answered with a status below 300."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""


class NotInvoked(Exception):  # noqa: N818 - named for what is known
    """Function Compute did not say that it took the call. Texts are bounded and may still quote a key: hide it."""

    def __init__(self, code: str, message: str, *, status: int = 0, may_have_run: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        """HTTP status; 0: there was no answer."""
        self.may_have_run = may_have_run


def answer_of(status: int, body: bytes, headers: Mapping[str, str]) -> FunctionAnswer:
    """An answer that a client read.

    Raises NotInvoked for a redirect (a key goes nowhere else), and for what a portal or a proxy says in the place of
    Function Compute, whose answers all bear the call's id: that nobody took the call would be no answer to tell.
    """
    if not _OK <= status < _REDIRECT:
        raise NotInvoked("Redirected", "the endpoint answered with a redirect", status=status)
    told = {name.lower(): value for name, value in headers.items()}
    if not told.get(REQUEST_ID):
        raise NotInvoked("SomebodyElse", "what answers there is not Function Compute", status=status, may_have_run=True)
    return FunctionAnswer(status=status, body=body, headers=told)
