"""The Slurm epilog and the PBS hook, run as their schedulers run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.emitters.conftest import BOTH, CLUSTER, EMITTERS, understood

EPILOG = EMITTERS / "reporting-only" / "epilog_slurmctld.sh"
HOOK = EMITTERS / "reporting-only" / "pbs_hook.py"
BASH = shutil.which("bash") or "bash"
SLURM = {
    "SLURM_JOB_ID": "77",
    "SLURM_JOB_USER": "bob",
    "SLURM_JOB_PARTITION": "long",
    "SLURM_JOB_NAME": "mesh",
    "SLURM_JOB_NODELIST": "compute[003-004]",
    "SLURM_JOB_EXIT_CODE": "256",
    "SLURM_JOB_EXIT_CODE2": "1:0",
    "SLURM_JOB_DERIVED_EC": "9",
    "SLURM_JOB_START_TIME": "1767608130",
    "SLURM_JOB_END_TIME": "1767608190",
    "SLURM_JOB_RESTART_COUNT": "0",
}
# As jobcomp/script of Slurm 22.05.8 sets them.
JOBCOMP = {
    "JOBID": "26",
    "ARRAYJOBID": "0",
    "ARRAYTASKID": "4294967294",
    "JOBSTATE": "TIMEOUT",
    "JOBNAME": "mesh",
    "USERNAME": "bob",
    "PARTITION": "long",
    "NODES": "n1",
    "START": "1767608130",
    "END": "1767608190",
    "EXITCODE": "0:0",
    "DERIVED_EC": "0:0",
    "ACCOUNT": "",
}
# A PBS that has one event, the job's, and notes what the hook does.
FULL = "the disk is full in the middle of this line"
FAKE_PBS = """
import json, os
LOG_WARNING = 4
def logmsg(level, text): print("logged:", text)
def get_local_nodename(): return "compute003"
if "FULL" in os.environ["JOB"]:
    write = os.write
    os.write = lambda descriptor, data: write(descriptor, data[: len(data) // 2])
class Job:
    def __init__(self, members): self.__dict__.update(members)
    def in_ms_mom(self): return self.first_node
class Event:
    job = Job(json.loads(os.environ["JOB"]))
    def accept(self): print("accepted"); raise SystemExit(0)
    def reject(self, *_): print("rejected"); raise SystemExit(1)
def event(): return Event()
""".replace("FULL", FULL)
JOB = {
    "id": "1.scheduler",
    "Exit_status": 271,
    "first_node": True,
    "Job_Name": "mesh",
    "queue": "workq",
    "Job_Owner": "alice@login",
    "run_count": 2,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the emitters' settings and lines are."""
    settings = f"SECONDWIND_CLUSTER_ID={CLUSTER}\nSECONDWIND_REGION=cn-beijing\nSECONDWIND_REPORT_DIR={tmp_path}/log"
    (tmp_path / "emitters.conf").write_text("# settings\n" + settings)
    (tmp_path / "log").mkdir()
    return tmp_path


def epilog(folder: Path, **environ: str | bytes) -> subprocess.CompletedProcess[bytes]:
    """EpilogSlurmctld: no PATH, and status 0 whatever happens."""
    told = {**SLURM, "SECONDWIND_EMITTERS_CONF": str(folder / "emitters.conf"), **environ}
    done = subprocess.run([BASH, str(EPILOG)], env=told, cwd=folder, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    return done


def hook(folder: Path, python: str, **job: object) -> str:
    """The hook in a PBS; what it printed and logged. It accepts always."""
    (folder / "pbs.py").write_text(FAKE_PBS)
    environ = {
        "PYTHONPATH": str(folder),
        "SECONDWIND_EMITTERS_CONF": str(folder / "emitters.conf"),
        "JOB": json.dumps({**JOB, **job}),
    }
    done = subprocess.run(
        [python, str(HOOK)], env=environ, cwd=folder, capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("accepted\n")
    return done.stdout


def lines(folder: Path, name: str) -> list[bytes]:
    """What was told."""
    path = folder / "log" / name
    return path.read_bytes().splitlines() if path.exists() else []


def test_the_epilog_tells_a_failed_job(folder: Path) -> None:
    """All that Slurm knows is understood by the intake, fields and types; nothing is said on standard error."""
    assert epilog(folder).stderr == b""
    (failure,) = understood(lines(folder, "epilog-slurmctld.log"))
    assert failure.scope.key == f"ehpc/cn-beijing/{CLUSTER}"
    assert (failure.job_id, failure.job_name, failure.queue, failure.owner) == ("77", "mesh", "long", "bob")
    assert (failure.started_at, failure.occurred_at, failure.restart_count) == (1767608130.0, 1767608190.0, 0)
    assert (failure.exit_code, failure.node) == ("1:0", "compute[003-004]")
    assert failure.extra == {"emitter": "epilog_slurmctld", "derived_exit_code": "9"}
    assert failure.has_ended


@pytest.mark.parametrize(
    ("name", "understood_as"),
    [
        ('a"b\\c/\b\f\n\r\t\x01\x7f', 'a"b\\c/\b\f\n\r\t\x01\x7f'),
        ("$(touch pwned) `touch pwned` ${IFS} ; touch pwned & * ? ~ !! %s %n", None),
        ("作业 é 😀 \u07ff\u0800\uffff\U0010ffff", None),
        (b"\xff\xc3 \xc0\x80 \xe0\x80\x80 \xed\xa0\x80 \xf4\x90\x80\x80 \x80", "�� �� ��� ��� ���� �"),
        ("x" * 5000, "x" * 256),
        (b"\\" * 300, "\\" * 256),
        ('","system":"schedulerx","x":"', None),
    ],
)
def test_the_epilog_takes_names_as_data(folder: Path, name: str | bytes, understood_as: str | None) -> None:
    """Quotes, line ends, commands, any UTF-8 and bytes that are none, in any locale: that very name, nothing is run."""
    epilog(folder, SLURM_JOB_NAME=name, LC_ALL="C.UTF-8")
    (failure,) = understood(lines(folder, "epilog-slurmctld.log"))
    assert failure.job_name == (name if understood_as is None else understood_as)
    assert failure.job_id == "77"
    assert sorted(path.name for path in folder.iterdir()) == ["emitters.conf", "log"]


def test_the_epilog_names_one_element_of_an_array(folder: Path) -> None:
    """SLURM_JOB_ID of an element may stand for the whole array."""
    epilog(folder, SLURM_ARRAY_JOB_ID="77", SLURM_ARRAY_TASK_ID="4")
    (failure,) = understood(lines(folder, "epilog-slurmctld.log"))
    assert failure.job_id == "77_4"


def jobcomp(folder: Path, **environ: str) -> list[bytes]:
    """As jobcomp/script runs it: other variables, none of Slurm's own; its lines."""
    told = {**JOBCOMP, "SECONDWIND_EMITTERS_CONF": str(folder / "emitters.conf"), **environ}
    done = subprocess.run([BASH, str(EPILOG)], env=told, cwd=folder, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    return lines(folder, "epilog-slurmctld.log")


@pytest.mark.parametrize("state", ["TIMEOUT", "NODE_FAIL", "FAILED", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE"])
def test_the_completion_script_tells_how_and_when_a_job_failed(folder: Path, state: str) -> None:
    """What an epilog cannot know: a job that ran out of time or lost its node has exit code 0."""
    (failure,) = understood(jobcomp(folder, JOBSTATE=state))
    assert (failure.job_id, failure.job_name, failure.queue, failure.owner) == ("26", "mesh", "long", "bob")
    assert (failure.started_at, failure.occurred_at) == (1767608130.0, 1767608190.0)
    assert (failure.reason, failure.exit_code, failure.node) == (state, "0:0", "n1")
    assert failure.extra == {"emitter": "jobcomp_script", "derived_exit_code": "0:0"}
    assert failure.has_ended


def test_the_completion_script_names_one_element_of_an_array(folder: Path) -> None:
    """JOBID is then a number that may stand for the whole array."""
    (failure,) = understood(jobcomp(folder, ARRAYJOBID="24", ARRAYTASKID="3", NODES="(null)"))
    assert (failure.job_id, failure.node) == ("24_3", "")


@pytest.mark.parametrize("state", ["COMPLETED", "CANCELLED", "PENDING"])
def test_the_completion_script_tells_only_failures(folder: Path, state: str) -> None:
    """PENDING is a job that was requeued, also by Second Wind."""
    assert jobcomp(folder, JOBSTATE=state) == []


def test_the_epilog_tells_only_failures(folder: Path) -> None:
    """A job that ended well is no failure."""
    assert epilog(folder, SLURM_JOB_EXIT_CODE="0").stderr == b""
    assert lines(folder, "epilog-slurmctld.log") == []


def test_the_epilog_never_fails(folder: Path) -> None:
    """No folder, a planted link, no settings, no variables at all: one line on standard error, status 0."""
    (folder / "log" / "epilog-slurmctld.log").symlink_to(folder / "elsewhere")
    assert b"symbolic link" in epilog(folder).stderr
    assert not (folder / "elsewhere").exists()
    shutil.rmtree(folder / "log")
    assert b"cannot write" in epilog(folder).stderr
    (folder / "emitters.conf").unlink()
    assert b"SECONDWIND_CLUSTER_ID" in epilog(folder).stderr
    done = subprocess.run([BASH, str(EPILOG)], env={}, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_epilog_is_clean_for_shellcheck() -> None:
    """No finding at all, if the tool is there."""
    shellcheck = shutil.which("shellcheck")
    if shellcheck is None:
        pytest.skip("shellcheck is not installed")
    done = subprocess.run([shellcheck, str(EPILOG)], capture_output=True, text=True, check=False)
    assert done.stdout == ""


@BOTH
def test_the_hook_tells_a_failed_job(folder: Path, python: str) -> None:
    """What PBS knows on the job's first node is understood by the intake; a second run is a first restart."""
    hook(folder, python, Job_Name='a"b\n作\ud83d')
    (failure,) = understood(lines(folder, "pbs-hook.log"))
    assert failure.scope.key == f"ehpc/cn-beijing/{CLUSTER}"
    assert (failure.job_id, failure.queue, failure.owner) == ("1.scheduler", "workq", "alice@login")
    assert (failure.exit_code, failure.restart_count, failure.node) == ("271", 1, "compute003")
    assert failure.job_name == 'a"b\n作?'
    assert failure.extra == {"emitter": "pbs_hook"}
    assert failure.has_ended


@pytest.mark.parametrize("job", [{"Exit_status": 0}, {"Exit_status": None}, {"first_node": False}])
def test_the_hook_tells_only_failures_and_only_once(folder: Path, python: str, job: dict[str, object]) -> None:
    """A job that ended well, one without a status, and the job's other nodes: nothing."""
    assert hook(folder, python, **job) == "accepted\n"
    assert lines(folder, "pbs-hook.log") == []


def test_the_hook_accepts_whatever_goes_wrong(folder: Path, python: str) -> None:
    """No folder, a planted link, a status that is no number, no settings: logged, and the job ends as it would."""
    assert "not reported" in hook(folder, python, Exit_status="odd")
    (folder / "log" / "pbs-hook.log").symlink_to(folder / "elsewhere")
    assert "not reported" in hook(folder, python)
    assert not (folder / "elsewhere").exists()
    shutil.rmtree(folder / "log")
    assert "not reported" in hook(folder, python)
    (folder / "emitters.conf").unlink()
    assert "not reported" in hook(folder, python)


@pytest.mark.parametrize(
    ("tells", "name"), [(epilog, "epilog-slurmctld.log"), (lambda folder: hook(folder, sys.executable), "pbs-hook.log")]
)
def test_what_a_full_disk_has_cut_off_spoils_no_other_line(
    folder: Path, tells: Callable[[Path], object], name: str
) -> None:
    """A file's last line without an end: the next failure is a line of its own."""
    (folder / "log" / name).write_bytes(b'{"schema":"job-fail')
    tells(folder)
    cut, whole = lines(folder, name)
    assert cut == b'{"schema":"job-fail'
    assert len(understood([whole])) == 1
    tells(folder)
    assert len(lines(folder, name)) == 3, "and no empty line where none is needed"


def test_a_hook_waits_for_nobody(folder: Path) -> None:
    """Users may write to that folder: a pipe that nobody reads, or whose reader is somebody else's, is no report."""
    for name in ("pbs-hook.log", "epilog-slurmctld.log"):
        os.mkfifo(folder / "log" / name)
    assert "is no regular file" in hook(folder, sys.executable)
    assert b"no regular file" in epilog(folder).stderr


def test_a_hook_whose_line_was_cut_off_says_so(folder: Path) -> None:
    """Half a line tells nobody."""
    assert "No space left" in hook(folder, sys.executable, Job_Name=FULL)
    assert len(lines(folder, "pbs-hook.log")) == 1


def test_both_say_loudly_that_they_restart_nothing() -> None:
    """Whoever opens one reads it first."""
    for path in (EPILOG, HOOK):
        head = path.read_text()[:500]
        assert "REPORTING ONLY" in head
        assert "job_finished" in head
