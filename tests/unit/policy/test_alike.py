"""Texts that differ in digits alone: what is known of one holds for all, and each is decided as it is by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.matching.alike import UNLIKE, shape_of
from shared.policy.matching.patterns import PatternError
from shared.policy.matching.weight import tells_digits
from shared.policy.matching.wording import Wording
from shared.policy.model import CauseLine, Match, Tells
from shared.policy.text.normal import lines_of
from tests.unit.policy.by_definition import all_of_them, by_definition, rules_of, wording_of


@pytest.mark.parametrize(
    ("rules", "texts", "asked"),
    [
        (rules_of("red fault", "blue"), ["red fault 1", "red fault 2", "red fault 3"], 0),
        (rules_of("blue", "[0-9]{2} red"), ["red fault 1", "red fault 2", "red fault 3"], 0),
        (rules_of(r"xid [^ ]+ (48|79)\b", "xid"), ["xid a 13", "xid a 12", "xid a 48", "xid a 79"], 1),
        (rules_of("xid 48", "xid"), ["xid 123", "xid 321", "xid 481"], 1),
        (rules_of("xid 1234", "xid"), ["xid 123", "xid 321", "xid 481"], 0),
        (rules_of("(?i)red fault|code 7"), ["red fault code 1", "red fault code 2", "red fault code 7"], 0),
        (rules_of("(?i)code 7|blue", "code"), ["code 1", "code 2", "code 7"], 1),
        (rules_of("port [3-7]"), ["port 1", "port 2", "port 5"], 1),
        (rules_of("port [^3-7]x"), ["port 3x", "port 4x", "port 1x"], 1),
        (rules_of("port [^3-7]x"), ["port 3y", "port 4y", "port 1y"], 0),
        (rules_of(r"port \x37", "port"), ["port 1", "port 2", "port 7"], 1),
        (rules_of(r"port \067", "port"), ["port 1", "port 2", "port 7"], 1),
        (rules_of(r"port \Q7\E", "port"), ["port 1", "port 2", "port 7"], 1),
        (rules_of(r"port [\x37]", "port"), ["port 1", "port 2", "port 7"], 1),
        (rules_of("(?P<n1>port) 7", "port"), ["port 1", "port 2", "port 7"], 1),
        (rules_of("port [1-]7", "port"), ["port 12", "port 71", "port 17"], 1),
        (rules_of("port (-7|-8)", "port"), ["port 17", "port 18", "port 10"], 0),
        (rules_of("(?s)red 1\nred 2", "red"), ["red 1\nred 1", "red 3\nred 4", "red 1\nred 2"], 1),
        (rules_of("(?s)red [0-9]\nred [0-9]", "red"), ["red 1\nred 1", "red 3\nred 3", "red 1\nred 2"], 1),
        ([Match(message="red", not_message="code 7")], ["red code 1", "red code 7", "red code 3", "red code 7"], 1),
        ([Match(message="blue", not_message="code 7"), Match()], ["red code 1", "red code 7", "red code 3"], 0),
        ([Match(message="red", not_message="blue"), Match()], ["red blue 1", "red blue 2", "red blue 3"], 0),
        (
            [Match(message="red", not_near="blue")],
            ["red 1\nred 1\nblue", "red 2\nred 2\nblue", "red 1\nred 2\nblue"],
            0,
        ),
        ([Match(message="red", not_near="7")], ["red 1\nblue 7", "red 2\nblue 3", "red 7\nblue 1"], 1),
        ([Match(not_message="code 7"), Match(all_of="code")], ["code 1", "code 2", "code 7"], 1),
        ([Match(any_of=("code 7", "x"))], ["code 1", "code 2", "code 7"], 1),
        (rules_of(*(rf"port {number}\b" for number in range(10, 18))), ["port 01", "port 02", "port 17"], 8),
        (rules_of(*(rf"port {number}\b" for number in range(10, 19))), ["port 01", "port 02", "port 18"], None),
        (rules_of("[7-9]", "red"), ["red 1", "red 2", "red 8"], None),
        (rules_of("^red [3-7]", "red"), ["10:11:12 red 1\nblue", "10:11:12 red 2\nblue", "10:11:12 red 7\nblue"], 1),
        (rules_of("^red [3-7]", "red"), ["\x1b[31mred 1\x1b[0m", "\x1b[31mred 2\x1b[0m", "\x1b[31mred 7\x1b[0m"], 1),
    ],
)
def test_each_text_of_a_shape_is_decided_as_by_itself(rules: list[Match], texts: list[str], asked: int | None) -> None:
    """From the third one on it is only asked for what tells its digits, and only where some digits could be in it."""
    wording = wording_of(rules)
    for text in texts:
        assert wording.first(all_of_them(rules), text) == by_definition(rules, text), text
    shape = shape_of(texts[0])
    assert {shape_of(text) for text in texts} == {shape}
    known = wording._shapes.get((all_of_them(rules), shape), UNLIKE)
    assert (None if known is UNLIKE else len(known.steps)) == asked


def test_which_line_is_the_first_may_be_told_by_the_digits_of_another_cause() -> None:
    """The rule's own pattern tells none."""
    first = (Match(message="red"), Tells.CAUSE, CauseLine.FIRST)
    wording = Wording([first, (Match(message="blue 7"), Tells.CAUSE, CauseLine.ANY)], ())
    assert [wording.first(3, f"blue {digit}\nred") for digit in "1237"] == [0, 0, 0, 1]


@pytest.mark.parametrize("noise", ["port 7", "INFO", "blue"])
def test_noise_is_left_out_of_each(noise: str) -> None:
    """Whether its lines are told by digits or not."""
    rules = rules_of("red", "port")
    wording = wording_of(rules, [noise])
    for line in ("port 1", "port 2", "port 7", "INFO port 1", "INFO port 2", "INFO port 7"):
        for text in (line, f"{line} red", f"{line}\nport 8", f"{line} red\nred 7"):
            assert wording.first(3, text) == by_definition(rules, text, [noise]), text


def test_an_escape_stands_for_another_sign() -> None:
    """So two of them that differ in digits alone have nothing in common."""
    wording = wording_of(rules_of("cold"))
    assert [wording.first(1, f"col\\u006{digit}") for digit in (1, 2, 3, 4, 4, 1)] == [None, None, None, 0, 0, None]


def test_what_is_no_text_is_told_from_what_stands_for_it() -> None:
    """A half of a sign becomes a question mark when it is searched, and not before."""
    assert len({shape_of("a\ud800"), shape_of("a?"), shape_of("a\ud801")}) == 3
    assert shape_of("a1\ud800") == shape_of("a2\ud800") != shape_of("a\ud8001")


@pytest.mark.parametrize(
    ("pattern", "tells"),
    [
        ("red", False),
        ("red[0-9]+", False),
        (r"red\d{3}", False),
        ("red{2,3}", False),
        ("[a-f0-9]{8}", False),
        ("[^0-9]", False),
        ("red 7", True),
        ("red 0-9", True),
        ("[0-8]", True),
        ("[ -0-9]", True),
        (r"[\0-9]", True),
        (r"\x41", True),
        (r"\Q7\E", True),
        ("{", False),
    ],
)
def test_a_pattern_tells_digits_unless_it_names_all(pattern: str, *, tells: bool) -> None:
    """In a class; in a text `0-9` are two of them. A count is none."""
    assert tells_digits(pattern) is tells


_PIECES = st.sampled_from(
    [
        "red",
        "7",
        "1",
        "[0-9]",
        "[3-7]",
        "[^1]",
        r"\d",
        "[a1]",
        " ",
        "(7|x)",
        "7?",
        "(?:1|red)",
        r"\b",
        r"\x31",
        "[1-]",
        ".*",
        "\n",
        "red [0-9]\n",
    ]
)
_PATTERNS = st.builds(
    lambda flag, pieces: flag + "".join(pieces),
    st.sampled_from(["", "", "(?i)", "(?s)"]),
    st.lists(_PIECES, min_size=1, max_size=4),
)
_RULES = st.lists(
    st.builds(
        Match,
        message=st.one_of(st.none(), _PATTERNS, st.tuples(_PATTERNS, _PATTERNS)),
        all_of=st.one_of(st.none(), st.none(), _PATTERNS),
        any_of=st.one_of(st.none(), st.none(), _PATTERNS),
        not_message=st.one_of(st.none(), _PATTERNS),
        not_near=st.one_of(st.none(), st.none(), _PATTERNS),
    ).filter(lambda match: match.message is not None or match.not_near is None),
    min_size=1,
    max_size=4,
)


@given(
    rules=_RULES,
    form=st.lists(st.sampled_from(["red", "#", "#", " ", "x", "\n", "red #\n", "a"]), min_size=1, max_size=8).map(
        "".join
    ),
    digits=st.lists(st.text("0137", min_size=8, max_size=8), min_size=2, max_size=5),
)
def test_whatever_is_asked_digits_decide_as_they_do_by_themselves(
    rules: list[Match], form: str, digits: list[str]
) -> None:
    """Small policies over texts of one shape."""
    try:
        wording = wording_of(rules)
    except PatternError:
        return
    for some in digits:
        left = iter(some)
        text = "".join(next(left) if sign == "#" else sign for sign in form)
        if lines_of(text):
            assert wording.first(all_of_them(rules), text) == by_definition(rules, text), text
