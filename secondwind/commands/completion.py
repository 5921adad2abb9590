"""`secondwind completion bash|zsh|fish`: a script for the shell, made from the commands as they are.

eval "$(secondwind completion bash)"          # in ~/.bashrc; zsh: the same with zsh, in ~/.zshrc
secondwind completion fish > ~/.config/fish/completions/secondwind.fish
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from secondwind.machine import write_json

PROGRAM = "secondwind"
SHELLS = ("bash", "zsh", "fish")
_SAFE = re.compile(r"[A-Za-z0-9_.-]+\Z")
"""What may stand in a script unquoted: only words of ours go in, and this holds them to it."""

Words = Mapping[tuple[str, ...], tuple[str, ...]]
"""The commands typed so far → the words that may follow: commands, options, choices."""


def register(commands: Any) -> None:
    """Add the command's arguments."""
    completion = commands.add_parser(
        "completion",
        help="print a completion script for your shell",
        description=(__doc__ or "").partition("\n\n")[2],
        epilog="Exit status: 0 printed.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    completion.add_argument("shell", choices=SHELLS, metavar="bash|zsh|fish")
    completion.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from secondwind.parser import command_parser  # noqa: PLC0415 - it loads every command

    words = words_of(command_parser())
    if chosen.json:
        write_json({" ".join(path): list(following) for path, following in words.items()}, sys.stdout)
    else:
        sys.stdout.write(script(chosen.shell, words))
    return 0


def words_of(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What may follow each command, the whole tree of them."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {path: tuple(_following(parser))}
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to list its options
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            for name, command in action.choices.items():
                found |= words_of(command, (*path, name))
    return found


def _following(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:  # noqa: SLF001 - as above
        words = [*(action.choices or ()), *(option for option in action.option_strings if option.startswith("--"))]
        yield from (word for word in map(str, words) if _SAFE.match(word))


def script(shell: str, words: Words) -> str:
    """The script for one of the shells; where no word of ours fits it completes files."""
    if shell == "fish":
        return _fish(words)
    head = (
        "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n" if shell == "zsh" else ""
    )
    cases = "\n".join(
        f'    "{" ".join(path)}") offered="{" ".join(following)}" ;;' for path, following in words.items()
    )
    depth = max(map(len, words))
    return f"""{head}_{PROGRAM}() {{
  local typed="" offered="" word one n=0 IFS=$' \\t\\n'
  COMPREPLY=()
  for ((one = 1; one < COMP_CWORD && n < {depth}; one++)); do
    word="${{COMP_WORDS[one]}}"
    case "$word" in -*) continue ;; esac
    typed="${{typed:+$typed }}$word"
    n=$((n + 1))
    case "$typed" in
{_alternatives(words)}
      *) typed="${{typed% *}}"; [ "$typed" = "$word" ] && typed=""; break ;;
    esac
  done
  case "$typed" in
{cases}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _{PROGRAM} {PROGRAM}
"""


def _alternatives(words: Words) -> str:
    return "      " + "|".join(f'"{" ".join(path)}"' for path in words if path) + ") ;;"


def _fish(words: Words) -> str:
    lines = []
    for path, following in words.items():
        seen = "; and ".join(f"__fish_seen_subcommand_from {name}" for name in path) or "__fish_use_subcommand"
        for word in following:
            what = f"-l {word[2:]}" if word.startswith("--") else f"-f -a {word}"
            lines.append(f"complete -c {PROGRAM} -n '{seen}' {what}\n")
    return "".join(lines)
