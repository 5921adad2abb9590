"""The stuck-rank watcher reads what a job prints: files that come late or are rotated, and floods."""

from __future__ import annotations

import itertools
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emitters import stuck_rank_watcher as watcher
from tests.emitters.watcher_bench import LOST, Bench, FakeFiles, reason


def test_what_was_there_before_is_not_of_this_run() -> None:
    """Old lines are neither heard nor quoted, also when new ones follow; silence counts from the watcher's start."""
    watch = Bench().start()
    assert [reason(watch.look(float(second))) for second in (0, 50, 99, 100)] == ["", "", "", "stalled"]
    bench = Bench()
    watch = bench.start()
    bench.files.write("out", b"step 1\n")
    assert [reason(watch.look(float(second))) for second in (1, 50, 100)] == ["", "", ""]
    found = watch.look(101.0)
    assert found is not None
    assert found.message == "no output for 100 s; output: step 1"


def test_a_file_that_never_appears_proves_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """A wrong name must not have healthy jobs killed: it is said once, and nothing is told."""
    bench = Bench()
    bench.files.names.clear()
    watch = bench.start()
    assert [watch.look(float(second)) for second in range(0, 500, 10)] == [None] * 50
    assert capfd.readouterr().err.count("is the name") == 1


def test_a_file_that_appears_late_is_read_from_its_start() -> None:
    """A file made after the watcher's start belongs to this run."""
    bench = Bench()
    bench.files.names.clear()
    watch = bench.start()
    watch.look(0.0)
    bench.files.write("out", LOST)
    assert [reason(watch.look(second)) for second in (5.0, 15.0)] == ["", "lost_rank"]


def test_nothing_is_lost_by_rotation() -> None:
    """What the old file got after the last look is heard, though its name is another file's by now."""
    bench = Bench()
    watch = bench.start()
    watch.look(0.0)
    bench.files.write("out", LOST)
    bench.files.move("out", "out.1")
    bench.files.write("out", b"new file\n")
    watch.look(1.0)
    found = watch.look(11.0)
    assert found is not None
    assert found.groups["node"] == "compute003"


def test_a_file_that_was_cut_short_is_read_from_its_start() -> None:
    """Copied away and truncated, as some rotations do: what is written then is new."""
    bench = Bench()
    watch = bench.start()
    bench.files.contents[bench.files.names["out"]] = b""
    bench.files.write("out", LOST)
    watch.look(1.0)
    assert reason(watch.look(11.0)) == "lost_rank"


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_lines_do_not_depend_on_how_they_arrive(parts: list[bytes]) -> None:
    """Whatever the cuts, the lines are those of the whole; CR and LF end a line."""
    whole = b"".join(parts)
    lines = watcher.Lines()
    got = [line for part in parts for line in lines.feed(part)]
    assert [*got, lines.open_line] == whole.replace(b"\r", b"\n").split(b"\n")


def test_a_line_without_end_costs_linear_time_and_bounded_memory() -> None:
    """10 MB in pieces of 1 KiB: the head is kept, and the cost is that of looking at each byte once."""
    lines = watcher.Lines()
    piece = b"z" * 1024
    began = time.process_time()
    for _ in range(10_000):
        assert list(lines.feed(piece)) == []
    assert time.process_time() - began < 1
    assert lines.open_line == b"z" * watcher.LINE_BYTES_MAX


def test_a_flood_is_skipped_not_chased() -> None:
    """Of 40 MB that came between two looks at most 16 MiB are read: the job's cores are the job's."""
    bench = Bench()
    watch = bench.start()
    bench.files.write("out", (b"x" * 99 + b"\n") * 400_000 + LOST)
    watch.look(1.0)
    assert bench.files.reads <= 1 + watcher.READ_BYTES_MAX // 65536
    assert reason(watch.look(11.0)) == "lost_rank"


def test_memory_is_bounded_whatever_the_job_prints() -> None:
    """200,000 of the shortest lines between two looks cost no more than a piece of them."""
    files = FakeFiles()
    files.write("out", b"")
    tail = watcher.Tail("out", files)
    files.write("out", b"ab\n" * 200_000)
    heard = itertools.count()

    def hear(lines: list[bytes], _: watcher.Numbers) -> None:
        for _line in lines:
            next(heard)

    tracemalloc.start()
    assert tail.read(hear)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert next(heard) == 200_000
    assert peak_bytes < 4 << 20
