"""A local Function Compute with one function, and `secondwind invoke --via` that calls it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.fc.answers import FunctionDesk
from localcloud.fc.fc2_wire import Fc2Door
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.fc.instance.in_process import InProcessFunction
from localcloud.wire.signing import Credential
from secondwind.commands.invoke.via import Via, ViaRequest, run

ROOT = Path(__file__).resolve().parents[2]
ROLE = Credential("STS.planted-id-7391", "planted-secret-4402", "planted-token-8856")
BOTH = pytest.mark.parametrize("via", list(Via), ids=lambda via: via.value)


@dataclass
class Desk:
    """A local Function Compute with one function, `secondwind-manual`, and what it was given."""

    cloud: LocalCloud
    functions: FunctionDesk
    events: list[bytes] = field(default_factory=list)

    def handle(self, event: bytes, _context: Any) -> dict[str, Any]:
        """Count, or raise if the event says so."""
        self.events.append(event)
        if b"raise" in event:
            raise ValueError("no such job")
        return {"seen": len(self.events)}


@dataclass
class Called:
    """What a call printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Running, with the role's key; nothing inside may fail."""
    cloud = LocalCloud(credentials=(ROLE,))
    made = Desk(cloud, FunctionDesk(cloud.clock))
    made.functions.deploy("secondwind-manual", InProcessFunction(made.handle).invoke)
    fc3 = Fc3Door(made.functions, cloud.clock, [ROLE])
    fc2 = Fc2Door(made.functions, cloud.clock, [ROLE], service="secondwind")
    for door in (fc3, fc2):
        cloud.mount(door.serves, door)
    with cloud:
        yield made
    assert list(cloud.server.errors) == []


def environment(key: Credential = ROLE) -> dict[str, str]:
    """The key as Function Compute's own names have it."""
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": key.security_token,
    }


def call(folder: Path, via: Via, endpoint: str, key: Credential = ROLE, body: str = "", **wanted: Any) -> Called:
    """Invoke with an event of that body."""
    file = folder / "event.json"
    file.write_text(body or '{"jobs": []}')
    out, err = io.StringIO(), io.StringIO()
    asked = ViaRequest(event_file=file, via=via, endpoint=endpoint, **wanted)
    status = run(asked, out, err, environment(key))
    return Called(status, out.getvalue(), err.getvalue())
