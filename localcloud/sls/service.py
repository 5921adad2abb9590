"""Simple Log Service on localhost, on its real wire: the official SDK talks to it unmodified.

Kept in memory. Signatures are checked (`signatures`), bodies are compressed protobuf (`protobuf`), limits and
errors are the documented ones. Not here: TTL, SQL, write quotas of their own (tests inject
those as faults), other set-up calls than those for projects, Logstores, indexes and what `entities` has.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import ClassVar

import msgspec

from localcloud.clock import Clock
from localcloud.service import Ground, Service
from localcloud.sls import answers, entities, queries, shards, signatures
from localcloud.sls.errors import SlsError
from localcloud.sls.models import LogGroup, Logstore, Project, Shard, Stored, log, new_logstore
from localcloud.sls.protobuf import encode_group
from localcloud.sls.story import LogstoreStory
from localcloud.sls.wire import Call, parse_call
from localcloud.story import Element, Story
from localcloud.wire.faults import PREVENTS, Fault, FaultKind, Faults, spoiled
from localcloud.wire.http import Request, Response
from localcloud.wire.server import Route
from localcloud.wire.signing import Credential

API_VERSION = "0.6.0"
PULL_BYTES_MAX = 10 * 1024 * 1024
"""Most raw bytes in one PullLogs answer, unless its first log group alone is larger."""

_ERROR_CODE = re.compile(rb'"errorCode":"(\w{1,64})"')


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call as it went."""

    operation: str
    project: str
    logstore: str
    status: int
    code: str
    """Error code; empty if there is none."""


class LogService(Service):
    """One region's Log Service.

    Requests are dated by their clients' real clock: with a manual `clock`, pass a `signing_clock` that is
    theirs. `faults` are taken by operation (`PutLogs`, `PullLogs`, `GetCursor`, …), also for calls that are
    signed wrongly.
    """

    title = "Log Service"
    stories: ClassVar[Mapping[str, type[Element]]] = {"logstores": LogstoreStory}

    def __init__(
        self,
        clock: Clock,
        credentials: Iterable[Credential],
        *,
        signing_clock: Clock | None = None,
        faults: Faults | None = None,
        region: str = "cn-hangzhou",
        pull_bytes_max: int = PULL_BYTES_MAX,
    ) -> None:
        self.calls: list[Recorded] = []
        self.faults = faults or Faults()
        self._clock = clock
        self._signing_clock = signing_clock or clock
        self._credentials = {one.access_key_id: one for one in credentials}
        self._region = region
        self._pull_bytes_max = pull_bytes_max
        self._projects: dict[str, Project] = {}
        self._lock = threading.RLock()
        self._requests = 0

    @classmethod
    def on(cls, ground: Ground) -> LogService:
        """The service, without projects."""
        return cls(ground.clock, ground.credentials, signing_clock=ground.signing_clock)

    def routes(self) -> Iterable[Route]:
        """All of it has a wire of its own."""
        return [(self.serves, self)]

    def populate(self, story: Story, now: float) -> None:
        """Make the story's Logstores, and write their logs as one group."""
        for told in story.of(LogstoreStory):
            self.create_logstore(told.project, told.name, shards=1)
            logs = [msgspec.json.decode(story.moved(text, now), type=dict[str, str]) for text in told.texts()]
            if logs:
                self.append(told.project, told.name, LogGroup(tuple(log(int(now), one) for one in logs)))

    @staticmethod
    def serves(request: Request) -> bool:
        """Whether a request is meant for a Log Service: its clients all name the API's version."""
        return "x-log-apiversion" in request.headers

    def handle(self, request: Request) -> Response:
        """Answer one request; what is wrong with it is in the answer."""
        with self._lock:
            self._requests += 1
            call = parse_call(
                request,
                now=self._clock.now(),
                region=self._region,
                pull_bytes_max=self._pull_bytes_max,
                more=entities.ROUTES + shards.ROUTES,
            )
            response = self._answer(call)
            found = _ERROR_CODE.search(response.body) if response.status >= 400 else None  # noqa: PLR2004 - HTTP errors
            code = "ConnectionClosed" if response.close else found[1].decode() if found else ""
            self.calls.append(Recorded(call.operation, call.project, call.logstore, response.status, code))
            date = formatdate(self._clock.now(), usegmt=True)
            headers = {
                "server": "Tengine",
                "date": date,
                **response.headers,
                "x-log-requestid": f"{self._requests:024X}",
            }
            return replace(response, headers=headers)

    def count(self, operation: str, logstore: str | None = None) -> int:
        """How many calls of that operation came, whatever became of them."""
        return sum(1 for c in self.calls if c.operation == operation and logstore in (None, c.logstore))

    def create_logstore(self, project: str, logstore: str, *, shards: int = 2, indexed: bool = True) -> None:
        """Set up a Logstore, and its project if there is none yet, without a request."""
        with self._lock:
            now = self._clock.now()
            owner = self._projects.setdefault(project, Project(project, "", now))
            if logstore in owner.logstores:
                raise ValueError(f"Logstore {logstore} exists")
            made = new_logstore(logstore, shards, now, {})
            made.index = {"line": {"token": [",", " "], "caseSensitive": False, "chn": False}} if indexed else None
            owner.logstores[logstore] = made

    def append(self, project: str, logstore: str, group: LogGroup, *, shard: int | None = None) -> None:
        """Write a log group without a request, as a collector inside the cloud does."""
        with self._lock:
            store = self._logstore(project, logstore)
            target = store.balanced() if shard is None else store.shard(shard)
            target.stored.append(Stored(group, encode_group(group), self._clock.now()))

    def rows(self, project: str, logstore: str) -> Iterator[dict[str, str]]:
        """Every log, shard by shard as received, as a query shows it."""
        with self._lock:
            stored = [item for shard in self._logstore(project, logstore).shards for item in shard.stored]
        return (queries.flatten(item.group, log) for item in stored for log in item.group.logs)

    def shards(self, project: str, logstore: str) -> list[int]:
        """Numbers of the Logstore's shards."""
        return [shard.number for shard in self._logstore(project, logstore).shards]

    def cursor(self, project: str, logstore: str, shard: int, moment: str) -> str:
        """Cursor of `begin`, `end` or a unix second."""
        with self._lock:
            found = self._shard(project, logstore, shard)
            return found.cursor(found.position_at(moment))

    def cursor_after(self, project: str, logstore: str, shard: int, cursor: str, groups: int) -> str:
        """The cursor at most that many log groups further on, at most the end's."""
        with self._lock:
            found = self._shard(project, logstore, shard)
            return found.cursor(min(found.position(cursor) + groups, len(found.stored)))

    def received_at(self, project: str, logstore: str, shard: int, end_cursor: str) -> int:
        """Unix seconds at which the last log group before that cursor was received; now if there is none."""
        with self._lock:
            found = self._shard(project, logstore, shard)
            place = found.position(end_cursor)
            return int(found.stored[place - 1].received_at if place else self._clock.now())

    def _logstore(self, project: str, logstore: str) -> Logstore:
        if project not in self._projects:
            raise SlsError(404, "ProjectNotExist", f"The Project does not exist : {project}")
        return self._projects[project].logstore(logstore)

    def _shard(self, project: str, logstore: str, shard: int) -> Shard:
        return self._logstore(project, logstore).shard(shard)

    def _answer(self, call: Call) -> Response:
        fault = self.faults.take(call.operation, {"project": call.project, "logstore": call.logstore})
        if fault is not None and fault.kind in PREVENTS:
            return _injected(fault, call)
        try:
            self._admit(call)
            response = answers.perform(call, self._projects)
        except SlsError as error:
            response = error.response()
        return response if fault is None else _injected(fault, call)

    def _admit(self, call: Call) -> None:
        version = call.request.headers.get("x-log-apiversion")
        if version is None:
            raise SlsError(400, "MissingAPIVersion", "x-log-apiversion does not exist in http header.")
        if version != API_VERSION:
            raise SlsError(400, "InvalidAPIVersion", "x-log-apiversion is unsupported.")
        signatures.check_signature(call.request, self._credentials, region=self._region, now=self._signing_clock.now())
        if not call.operation:
            raise SlsError(404, "InvalidPath", "The local cloud has no such operation.")


def _injected(fault: Fault, call: Call) -> Response:
    if (response := spoiled(fault.kind)) is not None:
        return response
    if fault.kind is FaultKind.THROTTLED:
        code = "WriteQuotaExceed" if call.operation == "PutLogs" else "ReadQuotaExceed"
        return SlsError(403, code, "Project QPS Exceed, please reduce qps").response()
    if fault.kind in (FaultKind.ERROR_BEFORE_EFFECT, FaultKind.ERROR_AFTER_EFFECT):
        return SlsError(fault.status, fault.code, fault.message).response()
    raise ValueError(f"Log Service has no fault {fault.kind.value}")
