"""Calls that must fail."""

from __future__ import annotations

from shared.systems.openapi import ApiCall, CallFailed, Reply

CALL = ApiCall(action="RerunJobs", version="2018-04-12", parameters={"ClusterId": "c", "Jobs": '[{"Id":"1[2].s"}]'})


def failed(reply: Reply | CallFailed) -> CallFailed:
    """The call failed."""
    assert isinstance(reply, CallFailed)
    return reply
