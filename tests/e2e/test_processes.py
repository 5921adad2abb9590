"""The command line as a process: pipes, signals, poor terminals, standard input, and how each ends."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.e2e.processes import COMMAND, PLAIN, ROOT, ran


@pytest.mark.parametrize("arguments", ["policy packs", "policy schema --json"])
def test_a_reader_that_left_is_no_error(arguments: str) -> None:
    """As behind `| head`: no word on standard error, and the status of a process that SIGPIPE ends."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run(
            [*COMMAND, *arguments.split()], cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, "")


@pytest.mark.parametrize("arguments", ["policy check -", "invoke no-such.json --local"])
def test_an_input_that_is_closed_is_empty(arguments: str) -> None:
    """As with `<&-`, or from a service without input: the command says what is missing."""
    ended = subprocess.run(
        [*COMMAND, *arguments.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.close(0),
    )
    assert ended.returncode in {1, 2}
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("number", [1, 2])
def test_an_output_that_is_closed_is_written_nowhere(number: int) -> None:
    """As with `>&-`, or from a service without outputs: no traceback, and the status is the work's."""
    ended = subprocess.run(
        [*COMMAND, "policy", "packs"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.close(number),
    )
    assert "Traceback" not in ended.stdout + ended.stderr
    assert ended.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_is_said() -> None:
    """One line, and not status 0: what was asked for was not written."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "policy", "packs"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=str)
def test_a_signal_ends_the_demo_and_leaves_nothing_behind(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """No folder, no process of its own, no traceback; the status names the signal."""
    env = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*COMMAND, "demo"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_hears_ctrl_c,  # noqa: PLW1509 - it does nothing but this one call
    ) as demo:
        assert demo.stdout is not None
        while "Log Service trigger" not in demo.stdout.readline():  # by then a function runs as a process
            assert demo.poll() is None
        assert any(tmp_path.iterdir())
        demo.send_signal(number)
        _, err = demo.communicate(timeout=30)
        group = demo.pid
    assert demo.returncode == status
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []
    until = time.monotonic() + 10.0
    while _runs(group):  # what was told to end may take a moment to be gone
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)], ids=str)
def test_ctrl_c_is_how_the_console_is_meant_to_end(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """As it says itself; another signal is told by the status."""
    (tmp_path / "ledger.db").touch()
    with subprocess.Popen(
        [*COMMAND, "console", "--ledger", f"sqlite://{tmp_path / 'ledger.db'}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hears_ctrl_c,  # noqa: PLW1509 - as above
    ) as console:
        assert console.stdout is not None
        while "End with Ctrl-C" not in console.stdout.readline():
            assert console.poll() is None
        console.send_signal(number)
        _, err = console.communicate(timeout=30)
    assert (console.returncode, "Traceback" in err, "interrupted" in err) == (status, False, False)


def _hears_ctrl_c() -> None:
    """Whoever runs the tests behind an `&` has it ignored, and so had its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _runs(group: int) -> bool:
    """Whether any process of that group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_ascii_terminal_gets_ascii() -> None:
    """Lines and arrows become what looks like them."""
    poor = ran("doctor", "--region", "cn-hangzhou", env=PLAIN)
    assert poor.returncode == 1
    assert poor.stderr == ""
    assert poor.stdout.isascii()
    assert " -> " in poor.stdout


def test_the_answer_of_a_function_is_the_same_json_on_an_ascii_terminal(tmp_path: Path) -> None:
    """A stranger's words in it are escaped as JSON escapes them."""
    event = tmp_path / "event.json"
    event.write_text('{"jobs": [{"system": "ehpc", "job_id": "结算→😀"}]}', encoding="utf-8")
    poor = ran("invoke", str(event), "--local", "--dry-run", env=PLAIN)
    assert poor.stdout.isascii()
    assert "结算→😀" in json.loads(poor.stdout)["outcomes"][0]["raw"]


@pytest.mark.parametrize("columns", [60, 24])
def test_a_table_that_a_terminal_has_no_room_for_becomes_blocks(columns: int) -> None:
    """A cell a line, each behind its column's name. In a pipe it stays a table."""
    code = "from secondwind.table import table; print(*table(('job', 'why'), [('a' * 40, 'b' * 40)]), sep='\\n')"
    command = [sys.executable, "-c", code]
    whole = subprocess.run(command, env={**os.environ, "COLUMNS": "60"}, capture_output=True, text=True, check=True)
    assert whole.stdout.splitlines()[1] == f"{'a' * 40}  {'b' * 40}"
    master, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}
    subprocess.run(command, env=env, stdout=terminal, check=True)
    os.close(terminal)
    with os.fdopen(master, "rb") as reading:
        shown = reading.read1(4096).decode()
    assert shown.split() == ["job", "a" * 40, "why", "b" * 40]


@pytest.mark.parametrize(
    "loaded", ["argparse", "secondwind.commands.policy.arguments", "secondwind.commands.policy.check"]
)
def test_an_interruption_while_it_loads_is_no_traceback(loaded: str) -> None:
    """The better part of a second on a slow machine, in which people change their minds."""
    code = f"""
import os, signal, sys
class Interrupts:
    def find_spec(self, name, path, target=None):
        if name == {loaded!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
signal.signal(signal.SIGINT, signal.default_int_handler)  # as at a terminal: who runs in the background inherits none
from secondwind.cli import main
sys.exit(main(["policy", "check", "policy.yaml"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")


def test_standard_input_is_a_file() -> None:
    """`-` for an event, a policy, tests of one, and a scenario."""
    done = ran("invoke", "-", "--local", input="no json")
    assert json.loads(done.stdout)["counts"]["invalid"] == 1
    assert done.returncode == 5
    assert ran("policy", "check", "-", input="version: 7").returncode == 1
    tests = "policy: policy.yaml\nversion: 1\ntests: [{name: a, failure: {}, expect: {verdict: rerun}}]"
    assert "1 passed" in ran("policy", "test", "-", input=tests).stdout
    assert "give its tests" in ran("policy", "test", "-", input="version: 1").stdout
    assert "/dev/stdin: $.moment" in ran("cloud", "--scenario", "-", input="moment: never").stderr
