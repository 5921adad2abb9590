"""Bytes → JSON value: what is unusable is marked in its place and costs nothing else."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from shared.domain.errors import InputError
from shared.intake.body import MAX_BYTES, MAX_DEPTH, SALVAGE_CHARS, Bad, flaws, parse
from tests.support.growth import LINEAR, growth

GOOD = b'{"ok":1}'


@pytest.mark.parametrize(
    ("bad", "path", "problem"),
    [
        (b'{"a":NaN}', "$[1].a", "NaN"),
        (b'{"a":[-Infinity]}', "$[1].a[0]", "-Infinity"),
        (b'{"a":1e999}', "$[1].a", "out of range"),
        (b'{"a":' + b"9" * 5000 + b"}", "$[1].a", "integer of 5000"),
        (b'{"a":1,"b":{"x":1,"x":2}}', "$[1].b", "'x' more than once"),
        (b'{"a":"\xff"}', "$[1].a", "not UTF-8"),
        (b'{"a\xff":1}', "$[1]['a\\udcff']", "not UTF-8"),
        (b'{"a":' + b"[" * 80 + b"]" * 80 + b"}", "$[1].a" + "[0]" * 62, "nested deeper"),
        (b'{"a":' + b"[" * 99_999 + b'"]"' + b"]" * 99_999 + b"}", "$[1].a" + "[0]" * 62, "nested deeper"),
    ],
)
def test_a_flaw_is_marked_at_its_place_and_its_neighbours_are_whole(bad: bytes, path: str, problem: str) -> None:
    """Between two good records the bad one alone has a fault, with its path, and the good ones are as sent."""
    value = parse(b"[" + GOOD + b"," + bad + b"," + GOOD + b"]")
    assert [value[0], value[2]] == [{"ok": 1}, {"ok": 1}]
    (fault,) = flaws(value, "$")
    assert fault.path == path
    assert problem in fault.problem


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\x00\xff\xfe",
        "{}".encode("utf-16"),
        b"[" * 1_000_000,
        b'{"a":' * 200_000,
        b"[1] 2",
    ],
)
def test_a_body_without_structure_is_refused_whole(body: bytes) -> None:
    """No JSON at all is an InputError at `$`, nothing else, however deep it pretends to go."""
    with pytest.raises(InputError) as caught:
        parse(body)
    assert [fault.path for fault in caught.value.faults] == ["$"]


def test_too_large_a_body_is_refused_unread() -> None:
    """One byte over the platform's limit is a fault that says so."""
    with pytest.raises(InputError, match=str(MAX_BYTES)):
        parse(b" " * (MAX_BYTES + 1))


def test_of_a_text_too_large_to_be_cut_nothing_is_read() -> None:
    """Up to the bound what is too deep is cut out of it; above it the whole is refused, with what is wrong."""
    deep = b"[1," + b"[" * 200_000 + b"]" * 200_000 + b"]"
    whole = deep + b" " * (SALVAGE_CHARS - len(deep))
    assert parse(whole)[0] == 1
    with pytest.raises(InputError, match=r"^\$: is nested deeper than 64 levels$"):
        parse(whole + b" ")


def test_a_byte_order_mark_is_tolerated() -> None:
    """The mark changes nothing, also where other bytes are no UTF-8."""
    assert parse(b"\xef\xbb\xbf[1]") == [1]
    assert isinstance(parse(b'\xef\xbb\xbf["\xff"]')[0], Bad)


def test_numbers_of_megabytes_take_linear_time() -> None:
    """Ten integers of 400,000 digits: converting them would take time that grows as the square of their length."""

    def body(digits: int) -> bytes:
        return b"[" + b",".join([b"7" * digits] * 10) + b"]"

    assert len(flaws(parse(body(400_000)), "$")) == 10
    assert growth(lambda size: parse(body(size)), 400_000) < LINEAR


def test_nesting_up_to_the_bound_is_kept() -> None:
    """The bound is exact: `MAX_DEPTH` levels are a value, one more is a flaw."""
    assert flaws(parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH), "$") == []
    assert len(flaws(parse(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)), "$")) == 1


def test_brackets_in_text_are_no_nesting() -> None:
    """Where a too deep part is cut out, brackets and quotes inside text neither open nor close anything."""
    text = '[[["\\"' * 50
    deep = "[" * 50_000 + "]" * 50_000
    value = parse(json.dumps([text, 0, text]).replace("0", deep).encode())
    assert [value[0], value[2]] == [text, text]


def test_deep_nesting_is_a_flaw_also_with_a_small_stack() -> None:
    """A thread with half a megabyte of stack survives what would overflow it."""
    answers: list[Any] = []
    old = threading.stack_size(512 * 1024)
    try:
        thread = threading.Thread(target=lambda: answers.append(parse(b"[0," + b"[" * 9999 + b"]" * 9999 + b"]")))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(old)
    assert answers[0][0] == 0
    assert len(flaws(answers[0], "$")) == 1


def test_faults_of_one_record_are_bounded() -> None:
    """A record of a hundred thousand flaws lists fifty."""
    assert len(flaws(parse(b"[" + b"NaN," * 99_999 + b"NaN]"), "$")) == 50


def test_of_several_flaws_side_by_side_each_is_marked() -> None:
    """The first of them hides no later one."""
    value = parse(b'[{"a":"\xff","b":"\xfe","c":1}]')
    assert [fault.path for fault in flaws(value, "$")] == ["$[0].a", "$[0].b"]
    assert value[0]["c"] == 1
