"""Where outcomes are put: one Logstore, in as few requests as its limits allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.errors import SinkUnavailable
from shared.ports import Clock
from shared.sls.batches import batches, smaller
from shared.sls.calls import POST_BODY_TOO_LARGE, Access, LogCallFailed, repeating
from shared.sls.connect import connect


class SlsSink:
    """Implements `shared.ports.OutcomeSink` for one Logstore."""

    def __init__(self, access: Access, endpoint: str, project: str, logstore: str, clock: Clock) -> None:
        self._access = access
        self._endpoint = endpoint
        self._project = project
        self._logstore = logstore
        self._clock = clock

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Write all records, in as few PutLogs as the limits allow; a record that fits into none is shortened.

        Raises:
            SinkUnavailable: not every record was certainly taken.
        """
        if not records:
            return
        client = connect(self._access, self._endpoint)
        now = int(self._clock.now())
        for batch in batches(records):
            self._put(client, now, batch)

    def _put(self, client: Any, now: int, batch: list[Mapping[str, str]]) -> None:
        """One batch; what the service finds too large is halved, down to one record, and that one shortened."""
        waiting = [batch]
        while waiting:
            part = waiting.pop()
            code = self._refusal(client, now, part)
            if not code:
                continue
            parts = smaller(part) if code == POST_BODY_TOO_LARGE else []
            if not parts:
                raise SinkUnavailable(f"Log Service at {self._endpoint} did not take {len(part)} outcomes: {code}")
            waiting += reversed(parts)

    def _refusal(self, client: Any, now: int, part: Sequence[Mapping[str, str]]) -> str:
        """The code with which it was not taken; empty if it was."""
        try:
            repeating(self._access, lambda: client.put(self._project, self._logstore, now, part))
        except LogCallFailed as error:
            return error.code
        return ""
