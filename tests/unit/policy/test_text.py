"""A text as rules see it: what is taken off, and that what it says stays."""

from __future__ import annotations

from unicodedata import category

import pytest

from shared.policy.text.normal import MAX_LINES, lines_of, normal


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
        ("di\u017f\u212a, \\u212a", "disK, K"),
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
        "[2026-01-05, 02:10:11 UTC] {subprocess.py:93} INFO - ",
        "[2026-01-05T02:10:11.123+0000] {subprocess.py:106} INFO - ",
        "[INFO] 2026-01-05 02:10:11.123 +0800 -  -> ",
        "[INFO] 2026-01-05 02:10:11.123  - [taskAppId=TASK-7-12-9]:[138] -  -> ",
        "[INFO] 2026-01-05 02:10:11.123 TaskLogLogger-class org.apache.dolphinscheduler.x.ShellTask:[63] -  -> ",
        "05-01-2026 02:10:11 CST load_day INFO - ",
        "2026-01-05 02:10:11 [com.xxl.job.core.thread.JobThread#run]-[130]-[Thread-14] ",
        "2026-01-05T02:10:11.123456789Z stderr F ",
        "[stderr] ",
        "stdout: ",
        "#12 3.123 ",
        "Jan  5 02:10:11 node1 nightly.sh[3123]: ",
        "Jan  5 02:10:11 node1 python3.11[3123]: ",
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
        "ERROR - the mesh is open",
        "[ERROR] the mesh is open",
        "WARN [main] c.e.jobs.Shell - the mesh is open",
        "INFO the mesh is open",
        "INFO - the mesh is open",
        "INFO:root:the mesh is open",
        "[INFO] the mesh is open",
        "INFO 7 --- [main] c.e.jobs.Shell : the mesh is open",
        "- mesh - is open",
        "-> 7",
        "{mesh.py:7}: is open",
        "| mesh | open |",
        "stderr is no terminal",
        "#1 raise () at ../sysdeps/raise.c:51",
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


@pytest.mark.parametrize("sign", [chr(code) for code in range(0x300) if chr(code) not in "\b\x1b\x9b\u017f"])
def test_each_sign_is_shown_a_blank_a_line_s_end_or_gone(sign: str) -> None:
    """By what Unicode says of it: controls are gone, `str.splitlines` knows the ends of lines."""
    if len(f"a{sign}b".splitlines()) > 1:
        expected = ["a", "b"]
    elif sign == "\t" or category(sign) == "Zs":
        expected = ["a b"]
    else:
        expected = ["ab" if category(sign) in {"Cc", "Cf"} else f"a{sign}b"]
    assert lines_of(f"a{sign}b") == expected
    assert lines_of(f"é{sign}b")[-1][-1] == "b"


@pytest.mark.parametrize("where", ["(TID 2, node5, executor 3)", "(TID 2) (10.0.0.5 executor 3)", "(TID 2)"])
def test_where_a_task_was_lost_is_no_part_of_what_it_died_of(where: str) -> None:
    """Spark tells both in one line; a loss that it may mend, and what has a name of Spark's own, stay whole."""
    last = f"most recent failure: Lost task 0.3 in stage 1.0 {where}:"
    assert lines_of(f"failed: {last} java.io.IOException: gone") == [f"failed: {last}", "java.io.IOException: gone"]
    whole = [
        f"{last} ExecutorLostFailure (executor 3 exited)",
        f"Lost task 0.1 in stage 1.0 {where}: java.io.IOException",
    ]
    assert lines_of("\n".join(whole)) == whole


@pytest.mark.parametrize("sign", ["<br>", "<BR>", "<br/>", "<br />", "<p>", "</p>"])
def test_what_ends_a_line_of_a_page_ends_one(sign: str) -> None:
    """XXL-JOB tells so how it triggered a job; no other tag does."""
    assert lines_of(f"code: 500{sign}msg: x{sign}") == ["code: 500", "msg: x"]
    assert lines_of("vector<int> <break> a<b") == ["vector<int> <break> a<b"]
