"""Texts that differ in their ids alone: what is known of one holds for all, and each is decided as it is by itself."""

from __future__ import annotations

import random
import re

import pytest

from shared.policy.matching.alike import MOST_LEFT, UNLIKE, Likeness, shape_of
from shared.policy.matching.ids import LEAST, are_neutral, is_within_ids, touches_id
from shared.policy.model import Match
from shared.policy.text.normal import lines_of
from shared.policy.text.whole import searched
from tests.unit.policy.by_definition import all_of_them, by_definition, rules_of, wording_of


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("/in/0a1b2c3d/x", "/in/99ffee00/x", True),
        ("/in/0a1b2c3d4/x", "/in/99ffee00f/x", True),
        ("/in/0a1b2c3d/x", "/in/99ffee001/x", False),
        ("/in/0a1b2c3/x", "/in/99ffee0/x", False),
        ("/in/12345678/x", "/in/87654321/x", True),
        ("/in/12345678/x", "/in/8765432a/x", False),
        ("/in/abcdefab/x", "/in/fedcbafe/x", False),
        ("/in/0A1B2C3D/x", "/in/99FFEE00/x", False),
        ("/in/0a1b2c3dg/x", "/in/99ffee00g/x", False),
        ("/in/x0a1b2c3d/x", "/in/x99ffee00/x", False),
        ("/in/0a1b2c3d", "/in/99ffee00", False),
        ("/in/0a1b2c3d x", "/in/99ffee00 x", False),
        ("/in/0a1b2c3d_x", "/in/99ffee00_x", False),
        ("at 0a1b2c3d, x", "at 99ffee00, x", True),
        ("at  0a1b2c3d, x", "at  99ffee00, x", False),
        (" 0a1b2c3d, x", " 99ffee00, x", False),
        ("é 0a1b2c3d, x", "é 99ffee00, x", False),
        ("a=0a1b2c3d, x", "a=99ffee00, x", True),
        ("a@0a1b2c3d: x", "a@99ffee00: x", True),
        ("'0a1b2c3d'", "'99ffee00'", True),
        ('"0a1b2c3d"', '"99ffee00"', True),
        ("a:0a1b2c3d, x", "a:99ffee00, x", False),
        ("0a1b2c3d, x", "99ffee00, x", False),
        ("/0a1b2c3d/0a1b2c3d/", "/99ffee00/11eeff00/", True),
        ("0a1b2c3d /0a1b2c3d/", "0a1b2c3d /99ffee00/", True),
        ("/0a1b2c3dx1a2b3c4d/0a1b2c3d/", "/0a1b2c3dx1a2b3c4d/99ffee00/", True),
        ("/in/0a1b2c3d/x 1", "/in/99ffee00/x 2", True),
    ],
)
def test_ids_are_hexadecimal_and_stand_alone(one: str, other: str, *, alike: bool) -> None:
    """Of so many signs, a digit and a letter among them."""
    assert (shape_of(one) == shape_of(other)) is alike


@pytest.mark.parametrize(
    ("rules", "form", "ids", "left"),
    [
        (rules_of("(?i)red fault", "blue"), "/#/: red fault", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        (rules_of("(?i)grey", "(?i)blue fault"), "/#/: blue fault", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        (rules_of("/[0-9]", "(?i)red"), "/#/: red", ["0a1b2c3d", "a9ffee00", "11aa22bb", "bb22aa11"], 1),
        (rules_of("(?i)0a|red"), "/#/: red", ["0a1b2c3d", "a9ffee00", "11aa22bb", "bb22aa0a"], 0),
        (rules_of("(?i)0a|reed", "red"), "/#/: red", ["0a1b2c3d", "a9ffee00", "11aa22bb", "bb22aa0a"], 2),
        (rules_of("bad", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11bad222", "1122abad"], 1),
        (rules_of("bad", "fade", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11bad222", "1fade222"], 1),
        (rules_of(r"\bbad", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "bad11222", "1122abad"], 1),
        (rules_of(r"bad\b", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "bad11222", "1122abad"], 1),
        (rules_of(r"\bbad\b", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11bad222"], 1),
        (rules_of("bad/", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11bad222", "1122abad"], 1),
        (rules_of("/bad", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "bad11222", "1122abad"], 1),
        (rules_of("in/bad", "red"), "/in/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "bad11222"], None),
        (rules_of("bad/: red", "red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11222bad"], None),
        (rules_of("/0a1b2c3d/", "red"), "/#/: red", ["99ffee00", "11aa22bb", "0a1b2c3d"], 2),
        (rules_of("in/0a1b2c3d/", "red"), "/in/#/: red", ["99ffee00", "11aa22bb", "0a1b2c3d"], 2),
        (rules_of("opt/0a1b2c3d/", "red"), "/opt/#/: red", ["99ffee00", "11aa22bb", "0a1b2c3d"], None),
        (rules_of("is a", "red"), "this is #, red", ["0a1b2c3d", "99ffee00", "11aa22bb", "a1b2c3d4"], 2),
        (rules_of("red.*code 7", "(?i)red"), "red /#/ code 1", ["0a1b2c3d", "99ffee00", "11aa22bb"], 1),
        ([Match(message="(?i)red", not_message="b/")], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 1),
        ([Match(not_message="c/")], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 1),
        ([Match(message="(?i)red", not_near="b/")], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 1),
        ([Match(any_of=("b/", "x"))], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 1),
        ([Match(all_of=("(?i)b/", "red"))], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 1),
        (rules_of("(?s)red.\nred"), "red /#/.\nred /#/.", ["0a1b2c3d", "99ffee00", "11aa22bb"], 1),
        (rules_of("(?s)/.\nred"), "red /#/\nred /#/", ["0a1b2c3d", "99ffee00", "11aa22bb"], 1),
        (rules_of("red"), "c\\u0061 /#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb"], None),
        (rules_of("m/"), "red \x1b[=#/", ["0a1b2c3d", "99ffee00", "11aa22bb"], None),
        (rules_of("(?i)red fault", "(?i)fault"), "/#/: fault of red", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        (rules_of("red.*<<<", "(?i)red"), "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        ([Match(message=("b/", "(?i)red"))], "/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb", "11aa22cc"], 0),
        (rules_of("(?i)red"), "a\t/#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        (rules_of("(?i)red"), "10:11:12 /#/: red", ["0a1b2c3d", "99ffee00", "11aa22bb"], 0),
        (rules_of("c.*: red", "red"), "10:11:12 #: red", ["c1b2c3d4", "99ffee00", "c1aa22bb", "b1aa22bb"], None),
        (rules_of("c.*: red", "red"), "a\n \t10:11:12 #: red", ["c1b2c3d4", "99ffee00", "c1aa22bb"], None),
        (
            rules_of("c.*: red", "red"),
            "no output for 5 s; output: #: red",
            ["c1b2c3d4", "99ffee00", "c1aa22bb", "b1aa22bb"],
            None,
        ),
        (
            rules_of(*["re" + "x*" * count for count in range(1, MOST_LEFT + 1)]),
            "/#/: re",
            ["0a1b2c3d", "99ffee00", "11aa22bb"],
            16,
        ),
        (
            rules_of(*["re" + "x*" * count for count in range(1, MOST_LEFT + 2)]),
            "/#/: re",
            ["0a1b2c3d", "99ffee00", "11aa22bb"],
            None,
        ),
    ],
)
def test_each_text_with_ids_is_decided_as_by_itself(
    rules: list[Match], form: str, ids: list[str], left: int | None
) -> None:
    """From the third one on it is only asked for what its ids may decide."""
    wording, texts = wording_of(rules), [form.replace("#", one) for one in ids]
    for text in texts:
        assert wording.first(all_of_them(rules), text) == by_definition(rules, text), text
    known = wording._shapes.get((all_of_them(rules), shape_of(texts[0])), UNLIKE)
    assert (None if known is UNLIKE else len(known.steps)) == left
    assert not known.noise, "there is none"


@pytest.mark.parametrize("noise", ["INFO", "a/", "bad", "blue", r"b[a-c]/"])
def test_lines_that_are_noise_for_their_ids_are_left_out(noise: str) -> None:
    """And those that are none stay."""
    rules = rules_of("(?i)red", "(?i)grey")
    wording = wording_of(rules, [noise])
    for line in ("/#/ red\ngrey", "INFO /#/ red\ngrey", "/#/ red"):
        for one in ("0a1b2c3d", "99ffee00", "11aa22bb", "1122bb2a", "1122bad2", "112222ba", "11aa22bc"):
            text = line.replace("#", one)
            assert wording.first(3, text) == by_definition(rules, text, [noise]), text


@pytest.mark.parametrize(
    ("needed", "touches"),
    [
        (b"bad", True),
        (b"7", True),
        (b"\0bad", True),
        (b"bad\0", True),
        (b"\0bad\0", False),
        (b"\x000a1b2c3d\0", True),
        (b"bad/", True),
        (b"bad ", False),
        (b"bad_", False),
        (b"badge", False),
        (b"x/bad", True),
        (b"x/\0bad", True),
        (b"x bad", True),
        (b"x\nbad", False),
        (b"xbad", False),
        (b"x/bad/", False),
        (b"x/0a1b2c3/", False),
        (b"x/0a1b2c3d/", True),
        (b"red", False),
    ],
)
def test_what_an_id_may_be_a_part_of(needed: bytes, *, touches: bool) -> None:
    """Its signs are all of a needed text, or its beginning, or its end; the edge of a word is nowhere within it."""
    assert touches_id(needed) is touches


def test_what_stands_in_a_text_as_it_was_told() -> None:
    """One sign before an id and one behind it."""
    told = [is_within_ids(text) for text in ("bad", " bad", "/bad.", "bad:", "a /bad", "bad: ", "red", "")]
    assert told == [True] * 4 + [False] * 4


_SIGNS = "0123456789abcdef"
_ENDS = [".", "/", ":", ": ", "'", ",", "; ", "-", "@", "]", "[1]: ", " ", "\n", "_", ""]
_STARTS = ["/", "=", "@", "'", '"', " ", "red ", "red /", ": ", "10:11:12 ", "Jan  5 10:11:12 ", "\n/", "\n", "[", "("]
_LINES = ["red", "red red red red red red red red red red fault", "fault\nred", "no output for 5 s; output: ", "node"]


@pytest.mark.parametrize("seed", range(12))
def test_whatever_ids_there_are_a_normal_text_has_them_where_another_has_its_own(seed: int) -> None:
    """Of texts of one shape that are said to be neutral: nothing else differs."""
    chance = random.Random(seed)
    for _ in range(60):
        pieces = [
            chance.choice(some) for some in (_LINES, _STARTS, ["#"], _ENDS, _LINES, _STARTS, ["#"], _ENDS, _LINES)
        ]
        sizes = [chance.choice((LEAST, 12)) for _ in range(2)]
        texts = [_filled("".join(pieces), sizes, chance) for _ in range(6)]
        shape = shape_of(texts[0])
        if not are_neutral(shape, texts[0]):
            continue
        normal = {_covered(text) for text in texts if shape_of(text) == shape}
        assert len(normal) == 1, pieces


def _filled(form: str, sizes: list[int], chance: random.Random) -> str:
    for size in sizes:
        signs = chance.choice(["c", "f", "1", "0", "9"]) + "".join(chance.choices(_SIGNS, k=size - 3)) + "1a"
        form = form.replace("#", signs, 1)
    return form


def _covered(text: str) -> str:
    """The normal text with a star for each sign that an id has."""
    lines = searched(lines_of(text)).split("\n")
    return "\n".join(re.sub(r"[0-9a-f]{8,}", lambda found: "*" * len(found[0]), line) for line in lines)


def test_what_may_be_in_a_text_of_the_same_shape() -> None:
    """By its digits, or by its ids."""
    like = Likeness("/0a1b2c3d/ code 7", shape_of("/0a1b2c3d/ code 7"))
    assert [like.may_be(text) for text in ("code 3", "/bad", "bad/", "code", "code x", "0a1b2c3d0", "fode ")] == [
        True,
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert [like.gains(text) for text in ("code 3", "bad", "1b", "green")] == [False, True, False, False]
    assert [like.varies(text) for text in ("code 3", "bad", "code")] == [True, True, False]
    assert not Likeness("code 7", shape_of("code 7")).varies("bad"), "it has no id"
