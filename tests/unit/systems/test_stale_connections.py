"""Connections that the peer has dropped without a word: whatever comes on them after a pause is never answered."""

from __future__ import annotations

import threading
import time

import pytest

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.network import idle
from shared.systems.openapi import ApiCall, CallFailed, OpenApi, Reply
from tests.support.http_wire import Behaviour, Dropping, Wire
from tests.support.make import Make

RERUN = ApiCall(action="RerunJobs", version="2018-04-12", parameters={"Jobs": '[{"Id":"1.s"}]'})
LOOK = ApiCall(action="ListJobsWithFilters", version="2018-04-12", parameters={}, mutates=False)
PAUSE_S = 0.2


@pytest.fixture
def api(wire: Wire, credentials: Credentials) -> OpenApi:
    """Calls to the server on loopback."""
    return OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), read_timeout_ms=2_000)


def test_a_connection_is_used_again_at_once_and_not_after_a_pause(
    wire: Wire, api: OpenApi, answers: Make[Behaviour], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rerun arrives on a new connection, and its answer is an answer: nothing is unknown."""
    monkeypatch.setattr(idle, "IDLE_S", PAUSE_S / 2)
    peer = Dropping(wire, answers(200, {"RequestId": "r"}), pause_s=PAUSE_S)
    assert isinstance(api.call(LOOK), Reply)
    assert isinstance(api.call(LOOK), Reply)
    assert peer.connections == 1
    time.sleep(PAUSE_S * 1.5)
    assert isinstance(api.call(RERUN), Reply)
    assert (peer.unanswered, peer.connections) == (0, 2)


def test_a_look_on_a_broken_connection_is_repeated_once_on_a_new_one(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """A peer that is quicker than our patience: the look is made all the same."""
    peer = Dropping(wire, answers(200, {"RequestId": "r"}), pause_s=PAUSE_S)
    assert isinstance(api.call(LOOK), Reply)
    time.sleep(PAUSE_S * 1.5)
    assert isinstance(api.call(LOOK), Reply)
    assert (peer.unanswered, peer.connections, len(wire.requests)) == (1, 2, 3)


def test_a_rerun_on_a_broken_connection_is_never_repeated(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """It may have arrived: unknown, and sent once."""
    peer = Dropping(wire, answers(200, {"RequestId": "r"}), pause_s=PAUSE_S)
    assert isinstance(api.call(LOOK), Reply)
    time.sleep(PAUSE_S * 1.5)
    reply = api.call(RERUN)
    assert isinstance(reply, CallFailed)
    assert (reply.effect, reply.code) == (Effect.UNKNOWN, "ConnectionBroken")
    assert (peer.unanswered, len(wire.requests)) == (1, 2)


def test_what_was_kept_beside_a_broken_connection_is_not_asked_either(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """All of them stood idle as long: the second try comes on a new one, whatever else waits."""
    both = threading.Barrier(2)
    wire.behave = lambda handler: (both.wait(5), answers(200, {"RequestId": "r"})(handler))
    threads = [threading.Thread(target=api.call, args=(LOOK,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    peer = Dropping(wire, answers(200, {"RequestId": "r"}), pause_s=PAUSE_S)
    for request in wire.requests:
        peer._last[request["peer"]] = 0.0
    assert isinstance(api.call(LOOK), Reply)
    assert (peer.unanswered, peer.connections) == (1, 3)


def test_a_look_that_breaks_twice_has_failed(wire: Wire, api: OpenApi, answers: Make[Behaviour]) -> None:
    """Once is enough: what breaks on a new connection is not the connection."""
    Dropping(wire, answers(200, {}), pause_s=0.0)
    reply = api.call(LOOK)
    assert isinstance(reply, CallFailed)
    assert (reply.code, reply.read_again, len(wire.requests)) == ("ConnectionBroken", True, 2)
