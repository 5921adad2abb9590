"""The SchedulerX worker's logging handler, in a process of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.emitters.conftest import BOTH, EMITTERS, understood

START = """
import logging, sys, threading
sys.path.insert(0, sys.argv[1])
from schedulerx_logging import JobFailureHandler
log = logging.getLogger("job-failures")
log.addHandler(JobFailureHandler(sys.argv[2], "ns-1", "demo.defaultGroup"))
job = {"job_id": 92583, "job_instance_id": 11111111}
"""


def run(python: str, path: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A worker with the handler on the logger `log`."""
    command = [python, "-c", START + script, str(EMITTERS), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)


@BOTH
def test_an_exception_is_told_with_its_job(tmp_path: Path, python: str) -> None:
    """Namespace, group, job and instance, and a message that ends with the exception: the policy's rules see it."""
    path = tmp_path / "schedulerx.log"
    script = (
        "try:\n    import no_such_module\nexcept ImportError:\n    log.exception('nightly %s', 'report', extra=job)"
    )
    assert run(python, path, script).stderr == ""
    (failure,) = understood(path.read_bytes().splitlines())
    assert failure.scope.key == "schedulerx/cn-hangzhou/ns-1/demo.defaultGroup"
    assert (failure.job_id, failure.job_instance_id, failure.data_time) == ("92583", 11111111, None)
    assert failure.message.startswith("nightly report\nTraceback")
    assert failure.message.endswith("ModuleNotFoundError: No module named 'no_such_module'")


def test_by_data_time_and_with_any_text(tmp_path: Path, python: str) -> None:
    """The data time names the instance as well; of a long message the end is kept; half a character harms nothing."""
    path = tmp_path / "schedulerx.log"
    script = (
        "log.error('x' * 99999 + '\\n作\\ud83d \\x00 end', extra={'job_id': '7', 'data_time': '2026-01-05 02:00:00'})"
    )
    run(python, path, script)
    (failure,) = understood(path.read_bytes().splitlines())
    assert (failure.job_id, failure.data_time) == ("7", "2026-01-05 02:00:00")
    assert failure.message.endswith("作\ufffd \x00 end")
    assert len(failure.message) == 4096


def test_what_names_no_job_or_is_no_error_is_not_told(tmp_path: Path, python: str) -> None:
    """The handler may sit on a logger that others use too."""
    path = tmp_path / "schedulerx.log"
    run(python, path, "log.error('something else'); log.warning('slow', extra=job)")
    assert not path.exists()


def test_threads_do_not_mix_their_lines(tmp_path: Path, python: str) -> None:
    """Eight threads, 50 long lines each: 400 whole lines."""
    path = tmp_path / "schedulerx.log"
    script = (
        "def work():\n    for _ in range(50): log.error('y' * 4000, extra=job)\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "for thread in threads: thread.start()\nfor thread in threads: thread.join()"
    )
    run(python, path, script)
    assert len(understood(path.read_bytes().splitlines())) == 400


@pytest.mark.parametrize("setup", ["", "logging.raiseExceptions = False\n"])
def test_a_file_that_cannot_be_written_harms_no_job(tmp_path: Path, python: str, setup: str) -> None:
    """The worker goes on; logging's own report of it appears unless the worker has switched that off."""
    done = run(python, tmp_path / "none" / "x.log", setup + "log.error('failed', extra=job); print('goes on')")
    assert done.stdout == "goes on\n"
    assert ("FileNotFoundError" in done.stderr) is (setup == "")


FULL = """
import io
import schedulerx_logging as emitter
class Full(io.FileIO):
    def write(self, data): return super().write(data[: len(data) // 2])
emitter.open = lambda path, mode, buffering: Full(path, mode)
"""


def test_a_line_that_a_full_disk_cuts_off_is_said_and_spoils_no_other(tmp_path: Path, python: str) -> None:
    """Logging's own report says that the failure is not told; the next one is a line of its own."""
    path = tmp_path / "schedulerx.log"
    script = FULL + "log.error('first', extra=job); del emitter.open; log.error('second', extra=job)"
    assert "No space left" in run(python, path, script).stderr
    _, whole = path.read_bytes().splitlines()
    (failure,) = understood([whole])
    assert failure.message == "second"


GROWS = """
import schedulerx_logging as emitter
emitter.time.sleep = lambda _: open(sys.argv[2], "a").write('"}\\n')
"""


def test_a_line_that_is_just_being_written_is_not_cut_off(tmp_path: Path, python: str) -> None:
    """A long one shows page by page: another process had not written all of it yet."""
    path = tmp_path / "schedulerx.log"
    path.write_text('{"schema": "job-failure/1')
    run(python, path, GROWS + "log.error('failed', extra=job)")
    first, second = path.read_bytes().splitlines()
    assert first == b'{"schema": "job-failure/1"}'
    assert len(understood([second])) == 1
