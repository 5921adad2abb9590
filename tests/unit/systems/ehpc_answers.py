"""Answers of E-HPC, one after the other."""

from __future__ import annotations

from typing import Any

from shared.domain.call import Effect
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import CallFailed, Reply
from tests.support.clock import Clock
from tests.support.openapi import Ending, FakeApi, Play

FAILED = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")


def reply(**body: Any) -> Reply:
    """An answer with a request id."""
    return Reply(body=body, request_id="req", status=200)


def api_of(play: Play, *endings: Ending) -> FakeApi:
    """It answers so, one after the other; the last for ever."""
    left = list(endings)
    return play(lambda _: left.pop(0) if len(left) > 1 else left[0])


def jobs(count: int, **counts: Any) -> Reply:
    """A page with so many jobs."""
    return reply(Jobs=[{"Id": f"{number}.s"} for number in range(count)], **counts)


def nodes(count: int, **counts: Any) -> Reply:
    """A page with so many nodes."""
    return reply(Nodes={"NodeInfo": [{"HostName": f"n{number}"} for number in range(count)]}, **counts)


HERE = Cluster(region="cn-hangzhou", cluster_id="c-1")


def system_of(play: Play, clock: Clock, *endings: Ending) -> tuple[EhpcJobs, FakeApi]:
    """It answers so."""
    api = api_of(play, *endings)
    return EhpcJobs(api, clock), api
