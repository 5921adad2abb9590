"""A text's lines at their bounds: how many, how wide, and together as one by one."""

from __future__ import annotations

import random
from itertools import product

import pytest

from shared.policy.matching.as_told import is_as_told
from shared.policy.text.fingerprint import fingerprint
from shared.policy.text.normal import MAX_KINDS, MAX_LINES, _is_printable, all_shown, lines_of, shown
from shared.policy.text.prefixes import all_without_prefixes, without_prefixes
from shared.policy.text.whole import MAX_PIECES, MIN_WIDTH, searched, wholes
from tests.unit.policy.by_definition import rules_of, wording_of

_BEGINNINGS = (
    "[1,3]<stderr>:",
    "2026-01-05 02:10:22 ",
    "[  12.345678] ",
    "(worker pid=7, ip=10.0.0.7) ",
    "no output for 5 s; output: ",
    "no output for 5 s; causes:",
    "1: ",
    "{subprocess.py:9} INFO - ",
    "- ->",
    "an error",
    "it said; causes:",
    "\\n",
)


@pytest.mark.parametrize("seed", range(4))
def test_lines_are_shown_together_as_one_by_one(seed: int) -> None:
    """Of some hundreds of texts, the same each time."""
    chance = random.Random(seed)
    for _ in range(150):
        lines = ["".join(chance.choices(_BEGINNINGS, k=chance.randrange(1, 4))) for _ in range(chance.randrange(6))]
        printed = lines_of("\n".join(lines))
        assert all_shown(printed) == [shown(line) for line in printed], printed
        assert all_without_prefixes("\n".join(printed)) == "\n".join(map(without_prefixes, printed)), printed


@pytest.mark.parametrize("more", [-1, 0, 1, 2, MAX_LINES])
def test_of_a_longer_text_the_ends_are_kept(more: int) -> None:
    """Half of the lines each; as many as are kept are all kept."""
    lines = [f"line {number}" for number in range(MAX_LINES + more)]
    half = MAX_LINES // 2
    assert lines_of("\n".join(lines)) == (lines if more <= 0 else [*lines[:half], *lines[-half:]])


@pytest.mark.parametrize("short_by", [0, 1, 2])
def test_a_word_is_put_together_only_where_it_fills_the_width(short_by: int) -> None:
    """Else a blank was there: nobody cuts a word before the end of a line."""
    first, last, widest = "a" * (60 - short_by), "cc of the rest", "w " * 30
    assert wholes([first, last, "x", widest])[1] == (f"{first} {last}" if short_by else f"{first}{last}",)


def test_a_line_that_the_next_word_would_just_have_filled_goes_on_with_it() -> None:
    """The end of a line is kept free by what cuts it, be the word alone on its line or not."""
    before, widest = "b" * (MIN_WIDTH - 6), "w" * MIN_WIDTH
    for last in ("words", "words too"):
        assert wholes([before, last, "x", widest])[1] == (f"{before} {last}",)


@pytest.mark.parametrize("rest", [0, 1, 2])
def test_a_piece_alone_is_no_line_that_was_cut(rest: int) -> None:
    """What is left of a run that is longer than is put together."""
    lines = ["z" * MIN_WIDTH] * (MAX_PIECES + rest)
    assert sorted(wholes(lines)) == [MAX_PIECES - 1, *([MAX_PIECES + 1] if rest > 1 else [])]


@pytest.mark.parametrize("size", [MIN_WIDTH - 32, MIN_WIDTH - 31])
def test_a_line_goes_on_where_its_next_word_would_not_have_fit(size: int) -> None:
    """With the blank before it."""
    lines = ["b" * 30, "c" * size, "d " + "d" * (MIN_WIDTH - 2)]
    assert wholes(lines) == ({1: (" ".join(lines[:2]),)} if size == MIN_WIDTH - 31 else {})


@pytest.mark.parametrize("says", ["srun: error: ", "lib-run.x: Warning: ", "a: FATAL: "])
def test_who_says_who_speaks_goes_on_with_no_line(says: str) -> None:
    """The launcher's word follows whatever the job said last, which did not ask it to."""
    last = "Solving for Ux, Initial residual = 0.1, Final residual = 1e-06, No Iterations 3"
    assert wholes([last, f"{says}node1: task 3: Killed"]) == {}
    assert 1 in wholes([last, f"{says.replace(': ', ' ')}node1: task 3: Killed"])


def test_runs_that_were_cut_stand_apart() -> None:
    """Each is put together behind its own last piece."""
    one, other = ["a" * MIN_WIDTH, "b b"], ["c " + "c" * (MIN_WIDTH - 2), "d d"]
    whole, both = "".join(one), (" ".join(other), "".join(other))
    assert wholes([*one, "e e", *other]) == {1: (whole,), 4: both}
    assert searched([*one, *other]).split("\n") == [*one, whole, *other, *both]


_CUT = "x" * MIN_WIDTH


@pytest.mark.parametrize(
    ("text", "some", "told"),
    [
        ("[rank3]: a fault \n\n  at 7", "a fault", True),
        ("a fault", "a\nfault", False),
        ("a  fault", "a fault", False),
        ("a\tfault", "a fault", False),
        ("a fäult", "ault", False),
        ("[1,2]<stdout>:a [1,2]<stdout>:fault", "a fault", False),
        ("no output for 5 s; output: a fault", "fault", False),
        (f"{_CUT}:\nfault 7", "fault 7", True),
        (f"{_CUT}:\nFault 7", "it: fault", False),
        (f"{_CUT}:\nfault 7", "it:fault", False),
        (f"{_CUT}7\n7 fault", "507015", False),
        (f"{_CUT}7\n7 fault", "5.1", True),
        (f"1: {_CUT}:\n1: fault 7", "fault 7", True),
        (f"1: {_CUT}\n1: fault 7", "xfault", False),
    ],
)
def test_what_is_not_in_a_text_is_not_in_its_lines(text: str, some: str, *, told: bool) -> None:
    """Where they are its own; or, cut as they were, can be put together to no such thing."""
    assert is_as_told(text, {some}) is told


_STAMP, _LONG_STAMP = "10:00:01 ", "2026-01-05 10:00:00,123 10:00:01.123456 10:00:02.123456 "


@pytest.mark.parametrize(
    ("text", "some", "told"),
    [
        ("fata\nlerror", {"fatal"}, True),
        (f"{_STAMP}{'x' * 31}fata\nlerror", {"fatal"}, False),
        (f"{_STAMP}{'x' * 36}fata\n{_STAMP}lerr\n{_LONG_STAMP}{'y ' * 18}", {"fatal"}, False),
        ("a\nb", {"a\nb", "c"}, False),
    ],
)
def test_lines_may_have_been_cut_before_their_prefixes_came_or_after(text: str, some: set[str], *, told: bool) -> None:
    """Either way they are put together to what no line has; where nothing is, neighbours are no one line."""
    assert is_as_told(text, some) is told
    together = searched(lines_of(text))
    assert told or "a\nb" in some or any(one in together and one not in text for one in some)


def test_a_number_that_is_cut_in_two_is_seen_in_each_text_of_a_kind() -> None:
    """In the first as in those that differ from it in digits alone."""
    wording = wording_of(rules_of(r"\b507015\b"))
    texts = [f"{'x' * (MIN_WIDTH - 5)} {number[:4]}\n{number[4:]} gone" for number in ("123456", "507015")]
    assert [wording.first(1, text) for text in (*texts, *texts, *texts)] == [None, 0] * 3


def test_what_is_printable_is_known_of_each_sign() -> None:
    """A line's end as well; of ASCII it is told otherwise than of what is beyond."""
    for sign in map(chr, range(0x300)):
        assert _is_printable(f"a{sign}b\n") is (sign == "\n" or sign.isprintable()), sign


CAUSE = "CUDA out of memory"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a{}", "b{}"),
        ("INFO start", "frame x"),
        ("[rank{0}]: step 3 took 1{0}", "[rank{0}]: step 4 took 1{0}"),
        ("步骤{}", "完成{}"),
    ],
)
@pytest.mark.parametrize("many", [260, 600, 3000])
def test_a_cause_within_a_flood_of_short_lines_is_kept(before: str, after: str, many: int) -> None:
    """Where lines repeat, or differ in their numbers alone: both ends of it stay, too."""
    lines = [*map(before.format, range(many)), CAUSE, *map(after.format, range(many))]
    kept = lines_of("\n".join(lines))
    assert (kept[0], kept.count(CAUSE), kept[-1]) == (lines[0], 1, lines[-1])
    assert len(kept) <= MAX_LINES + 3


def test_of_each_kind_of_line_between_the_ends_the_first_is_kept() -> None:
    """Unless it is at one of the ends; of too many kinds those nearest to the ends, and none of what is no flood."""
    half = MAX_LINES // 2
    words = ["".join(letters) for letters in product("abcdefghij", repeat=3)]
    head, tail = [[f"{number} {end}" for number in range(half)] for end in ("begins", "ends")]
    between = ["x1 y22", "z", "x3 y4", "7 begins", "x", "7 ends", "x55 y", "z", "x7 y777"]
    assert lines_of("\n".join([*head, *between, *tail])) == [*head, "x1 y22", "z", "x", "x55 y", *tail]
    last = MAX_KINDS // 2
    for kinds in (MAX_KINDS - 1, MAX_KINDS, MAX_KINDS + 1, MAX_KINDS + 2, MAX_LINES - 2, MAX_LINES - 1):
        kept = words[:kinds] if kinds <= MAX_KINDS else [*words[:last], *words[kinds - last : kinds]]
        expected = [*head, *(kept if kinds + 2 <= MAX_LINES else ()), *tail]
        assert lines_of("\n".join([*head, *words[:kinds], *tail])) == expected


def test_what_repeats_takes_nothing_its_place() -> None:
    """Repeats go first."""
    lines = [f"{word}" for word in map("".join, product("abcdefgh", repeat=3))]
    assert len(lines) == MAX_LINES
    for many in (2, 3):  # twice: as many kinds as may be in the first lines, and what comes after these is counted too
        repeated = [line for line in lines for _ in range(many)]
        assert lines_of("\n".join([*repeated, lines[0]])) == [*lines, lines[0]]
    assert lines_of("\n".join(["\ud83d", *["x"] * 600, "\ud83d"])) == ["\ud83d", "x", "\ud83d"]


def test_the_lines_of_a_flood_have_the_fingerprint_that_they_had() -> None:
    """A ledger may hold it."""
    flood = "\n".join([*(f"INFO step {number} done" for number in range(700)), *["frame x"] * 700])
    assert fingerprint(flood) == fingerprint("INFO step 1 done\nframe x")
