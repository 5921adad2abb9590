"""Runs a part of the tests, another one each day, on every other supported Python that this machine has, all at once.

`make test` has run them in `.venv` already. Looked for are `python3.X` on the PATH and pyenv's versions; each gets an
environment of its own under `.venvs/`, made from the same pinned and hashed requirements. Function Compute offers 3.10
and 3.12.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKERS = ("-n", "3", "--dist", "worksteal")
"""As in the Makefile: one more than cores, because servers and other processes are waited for."""
BESIDE_ANOTHER = ("-n", "2", "--dist", "worksteal")
"""While one Python waits for the demo's sweeps, the other has the cores."""
PLAIN = ("--assert", "plain")
"""What an assertion compared is told by the run in `.venv`: rewriting them takes longer than many of them."""
SUPPORTED = ("3.10", "3.11", "3.12")
LEFT_OUT = (
    "--ignore=tests/proof",
    "--ignore=tests/processes",
    "--ignore=tests/browser",
    "--ignore=tests/deploy",
    "--ignore=tests/emitters",
    "--ignore=tests/localcloud",
    "--ignore=tests/integration",
    "--ignore=tests/slurm",
    "--ignore=tests/unit/intake/test_any_bytes.py",
    "--ignore=tests/unit/zoo",
    "--ignore=tests/unit/docs",
    "--ignore=tests/unit/policy/test_packs.py",
    "--ignore=tests/unit/policy/test_review.py",
    "--ignore=tests/unit/policy/test_review_rules.py",
    "--ignore=tests/unit/policy/test_fields.py",
    "--ignore=tests/unit/mutants",
    "--ignore=tests/unit/report/test_page.py",
    "--ignore=tests/unit/report/test_proposal.py",
    "--ignore=tests/unit/test_hostile_doors.py",
    "--ignore=tests/unit/heal/test_faults.py",
    "--ignore=tests/e2e/test_invoke.py",
    "--ignore=tests/e2e/test_invoke_elsewhere.py",
    "--ignore=tests/e2e/test_via.py",
    "--ignore=tests/e2e/test_via_secrets.py",
    "--ignore=tests/e2e/test_tablestore_ledger.py",
    "--ignore=tests/e2e/test_doc_blocks.py",
    "--ignore=tests/e2e/test_doctor.py",
    "--ignore=tests/e2e/test_doctor_warnings.py",
    "--ignore=tests/e2e/test_setup.py",
    "--ignore=tests/e2e/test_setup_mends.py",
    "--ignore=tests/e2e/test_setup_faults.py",
    "--ignore=tests/e2e/test_processes.py",
    "--ignore=tests/e2e/test_every_command.py",
    "--ignore=tests/e2e/test_completion.py",
    "--ignore=tests/unit/ledger/test_processes.py",
    "--ignore=tests/unit/settings/test_ledger_client.py",
    "--ignore=tests/unit/policy/test_policy_schema.py",
    "--ignore=tests/unit/policy/test_schema_and_loader.py",
    "--deselect=tests/unit/notify/test_storms.py::test_a_storm_of_holds_makes_three_messages_at_most",
    "--deselect=tests/e2e/test_demo.py::test_a_wrong_expectation_fails_the_demo",
    "-m",
    "not hypothesis and not drawn",
)
"""Minutes of work about what no interpreter changes: the exhaustive histories, the storms, properties on drawn
examples, the local cloud and what is tried against it alone, pages with their blocks and the zoo, samples of the packs,
what a person's machine does alone (setup and doctor whole, each ready event in a process of its own), whether the demo
notices wrong expectations, hostile bodies. The demo, which runs every door in a process, and what the doors do are
tried on each. What is deployed is tried on both Pythons of Function Compute from any; emitters run on the oldest."""


TURNS = (
    ("tests/unit/heal", "tests/unit/reading"),
    ("tests/unit/decide", "tests/unit/domain", "tests/unit/intake", "tests/unit/sls", "tests/unit/systems"),
    (
        "tests/unit/ledger",
        "tests/unit/notify",
        "tests/unit/people",
        "tests/unit/settings",
        "tests/unit/policy/test_load.py",
        "tests/unit/policy/test_load_faults.py",
        "tests/unit/policy/test_match.py",
        "tests/unit/policy/test_match_prepared.py",
        "tests/unit/policy/test_shipped.py",
    ),
)
"""Rooms that every failure goes through, in three parts: each Python has another one of them each day."""
EACH_DAY = (
    "tests/e2e/test_demo.py::test_the_demo_ends_well_and_shows_every_failure",
    "tests/e2e/test_log_door.py",
    "tests/e2e/test_doors.py",
    "tests/e2e/test_doors_schedulerx.py",
)
"""The demo, first because it takes longest, and the doors. `--whole`: all but what is left out above."""


def main() -> int:
    """Exit status: 0 if the tests pass on each, else that of the first of them that fails."""
    own, today = f"{sys.version_info.major}.{sys.version_info.minor}", datetime.now(timezone.utc).toordinal()
    runs: dict[str, list[str]] = {}
    for number, version in enumerate(version for version in SUPPORTED if version != own):
        chosen = () if "--whole" in sys.argv[1:] else (*EACH_DAY, *TURNS[(today + number) % len(TURNS)])
        python = next(interpreters(version), None)
        if python is None:
            print(f"== Python {version}: not on this machine", flush=True)
            continue
        pytest = [environment_of(version, python), "-m", "pytest", "-q", *PLAIN, *BESIDE_ANOTHER]
        runs[f"Python {version}"] = [*pytest, *LEFT_OUT, *chosen]
    return run_at_once(runs)


def run_at_once(runs: Mapping[str, Sequence[str]]) -> int:
    """Run the commands side by side in the root; what each prints comes whole, under its name.

    Returns:
        0 if all end with it, else the status of the first, in their order, that does not.
    """
    statuses: list[int] = []
    with ExitStack() as held:
        started = []
        for name, command in runs.items():
            told = held.enter_context(tempfile.TemporaryFile())
            run = held.enter_context(subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT))
            held.callback(run.terminate)  # if this one is interrupted, none goes on alone
            started.append((name, told, run))
        for name, told, run in started:
            statuses.append(run.wait())
            told.seek(0)
            print(f"== {name}\n{told.read().decode(errors='replace')}", end="", flush=True)
    return next((status for status in statuses if status), 0)


def interpreters(version: str) -> Iterator[str]:
    """Working interpreters of that version. A name on the PATH may be a shim that only explains itself."""
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [on_path] if on_path else []
    found += [str(path) for path in sorted(pyenv.glob(f"{version}.*/bin/python{version}"))]
    for python in found:
        answer = subprocess.run(
            [python, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.stdout.strip() == version:
            yield python


def environment_of(version: str, python: str) -> str:
    """The Python of the version's environment, made anew if the requirements are newer than it."""
    folder = ROOT / ".venvs" / version
    made = folder / ".made"
    sources = [ROOT / "requirements" / "build.txt", ROOT / "requirements" / "all.txt", ROOT / "pyproject.toml"]
    inside = str(folder / "bin" / "python")
    if made.exists() and made.stat().st_mtime > max(source.stat().st_mtime for source in sources):
        return inside
    subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    install = [*pip, "--require-hashes", "-r"]
    subprocess.run([*install, str(sources[0])], check=True)
    subprocess.run([*install, str(sources[1]), "--no-build-isolation"], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT)], check=True)
    made.touch()
    return inside


if __name__ == "__main__":
    sys.exit(main())
