"""A rank of an MPI program, through the library itself, so that no compiler is needed.

rank.py openmpi|mpich DIES HOW AFTER_S STEPS: all ranks meet STEPS times at a barrier, five times a second. In the job's
first run rank DIES writes down when, and ends itself after AFTER_S: `kill` (SIGKILL) or `exit` (without MPI_Finalize).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

LIBRARIES = {"openmpi": "libmpi.so.40", "mpich": "libmpich.so.12"}
MPICH_COMM_WORLD = 0x44000000


def main(flavour: str, dies: int, how: str, after_s: float, steps: int) -> None:
    """One rank."""
    mpi = ctypes.CDLL(LIBRARIES[flavour], mode=ctypes.RTLD_GLOBAL)
    mpi.MPI_Init(None, None)
    world: ctypes.c_void_p | ctypes.c_int = ctypes.c_int(MPICH_COMM_WORLD)
    if flavour == "openmpi":
        world = ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(mpi, "ompi_mpi_comm_world")))
    rank = ctypes.c_int()
    mpi.MPI_Comm_rank(world, ctypes.byref(rank))
    began, first_run = time.monotonic(), os.environ.get("SLURM_RESTART_COUNT", "0") == "0"
    for step in range(steps):
        if rank.value == dies and first_run and time.monotonic() - began >= after_s:
            Path(f"died-{os.environ['SLURM_JOB_ID']}").write_text(str(time.time()))
            if how == "exit":
                os._exit(3)
            os.kill(os.getpid(), signal.SIGKILL)
        mpi.MPI_Barrier(world)
        if rank.value == 0:
            sys.stdout.write(f"step {step}\n")
            sys.stdout.flush()
        time.sleep(0.2)
    mpi.MPI_Finalize()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))
