"""Runs tests/slurm where a Slurm can be had, and says so where it cannot.

Wanted are Slurm's daemons and commands, munge, Open MPI and MPICH, as a distribution's packages have them. As root with
apt-get what is missing is installed; whatever goes wrong with that is no failure of the tests. Two clusters run beside
each other, for the stories mostly wait.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue", "mpirun.openmpi", "mpirun.mpich")
PACKAGES = ("munge", "slurmctld", "slurmd", "slurm-client", "openmpi-bin", "mpich", "libmpich12")
WHERE = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
APT_WAITS_S = 600


def missing() -> list[str]:
    """The programs that this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name, path=WHERE) is None]


def install() -> None:
    """Try to install them."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ([apt, "-qq", "update"], [apt, "-qq", "-y", "install", "--no-install-recommends", *PACKAGES]):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, env=quiet, check=False, timeout=APT_WAITS_S, stdout=subprocess.DEVNULL)


def main() -> int:
    """Exit status: that of the tests; 0 where they are skipped."""
    if missing():
        install()
    if missing():
        print(f"test-slurm: skipped, without {', '.join(missing())}", flush=True)
        return 0
    tests = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "tests/slurm"]
    return subprocess.run(tests, cwd=ROOT, env={**os.environ, "SECONDWIND_SLURM": "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
