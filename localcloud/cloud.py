"""Alibaba Cloud on localhost, put together: the simulated world, its services, one HTTP server.

with LocalCloud() as cloud:
    cloud.world.cluster("ehpc-hz-1").submit("1.scheduler", JobSpec(runs=(hangs(),)))
    # official SDKs: Config(protocol="http", endpoint=cloud.host, access_key_id="local", …="local-secret")
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import final

from localcloud.clock import Clock, SystemClock
from localcloud.ehpc.answers import Ehpc
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.schedulerx.answers import Schedulerx
from localcloud.wire.acs3 import Verifier
from localcloud.wire.faults import Faults
from localcloud.wire.http import Request
from localcloud.wire.openapi import OpenApi
from localcloud.wire.server import HttpServer, Predicate, Service
from localcloud.wire.signing import Credential
from localcloud.world import World

LOCAL_CREDENTIAL = Credential("local", "local-secret")
DEFAULT_ZONE = "Asia/Shanghai"


@final
class LocalCloud:
    """One local cloud.

    Give it a ManualClock to move time by hand; then pass a SystemClock as `signing_clock` unless the manual
    one stays within 15 minutes of the real time, by which SDKs date their requests.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        signing_clock: Clock | None = None,
        credentials: Iterable[Credential] = (LOCAL_CREDENTIAL,),
        port: int = 0,
        seed: int = 0,
        zone: str = DEFAULT_ZONE,
    ) -> None:
        self.clock = clock or SystemClock()
        self.credentials = tuple(credentials)
        self.world = World(self.clock, seed=seed)
        self.faults = Faults()
        self.openapi = OpenApi(self.world, Verifier(signing_clock or self.clock, self.credentials), self.faults)
        self.openapi.register(Ehpc(self.world, zone).operations())
        self.openapi.register(Schedulerx(self.world, zone).operations())
        self.server = HttpServer(port)
        self.server.mount(_is_openapi, self.openapi)

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, as the SDKs' `endpoint` wants it."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def endpoint(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{self.host}"

    def mount(self, predicate: Predicate, service: Service) -> None:
        """Add a service for requests that are no OpenAPI calls; the first whose predicate fits answers."""
        self.server.mount(predicate, service)

    def start(self) -> None:
        """Begin to serve."""
        self.server.start()

    def stop(self) -> None:
        """Stop serving and wait until that is so."""
        self.server.stop()

    def __enter__(self) -> LocalCloud:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _is_openapi(request: Request) -> bool:
    """RPC style, where everything is in the parameters; services with paths of their own are mounted beside it."""
    return "x-acs-action" in request.headers and not Fc3Door.serves(request)
