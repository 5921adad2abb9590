"""Where E-HPC clusters differ: the scheduler that they run, and how it behaves (job-systems.md 3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PBS_MOST_RUNS = 21
"""OpenPBS holds a job after that many runs."""
AGENT_TIMEOUT_S = 45.0
"""OpenPBS answers a rerun that takes longer with an error, while the rerun goes on."""


class Flavour(str, Enum):
    """Which scheduler a cluster behaves like; the value is E-HPC's SchedulerType."""

    PBS = "pbs"
    SLURM = "slurm"


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How a cluster behaves where clusters differ."""

    region: str = "cn-hangzhou"
    status: str = "running"
    """One of uninit, creating, init, running, exception, releasing; only a running one takes orders."""
    rerun_lag_s: float | None = None
    """How long a killed run is still shown RUNNING; None: 3 s on PBS, 0 on Slurm.

    Beyond 45 s a rerun is answered with an error although it goes on.
    """
    accepts_queued: bool = False
    """Whether a rerun of a queued job is accepted, without effect; else it is refused."""
    forecast_off_s: float = 60.0
    """By how much Slurm's forecast of a queued job's start is too late."""
