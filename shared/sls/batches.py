"""Outcomes as parts of requests: as few as the limits of Log Service allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

MAX_PUT_BYTES = 4_900_000
"""Below the 5 MB of the longest log group, the least that any page of the service says of a request."""
MAX_PUT_LOGS = 4_096
"""The same of their number (docs/facts/log-service.md#limits)."""
SHORT_BYTES = 1_024
"""What stays of a value in a record that fits into no request."""
_FIELD_BYTES = 16


def batches(records: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """The records in as few batches as a request's limits allow; one too large for any is shortened."""
    batch: list[Mapping[str, str]] = []
    size = 0
    for whole in records:
        record, weight = whole, _weight(whole)
        if weight > MAX_PUT_BYTES:
            record = shortened(whole)
            weight = _weight(record)
        if batch and (size + weight > MAX_PUT_BYTES or len(batch) >= MAX_PUT_LOGS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch


def shortened(record: Mapping[str, str]) -> Mapping[str, str]:
    """The record with each value cut to 1 KiB: ids and reasons are shorter."""
    return {name: _cut(value) for name, value in record.items()}


def _cut(value: str) -> str:
    raw = value.encode("utf-8", "replace")
    return value if len(raw) <= SHORT_BYTES else raw[: SHORT_BYTES - 3].decode("utf-8", "ignore") + "…"


def smaller(part: list[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    """What to send in its place: two halves, or the one record shortened; nothing if it is short already."""
    if len(part) > 1:
        middle = len(part) // 2
        return [part[:middle], part[middle:]]
    short = shortened(part[0])
    return [] if short == part[0] else [[short]]


def _weight(record: Mapping[str, str]) -> int:
    """Bytes of the record in a request, at most."""
    values = "".join(record.values())
    # Of ASCII, which nearly all is, the length is at hand.
    size = len(values) if values.isascii() else len(values.encode("utf-8", "replace"))
    return size + len("".join(record)) + _FIELD_BYTES * len(record)
