"""Function Compute on localhost: deployed functions, over HTTP as FC 3.0 and as FC 2.0."""

from __future__ import annotations

from collections.abc import Iterable

from localcloud.clock import Clock
from localcloud.fc.answers import FunctionDesk
from localcloud.fc.fc2_wire import Fc2Door
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.service import Ground, Service
from localcloud.wire.server import Route
from localcloud.wire.signing import Credential


class FunctionCompute(Service):
    """The service: functions are deployed at its desk, and invoked there or through a door."""

    title = "Function Compute"

    def __init__(self, clock: Clock, credentials: Iterable[Credential], *, signing_clock: Clock | None = None) -> None:
        self.desk = FunctionDesk(clock)
        keys = tuple(credentials)
        self.fc3 = Fc3Door(self.desk, signing_clock or clock, keys)
        self.fc2 = Fc2Door(self.desk, signing_clock or clock, keys)

    @classmethod
    def on(cls, ground: Ground) -> FunctionCompute:
        """The service, without functions."""
        return cls(ground.clock, ground.credentials, signing_clock=ground.signing_clock)

    def routes(self) -> Iterable[Route]:
        """Both doors."""
        return [(self.fc3.serves, self.fc3), (self.fc2.serves, self.fc2)]
