"""Completion of commands in shells."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from secondwind.commands.completion import SHELLS, script, words_of
from secondwind.parser import command_parser
from tests.e2e.processes import ran


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
