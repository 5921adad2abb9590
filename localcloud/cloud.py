"""Alibaba Cloud on localhost, put together: every service, the gateway of the RPC-style ones, one HTTP server.

with LocalCloud() as cloud:
    cloud[Ehpc].cluster("ehpc-hz-1").submit("1.scheduler", JobSpec(runs=(hangs(),)))
    # official SDKs: Config(protocol="http", endpoint=cloud.host, access_key_id="local", …="local-secret")
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import TypeVar, cast, final

from localcloud.clock import Clock, SystemClock
from localcloud.service import DEFAULT_ZONE, Ground, Service
from localcloud.services import SERVICES
from localcloud.story import Story
from localcloud.timeline import Timeline
from localcloud.wire.acs3 import Verifier
from localcloud.wire.faults import Faults
from localcloud.wire.http import Request, Response, json_response
from localcloud.wire.openapi import OpenApi
from localcloud.wire.server import Handler, HttpServer, Predicate
from localcloud.wire.signing import LOCAL_CREDENTIAL, Credential

_S = TypeVar("_S", bound=Service)

ABOUT = "/localcloud"
"""Answers, unsigned, what no service of Alibaba Cloud has: `moment`, the story's own, and `begun`, when that was
played; both in unix seconds, `moment` null if the story has none. By it a recorded event is moved along."""


@final
class LocalCloud:
    """One local cloud; `cloud[Ehpc]` is its E-HPC, and so for each service.

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
        services: Sequence[type[Service]] = SERVICES,
    ) -> None:
        self.clock = clock or SystemClock()
        self.credentials = tuple(credentials)
        self.timeline = Timeline(self.clock)
        self.faults = Faults()
        """Of the gateway; services with a wire of their own have their own."""
        ground = Ground(
            clock=self.clock,
            signing_clock=signing_clock or self.clock,
            timeline=self.timeline,
            credentials=self.credentials,
            zone=zone,
            seed=seed,
        )
        self.openapi = OpenApi(self.timeline, Verifier(ground.signing_clock, self.credentials), self.faults)
        self.server = HttpServer(port)
        self._about = _About()
        self.server.mount(_is_openapi, self.openapi)
        self._services = {kind: kind.on(ground) for kind in services}
        for service in self._services.values():
            self.openapi.register(service.operations())
            for predicate, handler in service.routes():
                self.server.mount(predicate, handler)
        self.server.mount(lambda request: request.path == ABOUT, self._about)

    def __getitem__(self, kind: type[_S]) -> _S:
        """That service. Raises KeyError for one that this cloud does not have."""
        return cast("_S", self._services[kind])

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, as the SDKs' `endpoint` wants it."""
        return f"127.0.0.1:{self.server.port}"

    @property
    def endpoint(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://{self.host}"

    def mount(self, predicate: Predicate, handler: Handler) -> None:
        """Give a handler the requests that the predicate wants, before all that is there."""
        self.server.mount(predicate, handler)

    def populate(self, story: Story, now: float) -> None:
        """Put into every service what the story begins with; `now` is its moment, in whole unix seconds."""
        for service in self._services.values():
            service.populate(story, now)
        self._about.moment = None if story.moment is None else int(story.moment.timestamp())
        self._about.begun = int(now)

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


class _About:
    """What a cloud says of itself."""

    def __init__(self) -> None:
        self.moment: int | None = None
        self.begun = 0

    def handle(self, _request: Request) -> Response:
        """The moments of its story."""
        return json_response({"moment": self.moment, "begun": self.begun})


def _is_openapi(request: Request) -> bool:
    """RPC style, where everything is in the parameters."""
    return "x-acs-action" in request.headers
