"""The files and folders that CONTRIBUTING and the page on architecture send people to are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.unit.docs.pages import ROOT, headings, lines

_CONTRIBUTING = ROOT / "CONTRIBUTING.md"
_PATH = re.compile(r"`([\w.<>/-]*[/.][\w.<>/-]*)`")


def named(page: Path, section: str) -> list[str]:
    """The paths in the tables of a section and of those below it, but for the column of meanings."""
    below, found = False, list[str]()
    for line, code in lines(page):
        if not code and line.startswith("## "):
            below = line == f"## {section}"
        if below and line.startswith("| `"):
            first, _meaning, *further = line.strip("|").split("|")
            found += _PATH.findall(" ".join([first, *further]))
    return found


def missing(paths: list[str], root: Path) -> list[str]:
    """Those that nothing under `root` fits; `<name>` fits any name."""
    return [path for path in paths if not list(root.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))]


@pytest.mark.parametrize(
    ("page", "section"), [(_CONTRIBUTING, "Which files"), (ROOT / "docs" / "architecture.md", "The rooms")]
)
def test_what_a_page_sends_people_to_is_there(page: Path, section: str) -> None:
    """A module that was moved has to be moved on the page as well."""
    paths = named(page, section)
    assert len(paths) > 15
    assert missing(paths, ROOT) == []


def test_every_kind_of_change_has_its_files() -> None:
    """A gate, a reason, a door, a job system, a setting, a bug, a fact: none without a table."""
    kinds = [text for level, text in headings(_CONTRIBUTING) if level == 3]
    tables = _CONTRIBUTING.read_text(encoding="utf-8").partition("## Which files")[2].split("\n### ")[1:]
    assert len(kinds) >= 7
    assert [kind for kind, table in zip(kinds, tables, strict=True) if "\n| `" not in table] == []


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    """A missing file, a missing folder, a name that nothing fits."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "a.py").touch()
    paths = ["here/a.py", "here/", "<name>/a.py", "gone/", "here/b.py", "here/<name>/a.py"]
    assert missing(paths, tmp_path) == ["gone/", "here/b.py", "here/<name>/a.py"]


_MODULE = re.compile(r"`((?:[\w-]+/)+\w+\.py)`")


def test_modules_that_pages_name_are_there() -> None:
    """Who follows a sentence into the code arrives; the page of moves names what is gone on purpose."""
    pages = [page for page in (ROOT / "docs").glob("*.md") if page.name != "moves.md"]
    named = {path: page.name for page in pages for path in _MODULE.findall(page.read_text(encoding="utf-8"))}
    assert len(named) > 15
    assert {
        path: page
        for path, page in named.items()
        if not any((ROOT / root / path).exists() for root in ("", "localcloud"))
    } == {}


_CODE = ("emitters", "functions", "localcloud", "secondwind", "shared", "tools")
_MEMBER = re.compile(r"`([A-Z]\w+)\.([a-z_]\w*)`")


def _members(folder: Path) -> set[tuple[str, str]]:
    """Class and name of each method and field there."""
    trees = [ast.parse(file.read_bytes()) for file in folder.rglob("*.py")]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    parts = [(one.name, part) for one in classes for part in one.body]
    fields = {(name, ast.unparse(part.target)) for name, part in parts if isinstance(part, ast.AnnAssign)}
    return fields | {(name, part.name) for name, part in parts if isinstance(part, ast.FunctionDef)}


def test_members_that_pages_name_are_there() -> None:
    """`Healer._chunk` had been another class's for long; files, as `README.md`, are no members."""
    there = set[tuple[str, str]]().union(*(_members(ROOT / folder) for folder in _CODE))
    pages = [page for page in (ROOT / "docs").glob("*.md") if page.name != "moves.md"]
    named = {found for page in pages for found in _MEMBER.findall(page.read_text(encoding="utf-8"))}
    named = {(name, member) for name, member in named if member != "md"}
    assert len(named) > 10
    assert named - there == set()


_SECTION = re.compile(r"\b(README|[\w/-]+\.md), ([A-Z]\w*)(?=[)\"])")


def astray(text: str) -> list[str]:
    """The sections that code names to a person, as `(README, Deploy)`, and that the page does not have."""
    found = _SECTION.findall(text)
    pages = {name: ROOT / ("README.md" if name == "README" else name) for name, _ in found}
    titles = {name: [title for _level, title in headings(page)] for name, page in pages.items() if page.is_file()}
    return [f"{name}, {title}" for name, title in found if title not in titles.get(name, [])]


def test_sections_that_code_sends_people_to_are_there() -> None:
    """`doctor` told people to look at a section that the README had no more."""
    files = [file for folder in _CODE for file in (ROOT / folder).rglob("*.py")]
    told = {str(file.relative_to(ROOT)): astray(file.read_text(encoding="utf-8")) for file in files}
    assert {file: sections for file, sections in told.items() if sections} == {}
    assert astray('"set it (README, Settings)"') == ["README, Settings"]
    assert astray("(docs/reference.md, Settings) or (README, Deploy)") == []
