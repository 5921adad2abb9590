"""A text as rules see it: what is taken off, that what it says stays, and that hostile text costs little."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.match import first_match
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.text.fingerprint import fingerprint
from shared.policy.text.normal import MAX_LINES, all_shown, lines_of, normal, shown
from shared.policy.text.whole import MAX_PIECES, MIN_WIDTH, searched, wholes
from tests.support.deformed import DEFORMED, wrapped
from tests.support.growth import LINEAR, growth
from tests.unit.decide.facts import make_failure


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", ""),
        ("plain", "plain"),
        ("  two  words\t here ", "two words here"),
        ("a\r\nb\rc\vd\fe\u2028f\x85g", "a\nb\nc\nd\ne\nf\ng"),
        ("a\n\n \n\nb\n", "a\nb"),
        ("a\\nb\\r\\n\\tc", "a\nb\nc"),
        ("\x1b[1;35mValueError\x1b[0m: \x1b[35mbad\x1b[0m", "ValueError: bad"),
        ("\x1b]0;title\x07text\x1b]8;;http://x\x1b\\link\x1b(B", "textlink(B"),
        ("\x9b31mred", "red"),
        ("a\x00b\x07c\u200bd\ufeff", "abcd"),
        ("权限\u3000不够", "权限 不够"),
        ("N\bNA\bAM\bME\bE\n  \bis _\bx", "NAME\nis x"),
        ("a\b\bb", "b"),
        (r"{'log': 'bash: \u6743\u9650\u4e0d\u591f'}", "{'log': 'bash: 权限不够'}"),
        (r"b'bash: \xe6\x9d\x83\xe9\x99\x90\xff'", "b'bash: 权限\ufffd'"),
        (r"C:\users\ude00 \u000a \u001b[ \ud83d \x41", r"C:\users\ude00 \u000a \u001b[ \ud83d \x41"),
        ("same\nsame\nother\nsame", "same\nother\nsame"),
        ("step 1\nstep 1\nstep 2", "step 1\nstep 2"),
        ("no output for 1800 s; output: [rank3]: Killed", "no output for 1800 s\nKilled"),
        (
            "a rank was lost and nothing came after it; output: 0: a\n0: b",
            "a rank was lost and nothing came after it\na\nb",
        ),
        ("no heartbeat for 60 s from a; output: b; output: c", "no heartbeat for 60 s from a\nb; output: c"),
        (
            "no output for 1800 s; causes:\n7: [rank3]: first\n1000000: second\n; output: 0: last\n0: end",
            "no output for 1800 s\nfirst\nsecond\nlast\nend",
        ),
    ],
)
def test_normal(text: str, seen: str) -> None:
    """Colours, ends of lines, widths of blanks, repeats, and the watcher's own words."""
    assert normal(text) == seen


@pytest.mark.parametrize(
    "prefix",
    [
        "[1,3]<stderr>:",
        "[1,3]<stdout>: ",
        "[rank3]: ",
        "[default0]:[rank0]: ",
        "3: ",
        "12: ",
        "node1: ",
        "compute-07: ",
        "(trainer pid=4711, ip=10.0.0.7) ",
        "(pid=7) ",
        "2026-01-05T02:10:11.123456Z ",
        "2026-01-05 02:10:11,123 ",
        "[2026-01-05 02:10:11 +0800] ",
        "2026-01-05T02:10:11+08:00 ",
        "2026/01/05 02:10:11 ",
        "26/01/05 02:10:11 ",
        "[02:10:11.123] ",
        "Jan  5 02:10:11 ",
        "[Mon Jan  5 02:10:11 2026] ",
        "[12345.678901] ",
        "[    7.000123] ",
        "E0105 02:10:17.407000 20671 site-packages/torch/distributed/elastic/api.py:869] ",
        "I0105 02:10:17.407000 file.cc:12] ",
        "2026-01-05T02:10:11Z [1,0]<stderr>:[rank0]: ",
    ],
)
def test_prefixes_are_taken_off(prefix: str) -> None:
    """Whoever put them there: launchers, loggers, the kernel, and several of them."""
    text = "RuntimeError: CUDA out of memory\nat step 7"
    assert normal("\n".join(prefix + line for line in text.split("\n"))) == text


def test_tags_within_a_line_are_taken_off() -> None:
    """A rank that writes a line in pieces gets a tag before each: the line reads as it was written."""
    text = "[1,19]<stderr>:RuntimeError[1,19]<stderr>:: NCCL communicator was aborted on rank 19."
    assert normal(text) == "RuntimeError: NCCL communicator was aborted on rank 19."
    nested = "x[1,2]<[1,2]<stderr>:stderr>:y"
    assert normal(nested) == nested


def test_syslogs_host_goes_with_its_date() -> None:
    """The host stands between the date and who says it; without who says it, it is a word like another."""
    assert (
        normal("Jan 15 02:10:11 n1 kernel: NVRM: Xid (PCI:0000:3b:00): 79") == "kernel: NVRM: Xid (PCI:0000:3b:00): 79"
    )
    assert normal("Jan  5 02:10:11 node1 sshd[12]: gone") == "sshd[12]: gone"
    assert normal("Jan  5 02:10:11 Killed by signal 9") == "Killed by signal 9"


@pytest.mark.parametrize(
    "line",
    [
        "sh: 1: foo: not found",
        "python3: can't open file",
        "[Errno 28] No space left on device",
        "[Rank 3] Watchdog caught",
        "(most recent call last):",
        "Error 13: Permission denied",
        "libx.so.11: cannot open shared object file",
        "127 commands failed",
        "3:14 is no number of a rank",
        "srun: error: node01: task 3: Killed",
        "[1,2,3] is a list",
    ],
)
def test_what_only_looks_like_a_prefix_stays(line: str) -> None:
    """It says something."""
    assert normal(line) == line


def test_the_middle_of_a_very_long_text_is_left_out() -> None:
    """Its first and last lines are kept, at most so many."""
    lines = [f"line number {number}" for number in range(3 * MAX_LINES)]
    seen = normal("\n".join(lines)).split("\n")
    assert len(seen) == MAX_LINES
    assert (seen[0], seen[-1]) == (lines[0], lines[-1])
    assert len(normal("\n" * 10 + "\n\n".join(lines[:MAX_LINES])).split("\n")) == MAX_LINES


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
