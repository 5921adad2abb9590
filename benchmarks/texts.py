"""Texts for `decide.py`: what failures say, no two alike, and 32 KB of what makes searching slow."""

from __future__ import annotations

import random

from shared.policy.packs import shipped

MESSAGE_BYTES = 32 * 1024
_WORDS = (
    "slurmstepd error rank lost contact with after seconds task step node compute gpu memory cgroup killed MPI abort "
    "NCCL watchdog caught collective operation timeout socket connection reset peer stale handle mount read write "
    "license checkout failed server retry Traceback most recent call last File line in module raise RuntimeError"
)
_VOCABULARY = _WORDS.split()
_PRINTABLE = "".join(map(chr, range(32, 127)))
_BEGUN = 100
_FORMS = (
    "slurmstepd: error: Detected 1 oom_kill event in StepId={n}.{m}. Some of the step tasks have been OOM Killed.",
    (
        'Traceback (most recent call last):\n  File "/home/{user}/{hex}/train.py", line {m}, in <module>\n    main()\n'
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate {m}.00 MiB (GPU {d}; 79 GiB total)"
    ),
    (
        "[rank{d}]:[E ProcessGroupNCCL.cpp:563] [Rank {d}] Watchdog caught collective operation timeout: "
        "WorkNCCL(SeqNum={n}, OpType=ALLREDUCE, Timeout(ms)=600000) ran for {n} milliseconds before timing out."
    ),
    "cp: cannot stat '/cpfs/{user}/in/{hex}.dat': Stale file handle",
    "node{m} kernel: NVRM: Xid (PCI:0000:{d}a:00): 79, pid={n}, GPU has fallen off the bus.",
    "srun: error: Node failure on node{m}\nsrun: error: node{m}: task {d}: Killed",
    (
        '--> FOAM FATAL ERROR:\ncannot find file "/scratch/{user}/{hex}/system/controlDict"\n    in file db/IOobject.C '
        "at line {m}.\nFOAM exiting"
    ),
    "mpirun noticed that process rank {m} with PID {n} on node node{d} exited on signal 11 (Segmentation fault).",
    (
        "java.sql.SQLTransientConnectionException: HikariPool-{d} - Connection is not available, timed out after "
        "{n}ms.\n\tat com.example.{user}.Step{m}.call(Step{m}.java:{d})"
    ),
    "bash: line {m}: /opt/apps/{user}/{hex}/solver: No such file or directory",
    "Failed to check out a license for feature abaqus_{user}: no tokens left on server {hex}@licence{d} ({n})",
    "ERROR: step {n} of {m} diverged: residual {d}.{n}e+{d} at cell {n}",
)
"""As Slurm, PyTorch, NCCL, coreutils, the NVIDIA driver, OpenFOAM, Open MPI, HikariCP and bash print them, and two that
nobody knows."""


def told(chance: random.Random, number: int) -> str:
    """What one failure says; of a kind they differ in numbers, ids and names."""
    return _FORMS[number % len(_FORMS)].format(
        n=chance.randrange(10_000, 10_000_000),
        m=chance.randrange(1000),
        d=chance.randrange(8),
        hex=f"{chance.getrandbits(48):012x}",
        user=f"user{chance.randrange(500)}",
    )


def long_log(chance: random.Random, size: int) -> str:
    """A log that ends in a failure."""
    end = told(chance, chance.randrange(len(_FORMS)))
    lines, left = [], size - len(end)
    while left > 0:
        step, loss = chance.randrange(10**6), chance.random()
        lines.append(f"2026-01-05 02:10:{step % 60:02d} INFO step {step}: loss={loss:.5f} {' '.join(_few(chance))}")
        left -= len(lines[-1]) + 1
    return "\n".join([*lines, end])[-size:]


def _few(chance: random.Random) -> list[str]:
    return chance.choices(_VOCABULARY, k=3)


def hostile(chance: random.Random) -> dict[str, str]:
    """32 KB each, of what makes automata grow, lines many or long, and words many."""
    begun = "".join(
        f"foo{chance.randrange(_BEGUN)}" + ("\n" if chance.random() < 0.05 else " ")  # noqa: PLR2004 - a line's length
        for _ in range(MESSAGE_BYTES // 6)
    )
    made = {
        "one letter": "a" * MESSAGE_BYTES,
        "two letters": "".join(chance.choices("ab", k=MESSAGE_BYTES)),
        "begun, never ended": begun,
        "words": " ".join(chance.choices(_VOCABULARY, k=MESSAGE_BYTES // 4)),
        "letters, one a line": "\n".join(chance.choices("abc", k=MESSAGE_BYTES // 2)),
        "any signs": "".join(chance.choices(_PRINTABLE, k=MESSAGE_BYTES)),
        "escapes": "\x1b[" * (MESSAGE_BYTES // 2),
        "colours": "\x1b[31m\x1b[0m" * (MESSAGE_BYTES // 9),
        "ends of lines": "\n" * MESSAGE_BYTES,
        "blanks": " " * MESSAGE_BYTES,
        "digits": "".join(chance.choices("0123456789", k=MESSAGE_BYTES)),
        "Chinese": "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(MESSAGE_BYTES // 3)),
        "a log": long_log(chance, MESSAGE_BYTES),
        **_what_packs_look_for(chance),
    }
    return {name: text.encode()[:MESSAGE_BYTES].decode("utf-8", "ignore") for name, text in made.items()}


def _what_packs_look_for(chance: random.Random) -> dict[str, str]:
    """The texts of all patterns of all packs, shuffled: in lines, in one line, and a few again and again."""
    needs = shipped().needs.values()
    texts = [text.replace("\0", " ") for some in needs for one in some for each in one for text in sorted(each)]
    chance.shuffle(texts)
    return {
        "what packs look for, in lines": "\n".join(texts) * 9,
        "what packs look for, in one line": " ".join(texts) * 9,
        "a few of them again and again": "\n".join(f"{number} {text}" for number in range(100) for text in texts[:20]),
    }
