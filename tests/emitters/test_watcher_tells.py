"""The stuck-rank watcher run as a job runs it: what it tells of the job, and where it writes it."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from emitters import stuck_rank_watcher as watcher
from tests.emitters.conftest import BOTH, CLUSTER, PBS, QUICK, SLURM, UNTIL_GO, USER, Node, fake_mpi, go, wait_for


@BOTH
def test_a_rank_dies_and_the_job_is_told_while_it_lives(node: Node) -> None:
    """The launcher's line, then silence: one failure with rank, node and who the job is; the job still runs."""
    (node.folder / "nodes").write_text("compute001\ncompute003\n")
    job = node.watch(
        "--stall-s 60 --lost-rank-s 0.2", *fake_mpi(3, 100, 1, 4), environ={**PBS, "PBS_NODEFILE": "nodes"}
    )
    (failure,) = node.told()
    assert (failure.job_id, failure.reason, failure.node) == ("1.scheduler", "lost_rank", "compute001")
    assert (failure.scope.key, failure.job_name, failure.queue, failure.owner) == (
        f"ehpc/cn-hangzhou/{CLUSTER}",
        "cfd-mesh",
        "workq",
        USER,
    )
    assert "process rank 1 with PID" in failure.message
    assert failure.extra == {
        "rank": "1",
        "lost_node": "compute003",
        "emitter": "stuck_rank_watcher",
        "host": socket.gethostname(),
    }
    assert (failure.started_at, failure.restart_count) == (None, None)
    assert abs(failure.occurred_at - time.time()) < 5
    assert job.poll() is None
    time.sleep(0.2)
    assert len(node.lines()) == 1


@BOTH
def test_a_job_that_prints_no_more_is_told(node: Node) -> None:
    """Silence for --stall-s is told with the last output; Slurm's start time and restart counter go along."""
    node.watch("--stall-s 0.8", "bash", "-c", "echo step 1; echo step 2; sleep 60", environ=SLURM)
    (failure,) = node.told()
    assert (failure.reason, failure.message) == ("stalled", "no output for 0.8 s; output: step 1\nstep 2")
    assert (failure.job_id, failure.started_at, failure.restart_count) == ("77", 1767608130.0, 2)
    assert (failure.node, failure.job_name, failure.queue, failure.owner) == ("compute007", "mesh", "long", USER)


def test_each_start_of_the_job_is_a_life_of_its_own(node: Node) -> None:
    """What an earlier run left in the same output file counts no more; a second hang is a second, other failure."""
    node.watch("--stall-s 60 --lost-rank-s 0.2", *fake_mpi(2, 100, 1, 2), environ={**SLURM, "SLURM_RESTART_COUNT": "0"})
    node.told(1)
    node.stop()
    assert "process rank 1" in node.errors
    job = node.watch(
        "--stall-s 60 --lost-rank-s 0.2", "bash", "-c", "echo step; echo step >&2; sleep 0.7", environ=SLURM
    )
    assert job.wait(10) == 0
    assert len(node.lines()) == 1
    node.watch(QUICK, "sleep", "60", environ=SLURM)
    first, second = node.told(2)
    assert (first.restart_count, second.restart_count) == (0, 2)
    assert (first.reason, second.reason) == ("lost_rank", "stalled")
    assert first.telling_id != second.telling_id


def test_rotated_output_is_followed(node: Node) -> None:
    """A line in the file that was moved away, or in the new one, is heard; truncating is no end either."""
    script = (
        "exec >log; echo one; sleep 0.2; mv log log.1; exec >log; echo two; sleep 0.2; : >log;"
        "echo 'slurmstepd: error: *** STEP 7.0 CANCELLED AT now DUE TO NODE FAILURE ***'; sleep 60"
    )
    node.watch("--output log --stall-s 60 --lost-rank-s 0.2", "bash", "-c", script)
    (failure,) = node.told()
    assert failure.reason == "lost_rank"
    assert "DUE TO NODE FAILURE" in failure.message


@BOTH
def test_a_huge_line_and_bytes_that_are_no_text(node: Node) -> None:
    """10 MB without a line's end, then a line that is no UTF-8: found, told as escapes, within a few KiB."""
    script = (
        "import os, time\nos.write(1, b'x' * (10 << 20))\n"
        "os.write(1, b'\\nsrun: error: n\\xff7: task 3: Killed')\ntime.sleep(60)"
    )
    node.watch("--stall-s 60 --lost-rank-s 0.2", sys.executable, "-c", script)
    (failure,) = node.told()
    assert (failure.reason, failure.extra["lost_node"], failure.extra["rank"]) == ("lost_rank", "n\\xff7", "3")
    assert "n\\xff7: task 3: Killed" in failure.message
    assert len(node.lines()[0]) < 5000


def test_a_huge_line_in_a_stall_is_bounded(node: Node) -> None:
    """The last output that is told with a stall never exceeds --quote-bytes."""
    node.watch(
        "--stall-s 1 --quote-bytes 100",
        sys.executable,
        "-c",
        "import time; print('y' * 10**7, flush=True); time.sleep(60)",
    )
    (failure,) = node.told()
    assert failure.message == "no output for 1 s; output: " + "y" * 100


def test_a_report_file_that_cannot_be_written(node: Node) -> None:
    """Said at once, and once when it matters; tried again until it works, and no concern of the job."""
    folder = node.folder / "later"
    environ = {**node.environ, "SECONDWIND_REPORT_DIR": str(folder), "PBS_JOBID": "1.scheduler"}
    job = node.watch(QUICK, "bash", "-c", UNTIL_GO + "; exit 3", environ=environ)
    wait_for(lambda: "not be able to tell" in node.errors, "a word about it before anything has failed")
    wait_for(lambda: "cannot write" in node.errors, "a word about it")
    time.sleep(0.2)
    assert node.errors.count("cannot write") == 1
    folder.mkdir()
    wait_for((folder / node.report.name).exists, "the line after all")
    go(node)
    assert job.wait(10) == 3


def test_a_line_that_was_cut_off_is_told_again_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up in the middle leaves a part, which takes nothing with it; a reader sees whole lines."""
    path = tmp_path / "x.log"
    write = os.write
    for room in (30, 0, 1000, 1000):
        monkeypatch.setattr(os, "write", lambda descriptor, data, room=room: write(descriptor, data[:room]))
        with pytest.raises(OSError, match="No space") if room < 1000 else contextlib.nullcontext():
            watcher.append_line(str(path), b'{"a": "' + b"x" * 100 + b'"}\n')
    assert [len(line) for line in path.read_bytes().splitlines()] == [30, 109, 109]


@pytest.mark.parametrize(
    ("ends", "is_open"), [([b"x\n"], False), ([b"x"], True), ([b"x", b"xy"], False), ([b"x", b"xy\n"], False)]
)
def test_a_line_that_is_just_being_written_is_not_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: list[bytes], *, is_open: bool
) -> None:
    """A long one shows page by page: nobody puts a line end behind it, only behind what stays as it is."""
    path = tmp_path / "x.log"
    path.write_bytes(ends[0])
    monkeypatch.setattr(time, "sleep", lambda _: path.write_bytes(ends[-1]))
    assert watcher.has_open_line(str(path)) is is_open


@pytest.mark.parametrize("kind", ["link", "fifo", "full"])
def test_a_report_file_that_is_a_trap(node: Node, kind: str) -> None:
    """A planted symbolic link is not followed, a pipe that nobody reads holds up nothing, a full disk is only said."""
    if kind == "fifo":
        os.mkfifo(node.report)
    else:
        node.report.symlink_to("/dev/full" if kind == "full" else node.folder / "elsewhere")
    options = f"{QUICK} --report-file /dev/full" if kind == "full" else QUICK
    job = node.watch(options, "bash", "-c", UNTIL_GO + "; exit 3")
    wait_for(lambda: "cannot write to" in node.errors, "a word about it")
    go(node)
    assert job.wait(10) == 3
    assert not (node.folder / "elsewhere").exists()


def test_a_rank_without_heartbeat_is_named(node: Node) -> None:
    """Heartbeats decide if they are asked for: a rank that stops beating is told by name though others go on."""
    (node.folder / "rank-9").write_text("left by an earlier run")
    script = "for i in {1..99}; do echo $i; touch rank-0 rank-1; if ((i < 8)); then touch rank-2; fi; sleep 0.05; done"
    node.watch("--heartbeat rank-* --stall-s 1", "bash", "-c", script)
    (failure,) = node.told()
    assert failure.reason == "stalled"
    assert failure.message.startswith("no heartbeat for 1 s from rank-2; output:")
