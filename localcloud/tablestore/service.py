"""Tablestore on localhost, on its real wire: the official SDK talks to it unmodified.

One instance, kept in memory, with what a store of small documents and its set-up use: tables with global secondary
indexes, rows, conditions, ranges and batches. Requests are checked and answers signed (`signatures`), bodies are
protobuf (`protobuf`) around plainbuffer (`plainbuffer_reader`, `plainbuffer`), limits and errors are the documented
ones. Not here: search indexes, streams, local transactions, capacity of its own (tests inject throttling).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from localcloud.clock import Clock
from localcloud.service import Ground, Service
from localcloud.tablestore import row_answers, signatures, table_answers
from localcloud.tablestore.errors import STATUSES, OtsError
from localcloud.tablestore.models import Instance
from localcloud.tablestore.plainbuffer import RowError
from localcloud.tablestore.protobuf import Message, PbError
from localcloud.tablestore.row_answers import World
from localcloud.tablestore.rows import Key
from localcloud.wire.faults import PREVENTS, Fault, FaultKind, Faults, spoiled
from localcloud.wire.http import Request, Response
from localcloud.wire.server import Route
from localcloud.wire.signing import Credential

BODY_BYTES_MAX = 5 * 1024 * 1024
RANGE_ROWS_MAX = 5000
_THROTTLED = "OTSServerBusy"

_OPERATIONS: Mapping[str, Callable[[World, Message], bytes]] = {
    "DescribeTable": lambda world, message: table_answers.describe_table(world.instance, message),
    "ListTable": lambda world, _: table_answers.list_table(world.instance),
    "DeleteTable": lambda world, message: table_answers.delete_table(world.instance, message),
    "GetRow": row_answers.get_row,
    "GetRange": row_answers.get_range,
    "BatchGetRow": row_answers.batch_get_row,
    "BatchWriteRow": row_answers.batch_write_row,
    "PutRow": lambda world, message: row_answers.write_row(world, message, 1),
    "UpdateRow": lambda world, message: row_answers.write_row(world, message, 2),
    "DeleteRow": lambda world, message: row_answers.write_row(world, message, 3),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call as it went."""

    operation: str
    status: int
    code: str
    """Error code of the whole; empty if there is none."""


class Tablestore(Service):
    """One instance. Safe between threads.

    `faults` are taken by operation (`BatchWriteRow`, …) from calls that are signed rightly. `PART_FAILURE` fits
    BatchWriteRow: rows whose first key value is in `done` are done, the others answer with `code`. THROTTLED answers
    with `code` if it is one of Tablestore's, else OTSServerBusy. With `effect_after_s` the effect comes at the first
    call after that time.
    """

    title = "Tablestore"

    def __init__(
        self,
        clock: Clock,
        credentials: Iterable[Credential],
        *,
        instance: str = "local",
        signing_clock: Clock | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.calls: list[Recorded] = []
        self.faults = faults or Faults()
        self.index_lag_s = 0.0
        """How much later indexes see what is written from now on."""
        self.ready_after_s = 0.0
        """How long a table that is made from now on is not ready."""
        self.range_rows_max = RANGE_ROWS_MAX
        """Most rows in one GetRange's answer."""
        self._clock = clock
        self._signing_clock = signing_clock or clock
        self._keys = {one.access_key_id: one for one in credentials}
        self._name = instance
        self._instance = Instance()
        self._late: list[tuple[float, str, bytes]] = []
        self._lock = threading.RLock()
        self._requests = 0

    @classmethod
    def on(cls, ground: Ground) -> Tablestore:
        """The service, with the one instance `local` and no tables."""
        return cls(ground.clock, ground.credentials, signing_clock=ground.signing_clock)

    def routes(self) -> Iterable[Route]:
        """All of it has a wire of its own."""
        return [(self.serves, self)]

    @staticmethod
    def serves(request: Request) -> bool:
        """Whether a request is meant for a Tablestore: its clients all name the API's version."""
        return "x-ots-apiversion" in request.headers

    def handle(self, request: Request) -> Response:
        """Answer one request; what is wrong with it is in the answer."""
        operation = request.path.removeprefix("/")
        key, fault = None, None
        try:
            key = self._admit(request)
            fault = self.faults.take(operation, {"operation": operation})
            if fault is not None and fault.kind is FaultKind.DELAY_BEFORE_EFFECT:
                self.faults.sleep(fault.delay_s)
            response = self._respond(request, operation, key, fault)
        except OtsError as error:
            response = self._refused(request, error, key)
        if fault is not None and fault.kind is FaultKind.DELAY_AFTER_EFFECT:
            self.faults.sleep(fault.delay_s)
        return response

    def count(self, operation: str) -> int:
        """How many calls of that operation came, whatever became of them."""
        return sum(1 for call in self.calls if call.operation == operation)

    def _admit(self, request: Request) -> Credential:
        if len(request.body) > BODY_BYTES_MAX:
            raise OtsError("OTSRequestBodyTooLarge", "The size of POST data is too large.")
        return signatures.check_request(request, self._keys, instance=self._name, now=self._signing_clock.now())

    def _respond(self, request: Request, operation: str, key: Credential, fault: Fault | None) -> Response:
        if fault is not None and fault.kind in PREVENTS:
            if fault.effect_after_s is not None:
                with self._lock:
                    self._late.append((self._clock.now() + fault.effect_after_s, operation, request.body))
        else:
            body = self._perform(operation, request.body, fault)
        if fault is not None:
            if (response := spoiled(fault.kind)) is not None:
                self._record(operation, response.status, "ConnectionClosed" if response.close else "")
                return response
            if fault.kind is FaultKind.THROTTLED:
                code = fault.code if fault.code in STATUSES else _THROTTLED
                raise OtsError(code, "Server is busy.")
            if fault.kind in (FaultKind.ERROR_BEFORE_EFFECT, FaultKind.ERROR_AFTER_EFFECT):
                raise OtsError(fault.code, fault.message, fault.status)
        return self._answer(request.path, 200, body, key, "")

    def _perform(self, operation: str, body: bytes, fault: Fault | None = None) -> bytes:
        with self._lock:
            now = self._clock.now()
            due = [late for late in self._late if late[0] <= now]
            self._late = [late for late in self._late if late[0] > now]
            for _, earlier, earlier_body in due:
                try:
                    self._do(earlier, earlier_body, now, None)
                except OtsError:  # noqa: PERF203 - a late effect may find its condition false; nobody waits for its answer
                    continue
            return self._do(operation, body, now, fault)

    def _do(self, operation: str, body: bytes, now: float, fault: Fault | None) -> bytes:
        world = World(self._instance, now, self.index_lag_s, self.range_rows_max, _gate(fault))
        try:
            message = Message(body)
            if operation == "CreateTable":
                return table_answers.create_table(self._instance, message, now, self.ready_after_s)
            if operation not in _OPERATIONS:
                raise OtsError("OTSParameterInvalid", f"Unsupported operation: {operation[:64]}.")
            return _OPERATIONS[operation](world, message)
        except (PbError, RowError) as error:
            raise OtsError("OTSParameterInvalid", f"Invalid body: {error}.") from error

    def _refused(self, request: Request, error: OtsError, key: Credential | None) -> Response:
        return self._answer(request.path, error.status, error.encoded(), key, error.code)

    def _answer(self, path: str, status: int, body: bytes, key: Credential | None, code: str) -> Response:
        with self._lock:
            self._requests += 1
            self._record(path.removeprefix("/"), status, code)
            request_id = f"{self._requests:08x}"
        headers = signatures.answer_headers(path, body, key, request_id=request_id, now=self._signing_clock.now())
        return Response(status, body, headers)

    def _record(self, operation: str, status: int, code: str) -> None:
        self.calls.append(Recorded(operation, status, code))


def _gate(fault: Fault | None) -> Callable[[Key], OtsError | None]:
    if fault is None or fault.kind is not FaultKind.PART_FAILURE:
        return lambda _key: None
    return lambda key: None if key[0] in fault.done else OtsError(fault.code, fault.message, fault.status)
