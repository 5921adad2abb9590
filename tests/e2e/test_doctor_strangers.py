"""`secondwind doctor` where somebody else answers in the place of a service: a portal, a proxy, another program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS
from tests.e2e.doctor_ward import Ward
from tests.support.http_wire import Wire, say

PORTAL = b"<html><body>Sign in to the hotel network</body></html>"


@pytest.fixture
def wire() -> Iterator[Wire]:
    """Somebody else."""
    made = Wire()
    yield made
    made.close()


@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("body", [PORTAL, b'["no", "object"]', b'"signed out"', b""])
def test_what_answers_in_the_place_of_a_job_system_is_told(ward: Ward, wire: Wire, status: int, body: bytes) -> None:
    """It is not `allowed`, nor is it said that nobody answered."""
    wire.behave = lambda handler: say(handler, status, body)
    for system in SYSTEMS:
        ward.environ[endpoint_variable(system)] = f"http://{wire.host}"
    seen = ward.look()
    for system in SYSTEMS:
        (line,) = [line for line in seen.out.splitlines() if f" {system.name}:" in line and "not tried" not in line]
        assert line.startswith("FAIL")
        assert f"what answers at http://{wire.host} is not the service" in line


def test_a_portals_date_is_not_log_services(ward: Ward, wire: Wire) -> None:
    """A clock is not right because a stranger's is the same."""
    wire.behave = lambda handler: say(handler, 200, PORTAL)
    assert ward.look().level("clock", "within a minute") == "ok"
    ward.environ["SECONDWIND_SLS_ENDPOINT"] = f"http://{wire.host}"
    assert ward.look().level("clock", "no answer of Log Service") == "skip"
