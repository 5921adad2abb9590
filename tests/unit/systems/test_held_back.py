"""What the service throttles is not asked again for a moment: ten thousand looks would only be refused as well."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.systems.openapi import OpenApi, Reply
from shared.systems.openapi.results import look_failed
from tests.support.clock import START, Clock
from tests.support.http_wire import Behaviour, Wire
from tests.support.make import Make
from tests.unit.systems.failed_calls import CALL, failed

LOOK = replace(CALL, action="ListJobs", mutates=False)


class Hearing(Clock):
    """A clock that hears, and makes nothing of it."""

    def hear(self, date: str, asked_at: float) -> None:
        """The service's time."""
        del date, asked_at


@pytest.fixture
def clock() -> Hearing:
    """It stands."""
    return Hearing()


@pytest.fixture
def api(wire: Wire, credentials: Credentials, clock: Hearing) -> OpenApi:
    """Calls to the server on loopback, as in a function: with a clock."""
    return OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), clock=clock)


def test_only_what_reads_is_held_back_and_that_operation_alone(
    wire: Wire, api: OpenApi, answers: Make[Behaviour]
) -> None:
    """A call that acts is sent, whatever was answered before."""
    wire.behave = answers(400, {"Code": "Throttling.User", "Message": "slow down"})
    other = replace(LOOK, action="GetJob")
    told = [failed(api.call(wanted)).held_back for wanted in (LOOK, LOOK, other, LOOK, CALL, CALL)]
    assert (told, len(wire.requests)) == ([False, True, False, True, False, False], 4)


def test_what_was_held_back_is_a_look_that_was_not_begun(
    wire: Wire, api: OpenApi, clock: Hearing, answers: Make[Behaviour]
) -> None:
    """It says what the service had said; a moment later it is asked again."""
    wire.behave = answers(400, {"Code": "Throttling.User", "Message": "slow down"})
    first, held = failed(api.call(LOOK)), failed(api.call(LOOK))
    assert held == replace(first, held_back=True)
    assert [look_failed(one, START).none_left for one in (first, held)] == [False, True]
    clock.moment += 1.0
    wire.behave = answers(200, {"RequestId": "r-1"})
    assert [type(api.call(LOOK)) for _ in range(2)] == [Reply, Reply]


@pytest.mark.parametrize(
    ("status", "code", "header", "held_s"),
    [
        (503, "Throttling", {}, 1.0),
        (429, "Throttling.User", {"x-acs-retry-after": "7000"}, 7.0),
        (400, "InvalidClusterStatus", {}, 0.0),
        (403, "Forbidden.RAM", {}, 0.0),
    ],
)
def test_it_is_held_back_for_as_long_as_the_service_says(
    wire: Wire,
    api: OpenApi,
    clock: Hearing,
    answers: Make[Behaviour],
    status: int,
    code: str,
    header: dict[str, str],
    held_s: float,
) -> None:
    """A second where it says nothing; what says no to one cluster alone is asked about the next."""
    wire.behave = answers(status, {"Code": code, "Message": "no"}, **header)
    api.call(LOOK)
    for passed_s in (0.0, max(0.0, held_s - 0.1), held_s):
        clock.moment = START + passed_s
        assert failed(api.call(LOOK)).held_back is (passed_s < held_s)


def test_without_a_clock_nothing_is_held_back(wire: Wire, credentials: Credentials, answers: Make[Behaviour]) -> None:
    """Nobody knows then how long a moment is."""
    wire.behave = answers(400, {"Code": "Throttling.User", "Message": "slow down"})
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"))
    assert [failed(api.call(LOOK)).held_back for _ in range(2)] == [False, False]
