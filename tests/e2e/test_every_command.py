"""What holds for every command: its options, and one JSON object for programs."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from secondwind.cli import main
from secondwind.parser import command_parser, leaves
from tests.e2e.processes import COMMAND, ROOT, ran


def test_the_version_is_said() -> None:
    """As in pyproject.toml, and nothing else."""
    done = ran("--version")
    assert (done.returncode, done.stdout) == (0, f"secondwind {_version()}\n")
    for words in (("--version", "--json"), ("--json", "--version")):
        assert json.loads(ran(*words).stdout) == {"version": _version()}


def _version() -> str:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("leaf", list(leaves(command_parser())), ids=lambda leaf: leaf.prog)
def test_every_command_has_the_same_options_and_judges_its_own(leaf: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`--json`, `-q` and `-v` everywhere, how it may end; what it does not know is told with its usage."""
    assert "Exit status: 0 " in " ".join(leaf.format_help().split())
    assert {"--json", "-q", "-v", "--quiet", "--verbose"} <= set(leaf._option_string_actions)
    with pytest.raises(SystemExit) as ended:
        leaf.parse_known_args([*_needed(leaf), "--no-such-option"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"usage: {leaf.prog} ")
    assert "--no-such-option" in err


@pytest.mark.parametrize(
    "line",
    [
        "--json mode show",
        "mode show --json",
        "mode --json",
        "--json mode",
        "--json --no-such mode show",
        "--json mode show --no-such",
        "-q --json mode set auto",
        "--json no-such-command",
        "--json approve",
        "--json invoke event.json",
    ],
)
def test_options_of_every_command_may_stand_before_it(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said before the command holds for it; and a program gets its object from a usage error too."""
    monkeypatch.setenv("SECONDWIND_LEDGER_URL", f"sqlite://{tmp_path}/none.db")
    try:
        status = main(line.split())
    except SystemExit as ended:
        status = int(str(ended.code))
    told = json.loads(capsys.readouterr().out)
    assert (status, told["exit_status"]) == (2, 2)


def _needed(leaf: Any) -> list[str]:
    """Values of all that must be given."""
    words: list[str] = []
    for action in leaf._actions:
        if action.option_strings and action.required:
            words += [action.option_strings[0], str((action.choices or ["x"])[0])]
        elif not action.option_strings and action.nargs not in ("?", "*"):
            words.append(str((action.choices or ["x"])[0]))
    return [*words, "--local"] if leaf.prog.endswith("invoke") else words


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
    "nodes list --ledger LEDGER",
    "nodes clear ehpc/cn-hangzhou/ehpc-hz-demo1 gpu7 --ledger LEDGER",
    "nodes clear nowhere gpu7 --ledger LEDGER",
    "approve abcdef --ledger LEDGER",
    "approve abcdef fedcba --ledger LEDGER",
    "reject abcdef --ledger LEDGER",
    "held --ledger sqlite:///no/such/file",
    "breaker open nowhere --why test --ledger LEDGER",
    "explain --failure abcdef --ledger sqlite:///no/such/file",
    "doctor --region nowhere",
    "setup --region nowhere",
    "invoke no-such-event.json --local",
    "invoke no-such-event.json --via fc3",
    "explain --job ehpc/cn-hangzhou/ehpc-hz-demo1/1.scheduler --ledger LEDGER",
    "mode clear --ledger LEDGER",
]


def test_every_command_that_ends_prints_one_json_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In ASCII, whatever the exit status; moments are RFC 3339. Why something was not done, standard error says too.

    Demo, cloud, setup and invoke are tested elsewhere.
    """
    monkeypatch.chdir(ROOT)
    (tmp_path / "ledger.db").touch()
    seen = 0
    for line in SPOKEN:
        arguments = line.replace(LEDGER, f"sqlite://{tmp_path / 'ledger.db'}").split()
        status = main([*arguments, "--json"])
        said, beside = capsys.readouterr()
        assert said.isascii(), arguments
        told = json.loads(said)
        assert isinstance(told, dict), arguments
        if status:
            assert told.get("exit_status", status) == status, arguments
        if status == 2 or "problem" in told:
            assert (told["exit_status"], told["problem"] in beside) == (status, True), arguments
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
