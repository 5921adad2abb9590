"""Reading on in a running job's outputs: what was added, and where a long one ends."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from shared.systems.discovery import Calls
from shared.systems.ehpc.scope import LOG, Cluster
from shared.systems.ehpc.seek_silence import LONGEST_STEP, SIZE, TAIL_CHARS, Heard, Stream, begin_anew, take_in
from shared.systems.ehpc.wire import log_part
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.turns import answered, take

MOST_LEAPS = 6
"""Calls of one look at a long output, beside the first."""


class Listener(Struct, frozen=True, kw_only=True):
    """Reads the output of one job on its first node."""

    api: Caller
    calls: Calls
    cluster: Cluster
    job_id: str
    host: str
    now: float
    """Unix seconds."""

    def read_on(self, heard: Heard) -> bool:
        """Whether both outputs were read and nothing was added to either.

        The last byte that is known is read once more: where it is not there the output was begun anew, or what reads it
        shows nothing of it. Neither is silence.

        Raises:
            StopError: no call is left now, or the account is refused. What was read before is kept.
        """
        for stream in (heard.output, heard.errors):
            known = min(stream.end, 1)
            got = self._read(stream.end - known, errors=stream is heard.errors)
            if got is None:
                return False
            if len(got) < known:
                begin_anew(heard, stream, self.now)
                return False
            take_in(heard, stream, got[known:], self.now)
            if len(got) > known:
                if len(got) >= SIZE:
                    self._leap(heard, stream)
                return False
        return True

    def _leap(self, heard: Heard, stream: Stream) -> None:
        """There is more: look further on whether there is still, with wider steps while there is, else narrower."""
        for _ in range(MOST_LEAPS):
            there = self._read(stream.end + stream.step, errors=stream is heard.errors)
            if there:
                stream.end, stream.step = stream.end + stream.step + len(there), min(stream.step * 2, LONGEST_STEP)
                heard.tail = there.decode("utf-8", "replace")[-TAIL_CHARS:]
            elif stream.step > SIZE:
                stream.step = max(SIZE, stream.step // 4)
            else:
                return

    def _read(self, offset: int, *, errors: bool) -> bytes | None:
        """What is there; None: it could not be read, which is no silence."""
        take(self.calls, LOG)
        try:
            part = log_part(self.api, self.cluster.cluster_id, self.job_id, self.host, offset, SIZE)
        except msgspec.ValidationError:
            return None
        if isinstance(part, CallFailed):
            if part.account_wide or part.credentials:
                answered(part, self.now)
            return None
        return part.errors if errors else part.output
