"""Every `secondwind …` in the pages is one that the real parser takes: no stale command, no stale option."""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from secondwind.parser import command_parser
from tests.unit.docs.pages import ROOT, lines, pages

_PAGES = [p for p in pages() if p.parent in {ROOT, ROOT / "docs", ROOT / "emitters"}]
_IN_BLOCK = re.compile(r"\s*(?:\$ )?(?:\.venv/bin/)?secondwind (?P<rest>.*)")
_INLINE = re.compile(r"`secondwind ([^`]+)`")
_ENDS = {"|", ">", ">>", "<", ";", "&&", "||", "&", "2>"}
_SYNOPSIS = re.compile(r"[\[\]|…]|\.\.\.|(?<=\s)[A-Z]\Z|--per-minute N")
_TARGET = re.compile(r"(?:^|`)make ([a-z][a-z-]*)", re.MULTILINE)
_FORM = re.compile(r'"secondwind-([a-z-]+)/1"')
_FORM_SHOWN = re.compile(r"`(secondwind-[a-z-]+/1)`")
_MODULE = re.compile(r"python -m (tools\.[a-z_]+)")


def shown(page: Path) -> Iterator[tuple[str, bool]]:
    """(what stands behind `secondwind`, whether it can be run as it is)."""
    joined = ""
    for line, code in lines(page):
        if not code:
            yield from ((text, False) for text in _INLINE.findall(line))
            continue
        joined += line
        if joined.endswith("\\"):
            joined = joined[:-1]
            continue
        found = (_IN_BLOCK.match(part) for part in re.split(r"&&|;", joined))
        texts = [match["rest"].partition("  # ")[0] for match in found if match]
        yield from ((text, not _SYNOPSIS.search(text)) for text in texts)
        joined = ""


def words(text: str) -> list[str]:
    """Arguments up to a pipe, a redirection or a comment."""
    found = []
    for word in shlex.split(text, comments=True):
        if word in _ENDS:
            break
        found.append(word)
    return found


def fault_of(text: str, *, runnable: bool) -> str:
    """What the parser has against it; empty if nothing. A synopsis or a mention may leave out what is required."""
    if runnable:
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                command_parser().parse_args(words(text))
        except SystemExit as error:
            return said.getvalue() if error.code else ""
        return ""
    return _unknown(re.split(r"[\s\[\]|,…]+", text))


def _unknown(mentioned: list[str]) -> str:
    """The first word that is no command where a command must stand, or an option that no command below has."""
    parser, names = command_parser(), list(mentioned)
    while inner := _commands(parser):
        name = next((word for word in names if word), "")
        if not name or name.startswith("-") or name.isupper():
            break
        if name not in inner:
            return f"{name} is no command"
        names = names[names.index(name) + 1 :]
        # `breaker list | open …` names commands beside each other: then the options may be of any of them.
        if [word for word in names if word in inner] and not _commands(inner[name]):
            break
        parser = inner[name]
    known = set(_options(parser))
    return next((f"{word} is no option" for word in mentioned if word.startswith("--") and word not in known), "")


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(inner[0].choices) if inner else {}


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
    for inner in _commands(parser).values():
        yield from _options(inner)


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_parser_takes_every_command_line(page: Path) -> None:
    """What stands in a code block parses whole; what is mentioned in a sentence names real commands and options."""
    assert {text: fault for text, runnable in shown(page) if (fault := fault_of(text, runnable=runnable))} == {}


def test_the_pages_show_command_lines() -> None:
    """The check above has something to check."""
    found = [runnable for page in _PAGES for _, runnable in shown(page)]
    assert found.count(True) > 20
    assert found.count(False) > 20


@pytest.mark.parametrize(
    ("text", "runnable"),
    [
        ("breaker shut ehpc/cn-hangzhou/c", True),
        ("invoke event.json --via fc4", True),
        ("breaker close ehpc/cn-hangzhou/c", True),
        ("setup --no-such-option", True),
        ("breaker list | open SCOPE --reason TEXT", False),
        ("heal", False),
        ("policy verify FILE", False),
    ],
)
def test_a_stale_line_is_found(text: str, *, runnable: bool) -> None:
    """A command, choice or option that does not exist, or lacks what it requires, does not pass."""
    assert fault_of(text, runnable=runnable)


def test_every_make_target_and_tool_exists() -> None:
    """`make WORD` names a target of the Makefile, and `python -m tools.WORD` a module."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = "\n".join(page.read_text(encoding="utf-8") for page in _PAGES)
    code = "\n".join(line.strip() for page in _PAGES for line, is_code in lines(page) if is_code)
    named = set(_TARGET.findall(code)) | set(re.findall(r"`make ([a-z][a-z-]*)", text))
    assert {"setup", "deploy-check", "bundle"} <= named
    assert named - targets == set()
    modules = {ROOT / name.replace(".", "/") for name in _MODULE.findall(text)}
    assert [
        path for path in modules if not (path.with_suffix(".py").is_file() or (path / "__main__.py").is_file())
    ] == []


def test_every_form_that_a_command_prints_is_on_its_page() -> None:
    """Programs tell by it what they have: the table names each, and none that no command prints."""
    forms = {form for path in (ROOT / "secondwind").rglob("*.py") for form in _FORM.findall(path.read_text("utf-8"))}
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    assert {f"secondwind-{form}/1" for form in forms} | {"secondwind-result/1"} == set(_FORM_SHOWN.findall(page))
