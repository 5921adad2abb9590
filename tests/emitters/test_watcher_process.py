"""The stuck-rank watcher, run as a job runs it."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.emitters.conftest import BOTH, CLUSTER, PBS, USER, WATCHER, Node, ended, fake_mpi, wait_for

QUICK = "--stall-s 0.3 --lost-rank-s 0.2"
SLURM = {
    "SLURM_JOB_ID": "77",
    "SLURM_JOB_START_TIME": "1767608130",
    "SLURM_RESTART_COUNT": "2",
    "SLURMD_NODENAME": "compute007",
    "SLURM_JOB_NAME": "mesh",
    "SLURM_JOB_PARTITION": "long",
    "SLURM_JOB_USER": USER,
}
UNTIL_GO = "until [ -e go ]; do sleep 0.05; done"


def go(node: Node) -> None:
    """End a job that waits with UNTIL_GO."""
    (node.folder / "go").touch()


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


@BOTH
@pytest.mark.parametrize(
    ("script", "status"), [("echo out; echo err >&2", 0), ("exit 7", 7), ("kill -TERM $$", -signal.SIGTERM)]
)
def test_the_job_s_status_and_output_are_its_own(node: Node, script: str, status: int) -> None:
    """A job that ends, well, badly or by a signal, ends so; nothing is told and nothing is added to its output."""
    job = node.watch("--stall-s 60", "bash", "-c", script)
    assert job.wait(10) == status
    assert node.output.read_text() == ("out\n" if status == 0 else "")
    assert node.errors == ("err\n" if status == 0 else "")
    assert node.lines() == []


def test_signals_reach_the_job_once(node: Node) -> None:
    """USR1 and TERM to the process, INT and HUP to the group as a terminal does: heard once each, and watched on."""
    script = 'for s in USR1 INT HUP TERM; do trap "echo $s" $s; done; echo ready; while :; do sleep 0.02; done'
    job = node.watch("--stall-s 0.6", "bash", "-c", script)
    wait_for(lambda: "ready" in node.output.read_text(), "the job")
    for send, number in ((os.kill, "USR1"), (os.killpg, "INT"), (os.killpg, "HUP"), (os.kill, "TERM")):
        send(job.pid, signal.Signals[f"SIG{number}"])
        wait_for(functools.partial(heard, node, number), number)
    assert len(node.told()) == 1
    assert node.output.read_text().split() == ["ready", "USR1", "INT", "HUP", "TERM"]


def heard(node: Node, word: str) -> bool:
    """Whether the job has said so."""
    return word in node.output.read_text()


def test_the_job_s_world_is_the_same_with_and_without_it(node: Node) -> None:
    """Environment, ignored and blocked signals, children and open files of the command do not change."""
    # What grep inherits: the shell's own mask blocks three more signals for the moment in which it starts grep.
    script = (
        "tr '\\0' '\\n' </proc/$$/environ; grep -E '^Sig(Ign|Blk)' /proc/self/status;"
        "wc -w </proc/$$/task/$$/children; ls /proc/$$/fd"
    )
    node.start("bash", "-c", script).wait(10)
    without = node.output.read_text()
    node.output.unlink()
    node.watch("--stall-s 60", "bash", "-c", script).wait(10)
    assert node.output.read_text() == without
    assert "SigIgn" in without
    assert "PBS_JOBID" in without


def test_pipes_flow_untouched(node: Node) -> None:
    """Output to pipes arrives byte by byte; with no file to watch that is said, and the job runs all the same."""
    data = bytes(range(256)) * 4096
    (node.folder / "data").write_bytes(data)
    job = node.watch(QUICK, "cat", "data", stdout=subprocess.PIPE)
    assert job.communicate(timeout=10)[0] == data
    assert job.returncode == 0
    assert "standard output is no file" in node.errors
    assert node.lines() == []


@BOTH
def test_it_watches_the_script_that_started_it(node: Node) -> None:
    """Without `--` it watches its parent: hanging is told, and when the script ends, it ends as well."""
    line = f"{node.python} {WATCHER} --poll-s 0.05 {QUICK} & echo $! >watcher.pid; {UNTIL_GO}"
    job = node.start("bash", "-c", line)
    (failure,) = node.told()
    assert failure.reason == "stalled"
    assert job.poll() is None
    go(node)
    job.wait(10)
    wait_for(lambda: ended(node.folder / "watcher.pid"), "the watcher's end")


def test_it_ends_with_the_script_and_tells_nothing(node: Node) -> None:
    """A script that ends in time is no failure, whatever the watcher waited for."""
    line = f"{node.python} {WATCHER} --poll-s 0.05 --stall-s 2 & echo $! >watcher.pid; sleep 0.3"
    node.start("bash", "-c", line).wait(10)
    wait_for(lambda: ended(node.folder / "watcher.pid"), "the watcher's end")
    assert node.lines() == []


def test_a_script_that_is_gone_is_not_taken_for_its_successor(node: Node) -> None:
    """If the script ends before the watcher has begun, process 1 is its parent then: that one is no job."""
    line = f"(sleep 0.2; exec {node.python} {WATCHER} --poll-s 0.05 {QUICK}) & echo $! >watcher.pid"
    node.start("bash", "-c", line).wait(10)
    wait_for(lambda: ended(node.folder / "watcher.pid"), "the watcher's end")
    assert "has ended" in node.errors
    assert node.lines() == []


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
    """Said once on standard error, tried again until it works, and no concern of the job."""
    folder = node.folder / "later"
    environ = {**node.environ, "SECONDWIND_REPORT_DIR": str(folder), "PBS_JOBID": "1.scheduler"}
    job = node.watch(QUICK, "bash", "-c", UNTIL_GO + "; exit 3", environ=environ)
    wait_for(lambda: "cannot write" in node.errors, "a word about it")
    time.sleep(0.2)
    assert node.errors.count("cannot write") == 1
    folder.mkdir()
    wait_for((folder / node.report.name).exists, "the line after all")
    go(node)
    assert job.wait(10) == 3


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


@pytest.mark.parametrize(
    ("options", "environ", "word"),
    [
        ("--stall-s soon", None, "stall-s"),
        ("--nonsense", None, "nonsense"),
        ("--pattern (", None, "--pattern"),
        ("--cluster-id x_y", None, "cluster id"),
        (QUICK, {}, "job id"),
        (QUICK, {"PBS_JOBID": "$(id)"}, "job id"),
    ],
)
def test_a_mistake_never_keeps_the_job_from_running(
    node: Node, options: str, environ: dict[str, str] | None, word: str
) -> None:
    """Wrong options and missing ids are said on standard error; the command runs with its own status."""
    job = node.watch(options, "bash", "-c", "echo ran; exit 5", environ=environ)
    assert job.wait(10) == 5
    assert node.output.read_text() == "ran\n"
    assert word in node.errors
    assert "Traceback" not in node.errors


def test_commands_that_cannot_run_end_as_in_a_shell(node: Node) -> None:
    """127 if there is none, 126 if it may not be run, and one line that says so; 2 if there is nothing to watch."""
    assert node.watch(QUICK, "no-such-command").wait(10) == 127
    assert node.watch(QUICK, str(node.folder)).wait(10) == 126
    assert node.watch("--cluster-id x_y").wait(10) == 2
    assert node.errors.count("cannot run") == 2


def test_help_is_help_and_no_reason_to_keep_a_job_from_running(node: Node) -> None:
    """Without a command it prints the options; before one, the command runs all the same."""
    assert node.watch("--help").wait(10) == 0
    assert "--stall-s" in node.output.read_text()
    assert node.watch("--help", "bash", "-c", "exit 5").wait(10) == 5


def test_a_job_that_has_ended_but_was_not_reaped_does_not_hang(node: Node) -> None:
    """A process that its parent has not waited for yet is over."""
    node.watch("--stall-s 0.8", "true")
    time.sleep(1.1)
    assert node.lines() == []


def test_only_the_first_rank_has_a_watcher(node: Node) -> None:
    """Started once a rank (by srun) it watches in rank 0 alone and is silent in the others."""
    job = node.watch(QUICK, "sleep", "0.7", environ={**SLURM, "SLURM_PROCID": "3"})
    assert job.wait(10) == 0
    assert (node.lines(), node.errors) == ([], "")


def test_a_rank_without_heartbeat_is_named(node: Node) -> None:
    """Heartbeats decide if they are asked for: a rank that stops beating is told by name though others go on."""
    (node.folder / "rank-9").write_text("left by an earlier run")
    script = "for i in {1..99}; do echo $i; touch rank-0 rank-1; if ((i < 8)); then touch rank-2; fi; sleep 0.05; done"
    node.watch("--heartbeat rank-* --stall-s 1", "bash", "-c", script)
    (failure,) = node.told()
    assert failure.reason == "stalled"
    assert failure.message.startswith("no heartbeat for 1 s from rank-2; output:")


def test_a_stopped_job_does_not_hang(node: Node) -> None:
    """While the job is stopped (a scheduler suspends it), time does not count."""
    job = node.watch("--stall-s 0.7", "bash", "-c", "for i in {1..6}; do echo $i; sleep 0.05; done")
    wait_for(lambda: node.output.read_text() != "", "the first step")
    job.send_signal(signal.SIGSTOP)
    time.sleep(1)
    job.send_signal(signal.SIGCONT)
    assert job.wait(10) == 0
    assert node.lines() == []
