"""The stuck-rank watcher run as a job runs it: the job's world and end are its own."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import time

import pytest

from tests.emitters.conftest import BOTH, QUICK, SLURM, UNTIL_GO, WATCHER, Node, ended, go, wait_for


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


@BOTH
@pytest.mark.parametrize("name", ["bin/solver.sh", "solver.sh"])
def test_a_script_without_a_first_line_runs_as_from_a_shell(node: Node, name: str) -> None:
    """The kernel does not take it, every shell does: a job that runs without the watcher runs with it."""
    script = node.folder / "bin" / "solver.sh"
    script.write_text('echo "$0" "$1"; exit 7\n')
    script.chmod(0o755)
    job = node.watch("--stall-s 60", name, "a b")
    assert job.wait(10) == 7
    assert node.output.read_text() == f"{script if name == 'solver.sh' else name} a b\n"


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


def test_a_stopped_job_does_not_hang(node: Node) -> None:
    """While the job is stopped (a scheduler suspends it), time does not count."""
    job = node.watch("--stall-s 0.7", "bash", "-c", "for i in {1..6}; do echo $i; sleep 0.05; done")
    wait_for(lambda: node.output.read_text() != "", "the first step")
    job.send_signal(signal.SIGSTOP)
    time.sleep(1)
    job.send_signal(signal.SIGCONT)
    assert job.wait(10) == 0
    assert node.lines() == []
