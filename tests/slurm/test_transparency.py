"""With its watcher a real launcher ends as it does alone: ten signals and some exit codes, under both MPIs."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.conftest import WATCHER
from tests.slurm.daemons import wait_for
from tests.slurm.keeper import members

SIGNALS = ("HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "ALRM", "ABRT", "SEGV", "KILL")
CODES = (0, 1, 3, 77, 255)
BY_CHANCE = {"INT": {0, 2}, "QUIT": {0, 3, 11}, "USR1": {0, 10}, "TERM": {0, 15}, "ALRM": {0, 14}}
"""MPICH hands these on to its ranks or loses them, so alone it ends a job in each of these ways (seen: 22 each)."""
LASTS_S = 6
MOST_OF_A_CORE = 0.12
MEASURED_S = 15.0
PRINTED_A_SECOND = 200_000_000
PRINTS = f"""
import os, time
part = b"step 1234, residual 1.234e-05, of a solver that prints far too much\\n" * (1 << 14)
began, printed = time.monotonic(), 0
while True:
    while printed < {PRINTED_A_SECOND} * (time.monotonic() - began):
        printed += os.write(1, part)
    time.sleep(0.005)
"""
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("SLURM")},
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "PBS_JOBID": "1.scheduler",
}


def hear_signals() -> None:
    """What the tests ignore is not handed on."""
    for name in SIGNALS:
        if name != "KILL":
            signal.signal(getattr(signal, f"SIG{name}"), signal.SIG_DFL)


def started(launcher: str, script: str, folder: Path, *, watched: bool) -> subprocess.Popen[bytes]:
    """Two ranks of that script."""
    folder.mkdir()
    command = [launcher, "-n", "2", "bash", "-c", f"touch {shlex.quote(str(folder))}/$$.rank; {script}"]
    if watched:
        told = ["--cluster-id", "ehpc-x", "--report-file", str(folder / "told"), "--poll-s", "0.3"]
        command = [sys.executable, str(WATCHER), *told, "--", *command]
    with (folder / "out").open("wb") as out:
        return subprocess.Popen(
            command,
            env=ENVIRON,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=hear_signals,  # noqa: PLW1509 - no thread of the tests holds a lock that this needs
        )


def ends(launcher: str, folder: Path, *, watched: bool) -> dict[str, int]:
    """How the launcher ended after each signal and each exit code of its ranks."""
    place = folder / str(watched)
    place.mkdir()
    jobs = {one: started(launcher, f"exec sleep {LASTS_S}", place / one, watched=watched) for one in SIGNALS}
    for one, job in jobs.items():
        until_both_run(place / one)
        job.send_signal(getattr(signal, f"SIG{one}"))
    codes = {str(code): started(launcher, f"exit {code}", place / str(code), watched=watched) for code in CODES}
    return {one: job.wait(60) for one, job in {**jobs, **codes}.items()}


def until_both_run(folder: Path) -> None:
    """Both ranks are what they will be: a signal that met their shell would have another end."""
    wait_for(lambda: [_runs(path.stem) for path in folder.glob("*.rank")] == ["sleep"] * 2, f"ranks in {folder}")


def _runs(pid: str) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


@pytest.mark.parametrize("launcher", ["mpirun.openmpi", "mpirun.mpich"])
def test_a_launcher_ends_as_it_does_alone(launcher: str) -> None:
    """Status or signal, the same with and without."""
    with tempfile.TemporaryDirectory() as name:
        ended = {watched: ends(launcher, Path(name), watched=watched) for watched in (False, True)}
        for one, chances in BY_CHANCE.items() if launcher == "mpirun.mpich" else ():
            assert {ended[watched].pop(one) for watched in ended} <= chances
        assert ended[True] == ended[False]
        assert ended[True]["KILL"] == -signal.SIGKILL
        assert [ended[True][str(code)] for code in CODES] == list(CODES)


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """For gigabytes, of which memory may have too few."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def test_the_watcher_takes_little_of_a_core(tmp_path: Path, on_disk: Path) -> None:
    """Of 200 MB a second that a job prints it reads the end, and rests 15 times as long as it looked."""
    out = on_disk / "out"
    told = ["--cluster-id", "ehpc-x", "--report-file", str(tmp_path / "told"), "--poll-s", "1"]
    with out.open("wb") as file:
        command = [sys.executable, str(WATCHER), *told, "--", sys.executable, "-c", PRINTS]
        job = subprocess.Popen(command, env=ENVIRON, stdout=file)
        try:
            wait_for(lambda: out.stat().st_size and _watcher(tmp_path, job.pid), "the watcher")
            watcher = _watcher(tmp_path, job.pid)
            began, printed, took_s = time.monotonic(), out.stat().st_size, _cpu_s(watcher)
            wait_for(lambda: time.monotonic() - began >= MEASURED_S, "seconds")
            took_s, printed = _cpu_s(watcher) - took_s, out.stat().st_size - printed
            lasted_s = time.monotonic() - began
        finally:
            job.kill()
            job.wait()
            out.unlink()
    assert took_s <= MOST_OF_A_CORE * lasted_s, (
        f"{took_s / lasted_s:.1%} of a core at {printed / lasted_s / 1e6:.0f} MB/s"
    )
    if printed <= 0.5 * PRINTED_A_SECOND * lasted_s:
        pytest.skip(f"a machine that is too busy to show it: {printed / lasted_s / 1e6:.0f} MB/s")


def _watcher(folder: Path, job: int) -> int:
    """The process that runs beside the job with this folder's report; 0 if there is none yet."""
    return next((pid for pid in members(folder) if pid != job and b"--report-file" in _command(pid)), 0)


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
