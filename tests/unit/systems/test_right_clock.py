"""An invocation is decided by one clock, and by none that a job system's answer shows to be wrong."""

from __future__ import annotations

from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.domain.errors import ClockOff
from shared.reality import MachineClock, SystemClock
from shared.start import Start, by_a_right_clock
from shared.systems.openapi import ApiCall, OpenApi, Reply
from tests.support.http_wire import Wire, say

NOW = 1_800_000_000.0
READ = ApiCall(action="ListJobsWithFilters", version="2018-04-12", parameters={}, mutates=False)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The machine's clock, `machine.moment`, and its steady one; nothing is known of it yet."""
    made = SimpleNamespace(moment=NOW, steady=12.5)
    made.time = lambda: made.moment
    made.monotonic = lambda: made.steady
    monkeypatch.setattr("shared.reality.time", made)
    monkeypatch.setattr(SystemClock, "known_off_s", 0.0)
    return made


def dated(moment: float) -> str:
    """As an answer's `Date` has it: whole seconds."""
    return formatdate(moment, usegmt=True)


@pytest.mark.parametrize("off_s", [-10.0, 0.0, 10.0])
@pytest.mark.parametrize("took_s", [0.0, 9.0])
def test_clocks_agree_within_ten_seconds_and_as_long_as_an_answer_may_have_been_on_its_way(
    machine: Any, off_s: float, took_s: float
) -> None:
    """A `Date` is of a second, and of some moment between question and answer: only what is certain counts."""
    clock = SystemClock()
    asked_at = clock.now()
    machine.moment += took_s
    clock.hear(dated(NOW + off_s), asked_at)
    assert SystemClock().now() == machine.moment


@pytest.mark.parametrize("off_s", [-898.0, -12.0, 12.0, 898.0])
def test_a_wrong_clock_decides_nothing_and_the_next_is_right(off_s: float) -> None:
    """Who heard it raises and keeps its pace: what was begun by it is begun anew."""
    clock = SystemClock()
    with pytest.raises(ClockOff):
        clock.hear(dated(NOW + off_s), clock.now())
    assert clock.now() == NOW
    assert abs(SystemClock().now() - NOW - off_s) <= 1


def test_a_clock_that_was_set_since_is_found_to_be_right_again(machine: Any) -> None:
    """A machine that was thawed is ten minutes behind, until its clock is set."""
    with pytest.raises(ClockOff):
        SystemClock().hear(dated(NOW + 600), NOW)
    machine.moment += 600
    clock = SystemClock()
    with pytest.raises(ClockOff):
        clock.hear(dated(machine.moment), clock.now())
    assert abs(SystemClock().now() - machine.moment) <= 1


def test_an_invocation_goes_on_where_the_machines_clock_is_set_back(machine: Any) -> None:
    """Else a call of a moment ago would count as one of five minutes ago, its run as not restarted: it is killed."""
    clock = SystemClock()
    for passed_s in (1.0, 2.0, 3.0):
        machine.moment -= 300
        machine.steady += 1
        assert clock.now() == NOW + passed_s
    assert (SystemClock().now(), MachineClock().now()) == (machine.moment, machine.moment)


def test_what_a_machine_slept_counts_and_is_taken_back_by_nobody(machine: Any) -> None:
    """Its steady clock stood still meanwhile: a look from before is old. That holds where the other was wrong, too."""
    clock = SystemClock()
    machine.moment += 400
    assert clock.now() == NOW + 400
    machine.moment -= 400
    machine.steady += 1
    assert clock.now() == NOW + 401


def test_who_goes_on_by_a_steady_clock_hears_that_the_machines_is_right_again(machine: Any) -> None:
    """It was five minutes ahead, which was known, and is set back: the next one counts on it as it is now.

    By a clock that is behind nothing is due, so that no look would show it for as long.
    """
    machine.moment += 300
    with pytest.raises(ClockOff):
        SystemClock().hear(dated(NOW), machine.moment)
    clock = SystemClock()
    machine.moment -= 300
    clock.hear(dated(NOW), clock.now())
    assert abs(clock.now() - NOW) <= 1
    assert abs(SystemClock().now() - NOW) <= 1


def test_what_is_heard_after_the_machines_clock_was_set_puts_right_that_clock(machine: Any) -> None:
    """It was five minutes ahead and is right now; whoever began before is still ahead, and hears so."""
    machine.moment += 300
    clock = SystemClock()
    machine.moment -= 300
    with pytest.raises(ClockOff):
        clock.hear(dated(NOW), clock.now())
    assert abs(SystemClock().now() - NOW) <= 1


@pytest.mark.parametrize("off_s", [-28_800.0, -905.0, 905.0, 28_800.0])
def test_a_date_that_no_call_would_have_passed_with_says_nothing(off_s: float) -> None:
    """As of a gateway that writes its own zone's time: of who is so far off each call is refused."""
    clock = SystemClock()
    clock.hear(dated(NOW + off_s), clock.now())
    assert SystemClock().now() == NOW


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Fri, 15 Jan 2027 08:02:00 CST",
        "Fri, 15 Jan 2027 08:05:00 +0000",
        "Mon, 99 Foo 2026 25:61:61 GMT",
        "0",
        "\x00",
    ],
)
def test_a_date_that_cannot_be_read_says_nothing(date: str) -> None:
    """Nor does it stop anything."""
    SystemClock().hear(date, NOW)


def test_what_has_begun_by_a_wrong_clock_begins_anew_in_what_time_is_left(machine: Any) -> None:
    """The body comes again as it was; the second clock has not more time than the first had left."""
    begun: list[tuple[bytes, float, float]] = []

    def handler(event: bytes, context: Any, start: Start) -> dict[str, Any]:
        begun.append((event, start.clock.now(), start.deadline(context)))
        asked_at = start.clock.now()
        machine.moment += 3
        start.clock.hear(dated(machine.moment + 600), asked_at)
        return {"well": True}

    context = SimpleNamespace(function=SimpleNamespace(timeout=60))
    assert by_a_right_clock(handler)(b"body", context) == {"well": True}
    (_, _, first), (body, now, second) = begun
    assert body == b"body"
    assert abs(now - (NOW + 603)) <= 1
    assert abs(second - 600 - first) <= 1


def test_where_services_contradict_one_another_the_machines_clock_holds() -> None:
    """Two of three say something else: nobody's failures wait for ever because of one bad answer."""
    heard = iter([600.0, -600.0, 600.0])
    nows: list[float] = []

    def handler(_event: bytes, _context: Any, start: Start) -> dict[str, Any]:
        nows.append(start.clock.now())
        start.clock.hear(dated(NOW + next(heard)), start.clock.now())
        return {}

    assert by_a_right_clock(handler)(b"", None) == {}
    assert nows[-1] == NOW == SystemClock().now()
    assert len(nows) == 3


@pytest.mark.parametrize("status", [200, 400, 503])
def test_every_answer_to_a_look_is_heard_and_none_to_a_rerun(wire: Wire, credentials: Credentials, status: int) -> None:
    """What a call did has to be written down first, by whatever clock."""
    moment = NOW + 600
    body = b'{"RequestId": "r-1", "Code": "200"}'
    wire.behave = lambda sent: say(sent, status, body, Date=dated(moment))
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), clock=SystemClock())
    api.call(ApiCall(action="RerunJobs", version="2018-04-12", parameters={}))
    api.call(replace(READ, amid_calls=True))
    with pytest.raises(ClockOff):
        api.call(READ)


def test_an_answer_without_a_date_says_nothing_of_the_time(wire: Wire, credentials: Credentials) -> None:
    """It is an answer all the same."""

    def undated(sent: Any) -> None:
        body = b'{"RequestId": "r-1"}'
        sent.send_response_only(200)
        sent.send_header("content-length", str(len(body)))
        sent.end_headers()
        sent.wfile.write(body)

    wire.behave = undated
    api = OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), clock=SystemClock())
    assert api.call(READ) == Reply(body={"RequestId": "r-1"}, request_id="r-1", status=200)
