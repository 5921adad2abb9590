r"""How much room a record takes in a ledger, and how it gets along with less. Pure.

Ledgers count bytes of JSON, in which `\x01` is six. The narrowest, Tablestore, keeps 2 MiB in a column
(docs/facts/tablestore.md#limits). Nothing that waits is begun beyond `WAITING_BYTES`, no attempt beyond
`ACTING_BYTES`: so whoever fills a record with what waits keeps no run from being healed, and what has begun can end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from shared.domain.failure import Speaker
from shared.domain.life import Life
from shared.domain.record import Case, JobRecord

WAITING_BYTES = 1_000_000
"""A record in which one more failure waits."""
ACTING_BYTES = 1_600_000
"""A record with one more attempt: a failure takes 450 kB at most."""
LARGEST_BYTES = 2_000_000
"""Any record."""
LEAST_TELLINGS = 64
"""What stays of a failure's tellings where there is no room for more."""
SHORT_CHARS = 128
"""What stays of a value of an outcome that is owed where there is no room for more: ids and reasons are shorter."""


def written(value: Any) -> Any:
    """What JSON has no word for, as documents spell it: a life is text."""
    if isinstance(value, Life):
        return value.text
    raise NotImplementedError


_ENCODER = msgspec.json.Encoder(enc_hook=written)


def size_of(document: Any) -> int:
    """Bytes that it takes as JSON."""
    return len(_ENCODER.encode(document))


def encoded(record: JobRecord) -> bytes:
    """The record as JSON. Kept for the last one: most are measured, and then written."""
    known, text = _last[0]
    if known is not record:
        text = _ENCODER.encode(record)
        _last[0] = record, text
    return text


_last: list[tuple[JobRecord | None, bytes]] = [(None, b"")]


def fitted(record: JobRecord, most: int) -> JobRecord | None:
    """The record within that many bytes, or None: without what no decision needs, the least needed first.

    First goes the evidence of what is over, then tellings beyond the latest of each failure, then whatever is over and
    had neither an attempt nor a person's no, then the long texts of outcomes that are owed. What else is open, or is
    listed for a person, stays whole.
    """
    lighter: Iterator[Callable[[JobRecord], JobRecord]] = iter((_bare, _less_told, _without_untried, _shortly_owing))
    while len(encoded(record)) > most:
        step = next(lighter, None)
        if step is None:
            return None
        record = step(record)
    return record


def _over(case: Case) -> bool:
    return not case.open and case.due_at is None


def _bare(record: JobRecord) -> JobRecord:
    return replace(record, cases=tuple(_without_evidence(case) if _over(case) else case for case in record.cases))


def _without_evidence(case: Case) -> Case:
    texts = dict.fromkeys(("message", "reason", "node", "job_name", "queue", "owner", "exit_code"), "")
    failure = replace(case.failure, extra={}, speaker=Speaker(), **texts)
    return replace(case, failure=failure, known_reruns=())


def _less_told(record: JobRecord) -> JobRecord:
    return replace(
        record, cases=tuple(replace(case, tellings=case.tellings[-LEAST_TELLINGS:]) for case in record.cases)
    )


def _without_untried(record: JobRecord) -> JobRecord:
    return replace(record, cases=tuple(case for case in record.cases if case.outlives or not _over(case)))


def _shortly_owing(record: JobRecord) -> JobRecord:
    return replace(record, owed=tuple(shortened(owed) for owed in record.owed))


def shortened(outcome: Mapping[str, str]) -> dict[str, str]:
    """The outcome with each value cut to 128 characters."""
    return {
        name: value if len(value) <= SHORT_CHARS else f"{value[: SHORT_CHARS - 1]}…" for name, value in outcome.items()
    }
