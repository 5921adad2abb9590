"""A body of millions of tiny values takes no more memory than a function has, and nothing beside it is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.domain.errors import InputError
from shared.intake import weighing
from shared.intake.body import Bad, flaws, parse
from shared.intake.context import Context
from shared.intake.event import read_events
from shared.intake.manual import read_manual
from shared.intake.weighing import MAX_WEIGHT, TooHeavy, lightened

JOB = {"system": "ehpc", "cluster_id": "ehpc-hz-example", "job_id": "1.s"}
PEAK = """
import sys
from shared.intake.context import Context
from shared.intake.manual import read_manual
def memory(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) * 1024
context = Context(region="cn-hangzhou", now=1767240000.0)
read_manual(b"{}", context)
before = memory("VmRSS")
with open(sys.argv[1], "rb") as file:
    intake = read_manual(file.read(), context).intake
print(memory("VmHWM") - before, len(intake.failures), len(intake.unreadable))
"""


def small(monkeypatch: pytest.MonkeyPatch, weight: int, members: int) -> None:
    """Bounds that a test can reach."""
    monkeypatch.setattr(weighing, "MAX_WEIGHT", weight)
    monkeypatch.setattr(weighing, "MAX_MEMBERS", members)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells what a process had in memory")
def test_a_million_and_a_half_members_take_no_more_than_160_mb(tmp_path: Path) -> None:
    """Far more members than there may be beside a failure, which is read; and as many values as there may be."""
    members = b",".join(b'"%x":%d' % (number, number) for number in range(1_500_000))
    texts = b",".join(b'"%x"' % number for number in range(MAX_WEIGHT - 100))
    job = json.dumps(JOB).encode()
    for body, found in (
        (b'{"jobs":[%s,{%s}]}' % (job, members), "1 1"),
        (b'{"jobs":[%s],"texts":[%s]}' % (job, texts), "0 1"),
    ):
        (tmp_path / "body").write_bytes(body)
        asked = [sys.executable, "-c", PEAK, str(tmp_path / "body")]
        peak, rest = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split(" ", 1)
        assert rest.strip() == found
        assert int(peak) < 160_000_000


def test_what_is_too_heavy_by_itself_is_told_in_its_place_and_its_neighbours_are_read(
    monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    """In any place of an array; two of them are two, also where they begin alike."""
    small(monkeypatch, 60, 5)
    heavy = [{f"member {number}": text for number in range(40)} for text in ("a", "b")]
    body = json.dumps({"jobs": [JOB, heavy[0], {**JOB, "job_id": "2.s"}, heavy[1]]}).encode()
    intake = read_manual(body, context).intake
    assert [failure.job_id for failure in intake.failures] == ["1.s", "2.s"]
    assert [one.faults[0].path for one in intake.unreadable] == ["$.jobs[1]", "$.jobs[3]"]
    assert "is an object of 40 members; in so large a body at most" in intake.unreadable[0].faults[0].problem
    assert all('{\\"member 0\\"' in one.raw for one in intake.unreadable)
    events = read_events(json.dumps([heavy[0], heavy[1]]).encode(), context)
    assert len({one.event_id for one in events.unreadable}) == 2


def test_of_objects_in_one_another_the_outermost_that_is_too_heavy_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in it goes with it; one that is as large as may be stays, and so does any where there is room."""
    small(monkeypatch, 12, 3)
    heavy = {str(number): number for number in range(4)}
    (bad,) = parse(json.dumps([{**heavy, "inner": heavy, "last": heavy}]).encode())
    assert isinstance(bad, Bad)
    assert "of 6 members" in bad.problem
    inner = parse(json.dumps({"a": heavy, "b": 1}).encode())
    assert (inner["b"], [fault.path for fault in flaws(inner, "$")]) == (1, ["$.a"])
    fits = {"a": 1, "b": 2, "c": 3}
    assert parse(json.dumps([fits]).encode()) == [fits]
    small(monkeypatch, 13, 3)
    noisy = {**fits, "a": ":::::"}
    assert parse(json.dumps([noisy]).encode()) == [noisy]
    small(monkeypatch, 40, 3)
    assert parse(json.dumps(heavy).encode()) == heavy


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("[1,2,3,4]", 5),
        ('{"a":1,"b":2}', 7),
        ('{"a" :1,"b"\n:2}', 7),
        ('{"a\\"b":1}', 4),
        ('{"a\\\\":1,"b":[]}', 9),
        ('["{[,:\\",[{:"]', 2),
        ('["{[,:', 2),
        ('["\\', 2),
        ("]]]}", 0),
        (":", 2),
        ("[:]", 4),
        ("[" * 100, 200),
        ("[" * 100 + "]" * 100 + "{", 202),
    ],
)
def test_what_a_text_weighs(text: str, weight: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comma is one, a name two, a bracket two; none in text, and half of a body is weighed as a whole one."""
    monkeypatch.setattr(weighing, "MAX_WEIGHT", weight)
    noisy = f'":::::::,[[[{{{{{{" {text}'
    for one in (text, noisy):
        assert lightened(one) == (one, {})
    monkeypatch.setattr(weighing, "MAX_WEIGHT", weight - 1)
    with pytest.raises(TooHeavy):
        lightened(text)


def test_an_object_without_an_end_is_not_cut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows where it ends, so the body is refused before anything of it is built."""
    small(monkeypatch, 12, 3)
    with pytest.raises(InputError, match="has more than 12 values"):
        parse(b"{" + b",".join(b'"%d":1' % number for number in range(9)))
    with pytest.raises(InputError, match="has more than 12 values"):
        parse(b"[" + b"1," * 12 + b'[1,{"a":1}]]')


def test_deep_in_a_body_nothing_is_cut_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """There it cannot be read anyway; what stands above it can be cut out."""
    small(monkeypatch, 200, 3)
    heavy = json.dumps({str(number): number for number in range(90)})
    for depth, cut in ((63, True), (64, False)):
        text = "[" * depth + heavy + "]" * depth
        if cut:
            assert len(lightened(text)[1]) == 1
        else:
            with pytest.raises(TooHeavy):
                lightened(text)


def test_weighing_takes_time_in_proportion_to_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts without an end, and blanks where a name's colon might come, are passed once."""
    monkeypatch.setattr(weighing, "MAX_WEIGHT", 1)
    for text in ('"\\"' * 100_000, '"a' * 100_000, ('"a"' + " " * 50) * 10_000, '"\\a' * 100_000, "[{" * 100_000):
        body = "{" + text
        with pytest.raises(TooHeavy):
            lightened(body)
