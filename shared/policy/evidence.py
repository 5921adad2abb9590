"""What rules compare: the live job's own words where it says them, else what was told; exit codes and signals.

How an end is told differs. A shell tells 128 + n for signal n (https://pubs.opengroup.org/onlinepubs/9699919799/,
Shell Command Language 2.8.2); Slurm `<exit>:<signal>` (https://slurm.schedmd.com/job_exit_code.html); PBS 256 + n, or
128 + n under older versions (openpbs, doc/man8/pbs_server.8B, Exit_status), and negative numbers for a job that it
could not start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from shared.domain.failure import Failure
from shared.domain.snapshot import Offered, Snapshot
from shared.policy.conditions import HIGHEST_EXIT_CODE, HIGHEST_SIGNAL, LOWEST_EXIT_CODE

_SHELL_BASE, _PBS_BASE = 128, 256
_CODE = re.compile(r"(-?[0-9]{1,10})(?::([0-9]{1,4}))?\Z")
_RANGE = re.compile(r"(-?[0-9]{1,10})(?:-(-?[0-9]{1,10}))?\Z")
_NAMES = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG "
    "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
)
SIGNALS = {f"SIG{name}": number for number, name in enumerate(_NAMES.split(), 1)} | {"SIGIOT": 6, "SIGPOLL": 29}
"""Names on the machines that jobs run on, Linux on x86 and Arm (https://man7.org/linux/man-pages/man7/signal.7.html);
the platform that reads the policy must not matter."""


class Ending(NamedTuple):
    """How a job ended, as far as its exit code tells."""

    code: int | None
    """None: not told, or not understood."""
    signal: int | None
    """None: no signal that the code tells of."""


_NOTHING = Offered()
_UNTOLD = Ending(None, None)


class Evidence(NamedTuple):
    """The values that conditions other than on place and message are asked about; empty if not known."""

    owner: str
    """Without the `@server` that E-HPC lists after it."""
    queue: str
    job_name: str
    nodes: tuple[str, ...]
    exit_code: str
    reason: str


def evidence_of(failure: Failure, seen: Snapshot | None) -> Evidence:
    """What is known of the failed job."""
    offered = _NOTHING if seen is None else seen.offered
    return Evidence(
        bare_owner(offered.owner or failure.owner),
        offered.queue or failure.queue,
        offered.name or failure.job_name,
        offered.nodes or ((failure.node,) if failure.node else ()),
        failure.exit_code,
        failure.reason,
    )


@lru_cache(maxsize=1024)
def bare_owner(owner: str) -> str:
    """`test2` of `test2@scheduler`: E-HPC lists a job's owner with its server, emitters tell the user alone."""
    return owner.partition("@")[0] if "@" in owner else owner


@lru_cache(maxsize=256)
def ending_of(told: str) -> Ending:
    """What an exit code tells: `1`, `137`, `265`, `0:9`, `-3`."""
    parts = _CODE.match(told.strip())
    if parts is None:
        return _UNTOLD
    code, signal = int(parts[1]), int(parts[2] or 0)
    if signal:
        known = signal if signal <= HIGHEST_SIGNAL else None
        return Ending(code or _SHELL_BASE + signal, known)
    for base in (_PBS_BASE, _SHELL_BASE):
        if base < code <= base + HIGHEST_SIGNAL:
            return Ending(code, code - base)
    return Ending(code, None)


def range_of(told: int | str) -> tuple[int, int] | None:
    """The exit codes that a condition names, both ends included; None if it names none."""
    if isinstance(told, int):
        return told, told
    parts = _RANGE.match(told)
    if parts is None:
        return None
    low, high = int(parts[1]), int(parts[2] or parts[1])
    return (low, high) if LOWEST_EXIT_CODE <= low <= high <= HIGHEST_EXIT_CODE else None


def codes_test(conditions: Iterable[int | str]) -> Callable[[int], bool]:
    """Asks whether an exit code is in any of the ranges."""
    ranges = [found for found in map(range_of, conditions) if found is not None]
    return lambda code: any(low <= code <= high for low, high in ranges)


def signals_test(conditions: Iterable[int | str]) -> Callable[[int], bool]:
    """Asks whether a signal is one of those named."""
    return frozenset(SIGNALS.get(one, 0) if isinstance(one, str) else one for one in conditions).__contains__
