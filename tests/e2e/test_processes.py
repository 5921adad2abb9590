"""The command line as a process: pipes, signals, poor terminals, standard input, and how each ends."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from secondwind.cli import main
from secondwind.commands.completion import SHELLS, script, words_of
from secondwind.parser import command_parser, leaves

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "secondwind"]
PLAIN = {"PYTHONIOENCODING": "ascii", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def ran(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """One command, to its end."""
    env = {**os.environ, **more.pop("env", {})}
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60, **more
    )


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


def test_the_version_is_said() -> None:
    """As in pyproject.toml, and nothing else."""
    done = ran("--version")
    assert (done.returncode, done.stdout) == (0, f"secondwind {_version()}\n")


def _version() -> str:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("leaf", list(leaves(command_parser())), ids=lambda leaf: leaf.prog)
def test_every_command_has_the_same_options_and_judges_its_own(leaf: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json`, `-q` and `-v` everywhere; what a command does not know is told with that command's usage."""
    assert {"--json", "-q", "-v", "--quiet", "--verbose"} <= set(leaf._option_string_actions)
    with pytest.raises(SystemExit) as ended:
        leaf.parse_known_args([*_needed(leaf), "--no-such-option"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"usage: {leaf.prog} ")
    assert "--no-such-option" in err


@pytest.mark.parametrize("arguments", [["--json", "mode", "show"], ["mode", "show", "--json"], ["mode", "--json"]])
def test_options_of_every_command_may_stand_before_it(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said before the command holds for it; and a program gets its object from a usage error too."""
    monkeypatch.setenv("SECONDWIND_LEDGER_URL", f"sqlite://{tmp_path}/none.db")
    try:
        status = main(arguments)
    except SystemExit as ended:
        status = int(str(ended.code))
    told = json.loads(capsys.readouterr().out)
    assert (status, told["exit_status"]) == (2, 2)


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


def _needed(leaf: Any) -> list[str]:
    """Values of all that must be given."""
    words: list[str] = []
    for action in leaf._actions:
        if action.option_strings and action.required:
            words += [action.option_strings[0], str((action.choices or ["x"])[0])]
        elif not action.option_strings and action.nargs not in ("?", "*"):
            words.append(str((action.choices or ["x"])[0]))
    return [*words, "--local"] if leaf.prog.endswith("invoke") else words


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


def test_quiet_and_verbose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Quiet says nothing beside the result, verbose what ran and how it ended."""
    ledger = ["--ledger", f"sqlite://{tmp_path / 'ledger.db'}"]
    (tmp_path / "ledger.db").touch()
    told = {}
    for flag in ("-q", "", "-v"):
        assert main(["held", *ledger, *([flag] if flag else [])]) == 0
        told[flag] = capsys.readouterr()
    assert told["-q"].err == ""
    assert told[""].err.startswith("ledger: ")
    assert told["-v"].err.startswith("ledger: ")
    assert f"secondwind {_version()}, Python " in told["-v"].err
    assert "exit status 0 after " in told["-v"].err
    assert len({one.out for one in told.values()}) == 1


LEDGER = "LEDGER"
SPOKEN = [
    "policy check policy.yaml",
    "policy check none.yaml",
    "policy test policy.yaml",
    "policy test none.yaml",
    "policy schema",
    "policy packs",
    "policy packs mpi",
    "policy packs no-such-pack",
    "completion bash",
    "doctor --region cn-hangzhou",
    "breaker open ehpc/cn-hangzhou/ehpc-hz-demo1 --why test --ledger LEDGER",
    "breaker close ehpc/cn-hangzhou/ehpc-hz-demo1 --backlog drop --ledger LEDGER",
    "breaker list --ledger LEDGER",
    "mode set observe --why test --ledger LEDGER",
    "mode show --ledger LEDGER",
    "held --ledger LEDGER",
    "approve abcdef fedcba --ledger LEDGER",
    "reject abcdef --ledger LEDGER",
    "held --ledger sqlite:///no/such/file",
    "breaker open nowhere --why test --ledger LEDGER",
    "explain --failure abcdef --ledger sqlite:///no/such/file",
    "doctor --region nowhere",
    "setup --region nowhere",
    "explain --job ehpc/cn-hangzhou/ehpc-hz-demo1/1.scheduler --ledger LEDGER",
    "mode clear --ledger LEDGER",
]


def test_every_command_that_ends_prints_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the exit status; moments in it are RFC 3339. Demo, cloud, setup and invoke are tested elsewhere."""
    monkeypatch.chdir(ROOT)
    (tmp_path / "ledger.db").touch()
    seen = 0
    for line in SPOKEN:
        arguments = line.replace(LEDGER, f"sqlite://{tmp_path / 'ledger.db'}").split()
        main([*arguments, "--json"])
        told = json.loads(capsys.readouterr().out)
        assert isinstance(told, dict), arguments
        for name, value in _moments(told):
            seen += 1
            assert isinstance(value, str), (arguments, name)
            assert datetime.fromisoformat(value.replace("Z", "+00:00")).tzinfo is not None
    assert seen >= 3


def _moments(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [one for part in value for one in _moments(part)]
    if not isinstance(value, dict):
        return []
    names = ("at", "since", "held_since", "cooldown_until")
    # What stands below such a name in a schema speaks of the moment and is none.
    told = {k: v for k, v in value.items() if v not in (None, "") and not isinstance(v, dict)}
    own = [(k, v) for k, v in told.items() if k in names or k.endswith("_at")]
    return own + [one for part in value.values() for one in _moments(part)]


def test_the_local_cloud_describes_itself_as_json() -> None:
    """Endpoint, environment and when it began, in one object, and it goes on serving until it is told to end."""
    with subprocess.Popen(
        [*COMMAND, "cloud", "--json"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as cloud:
        assert cloud.stdout is not None
        text = ""
        while not text.endswith("}\n") or "\n}\n" not in text:
            text += cloud.stdout.readline()
        cloud.send_signal(signal.SIGTERM)
        rest, _ = cloud.communicate(timeout=30)
    told = json.loads(text)
    assert rest == ""
    assert cloud.returncode == 0
    assert told["environment"]["SECONDWIND_SLS_ENDPOINT"] == told["endpoint"]
    assert abs(datetime.fromisoformat(told["begun_at"].replace("Z", "+00:00")).timestamp() - time.time()) < 60


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_are_read_by_their_shells(shell: str) -> None:
    """Each is a script that its shell takes."""
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"this machine has no {shell}")
    text = ran("completion", shell).stdout
    assert text
    assert subprocess.run([found, "-n"], input=text, text=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (["br"], {"breaker"}),
        (["breaker", ""], {"list", "open", "close", "--help"}),
        (["breaker", "close", "--ba"], {"--backlog"}),
        (["breaker", "close", "SCOPE", "--per"], {"--per-minute"}),
        (["policy", "--json", "te"], {"test"}),
        (["mode", "set", "o"], {"observe", "off"}),
        (["completion", ""], {"bash", "zsh", "fish", "--help", "--json", "--quiet", "--verbose"}),
        (["invoke", "event.json", "--shift"], {"--shift-times"}),
        (["invoke", "event.json", "--no-such"], set()),
    ],
)
def test_bash_completes_what_may_follow(typed: list[str], wanted: set[str]) -> None:
    """By the command that has been typed, whatever options and values stand between."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("this machine has no bash")
    words = " ".join(f"'{word}'" for word in ["secondwind", *typed])
    asked = f"COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _secondwind; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    text = f"{script('bash', words_of(command_parser()))}\n{asked}\n"
    done = subprocess.run([bash, "--norc"], input=text, capture_output=True, text=True, check=True)
    found = set(done.stdout.split())
    assert (found == wanted) if typed[-1] else wanted <= found
