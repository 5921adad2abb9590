"""Strangers' text: clean, bounded, and named in the words of JSON where it is none."""

from __future__ import annotations

import pytest

from shared.reading.text import (
    MAX_NAME_CHARS,
    below,
    bounded,
    clean,
    cut,
    escaped,
    foreign,
    kind,
    output_of,
    printable,
    quoted,
)
from tests.support.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (None, "null"),
        (True, "a boolean"),
        (b"x", "no UTF-8"),
        ("x", "text"),
        (1, "a number"),
        (1.5, "a number"),
        ([], "an array"),
        ({}, "an object"),
        (set(), "no JSON value"),
    ],
)
def test_values_are_named_as_json_does(value: object, named: str) -> None:
    """For a fault's text."""
    assert kind(value) == named
    assert quoted(value) == (f"'{value}'" if named in {"text", "a number"} else named)


def test_half_a_pair_is_replaced_and_text_is_cut_between_characters() -> None:
    """So that every later encoding works, at no more than the limit."""
    assert (clean("a\ud83d"), clean("a")) == ("a�", "a")
    assert (cut("a€€", 5), cut("a€€", 4)) == ("a€", "a€")
    assert escaped(b"a\xff") == "a\\xff"


def test_what_does_not_print_is_shown() -> None:
    """No terminal obeys a log line."""
    assert (printable("a\x1b[", 20), printable("abc", 2)) == ("a\\x1b[", "ab")
    assert (bounded("ann"), bounded("a\nb"), bounded(7), bounded("x" * 10_000)) == ("ann", "", "", "")
    assert quoted("x" * 500).endswith("…'")


def test_a_path_names_what_is_below_and_stays_short() -> None:
    """Odd names are quoted, and what is long is cut once."""
    assert (below("$", "data"), below("$", 3), below("$", "a b")) == ("$.data", "$[3]", "$['a b']")
    long = "$" + ".x" * 500
    once = below(long, "y")
    assert (once, below(once, "z")) == (f"{long}…", once)


@pytest.mark.parametrize("sign", ["x", "é", "权", "😀"])
def test_what_is_quoted_in_part_shows_that_it_is(sign: str) -> None:
    """Sixteen characters of whatever script stand as they are; of more that one sees it."""
    assert quoted(sign * 16) == f"'{sign * 16}'"
    assert quoted(sign * 17) == f"'{sign * 16}…'"


def test_what_is_just_as_long_as_may_be_stays() -> None:
    """A name, and a path."""
    assert bounded("x" * MAX_NAME_CHARS) == "x" * MAX_NAME_CHARS
    assert bounded("x" * (MAX_NAME_CHARS + 1)) == ""
    path = "$" * 256
    assert (below(path, "y"), below(path + "$", "y")) == (f"{path}.y", f"{path}$…")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("权限不够".encode("gbk"), "权限不够"),
        ("权限不够".encode(), "权限不够"),
        (b"plain", "plain"),
        (b"", ""),
        ("权".encode() + b"\xff", "权\\xff"),
        ("é".encode() + b"a\xff", "éa\\xff"[:-4] + "\\xff"),
        (b"\xff", "\\xff"),
        (b"\xc4\xe3", "你"),
        (b"\xe6\x9d\x83\xfe", "权\\xfe"),
        (b"\x80", "\\x80"),
    ],
)
def test_bytes_of_others_are_read_as_what_they_are(data: bytes, text: str) -> None:
    """GBK as such; of what is mostly UTF-8, or neither, the odd bytes are shown."""
    assert foreign(data) == text


def test_a_quarter_of_broken_signs_is_utf_8_that_was_cut_and_more_is_gbk() -> None:
    """Each byte beyond ASCII counts, the first of them too."""
    assert foreign("ÀÀÀ".encode() + b"\xc1\xc1") == r"ÀÀÀ\xc1\xc1"
    assert foreign("ÀÀ".encode() + b"\xc1\xc1") == "脌脌亮"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("段错误 (核心已转储)\nok".encode("gbk"), "段错误 (核心已转储)\nok"),
        ("記憶體不足".encode("gbk"), "記憶體不足"),
        (
            "slurmstepd: error: 段错误 (core dumped) at step 7".encode("gbk"),
            "slurmstepd: error: 段错误 (core dumped) at step 7",
        ),
        ("内存".encode() + b"\n" + "终止".encode("gbk") + b"\n\xff", "内存\n终止\n\\xff"),
        ("你".encode("gbk"), "你"),
        ("错误".encode("gbk") + b"\xffa", "错误\\xffa"),
        ("错误".encode("gbk") + b"\xb4", "错误\\xb4"),
        (b"caf\xe9 ung\xfcltig \xc4\xd6", "caf\\xe9 ung\\xfcltig \\xc4\\xd6"),
        ("内存".encode() + b"\xb4\xed", "内存\\xb4\\xed"),
        (b"\xb4\xed" + "内".encode()[:1], "错\\xe5"),
        (b"", ""),
        (b"\n\xff\n", "\n\\xff\n"),
    ],
)
def test_each_line_of_output_is_read_as_what_it_is(data: bytes, text: str) -> None:
    """GBK as such beside UTF-8; of what is neither, or only looks like it, the odd bytes are shown."""
    assert output_of(data) == text


def test_utf_8_that_was_cut_is_never_taken_for_gbk() -> None:
    """Wherever it was, at both its ends."""
    data = "写入文件失败磁盘空间不足 abc请清理🚀错é".encode()
    cuts = [data[begin:end] for begin in range(len(data)) for end in range(begin, len(data) + 1)]
    assert [cut for cut in cuts if output_of(cut) != escaped(cut)] == []


@pytest.mark.parametrize("line", [b"\xff", b"\xb4\xed", b"\xff\n", b"\xb4\xed\n", b"\xe5\x86", b"\xb4"])
def test_output_is_read_in_linear_time(line: bytes) -> None:
    """Whatever it is."""
    assert growth(lambda size: output_of(line * size), 20_000) < LINEAR


def test_plain_text_is_cut_as_well() -> None:
    """To the byte."""
    assert (cut("abcdef", 3), cut("abc", 3)) == ("abc", "abc")
