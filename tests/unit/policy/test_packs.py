"""The packs, judged by their samples through the real matcher, and by what they must leave alone."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from secondwind.commands.policy.pack_files import PackEntry, read_packs
from secondwind.commands.policy.pack_samples import failure_of
from shared.domain.failure import Failure, FailureClass
from shared.policy.conditions import listed, patterns_of
from shared.policy.load import load_policy
from shared.policy.match import first_match
from shared.policy.matching import patterns
from shared.policy.matching.literals import needed
from shared.policy.model import Policy
from shared.policy.packs import encoded
from shared.policy.rule import Action, Tells
from shared.policy.shipped import FILE
from shared.systems import SYSTEMS
from tests.support.deformed import DEFORMED
from tools.packs import in_order

ROOT = Path(__file__).resolve().parents[3]
_SOURCES = in_order(read_packs())
_ENTRIES = [entry for source in _SOURCES for entry in source.file.rules]
_SHIPPED = load_policy((ROOT / "policy.yaml").read_text(encoding="utf-8"))
_EACH_PACK = pytest.mark.parametrize(
    "entries", [source.file.rules for source in _SOURCES], ids=[s.pack.name for s in _SOURCES]
)

_ORDINARY = """\
Step 1200: temp 300.1 K, pressure 1.01 bar, total energy -1.2e5
smoothSolver:  Solving for Ux, Initial residual = 0.00012, Final residual = 8.1e-07, No Iterations 3
time step continuity errors : sum local = 1.1e-09, global = -2.3e-11, cumulative = 1.2e-07
Timing for main: time 2026-01-05_06:00:00 on domain   1:    2.31 elapsed seconds
iteration 1200/ 500000 | lm loss: 2.31E+00 | loss scale: 65536.0 | number of nan iterations: 0 |
Performance: 12.3 ns/day, 1.9 hours/ns, 33.1 timesteps/s
     convergence has been achieved in  12 iterations
26/01/05 02:10:11 INFO TaskSetManager: Finished task 3.0 in stage 2.0 (TID 12) in 812 ms on node3
INFO  c.e.jobs.Nightly - processed 1200 orders, 0 errors, 0 failed
INFO: 200 OK from https://api.example/v1/items in 401 ms
Checkpoint saved to /ckpt/step_12000.pt (took 12.3 s)
[INFO] retries: 0, timeouts: 0, connection pool size: 8
Memory usage: 120.3 GB of 256 GB; swap 0
NCCL INFO NET/Plugin: Plugin load returned 2 : libnccl-net.so: cannot open shared object file
mca: base: component_find: unable to open mca_plm_tm: libpbs.so.0: cannot open shared object file (ignored)
mca_base_component_repository_open: unable to open mca_btl_openib: librdmacm.so.1: cannot open shared
ERROR: ld.so: object 'a.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.
Warning: Permanently added 'node12' (ECDSA) to the list of known hosts.
UserWarning: KeyError may be raised when the mapping is empty
license checked out: solver_core (12 of 64 in use)
Total CPU time used: 3600 s, walltime limit 86400 s
srun: job 4711 queued and waiting for resources
no output for 1800 s
处理完成 1200 条记录 成功 1200 失败 0
正在连接数据库 10.0.0.3:3306
+ python train.py --epochs 10 --timeout 600
GPU 0: 23.69 GiB total capacity, 0 NVLink errors detected, kernel image is available at /boot
OpenCV was not compiled with CUDA, the CPU is used
loading data from: input/
checking: permissions
Checking disk quota
disk usage soft limit: 10 GB
creating shared memory segment of 1 GB
all workers are ready
job handler [nightly] started
Container released by the application master
the world returned to its state
host key verified
find modules with: module spider
package superseded by a more recent version
no serious problem
GC pause (G1 Evacuation Pause) (young) 512M->120M(2048M), 0.0121 secs
HikariPool-1 - Start completed.
Disk usage of /scratch: 71 %
errors: 0 warnings: 2
""".splitlines()
"""What healthy programs print, and noise that looks like failure."""


_NOISE = """\
You should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.
wandb: Network error (ConnectionError), entering retry loop.
SIMPLE: no convergence criteria found. Calculations will run for 1000 steps.
libibverbs: Warning: couldn't load driver 'libhfi1verbs.so': cannot open shared object file: No such file or directory
slurmstepd: error: _is_a_lwp: open() /proc/4711/status failed: No such file or directory
slurmstepd: error: couldn't chdir to `/home/alice/x': No such file or directory: going to /tmp instead
sh: module: line 1: syntax error: unexpected end of file
mkdir: cannot create directory 'results': File exists
rm: cannot remove 'core.*': No such file or directory
ls: cannot access '*.restart': No such file or directory
SLF4J: Failed to load class "org.slf4j.impl.StaticLoggerBinder".
stty: standard input: Inappropriate ioctl for device
xauth: file /home/alice/.Xauthority does not exist
Warning: Identity file /home/alice/.ssh/id not accessible: No such file or directory.
INFO:    Could not find any nv files on this host!
ConvergenceWarning: lbfgs failed to converge (status=1): STOP: TOTAL NO. of ITERATIONS REACHED LIMIT.
Please use torch.utils.checkpoint with use_reentrant=False.
Note: The following floating-point exceptions are signalling: IEEE_INVALID_FLAG IEEE_DIVIDE_BY_ZERO
-bash: ulimit: stack size: cannot modify limit: Operation not permitted
sysctl: permission denied on key 'vm.overcommit_memory'
cat: /sys/class/infiniband/mlx5_0/ports/1/rate: No such file or directory
kernel: TCP: out of memory -- consider tuning tcp_mem
WARNING: unknown setting 'foo' in config.yaml, ignored
Failed to load config from ~/.aws/config: not found, using instance profile
version 2.1 is newer than 2.0, upgrading
driver version too old for feature x, feature disabled
lock acquired after 12h30m
limited to 8 hours by the queue
values out of range: 12 clipped
3 particles left the domain through the outflow
no restart file, cold start
insufficient space in cache, evicting
Requested 4 threads, but only 2 are available; using 2
wandb: run wandb login
""".splitlines()
"""What programs print beside their work, and go on."""
_WATCHDOG = (
    "[Rank 5] Watchdog caught collective operation timeout: WorkNCCL(OpType=ALLREDUCE) ran for 600037 milliseconds"
)


@pytest.mark.parametrize("line", _NOISE)
def test_what_programs_print_and_go_on_is_no_cause(line: str) -> None:
    """A rank that nobody heard of is not made a wrong configuration by it."""
    found = first_match(_SHIPPED, failure_of(f"{line}\n{_WATCHDOG}", "ehpc"))
    assert found is not None
    assert found.name == "nccl-rank-silent"


def test_what_is_shipped_is_made_from_the_sources() -> None:
    """`python -m tools.packs` has been run."""
    assert FILE.read_bytes() == encoded([source.pack for source in _SOURCES])


def _rule_of(failure: Failure) -> str:
    """The name of the shipped policy's rule for it."""
    found = first_match(_SHIPPED, failure)
    return found.name if found else "none"


@_EACH_PACK
def test_samples_fall_under_their_own_rule(entries: Sequence[PackEntry]) -> None:
    """Under all packs, as the shipped policy includes them; the sample's line alone is enough for a message."""
    found = {
        (entry.name, sample): _rule_of(failure_of(sample, system))
        for entry in entries
        for sample, system in product(entry.samples, entry.systems)
    }
    assert {told: rule for told, rule in found.items() if rule != told[0]} == {}


_DEFORMED = [DEFORMED[how] for how in DEFORMED if how not in ("escaped", "watched", "quoted")]
_DEFORMED.append(lambda text: "step 9\\n" + text.replace("\n", "\\n"))
"""Not what the watcher quotes: a silent job's line is no confession (`program-names-what-is-wrong`)."""


@_EACH_PACK
def test_samples_survive_what_logs_do_to_them(entries: Sequence[PackEntry]) -> None:
    """Each sample through two deformations that chance chooses, always the same ones."""
    found = {}
    for entry in entries:
        chance = random.Random(entry.name)
        for sample, system in product(entry.samples, entry.systems):
            told = failure_of(sample, system)
            text = told.message
            for deform in chance.sample(_DEFORMED, 2):
                text = deform(text)
            found[entry.name, text] = _rule_of(replace(told, message=text))
    assert {told: rule for told, rule in found.items() if rule != told[0]} == {}


@pytest.mark.parametrize(("lost", "at_most"), [("beginning", 0.34), ("end", 0.26)])
def test_most_samples_are_known_by_two_thirds_of_them(lost: str, at_most: float) -> None:
    """Logs are cut: a rule asks for the first words that tell its cause; what stood in the lost third alone is gone."""
    changed = asked = 0
    for entry in _ENTRIES:
        for sample in entry.samples:
            told = failure_of(sample, entry.systems[0])
            third = len(told.message) // 3
            if third < 3:
                continue
            kept = told.message[third:] if lost == "beginning" else told.message[:-third]
            rules = [first_match(_SHIPPED, failure) for failure in (told, replace(told, message=kept))]
            asked += 1
            changed += len({rule and rule.failure_class for rule in rules}) > 1
    assert changed <= at_most * asked


@_EACH_PACK
def test_near_misses_do_not(entries: Sequence[PackEntry]) -> None:
    """Not even if there is no other rule."""
    fitting = [
        (entry.name, miss)
        for entry in entries
        for miss, system in product(entry.near_misses, entry.systems)
        if first_match(Policy(version=1, rules=(entry,)), failure_of(miss, system))
    ]
    assert fitting == []


@pytest.mark.parametrize("system", SYSTEMS.names)
def test_what_healthy_programs_print_is_left_to_the_last_rule(system: str) -> None:
    """A rule that fires on an ordinary line decides failures whose cause is another."""
    found = {line: _rule_of(failure_of(line, system)) for line in _ORDINARY}
    assert {line: rule for line, rule in found.items() if rule != "the-rest"} == {}


def test_the_platform_is_blamed_for_causes_alone() -> None:
    """What only follows from something, or asks for any text of a kind, proves nothing."""
    for entry in _ENTRIES:
        if entry.failure_class is FailureClass.INFRASTRUCTURE:
            assert entry.tells is Tells.CAUSE, entry.name
            assert entry.action is Action.RERUN, entry.name
            assert entry.match.exit_code is not None or entry.match.reason or entry.match.message, entry.name


def test_what_proves_nothing_has_few_attempts() -> None:
    """Whoever is to blame, a third or fourth try wastes a run."""
    for entry in _ENTRIES:
        if entry.action is Action.RERUN and entry.failure_class is not FailureClass.INFRASTRUCTURE:
            assert entry.attempts is not None, entry.name
            assert entry.attempts.max <= 3, entry.name


def test_every_pattern_can_be_ruled_out_by_a_text_that_it_needs() -> None:
    """Several hundred patterns are quick because most of them are not searched for."""
    patterns = [pattern for entry in _ENTRIES for pattern in patterns_of(entry.match)]
    assert [pattern for pattern in patterns if needed(pattern) is None] == []


@pytest.mark.parametrize("bound", ["MAX_PATTERNS", "MAX_WEIGHTS", "MAX_SQUARES"])
def test_a_tenth_of_what_patterns_may_cost_is_left_to_a_policy(bound: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A policy's own patterns are counted with those of the packs that it includes."""
    patterns_of_all = [one for entry in _ENTRIES for one in patterns_of(entry.match)]
    monkeypatch.setattr(patterns, bound, getattr(patterns, bound) * 9 // 10)
    assert patterns.excess(patterns_of_all) is None


def test_no_pattern_is_written_twice_for_the_same_thing() -> None:
    """The later rule would never be asked for it."""
    seen: dict[str, list[str]] = {}
    for entry in _ENTRIES:
        for pattern in listed(entry.match.message):
            seen.setdefault(pattern, []).append(entry.name)
    assert {pattern: names for pattern, names in seen.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("cause", "effect", "rule"),
    [
        (
            "CUDA out of memory. Tried to allocate 2 GiB",
            "Watchdog caught collective operation timeout",
            "gpu-memory-used-up",
        ),
        ("OSError: [Errno 116] Stale file handle", "ModuleNotFoundError: No module named 'a'", "stale-file-handle"),
        (
            "bash: orted: command not found",
            "ORTE was unable to reliably start one or more daemons.",
            "command-not-found",
        ),
        ("AssertionError: bad shape", "srun: error: node2: task 3: Exited with exit code 1", "python-data-fault"),
        ("Segmentation fault", "process rank 1 with PID 0 on node n2 exited on signal 9", "segmentation-fault"),
        ("ConnectionResetError: [Errno 104]", "TypeError: 'NoneType' object", "connection-exception"),
        ("TypeError: 'NoneType' object", "ConnectionResetError: [Errno 104]", "python-broken-code"),
        ("RuntimeError: mat2 must be a matrix", "errors.ChildFailedError:", "python-program-gave-up"),
        ("ERROR: the mesh must be closed", "MPI_ABORT was invoked on rank 0", "error-names-what-is-wrong"),
        ("ERROR: the peer must answer", "MPI_ABORT was invoked on rank 0", "mpi-aborted"),
    ],
)
def test_the_cause_decides_not_what_follows(cause: str, effect: str, rule: str) -> None:
    """Whether the effect is told once after it or again and again."""
    for text in (f"{cause}\n{effect}", f"{cause}\n{effect}\n{cause}\n{effect}"):
        found = first_match(_SHIPPED, failure_of(text, "ehpc"))
        assert found is not None
        assert found.name == rule


def test_the_table_names_every_pack() -> None:
    """docs/what-heals.md says of each pack what it knows, in the order in which they are asked."""
    page = (ROOT / "docs" / "what-heals.md").read_text(encoding="utf-8").partition("## What the packs know")[2]
    named: list[Any] = re.findall(r"(?m)^\| `([a-z]+)` \|", page.partition("\n## ")[0])
    assert named == [source.pack.name for source in _SOURCES]


def test_packs_stay_short_enough_to_be_read() -> None:
    """A subject that outgrows its file is two subjects."""
    for source in _SOURCES:
        assert len(source.path.read_text(encoding="utf-8").splitlines()) <= 300, source.path.name
