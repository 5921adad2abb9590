"""What the stuck-rank watcher quotes of a job's output: what came first of what may be the cause, and the end."""

from __future__ import annotations

import argparse
import itertools
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emitters import stuck_rank_watcher as watcher
from secondwind.commands.policy.pack_files import read_packs
from secondwind.commands.policy.pack_samples import failure_of, policy_of
from shared.policy.conditions import Match
from shared.policy.match import first_match
from shared.policy.packs import Pack, PackedRule, library
from shared.policy.rule import Action
from tests.emitters.watcher_bench import LOST, FakeFiles
from tools.watcher_causes import WATCHER, listed, with_causes

WATCHDOG = (
    b"[rank%d]:[E ProcessGroupNCCL.cpp:563] [Rank %d] Watchdog caught collective operation timeout: "
    b"WorkNCCL(SeqNum=15734, OpType=ALLREDUCE, Timeout(ms)=600000) ran for 600037 milliseconds before timing out.\n"
)
STEPS = b"".join(b"2026-01-05 02:10:%02d INFO step %d of 960, 1200 cells\n" % (n % 60, n) for n in range(300))
TEXTS = {text for row in watcher.Kinds(watcher.CAUSES).asked for texts in row for text in texts}
AFTER = b"".join(WATCHDOG % (rank, rank) for rank in range(8)) + STEPS


class Bench:
    """A job's output, watched from its beginning."""

    def __init__(self, before: bytes = b"", **options: float) -> None:
        self.files = FakeFiles()
        self.files.write("out", before)
        tail = watcher.Tail("out", self.files)
        chosen = argparse.Namespace(**{"stall_s": 100.0, "lost_rank_s": 10.0, "quote_bytes": 3500, **options})
        self.watch = watcher.Watch([tail], None, watcher.Patterns(watcher.LOST_RANK), chosen)

    def print(self, data: bytes, at: float = 1.0) -> None:
        """The job prints, and the watcher looks."""
        self.files.write("out", data)
        assert self.watch.look(at) is None

    def told(self, at: float = 200.0) -> str:
        """What is told once nothing more comes."""
        found = self.watch.look(at)
        assert found is not None
        return found.message


def test_the_cause_is_quoted_however_much_comes_after_it() -> None:
    """With the number that an editor shows, before the end of the output; the end is still there."""
    bench = Bench()
    bench.print(STEPS + b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB\n" + AFTER)
    head, _, end = bench.told().partition("\n; output: ")
    assert head.startswith("no output for 100 s; causes:\n301: torch.OutOfMemoryError: CUDA out of memory. Tried")
    assert end.endswith(STEPS.decode()[-500:].rstrip("\n"))


@pytest.mark.parametrize("cut", [1, 7, 1000, 65536])
def test_quotes_do_not_depend_on_how_the_output_arrives(cut: int) -> None:
    """In one piece or in many, with a look between any two."""
    text = STEPS[: 20 * cut] + b"bash: cfd: command not found\r\n" + STEPS[: 20 * cut]
    whole, parts = Bench(), Bench()
    whole.print(text)
    for place in range(0, len(text), cut):
        parts.print(text[place : place + cut])
    assert parts.told() == whole.told()


@pytest.mark.parametrize(
    ("before", "printed", "number"),
    [
        (b"", b"a\nb\ncommand not found\n", 3),
        (b"a\nb\n", b"c\ncommand not found\n", 4),
        (b"a\nb", b"c\ncommand not found\n", 3),
        (b"", b"a\r\nb\r\ncommand not found\r\n", 3),
        (b"", b"1 %\r2 %\r3 %\rdone\ncommand not found\n", 2),
    ],
)
def test_lines_are_numbered_as_an_editor_does(before: bytes, printed: bytes, number: int) -> None:
    """What was in the file before counts; a progress bar is one line, and so is a line that ends in CR and LF."""
    bench = Bench(before)
    bench.print(printed + STEPS)
    assert f"causes:\n{number}: command not found\n" in bench.told()


def test_behind_something_that_was_skipped_no_number_is_made_up() -> None:
    """Of a flood only the last 16 MiB are read."""
    bench = Bench()
    bench.print(b"x" * 100 + b"\n" + STEPS * 1200 + b"command not found\n" + STEPS)
    assert "causes:\ncommand not found\n" in bench.told()


def test_the_first_of_a_kind_stands_for_all() -> None:
    """Eight ranks, or a thousand retries, that say the same leave room for others."""
    bench = Bench()
    bench.print(
        b"connect: Connection refused\n" * 1000 + b"ImportError: libcudart.so.12: cannot open shared object file\n"
    )
    bench.print(STEPS, 2.0)
    told = bench.told().partition("; output: ")[0]
    assert told.count("Connection refused") == 1
    assert "1001: ImportError" in told


def test_what_the_job_has_long_survived_is_no_cause() -> None:
    """A warning from the start of a run that has gone on for hours is not why it hangs now."""
    bench = Bench()
    bench.print(b"mkdir: cannot create directory: Permission denied\n")
    for minute in range(60):
        bench.print(STEPS, 60.0 * minute)
    bench.print(b"OSError: [Errno 116] Stale file handle\n" + STEPS, 3600.0)
    told = bench.told(3800.0)
    assert "Permission" not in told
    assert "Stale file handle" in told


def test_causes_come_before_effects_where_room_is_short() -> None:
    """Many kinds of effects leave the cause its place."""
    kinds = watcher.Kinds("alpha\nbeta\neffects\n" + "\n".join(f"effect{sign}" for sign in "abcdefghijklmnop"))
    causes = watcher.Causes(kinds)
    lines = [b"effect%c" % (97 + n) for n in range(16)] + [b"alpha"]
    causes.hear(0.0, watcher.Heard(lines), lambda place: place)
    quoted = causes.quoted(0.0)
    assert [cause.number for cause in quoted] == [*range(watcher.CAUSE_LINES - 1), 16]


@pytest.mark.parametrize("quote_bytes", [1, 100, 2048, 3500])
def test_a_message_is_bounded_and_its_end_always_gets_half(quote_bytes: int) -> None:
    """Whatever is printed, in whatever language; the report allows 4 KiB."""
    bench = Bench(quote_bytes=quote_bytes)
    long = "内存不足".encode() + b" out of memory " * 90
    kinds = [
        b"CUDA error: ",
        b"bash: command not found ",
        b"Connection refused ",
        b"Permission denied ",
        b"Stale file handle ",
    ]
    bench.print(b"".join(kind + long + b"\n" for kind in kinds) + STEPS)
    message = bench.told()
    assert len(message.encode()) <= min(watcher.MESSAGE_BYTES_MAX, 2 * quote_bytes + 300)
    assert message.endswith(STEPS.decode().rstrip("\n")[-max(1, min(quote_bytes // 2, 1000)) :])


def test_nothing_is_quoted_where_nobody_wants_it() -> None:
    """`--quote-bytes 0`: output may hold what is nobody's business."""
    bench = Bench(quote_bytes=0)
    bench.print(b"CUDA out of memory\n" + STEPS)
    assert bench.told() == "no output for 100 s"


def test_a_lost_rank_is_told_with_the_cause_that_came_before_it() -> None:
    """The launcher tells last what the rank told first."""
    bench = Bench()
    bench.print(b"Fatal error in MPI_Init: Cannot allocate memory\n" + STEPS + LOST)
    message = bench.told(12.0)
    assert message.startswith("a rank was lost and nothing came after it; causes:\n1: Fatal error in MPI_Init")
    assert LOST.decode().strip() in message


def test_the_words_near_lost_ranks_are_in_each_of_them() -> None:
    """Lines are asked for built-in patterns only near such a word; with a pattern of the user's all are asked."""
    lines = (WATCHER.parent.parent / "tests" / "emitters" / "test_watcher_logic.py").read_bytes().split(b"\n")
    patterns = watcher.Patterns(watcher.LOST_RANK)
    told = [line for line in lines if patterns.find(line) is not None]
    assert len(told) > 8
    assert all(patterns.near(watcher.Heard([line]).shapes) for line in told)
    assert watcher.Patterns([*watcher.LOST_RANK, b"mine"]).near([b"anything"])
    assert not patterns.near(watcher.Heard(STEPS.split(b"\n")).shapes)


@example(b"~100~", b"a: ", b" a")
@given(
    st.sampled_from(sorted(TEXTS)),
    st.text("a~1_ :(-内").map(str.encode),
    st.text("a~1_ :(-内").map(str.encode),
)
def test_a_line_that_has_a_text_has_a_shape_that_has_it(text: bytes, before: bytes, after: bytes) -> None:
    """Only shapes are asked first; what they have not is looked for in no line."""
    small = watcher.Heard([before + text.strip(b"~") + after])
    if watcher.is_in(text, small.small):
        assert watcher.is_in(watcher._shape_of(text), small.shapes[0])


@pytest.mark.parametrize("shapes", [1, watcher.Kinds.SHAPES_APART, watcher.Kinds.SHAPES_APART + 1])
def test_rows_are_asked_for_where_a_line_may_have_all_of_one(shapes: int) -> None:
    """Words in two lines are no row of one line; of very many kinds of lines all rows are asked for."""
    kinds = watcher.Kinds("alpha&&beta\nalpha&&gamma")
    lines = [b"alpha 7 gamma", *(b"beta" + b"x" * number for number in range(1, shapes))]
    heard = watcher.Heard([*lines, b"alpha 8 gamma"])
    assert len(heard.shapes) == shapes
    assert kinds.likely(heard.shapes) == ({1} if shapes <= watcher.Kinds.SHAPES_APART else {0, 1})


def test_the_list_in_the_watcher_is_that_of_the_packs() -> None:
    """`python -m tools.packs` writes it."""
    text = WATCHER.read_text(encoding="utf-8")
    assert with_causes(text, list(library().values())) == text


def test_a_text_that_ends_like_a_row_leaves_the_next_one_whole() -> None:
    """The sign that parts rows, at the end of a text, is left out of the list."""
    rules = [
        PackedRule(name=text, match=Match(message=text), action=Action.HOLD) for text in ("access denied;", "no route")
    ]
    rows = watcher.Kinds(listed([Pack(name="a", version=1, about="", rules=tuple(rules))])).asked
    assert rows == [[[b"access denied"]], [[b"no route"]]]


def test_what_packs_know_is_quoted_so_that_they_know_it_again() -> None:
    """Each sample of each pack, deep in a job's output: the rule that decides it whole decides the quotation.

    But for rules about programs that nobody knows: what a silent job printed is no confession, so they ask it not.
    """
    sources = read_packs()
    policy = policy_of(list(library().values()))
    samples = [
        (entry.name, entry.systems[0], sample)
        for source in sources
        for entry in source.file.rules
        for sample in entry.samples
        if isinstance(sample, str) and source.pack.name not in {"plain", "inputs", "words", "complaints", "refusals"}
    ]
    kinds = watcher.Kinds(watcher.CAUSES)
    changed = []
    for name, system, sample in samples:
        whole = STEPS.decode() + sample + "\n" + STEPS.decode()
        bench = Bench()
        bench.watch._causes = watcher.Causes(kinds)
        bench.print(whole.encode())
        found = first_match(policy, failure_of(bench.told(), system))
        if found is None or found.name != name:
            changed.append((name, found and found.name, sample))
    assert len(samples) > 300
    assert len(changed) <= 0.01 * len(samples), changed


@pytest.mark.parametrize(
    "line",
    [
        b"step %d residual 0.125 of node failed to connect error memory file\n",
        b"%d the job has not been able to open the file as the device is busy or the network was lost again\n",
        b"srun: error: node01: running at lost retry %d\n",
        b"%dqzvkjxw" + b"kjhgfqwrtzpsdfghjklmnbv" * 30 + b"\n",
    ],
)
def test_listening_is_linear_in_what_is_printed(line: bytes) -> None:
    """Twice the output, about twice the time, whatever it says: pieces of fixed size are heard one by one."""

    def seconds(lines: int) -> float:
        bench = Bench()
        bench.files.write("out", b"".join(line % number for number in range(lines)))
        began = time.process_time()
        bench.watch.look(1.0)
        return time.process_time() - began

    seconds(100)
    assert seconds(16_000) < 5 * seconds(8_000) + 0.2


def test_what_is_remembered_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encoded data has no end of new words; the pieces of those that come again are still found."""
    monkeypatch.setattr(watcher.Pieces, "REMEMBERED", 1000)
    pieces = watcher.Pieces()
    memory = pieces.of(b"memory")
    letters = itertools.permutations(b"abcdefghij", 9)
    for _ in range(10):
        words = [bytes(next(letters)) for _ in range(300)]
        assert pieces.within([*words, b"outofmemoryerror"]) == {b"outofmemoryerror": memory}
        assert len(pieces._known) <= 1000
