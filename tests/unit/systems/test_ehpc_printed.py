"""What an E-HPC job has printed: a short log whole, of a long one its beginning and its end, in few calls."""

from __future__ import annotations

import base64

import pytest

from shared.systems.ehpc.printed import HEAD_BYTES, printed
from shared.systems.ehpc.wire import LOG_BYTES
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.unit.systems.ehpc_answers import FAILED, reply

END_BYTES = LOG_BYTES - HEAD_BYTES


class Logs:
    """A service with two logs; each call takes its time."""

    def __init__(self, clock: Clock, output: bytes, errors: bytes = b"", *, takes_s: float = 0.05) -> None:
        self.clock, self.logs, self.takes_s = clock, (output, errors), takes_s
        self.sizes: list[int] = []
        self.fails_from = 1 << 60

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """As GetJobLog; what lies behind `fails_from` is refused."""
        offset, size = int(wanted.parameters["Offset"]), int(wanted.parameters["Size"])
        self.sizes.append(size)
        self.clock.moment += self.takes_s
        if offset >= self.fails_from:
            return FAILED
        output, errors = (base64.b64encode(log[offset : offset + size]).decode() for log in self.logs)
        return reply(OutputLog=output, ErrorLog=errors)

    def read(self) -> bytes | None:
        """What is made of it."""
        return printed(self, self.clock, "c-1", "1.s", "n1")


def log_of(size: int) -> bytes:
    """Numbered lines, so that every place is another."""
    lines = b"".join(b"%09d\n" % number for number in range(size // 10 + 1))
    return lines[:size]


@pytest.mark.parametrize("size", [0, 1, LOG_BYTES - 1])
def test_a_short_log_is_read_whole_by_one_call(clock: Clock, size: int) -> None:
    """It is less than a call gives."""
    logs = Logs(clock, log_of(size), b"error")
    assert logs.read() == b"\n".join(part for part in (log_of(size), b"error") if part)
    assert logs.sizes == [LOG_BYTES]


@pytest.mark.parametrize(
    "size",
    [
        LOG_BYTES + 1, 500_000, LOG_BYTES + END_BYTES, 2 * LOG_BYTES - 1, 2 * LOG_BYTES, 2 * LOG_BYTES + 1,
        1_000_000, 4 * LOG_BYTES, 4 * LOG_BYTES + 1, 7_777_777, 30_000_000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_error", [False, True])
def test_of_a_long_log_the_beginning_and_the_end_are_read(clock: Clock, size: int, *, is_error: bool) -> None:
    """As much as one call gives, and no byte twice; the other log stays as it is. Some twenty calls at the most."""
    log = log_of(size)
    logs = Logs(clock, b"short", log) if is_error else Logs(clock, log, b"short")
    text = logs.read()
    assert text is not None
    told = text.removeprefix(b"short\n") if is_error else text.removesuffix(b"\nshort")
    head, end = told[:HEAD_BYTES], told[HEAD_BYTES + 1 :]
    assert len(told) == LOG_BYTES + 1
    assert log.startswith(head)
    assert log.endswith(end)
    assert [logs.sizes[0], logs.sizes[-1]] == [LOG_BYTES, LOG_BYTES]
    assert set(logs.sizes[1:-1]) == {1}
    assert len(logs.sizes) <= 20


def test_both_logs_may_be_long(clock: Clock) -> None:
    """Each has its own end."""
    errors = b"e" * 700_000 + b"CAUSE"
    text = Logs(clock, log_of(3_000_000), errors).read()
    assert text is not None
    assert len(text) == 2 * (LOG_BYTES + 1) + 1
    assert text[: LOG_BYTES + 1].endswith(log_of(3_000_000)[-100_000:])
    assert text.endswith(errors[-100_000:])
    logs = Logs(clock, log_of(3_000_000), log_of(3_000_000))
    logs.read()
    once = Logs(clock, log_of(3_000_000))
    once.read()
    assert logs.sizes == once.sizes, "an answer shows both logs"


def test_what_lies_behind_the_end_may_be_refused(clock: Clock) -> None:
    """As if nothing were there."""
    logs = Logs(clock, log_of(1_000_000))
    logs.fails_from = 1_000_000
    text = logs.read()
    assert text is not None
    assert text.endswith(log_of(1_000_000)[-200_000:])


@pytest.mark.parametrize(("takes_s", "calls"), [(1.1, 1), (1.0, 3), (0.9, 4)])
def test_a_slow_service_is_not_asked_for_long(clock: Clock, takes_s: float, calls: int) -> None:
    """Looks grow old meanwhile: the beginning has to do."""
    logs = Logs(clock, log_of(30_000_000), takes_s=takes_s)
    assert logs.read() == log_of(LOG_BYTES)
    assert len(logs.sizes) == calls


def test_a_service_that_heeds_no_offset_ends_the_search(clock: Clock) -> None:
    """Whatever it says, no log is endless."""

    class Same(Logs):
        def call(self, wanted: ApiCall) -> Reply | CallFailed:
            self.sizes.append(int(wanted.parameters["Size"]))
            return reply(OutputLog=base64.b64encode(b"x" * LOG_BYTES).decode())

    logs = Same(clock, b"")
    text = logs.read()
    assert text is not None
    assert set(text) == set(b"x\n")
    assert len(logs.sizes) <= 40


def test_a_log_of_just_what_a_call_gives_is_whole(clock: Clock) -> None:
    """Nothing follows it."""
    assert Logs(clock, log_of(LOG_BYTES)).read() == log_of(LOG_BYTES)


def test_a_log_that_cannot_be_had_is_none(clock: Clock) -> None:
    """And one whose end cannot is its beginning."""
    logs = Logs(clock, log_of(1_000_000))
    logs.fails_from = 0
    assert logs.read() is None
    logs.fails_from = 1
    assert logs.read() == log_of(LOG_BYTES)
