"""With its watcher a real launcher ends as it does alone: ten signals and some exit codes, under both MPIs."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.slurm.conftest import WATCHER
from tests.slurm.daemons import wait_for

SIGNALS = ("HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "ALRM", "ABRT", "SEGV", "KILL")
CODES = (0, 1, 3, 77, 255)
LASTS_S = 6
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
    command = [launcher, "-n", "2", "bash", "-c", f"touch {shlex.quote(str(folder))}/$$; {script}"]
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
    jobs = {one: started(launcher, f"sleep {LASTS_S}", place / one, watched=watched) for one in SIGNALS}
    for one, job in jobs.items():
        until_both_run(place / one)
        job.send_signal(getattr(signal, f"SIG{one}"))
    codes = {str(code): started(launcher, f"exit {code}", place / str(code), watched=watched) for code in CODES}
    return {one: job.wait(60) for one, job in {**jobs, **codes}.items()}


def until_both_run(folder: Path) -> None:
    """Each rank makes a file, beside the output's."""
    wait_for(lambda: len(list(folder.iterdir())) > len(("out", "rank")), f"ranks in {folder}", 60)


@pytest.mark.parametrize("launcher", ["mpirun.openmpi", "mpirun.mpich"])
def test_a_launcher_ends_as_it_does_alone(launcher: str) -> None:
    """Status or signal, the same with and without."""
    with tempfile.TemporaryDirectory() as name:
        ended = {watched: ends(launcher, Path(name), watched=watched) for watched in (False, True)}
        if launcher == "mpirun.mpich":  # by chance: alone it was seen to end a QUIT with 0, 3 and 11
            by_signal = {
                one: {0, 3, 11, getattr(signal, f"SIG{one}"), -getattr(signal, f"SIG{one}")} for one in SIGNALS
            }
            assert all(ended[watched][one] in by_signal[one] for watched in ended for one in SIGNALS), ended
        else:
            assert ended[True] == ended[False]
        assert ended[True]["KILL"] == -signal.SIGKILL
        assert [ended[True][str(code)] for code in CODES] == list(CODES)
