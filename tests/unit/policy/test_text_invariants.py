"""A text as rules see it: whatever logs did to it the same rule is found, at little cost, under one fingerprint."""

from __future__ import annotations

import random
from unicodedata import east_asian_width

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.match import first_match
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.text.fingerprint import fingerprint
from shared.policy.text.normal import all_shown, lines_of, normal, shown
from shared.policy.text.whole import MAX_PIECES, MIN_WIDTH, searched, wholes
from tests.support.deformed import DEFORMED, wrapped
from tests.support.growth import LINEAR, growth
from tests.unit.decide.facts import make_failure

_PIECES = [
    "a",
    "b c",
    " ",
    "\t",
    "\n",
    "\r",
    "\\n",
    "\\",
    "n",
    "\x1b",
    "[",
    "31m",
    "]",
    "\x07",
    ": ",
    "\u3000",
    "\u200b",
    "\x00",
]
_PREFIXES = ["3: ", "[1,2]<stderr>:", "[rank1]:", "node1: ", "(pid=1) ", "2026-01-05 02:10:11 ", "Jan  5 02:10:11 "]
_MORE = ["E0105 02:10:17.407000 1 a.py:1] ", "no output for 1 s", "; output: ", "[", "1", ".5]", "é"]
_SIGNS = st.sampled_from([*_PIECES, *_PREFIXES, *_MORE])
_TEXTS = st.lists(_SIGNS, max_size=24).map("".join)


@given(_TEXTS)
def test_normalising_twice_is_as_good_as_once(text: str) -> None:
    """Whatever the text; and what comes out is single lines of single blanks."""
    once = normal(text)
    assert normal(once) == once
    assert all(line and line == " ".join(line.split()) for line in once.split("\n") if once)
    assert once.replace("\n", "").isprintable()


_CAUSES = [
    "slurmstepd: error: Detected 2 oom_kill events in StepId=4711.13. Some of the step tasks have been OOM Killed.",
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 79.15 GiB",
    "OSError: [Errno 116] Stale file handle: '/mnt/a'",
    "/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.29' not found (required by /opt/software/app/bin/solver)",
    "java.net.ConnectException: Connection refused: no further information: worker.example/10.0.0.7:7077",
]
_FRAMES = ["Traceback (most recent call last):", 'File "/a/b.py", line 7, in main', "return step(x)", "E" * 90]
_RULES = [
    (Match(message=r"Detected [0-9]+ oom_kill events? in \S+\. Some of the step tasks"), "memory"),
    (Match(all_of=("CUDA out of memory", "total capacity of [0-9.]+ GiB")), "gpu"),
    (Match(message=r"OSError: \[Errno 116\] Stale file handle"), "stale"),
    (Match(message="version `GLIBC_[0-9.]+' not found .required by "), "glibc"),
    (Match(message="ConnectException: Connection refused: no further"), "refused"),
    (Match(), "rest"),
]
_POLICY = Policy(version=1, rules=tuple(Rule(name=name, match=match, action=Action.RERUN) for match, name in _RULES))


def _decides(text: str) -> str | None:
    rule = first_match(_POLICY, make_failure(message=text))
    return rule.name if rule else None


@pytest.mark.parametrize("how", DEFORMED)
@given(
    cause=st.sampled_from([*_CAUSES, "nothing known"]),
    before=st.lists(st.sampled_from(_FRAMES), max_size=3),
    after=st.lists(st.sampled_from(_FRAMES), max_size=3),
)
def test_matching_is_invariant_under_what_logs_do_to_a_text(
    how: str, cause: str, before: list[str], after: list[str]
) -> None:
    """Coloured, prefixed, wrapped, escaped, indented, doubled, quoted by the watcher: the same rule decides."""
    text = "\n".join([*before, cause, *after])
    assert _decides(DEFORMED[how](text)) == _decides(text)
    assert (_decides(text) == "rest") is (cause == "nothing known")


def test_a_cut_line_is_added_whole_and_its_pieces_stay() -> None:
    """Nobody can be sure that it was cut: rules see both."""
    whole = "mpirun was unable to launch the specified application as it could not access or execute it"
    pieces = wrapped(whole, 50).split("\n")
    assert len(pieces) == 2
    assert searched(pieces).split("\n") == [*pieces, whole]
    hard = ["x" * 60, "y" * 20]
    assert searched(hard).split("\n") == [*hard, "x" * 60 + "y" * 20]
    within = ["in the middle of a wo" + "o" * 20 + "r", "d and before", "short"]
    assert searched(within).split("\n")[2:4] == [" ".join(within[:2]), "".join(within[:2])]
    assert searched(["short lines", "of a poem"]) == "short lines\nof a poem"
    assert searched(["one line of some length, longer than any that is cut anywhere"]).count("\n") == 0
    assert searched([]) == ""
    assert wholes(["x" * MIN_WIDTH, "y" * 20]) == {1: ("x" * MIN_WIDTH + "y" * 20,)}
    assert wholes(["x" * (MIN_WIDTH - 1), "y" * 20]) == {}
    assert MIN_WIDTH == 40


def drawn(text: str, width: int) -> str:
    """As a terminal of so many columns breaks a line: a wide sign never stands in the last and the next first."""
    lines, room = [""], width
    for sign in text:
        columns = 1 + (east_asian_width(sign) in {"W", "F"})
        if columns > room:
            lines.append("")
            room = width
        lines[-1] += sign
        room -= columns
    return "\n".join(lines)


@pytest.mark.parametrize("width", range(40, 100))
def test_columns_count_as_terminals_count_them(width: int) -> None:
    """A wide sign takes two, so twenty of them fill the narrowest terminal; one that did not fit leaves a column."""
    for whole in (
        "作业第三步执行过程中发生严重错误系统返回的信息如下磁盘配额已满请联系管理员清理后重试作业第三步执行过程中发生严重错误",
        "2026-01-05 作业 4711 在节点 cn-03 上启动失败原因是用户 zhang 对 /data/run/a.sh 权限不够作业终止退出码为 126",
        "ディスクの空きが足りません한국어도넓다\uff57\uff49\uff44\uff453四5六7八9十ディスクの空きが足りません디스크공간이부족합니다",
    ):
        assert whole in searched(drawn(whole, width).split("\n")).split("\n")


def test_signs_of_one_column_are_no_wide_ones() -> None:
    """Whatever the script; and a line that is a column short goes on with a blank, unless a wide sign follows."""
    for sign in "é€жΩ":
        assert wholes([sign * (MIN_WIDTH - 1), sign * 20]) == {}
        assert wholes([sign * MIN_WIDTH, sign * 20]) == {1: (sign * (MIN_WIDTH + 20),)}
    assert wholes(["错" * 19 + "x", "误" * 20]) == {1: ("错" * 19 + "x" + "误" * 20,)}
    assert wholes(["错" * 19 + "x", "y" * 40]) == {1: (f"{'错' * 19}x {'y' * 40}",)}
    assert wholes(["x" * 40, "y" * 39, "z" * 10]) == {2: ("x" * 40 + "y" * 39 + " " + "z" * 10,)}
    assert wholes(["错" * 19, "误" * 20]) == {1: (f"{'错' * 19} {'误' * 20}",)}


@pytest.mark.parametrize("prefix", ["[rank1]:", "2026-01-05T02:10:11 ", "no output for 1800 s; output: "])
def test_lines_are_put_together_whether_cut_before_or_after_their_prefixes(prefix: str) -> None:
    """A prefix makes a line longer that was cut after it; a cut line may begin with what looks like one."""
    whole = "slurmstepd: error: *** JOB 4711 ON n1 CANCELLED AT 2021-06-18T13:05:36 DUE TO PREEMPTION ***, and so on"
    assert whole in searched(wrapped(prefix + whole, 66).split("\n")).split("\n")
    other = "mpirun was unable to launch the specified application as it could not access or execute it"
    before = [prefix + piece for piece in wrapped(other, 66).split("\n")]
    assert (other in searched(before).split("\n")) is (";" not in prefix)


def test_runs_of_cut_lines_are_bounded() -> None:
    """Hundreds of lines of one width are joined a few at a time, each in two ways at most."""
    lines = [f"{number:04} " + "w" * 74 for number in range(400)]
    found = wholes(lines)
    assert len(found) == 400 // MAX_PIECES
    joined = [whole for both in found.values() for whole in both]
    assert len(joined) == 2 * len(found)
    assert sum(map(len, joined)) <= 2 * (sum(map(len, lines)) + len(lines))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("step 7 of 96 failed", "step 12 of 96 failed"),
        ("File /a/b.py, line 7", "File /home/x/c.py, line 120"),
        ("node01: lost", "node17: lost"),
        ("at 0x7c952bf4aac3 in main", "at 0x1f in main"),
        ("id 6f9619ff-8b86-d011-b42d-00c04fc964ff", "id 6f9619ff-8b86-d011-b42d-00c04fc964f1"),
        ("10.0.0.7:7077 refused", "10.0.0.9:22 refused"),
        ("2026-01-05 02:10:11 \x1b[31mlost\x1b[0m", "2026-02-06 03:11:12 lost"),
        ("a 1\na 2\na 3\nb", "a 4\nb"),
        ("a\nb", "b\na\nb"),
        ("see C:\\x\\y now", "see D:\\z now"),
    ],
)
def test_a_fingerprint_stays_over_runs_of_one_failure(one: str, other: str) -> None:
    """Numbers, ids, addresses, hosts, paths and how often a line comes make no difference."""
    assert fingerprint(one) == fingerprint(other)
    assert len(fingerprint(one)) == 16


@pytest.mark.parametrize(
    ("one", "other"),
    [("lost", "found"), ("No module named 'a'", "No module named 'b'"), ("a\nb", "a"), ("Killed", "killed")],
)
def test_other_words_are_another_text(one: str, other: str) -> None:
    """What is said differs."""
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize("text", ["", "  \n", "7", "0x1f\n12:30", "/a/b/c"])
def test_a_text_without_words_has_no_fingerprint(text: str) -> None:
    """Nothing is known then that could come again."""
    assert fingerprint(text) == ""


_CHANCE = random.Random(7)
HOSTILE = {
    "one letter": "a" * 32_768,
    "letters as lines": "\n".join(_CHANCE.choices("ab", k=16_384)),
    "blanks": " " * 32_768,
    "blanks and letters": "a " * 16_384,
    "escapes": "\x1b[" * 16_384,
    "titles": "\x1b]" * 16_384,
    "colours": "\x1b[31m" * 6_553,
    "escaped ends": "\\n" * 16_384,
    "paths": "/a" * 16_384,
    "numbers": "1." * 16_384,
    "stamps": "2026-01-05 02:10:11 " * 1_638,
    "ranks": "3: " * 10_922,
    "half prefixes": "\n".join(["(pid=1", "[1,2]<std", "[2026-01-05 02:10:1", "Jan  5 02:10"] * 700),
    "half loggers": "\n".join(
        ["[INFO] - - [taskAppId=a", "INFO [a b c] d", "- a - INFO", "[a#b]-[1]-[c", "| INFO | a"] * 600
    ),
    "one long word": "(" + "w" * 32_767,
    "watcher": "no output for " + "1" * 32_000,
    "full lines": "\n".join(["w " * 40] * 400),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_linear_time(name: str) -> None:
    """Whatever it is made of."""
    text = HOSTILE[name]
    for read in (normal, fingerprint, lambda part: searched(lines_of(part))):
        assert growth(lambda size, read=read: read(text[:size]), len(text)) < LINEAR  # type: ignore[misc]


_BEGINNINGS = (
    "[1,3]<stderr>:",
    "2026-01-05 02:10:22 ",
    "[  12.345678] ",
    "(worker pid=7, ip=10.0.0.7) ",
    "Jan 5 02:10:11 host app[3]: ",
    "no output for 5 s; output: ",
    "1: ",
    " ",
    "it said; causes:",
    "an error",
)


@given(st.lists(st.lists(st.sampled_from(_BEGINNINGS), max_size=3).map("".join), max_size=5))
def test_lines_are_shown_at_once_as_one_by_one(lines: list[str]) -> None:
    """Hundreds of them are not asked one after the other."""
    printed = lines_of("\n".join(lines))
    assert all_shown(printed) == [shown(line) for line in printed]
