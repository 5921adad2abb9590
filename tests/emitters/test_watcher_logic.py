"""The stuck-rank watcher's decisions, with time and files in the test's hand."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from emitters import stuck_rank_watcher as watcher
from tests.emitters.conftest import WATCHER
from tests.emitters.watcher_bench import LOST, Bench, reason


@pytest.mark.parametrize(
    ("later_output", "told_at"),
    [([], 15), ([6, 9], 19), ([6, 16], None), ([14, 15], 25)],
)
def test_a_lost_rank_is_told_only_if_silence_follows(later_output: list[int], told_at: int | None) -> None:
    """Line at second 5; output up to 10 s after it is its echo, later output shows that the job survived it."""
    bench = Bench()
    watch = bench.start()
    told = None
    for second in range(60):
        if second == 5:
            bench.files.write("out", LOST)
        if second in later_output:
            bench.files.write("out", b"step\n")
        found = watch.look(float(second))
        if found:
            assert (found.reason, found.groups) == ("lost_rank", {"rank": "3", "node": "compute003"})
            told = second
            break
    assert told == told_at


def test_output_that_a_late_look_shows_proves_no_survival() -> None:
    """Looks may lie a minute apart: what came in between may have come at once after the line."""
    bench = Bench()
    watch = bench.start()
    bench.files.write("out", LOST)
    assert watch.look(5.0) is None
    bench.files.write("out", b"step\n")
    assert watch.look(60.0) is None
    assert reason(watch.look(70.0)) == "lost_rank"


def test_any_output_puts_the_stall_off() -> None:
    """Progress every 60 s for an hour is no stall of 100 s, though no line ever ends."""
    bench = Bench()
    watch = bench.start()
    for second in range(0, 3600, 20):
        if second % 60 == 0:
            bench.files.write("out", b".")
        assert watch.look(float(second)) is None
    assert reason(watch.look(3700.0)) == "stalled"


def test_ranks_that_never_beat_are_missed_only_if_their_number_is_known() -> None:
    """Without --ranks, beats that never came may be a wrong pattern; with it, a rank that never came is told."""
    for ranks, expected in ((0, ""), (2, "stalled")):
        bench = Bench("hb/*", ranks)
        bench.files.write("hb/0", b"old")
        bench.files.write("hb/1", b"old")
        watch = bench.start()
        assert reason(watch.look(100.0)) == expected
    bench = Bench("hb/*", 2)
    watch = bench.start()
    for second in (1, 50, 99):
        bench.files.write("hb/0", b".")
        assert watch.look(float(second)) is None
    bench.files.write("hb/0", b".")
    found = watch.look(100.0)
    assert found is not None
    assert found.message == "after 100 s only 1 of 2 ranks have a heartbeat"


def test_a_rank_that_removes_its_heartbeat_has_done_its_work() -> None:
    """Ranks finish at different times: a removed file is no silence. One that stays and stops is."""
    bench = Bench("hb/*")
    watch = bench.start()
    for path in ("hb/0", "hb/1"):
        bench.files.write(path, b".")
    watch.look(1.0)
    del bench.files.names["hb/0"]
    assert watch.look(50.0) is None
    found = watch.look(101.0)
    assert found is not None
    assert "from 1" in found.message
    assert "0" not in found.message.partition("from ")[2]


def test_many_silent_ranks_are_a_short_message() -> None:
    """Of 10,000 ranks five are named."""
    bench = Bench("hb/*")
    watch = bench.start()
    for number in range(10_000):
        bench.files.write(f"hb/rank-{number:05}", b".")
    watch.look(0.0)
    found = watch.look(100.0)
    assert found is not None
    assert found.message.endswith("from rank-00000, rank-00001, rank-00002, rank-00003, rank-00004 and 9995 more")


@pytest.mark.parametrize(
    ("line", "groups"),
    [
        (LOST.strip(), {"rank": "3", "node": "compute003"}),
        (b"ORTE has lost communication with a remote daemon.", {}),
        (b"PRTE has lost communication with a remote daemon.", {}),
        (b"  Remote daemon: [[64112,0],1] on node 10.126.10.10", {"node": "10.126.10.10"}),
        (b"=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES", {}),
        (b"=   RANK 0 PID 5490 RUNNING AT gn59", {"rank": "0", "node": "gn59"}),
        (b"=   PID 31104 RUNNING AT n2", {"node": "n2"}),
        (b"An MPI communication peer process has unexpectedly disconnected.  This", {}),
        (b"srun: error: compute003: tasks 4-7: Killed", {"rank": "4", "node": "compute003"}),
        (b"srun: error: n4: task 1: Killed", {"rank": "1", "node": "n4"}),
        (b"srun: error: Node failure on compute003", {"node": "compute003"}),
        (b"slurmstepd: error: *** STEP 12.0 ON c1 CANCELLED AT 2026-01-05T02:00:00 DUE TO NODE FAILURE ***", {}),
        (b"[compute003:01] ibv_poll_cq: transport retry counter exceeded (12)", {}),
        (b"step 12 residual 1e-3, node 3 of 4, error 0.1", None),
        (b"rank 3 finished in 12 s", None),
        (b"server with PID 12 running at n2", None),
        (b"srun: job 12 has been allocated resources", None),
    ],
)
def test_the_launchers_words_are_known(line: bytes, groups: dict[str, str] | None) -> None:
    """What Open MPI, Intel MPI, MPICH and Slurm print of a lost rank, and what ordinary output is not."""
    assert watcher.Patterns(watcher.LOST_RANK).find(line) == groups


def test_who_was_lost_may_stand_in_a_later_line() -> None:
    """MPICH says first that something went wrong, and then where; the wait counts from the first."""
    bench = Bench()
    watch = bench.start()
    bench.files.write("out", b"=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES\n")
    assert watch.look(5.0) is None
    bench.files.write("out", b"=   PID 31104 RUNNING AT n2\n=   RANK 7 PID 1 RUNNING AT n9\n")
    assert watch.look(6.0) is None
    finding = watch.look(16.0)
    assert finding is not None
    assert (finding.reason, finding.groups) == ("lost_rank", {"node": "n2"})


def test_a_line_told_late_tells_the_time_of_the_failure(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Until the file can be written it says so once; then the line has the time at which the failure was found."""
    clock = iter([1767608130.9, 1767609999.0])
    report = watcher.Reporter(str(tmp_path / "later" / "x.log"), {"job_id": "1"}, lambda: next(clock))
    finding = watcher.Finding("stalled", "m", {})
    assert [report(finding), report(finding)] == [False, False]
    assert capfd.readouterr().err.count("cannot write") == 1
    (tmp_path / "later").mkdir()
    assert report(finding)
    assert json.loads((tmp_path / "later" / "x.log").read_text())["occurred_at"] == 1767608130


def test_settings_are_read_as_written(tmp_path: Path) -> None:
    """Comments, blanks and quotes; what the file lacks is not set; no file, nothing set."""
    path = tmp_path / "emitters.conf"
    path.write_bytes(
        b"# SECONDWIND_REGION=no\nSECONDWIND_CLUSTER_ID = 'ehpc-hz-1'\n\xff\nSECONDWIND_REPORT_DIR=\"/a b\"\n"
    )
    assert watcher.read_config(str(path)) == {"SECONDWIND_CLUSTER_ID": "ehpc-hz-1", "SECONDWIND_REPORT_DIR": "/a b"}
    assert watcher.read_config(str(tmp_path / "none")) == {}


def test_its_grammar_is_that_of_python_3_6() -> None:
    """Nodes of a cluster are often old: no newer syntax, and only the standard library."""
    tree = ast.parse(WATCHER.read_text(), feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert {name for name in imported if "." in name or name not in __import__("sys").stdlib_module_names} == set()
