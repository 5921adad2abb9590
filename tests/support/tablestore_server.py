"""A local Tablestore behind a real socket, its table set up, and ledgers that talk to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.clock import Clock, SystemClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential
from shared.domain.credentials import Credentials
from shared.ledger.tablestore import Place, TablestoreLedger
from shared.ledger.tablestore_setup import create_table, sdk
from shared.ports import Write

ROLE = Credential("STS.local", "sts-hunter22", "token-hunter23")
INSTANCE = "sw"


class TablestoreServer:
    """Serves until it is stopped; `pauses` are those that ledgers took."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.service = Tablestore(clock or SystemClock(), [ROLE], instance=INSTANCE, signing_clock=SystemClock())
        self.server = HttpServer()
        self.server.mount(self.service.serves, self.service)
        self.server.start()
        self.place = Place(endpoint=f"http://127.0.0.1:{self.server.port}", instance=INSTANCE, table="ledger")
        self.pauses: list[float] = []

    def set_up(self) -> bool:
        """Make the ledger's table, and forget the calls of that."""
        made = create_table(self.place, credentials(), sleep=self.pauses.append)
        self.service.calls.clear()
        return made

    def ledger(self, clock: Any, *, remaining_s: Callable[[], float] = lambda: 60.0, **more: Any) -> TablestoreLedger:
        """A connection of its own."""
        return TablestoreLedger(
            more.pop("place", self.place),
            more.pop("credentials", credentials()),
            clock,
            remaining_s,
            sleep=self.pauses.append,
            **more,
        )

    def client(self) -> Any:
        """The official SDK's, for what no ledger would write."""
        key = ROLE.access_key_id, ROLE.access_key_secret
        return sdk().OTSClient(self.place.endpoint, *key, INSTANCE, sts_token=ROLE.security_token, enable_native=False)

    def stop(self) -> None:
        """Stop; a service that failed inside fails the test."""
        self.server.stop()
        assert list(self.server.errors) == []


def credentials(secret: str = ROLE.access_key_secret, token: str = ROLE.security_token) -> Credentials:
    """The role's, or spoiled ones."""
    return Credentials(access_key_id=ROLE.access_key_id, access_key_secret=secret, security_token=token)


def write(
    key: str,
    document: bytes = b"{}",
    expected: int | None = None,
    *,
    due_at: float | None = None,
    expires_at: float | None = None,
) -> Write:
    """A save of one document."""
    return Write(key=key, document=document, expected=expected, due_at=due_at, expires_at=expires_at)


def lost(kind: FaultKind, code: str = "OTSTimeout") -> Fault:
    """A BatchWriteRow whose answer is lost or an error of unknown effect."""
    return Fault("BatchWriteRow", kind, status=503, code=code)
