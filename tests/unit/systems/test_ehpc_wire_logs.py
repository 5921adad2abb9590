"""E-HPC on the wire: what logs, times and lists say of a job and its output."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.ports import OutputPart
from shared.systems.ehpc.rows import snapshot
from shared.systems.ehpc.running import Running, running
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.wire import LOG_BYTES, JobLog, Page, log_part, read_log
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Play
from tests.unit.systems.ehpc_answers import FAILED, HERE, api_of, reply, system_of


def encoded(text: bytes) -> str:
    """As the service does."""
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("said", "output"),
    [
        (encoded(b"step 1"), b"step 1"),
        (encoded(b"step 12"), b"step 12"),
        (encoded(b"step 1")[:-1], b"step "),
        (encoded(b"step 12").rstrip("="), b"step 12"),
        (encoded(b"step 123").rstrip("="), b"step 123"),
        (encoded(b"step 1") + "A", b"step 1"),
        (encoded(b"step 1")[:4] + "\n\0" + encoded(b"step 1")[4:], b"step 1"),
        ("", b""),
        (None, b""),
        (7, b""),
        (encoded(b"x" * LOG_BYTES), b"x" * LOG_BYTES),
        (encoded(b"x" * (LOG_BYTES + 1)), b"x" * LOG_BYTES),
        (" " * (2 * LOG_BYTES - 4) + encoded(b"abc") + encoded(b"xyz"), b"abc"),
    ],
)
def test_a_log_is_read_as_far_as_it_can_be(fake_api: Play, said: object, output: bytes) -> None:
    """Also where its padding or its last sign got lost; never more than was asked for."""
    api = api_of(fake_api, reply(OutputLog=said, ErrorLog=encoded(b"error")))
    assert read_log(api, "c-1", "j", "n1", 5) == JobLog(output=output, errors=b"error")
    assert api.parameters("GetJobLog") == [
        {"ClusterId": "c-1", "JobId": "j", "Offset": "5", "Size": "409600", "ExecHost": "n1"}
    ]


def test_a_job_that_runs_nowhere_has_its_log_without_a_node(fake_api: Play) -> None:
    """And what cannot be had is none."""
    api = api_of(fake_api, reply())
    assert read_log(api, "c-1", "j", "", 0) == JobLog(output=b"", errors=b"")
    assert "ExecHost" not in api.asked[0].parameters
    assert read_log(api_of(fake_api, FAILED), "c-1", "j", "", 0) is None


@pytest.mark.parametrize(("field", "said"), [("OutputLog", "a"), ("ErrorLog", "YQ"), ("OutputLog", "YQ==!")])
def test_a_part_of_a_log_that_is_no_base64_says_nothing(fake_api: Play, field: str, said: str) -> None:
    """Where silence is judged nothing is guessed."""
    with pytest.raises(msgspec.ValidationError, match="no Base64"):
        log_part(api_of(fake_api, reply(**{field: said})), "c-1", "j", "n1", 0, 10)


def test_a_part_of_a_log_may_be_absent(fake_api: Play) -> None:
    """Then nothing is there."""
    api = api_of(fake_api, reply(OutputLog=encoded(b"a"), ErrorLog=None))
    assert log_part(api, "c-1", "j", "n1", 3, 10) == JobLog(output=b"a", errors=b"")


@pytest.mark.parametrize(
    ("written", "start"),
    [
        (None, None), ("", None), ("0", None), (0, None), (1, 1), ("1", 1), ("999999999999", 999_999_999_999),
        ("1000000000000", "bad"), ("-1", "bad"), ("1.5", "bad"), ("٣", "bad"), (1_000_000_000_000, 1_000_000_000_000),
    ],
)  # fmt: skip
def test_times_of_a_list(written: object, start: object) -> None:
    """Seconds as text or number; none where none are said; what is no time is no answer."""
    try:
        read: object = snapshot({"Id": "1.s", "StartTime": written, "LastModifyTime": written}, 5.0).start_time
    except msgspec.ValidationError:
        read = "bad"
    assert read == start


def test_what_is_absent_of_a_job_is_empty() -> None:
    """A list that says nothing of rerunning lets it be asked for."""
    assert snapshot({"Id": 7}, 5.0) == EhpcSnapshot(job_id="7", state=State.UNKNOWN, rerunnable=True, look_begun_at=5.0)


def page_of(*listed: dict[str, Any]) -> Page:
    """A page with these."""
    return Page(jobs=tuple((str(one["Id"]), one) for one in listed), last=True)


def test_what_runs_on_a_page_is_remembered_in_short() -> None:
    """Of jobs that run and say since when; an array's parent runs nothing. Names are bounded."""
    runs = {"Id": "1.s", "State": "RUNNING", "StartTime": "5", "NodeList": ["n1"]}
    long = {"Owner": "o" * 300, "Queue": "q" * 300, "Name": "n" * 300}
    shown = page_of(
        {**runs, **long},
        {**runs, "Id": "2.s", "State": "QUEUED"},
        {**runs, "Id": "3.s", "StartTime": ""},
        {**runs, "Id": "4[].s", "ArrayRequest": "1-4"},
        {**runs, "Id": "5.s", "NodeList": ""},
    )
    assert running(shown, 9.0) == {
        "1.s": Running(start=5, nodes=("n1",), owner="o" * 256, queue="q" * 256, name="n" * 256),
        "5.s": Running(start=5),
    }


def test_a_row_that_cannot_be_read_hides_no_other() -> None:
    """Else one odd job blinds the discovery of its whole cluster; a page of nothing else is no page."""
    good, odd = {"Id": "1.s", "State": "RUNNING", "StartTime": "5"}, {"Id": "2.s", "State": "RUNNING", "Owner": ["x"]}
    assert list(running(page_of(odd, good, odd), 9.0)) == ["1.s"]
    assert running(page_of(), 9.0) == {}
    assert running(page_of(odd, {"Id": "3.s", "State": "QUEUED"}), 9.0) == {}
    with pytest.raises(msgspec.ValidationError):
        running(page_of(odd), 9.0)


def seen(state: State, *nodes: str) -> EhpcSnapshot:
    """What a look showed."""
    return EhpcSnapshot(job_id="1.s", state=state, nodes=nodes, look_begun_at=1.0)


def test_what_a_job_has_printed_is_both_its_logs(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """Of the first node while it runs; after it, of none."""
    both = reply(OutputLog=encoded(b"step 1"), ErrorLog=encoded(b"\xff very bad"))
    system, api = system_of(fake_api, clock, both)
    part = system.output(failure("1", HERE), seen(State.RUNNING, "n2", "n1"))
    assert part == OutputPart("step 1\n\\xff very bad", EvidenceFrom.JOB_LOG)
    system.output(failure("1", HERE), seen(State.FINISHED, "n2"))
    asked = [(one["JobId"], one["Offset"], one.get("ExecHost")) for one in api.parameters("GetJobLog")]
    assert asked == [("1.s", "0", "n2"), ("1.s", "0", None)]


def test_one_log_alone_stands_without_an_empty_line(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """And nothing printed is empty text."""
    for answer, text in [
        (reply(OutputLog=encoded(b"a")), "a"),
        (reply(ErrorLog=encoded(b"bc")), "bc"),
        (reply(), ""),
        (reply(OutputLog=encoded("写入".encode()), ErrorLog=encoded("错误\n".encode("gbk"))), "写入\n错误\n"),
    ]:
        system, _ = system_of(fake_api, clock, answer)
        part = system.output(failure("1", HERE), seen(State.FINISHED))
        assert part == OutputPart(text, EvidenceFrom.JOB_LOG)


def test_there_is_no_output_of_what_cannot_be_asked_for(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """A running job whose node is not told, or a look that failed."""
    system, api = system_of(fake_api, clock, FAILED)
    assert system.output(failure("1", HERE), seen(State.RUNNING)) is None
    lost = LookFailed(worth_repeating=True, code="Throttling", message="slow", look_begun_at=1.0)
    assert system.output(failure("1", HERE), lost) is None
    assert api.asked == []
    assert system.output(failure("1", HERE), seen(State.RUNNING, "n1")) is None
    assert len(api.asked) == 1
