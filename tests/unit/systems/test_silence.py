"""Jobs whose output stands still: whose is read when, what counts as growth, and how the end of a long one is found."""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec
import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.systems.ehpc import seek_silence
from shared.systems.ehpc.listen import Listener
from shared.systems.ehpc.node import Node
from shared.systems.ehpc.running import Running
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek_silence import (
    LONGEST_STEP,
    SIZE,
    Heard,
    SilenceMemory,
    Stream,
    listen_to,
    silent,
    take_in,
    to_read,
)
from shared.systems.ehpc.watch import Silence
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.openapi.turns import StopError
from tests.support.clock import Clock
from tests.support.openapi import FakeApi, Few, Play, fits

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-a")
WANTED = Silence(after_s=400.0)
NOW = 10_000.0


def on(*nodes: str, start: int = 5, queue: str = "gpu") -> Running:
    """A running job."""
    return Running(start=start, nodes=nodes, owner="ann", queue=queue, name="train")


def test_jobs_that_are_meant_and_stand_on_a_node_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """By all that is asked; of too many those that were listed first."""
    memory, wanted = SilenceMemory(), Silence(after_s=400.0, queues=("gpu*",), owners=("ann",), names=("x", "tr*"))
    listen_to(memory, {"a": on("n1"), "b": on(), "c": on("n1", queue="cpu")}, wanted, fits)
    assert set(memory.running) == {"a"}
    for narrower in (Silence(after_s=400.0, owners=("bob",)), Silence(after_s=400.0, names=("x",))):
        listen_to(memory, {"d": on("n1")}, narrower, fits)
    assert set(memory.running) == {"a"}
    monkeypatch.setattr(seek_silence, "MAX_JOBS", 2)
    listen_to(memory, {"e": on("n1"), "f": on("n1")}, WANTED, fits)
    assert set(memory.running) == {"a", "e"}


def test_who_waits_longest_is_read_first_four_times_in_a_silence() -> None:
    """A new run is heard of from now on; one that runs no more, or was told, is not read."""
    heard = {name: Heard(start=5, grown_at=1.0, read_at=NOW - age) for name, age in (("b", 100), ("c", 99), ("a", 150))}
    told = Heard(start=5, grown_at=1.0, told=True)
    memory = SilenceMemory(heard={**heard, "over": Heard(start=5, grown_at=1.0), "told": told})
    memory.running = {name: on("n1") for name in ("a", "b", "c", "told", "new")}
    assert to_read(memory, WANTED, NOW) == ["new", "a", "b"]
    assert set(memory.heard) == {"a", "b", "c", "told", "new"}
    assert memory.heard["new"] == Heard(start=5, grown_at=NOW)
    memory.running["a"] = on("n1", start=6)
    assert set(to_read(memory, WANTED, NOW)[:2]) == {"new", "a"}
    assert memory.heard["a"] == Heard(start=6, grown_at=NOW)
    assert memory.heard["b"] is heard["b"]


def test_what_was_read_is_growth_and_its_end_is_kept() -> None:
    """So many signs, however many bytes each has; nothing changes nothing."""
    heard = Heard(start=5, grown_at=1.0, tail="before")
    take_in(heard, heard.output, b"", NOW)
    assert heard == Heard(start=5, grown_at=1.0, tail="before")
    take_in(heard, heard.errors, b"step 1\xff", NOW)
    assert heard == Heard(start=5, grown_at=NOW, errors=Stream(end=7), tail="step 1\ufffd")
    take_in(heard, heard.errors, "é€𝄞x".encode() * 100, NOW)
    assert heard.tail == "é€𝄞x" * 64
    assert heard.errors.end == 7 + 1_000
    take_in(heard, heard.output, ("𝄞" * 300).encode(), NOW)
    assert heard.tail == "𝄞" * 256


def silence(quiet_s: float, **rest: object) -> list[Failure]:
    """What is told of a job that wrote last so long ago."""
    heard = Heard(start=5, grown_at=NOW - quiet_s, output=Stream(end=1), tail="step 7")
    for name, value in rest.items():
        setattr(heard, name, value)
    memory = SilenceMemory(heard={"j": heard}, running={"j": on("n2", "n1")})
    found = list(silent(memory, CLUSTER, "j", WANTED, NOW))
    assert heard.told is bool(found or rest.get("told"))
    return found


def test_silence_is_told_when_it_lasted_so_long_with_all_that_is_known() -> None:
    """To the second: since its output grew last, with the end of it."""
    assert silence(399.9) == []
    (failure,) = silence(400.0)
    assert (failure.scope, failure.job_id, failure.reason) == (CLUSTER, "j", "silent")
    assert (failure.occurred_at, failure.started_at, failure.node) == (NOW - 400.0, 5.0, "n2")
    assert (failure.queue, failure.owner, failure.job_name) == ("gpu", "ann", "train")
    assert failure.message == "step 7\nno output for 400 s"
    assert failure.event_id.endswith("/j/5")


def test_who_never_wrote_or_was_told_is_not_told() -> None:
    """Either output counts."""
    assert silence(500.0, told=True) == []
    assert silence(500.0, output=Stream()) == []
    assert len(silence(500.0, output=Stream(), errors=Stream(end=1))) == 1


Answers = Callable[[ApiCall], Reply]


def job_log(output: bytes | None, errors: bytes | None = b"") -> Answers:
    """The service, with these two logs."""

    def answer(wanted: ApiCall) -> Reply:
        first, size = int(wanted.parameters["Offset"]), int(wanted.parameters["Size"])
        body = {
            name: None if log is None else base64.b64encode(log[first : first + size]).decode()
            for name, log in (("OutputLog", output), ("ErrorLog", errors))
        }
        return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)

    return answer


@pytest.fixture
def listener(clock: Clock) -> Callable[..., Listener]:
    """Reads job j on n1."""

    def make(api: FakeApi, calls: Few | None = None) -> Listener:
        return Listener(api=api, calls=calls or Few(), cluster=CLUSTER, job_id="j", host="n1", now=NOW)

    del clock
    return make


Listens = Callable[..., Listener]


def heard_before(output: int = 0, errors: int = 0, step: int = SIZE) -> Heard:
    """As far as it was read."""
    return Heard(start=5, grown_at=1.0, output=Stream(output, step), errors=Stream(errors, step))


def test_both_outputs_are_read_on_from_where_each_ended(fake_api: Play, listener: Listens) -> None:
    """Nothing but the last byte that is known in either is quiet; where nothing was known absent is as empty."""
    for (output, errors), log in {(10, 20): job_log(b"x" * 10, b"y" * 20), (0, 0): job_log(None, None)}.items():
        api, heard = fake_api(log), heard_before(output, errors)
        assert listener(api).read_on(heard)
        assert api.parameters("GetJobLog") == [
            {"ClusterId": "ehpc-hz-a", "JobId": "j", "ExecHost": "n1", "Offset": str(offset), "Size": "4096"}
            for offset in (max(0, output - 1), max(0, errors - 1))
        ]
        assert heard == heard_before(output, errors)


@pytest.mark.parametrize("log", [job_log(b"x" * 9, b"y" * 9), job_log(None, None)])
def test_what_was_there_and_is_no_more_is_no_silence(fake_api: Play, listener: Listens, log: Answers) -> None:
    """A program that writes its output anew, or an agent that shows nothing of it: it is read from its beginning."""
    heard = heard_before(10, 9, step=SIZE * 4)
    assert not listener(fake_api(log)).read_on(heard)
    assert (heard.output, heard.errors.end, heard.grown_at, heard.tail) == (Stream(), 9, NOW, "")


@pytest.mark.parametrize(("more", "calls"), [(0, 2), (1, 1), (SIZE - 2, 1), (SIZE - 1, 2)])
def test_the_byte_read_once_more_counts_for_nothing(fake_api: Play, listener: Listens, more: int, calls: int) -> None:
    """Neither as growth nor towards the end; with it a part is full."""
    api, heard = fake_api(job_log(b"x" + b"y" * more)), heard_before(1)
    assert listener(api).read_on(heard) is (more == 0)
    assert (heard.output.end, set(heard.tail), len(api.asked)) == (1 + more, {"y"} if more else set(), calls)


def test_growth_of_either_output_is_no_silence(fake_api: Play, listener: Listens) -> None:
    """The errors count too; what has grown is not asked about the other."""
    api, heard = fake_api(job_log(b"x" * 12, b"yz")), heard_before(10)
    assert not listener(api).read_on(heard)
    assert (heard.output.end, heard.errors.end, heard.grown_at, heard.tail) == (12, 0, NOW, "xx")
    assert len(api.asked) == 1
    api, heard = fake_api(job_log(b"x" * 10, b"yz")), heard_before(10)
    assert not listener(api).read_on(heard)
    assert (heard.output.end, heard.errors.end, heard.tail) == (10, 2, "yz")


@pytest.mark.parametrize(("length", "calls"), [(SIZE - 1, 1), (SIZE, 2)])
def test_only_after_a_full_part_there_may_be_more(fake_api: Play, listener: Listens, length: int, calls: int) -> None:
    """Then one more look is taken further on."""
    api, heard = fake_api(job_log(b"x" * length)), heard_before()
    assert not listener(api).read_on(heard)
    assert (len(api.asked), heard.output.end) == (calls, length)


@pytest.mark.parametrize("length", [SIZE + 1, 50_000, 1_000_000, 3_000_000])
def test_the_end_of_a_long_output_is_found_with_few_calls(fake_api: Play, listener: Listens, length: int) -> None:
    """Steps that double while there is more, and get narrower when there is none; seven calls a look at most.

    Its end is then known to two parts, no byte is taken to be there that is not, and what stood last is kept.
    """
    api, heard = fake_api(job_log(b"x" * (length - 1) + b"!")), heard_before()
    looks = 0
    while not listener(api).read_on(heard):
        looks += 1
        assert heard.output.end <= length
        assert set(heard.tail) <= {"x", "!"}
        assert len(api.asked) <= 7 * looks
    assert heard.output.end == length
    assert heard.tail[-1] == "!"
    assert looks <= 8


def test_steps_of_the_errors_are_theirs(fake_api: Play, listener: Listens) -> None:
    """The other output's end is not asked for, nor taken for theirs."""
    api, heard = fake_api(job_log(b"", b"y" * 40_000)), heard_before()
    listener(api).read_on(heard)
    assert heard.output == Stream()
    assert heard.errors.end > 10_000
    assert heard.tail == "y" * 256


def test_a_step_doubles_up_to_64_mib_and_shrinks_to_a_quarter_down_to_a_part(fake_api: Play, listener: Listens) -> None:
    """Each leap goes a step beyond the end that is known."""
    there = iter([b"x" * SIZE, b"abc", b"", b"", b"d", b"", b""])

    def answer(wanted: ApiCall) -> Reply:
        del wanted
        body = {"RequestId": "req", "OutputLog": base64.b64encode(next(there)).decode()}
        return Reply(body=body, request_id="req", status=200)

    api, heard = fake_api(answer), heard_before(step=SIZE * 3)
    listener(api).read_on(heard)
    offsets = [int(asked["Offset"]) for asked in api.parameters("GetJobLog")]
    first = SIZE + SIZE * 3 + 3
    assert offsets == [
        0, SIZE + SIZE * 3, first + SIZE * 6, first + SIZE * 6 // 4, first + SIZE, first + SIZE + 1 + SIZE * 2,
        first + SIZE + 1 + SIZE,
    ]  # fmt: skip
    assert heard.output == Stream(first + SIZE + 1, SIZE)
    assert heard.tail == "d"


def test_no_step_is_longer_than_64_mib(fake_api: Play, listener: Listens) -> None:
    """However long the output."""
    always = Reply(body={"OutputLog": base64.b64encode(b"x" * SIZE).decode()}, request_id="req", status=200)
    heard = heard_before(step=LONGEST_STEP // 2)
    listener(fake_api(lambda _: always)).read_on(heard)
    assert heard.output.step == LONGEST_STEP == 1 << 26


def failed(**rest: bool) -> CallFailed:
    """A call that failed."""
    return replace(CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="AgentError", message="why"), **rest)


@pytest.mark.parametrize("where", ["output", "errors", "further on"])
@pytest.mark.parametrize("bad", [failed(), Reply(body={"OutputLog": "%"}, request_id="req", status=200)])
def test_what_cannot_be_read_is_no_silence(
    fake_api: Play, listener: Listens, bad: Reply | CallFailed, where: str
) -> None:
    """An agent that does not answer, or answers nonsense, says nothing about the job."""
    fails_at = {"output": 1, "errors": 2, "further on": 2}[where]
    output = b"x" * SIZE if where == "further on" else b""
    api = fake_api(lambda wanted: bad if len(api.asked) == fails_at else job_log(output)(wanted))
    heard = heard_before()
    assert not listener(api).read_on(heard)
    assert (heard.output.end, heard.told) == (len(output), False)
    assert len(api.asked) == fails_at


@pytest.mark.parametrize("rest", [{"account_wide": True}, {"credentials": True}])
def test_a_refused_account_stops_the_turn(fake_api: Play, listener: Listens, rest: dict[str, bool]) -> None:
    """It is told, and no other job is asked about."""
    with pytest.raises(StopError) as stopped:
        listener(fake_api(lambda _: failed(**rest))).read_on(heard_before())
    assert stopped.value.problem is not None
    assert (stopped.value.problem.code, stopped.value.problem.look_begun_at) == ("AgentError", NOW)


def test_without_a_call_left_nothing_is_asked(fake_api: Play, listener: Listens) -> None:
    """What was read before is kept."""
    api, heard = fake_api(job_log(b"x" * SIZE)), heard_before()
    with pytest.raises(StopError) as stopped:
        listener(api, Few(1)).read_on(heard)
    assert (stopped.value.problem, len(api.asked), heard.output.end) == (None, 1, SIZE)


def test_what_is_remembered_of_a_job_is_kept_in_short() -> None:
    """Without the names of its parts: a cluster's document has room for two thousand of them."""
    heard = Heard(start=5, grown_at=1.0, read_at=2.0, output=Stream(3, 4), errors=Stream(5, 6), tail="t", told=True)
    assert msgspec.to_builtins(heard) == [5, 1.0, 2.0, [3, 4], [5, 6], "t", True]
    assert msgspec.to_builtins(on("n1")) == [5, ("n1",), "ann", "gpu", "train"]
    assert msgspec.to_builtins(Node("running", "free", "i-1")) == ["running", "free", "i-1"]
