"""No comment, docstring or page cites a document that the project does not have.

A citation is a name that ends in `.md`, with or without a heading behind `#`, anywhere in a page, in a comment or
docstring of Python, or in any other text file. It counts from the root of the tree; in what is no Python also from the
file's own folder. URLs are somebody else's, and what a link is called is judged by where it leads.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.unit.docs.pages import ROOT, anchors, files, lines

_TEXT = {".cfg", ".cjs", ".example", ".in", ".js", ".json", ".sh", ".toml", ".txt", ".yaml", ".yml"}
_NAMED_TEXT = {"Makefile", "run", ".editorconfig", ".gitignore"}
_URL = re.compile(r"[a-z][a-z0-9+]*://[^\s)>\]\"'`]+")
_CALLED = re.compile(r"\[[^\[\]]*\](?=\()")
"""The visible part of a link in a page."""
_CITED = re.compile(r"(?<![\w./-])(?P<path>(?:[\w.-]+/)*[\w-][\w.-]*\.md)\b(?:#(?P<anchor>[\w-]*))?")
_BY_NUMBER = re.compile(r"\.md,?(?: sections?)? (?:§ ?\d|\d+\.\d)")
"""A section named by its number, which moves: headings have names."""


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of all that may cite."""
    if file.suffix == ".py":
        yield from _python(file.read_text(encoding="utf-8"))
    elif file.suffix == ".md":
        yield from ((number, _CALLED.sub("", line)) for number, (line, code) in enumerate(lines(file), 1) if not code)
    elif file.suffix in _TEXT or file.name in _NAMED_TEXT:
        yield from enumerate(file.read_text(encoding="utf-8").splitlines(), 1)


def _python(source: str) -> Iterator[tuple[int, str]]:
    """Comments, and strings that stand for themselves; of other strings what names a page below `docs/`."""
    if ".md" not in source:
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        for number, line in enumerate(node.value.splitlines(), node.lineno):
            if id(node) in alone:
                yield number, line
            else:
                yield from ((number, found) for found in re.findall(r"(?<![\w/])docs/[^\s`)\"']*", line))


def faults(file: Path, root: Path) -> Iterator[str]:
    """What the file cites and the tree under `root` does not have."""
    folders = (root,) if file.suffix == ".py" else (file.parent, root)
    for number, text in texts(file):
        ours = _URL.sub("", text)
        where = f"{file.relative_to(root)}:{number}"
        for cited in _CITED.finditer(ours):
            if not any(_has(folder / cited["path"], cited["anchor"]) for folder in folders):
                yield f"{where}: there is no {cited[0]}"
        if numbered := _BY_NUMBER.search(ours):
            yield f"{where}: {numbered[0]!r} names a section by its number; name its heading, behind #"


def _has(page: Path, anchor: str | None) -> bool:
    return page.is_file() and (anchor is None or anchor in anchors(page.resolve()))


def test_what_is_cited_is_there() -> None:
    """Every document and heading that any text of the tree names."""
    assert [fault for file in files() for fault in faults(file, ROOT)] == []


def test_there_are_citations_to_judge() -> None:
    """The walk sees the kinds of file that cite: their citations are not passed over as code."""
    citing = {file.suffix for file in files() for _, text in texts(file) if _CITED.search(_URL.sub("", text))}
    assert {".py", ".md", ".yaml", ".toml"} <= citing


def test_what_is_not_there_is_found(tmp_path: Path) -> None:
    """A missing page, a missing heading, a number instead of a heading: in a docstring, a comment, a string, a page."""
    docs = "docs"  # so that what stands here is no citation itself
    page, module, settings = tmp_path / docs / "page.md", tmp_path / "module.py", tmp_path / docs / "s.yaml"
    page.parent.mkdir()
    page.write_text(
        f"# One\n\nhttps://x.example/far.md page.md {docs}/page.md#one `a.md` [b.md](page.md)\n\n    c.md\n"
    )
    module.write_text(
        f'"""{docs}/page.md#one, d.md."""\n\nNAME = "e.md"\nPATH = "{docs}/f.md"\n\n'
        f"# {docs}/page.md 2.1, https://x.example/far.md, {docs}/page.md#two\n"
    )
    settings.write_text(f"# page.md, {docs}/page.md, g.md\n")
    told = [fault.partition(": ")[2] for file in (page, module, settings) for fault in faults(file, tmp_path)]
    assert sorted(told) == [
        "'.md 2.1' names a section by its number; name its heading, behind #",
        "there is no a.md",
        "there is no d.md",
        f"there is no {docs}/f.md",
        f"there is no {docs}/page.md#two",
        "there is no g.md",
    ]
