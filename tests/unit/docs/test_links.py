"""No dead link inside the tree."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.unit.docs.pages import ROOT, anchors, lines, pages

_LINK = re.compile(r"\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"`+[^`]*`+")


def dead(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    text = "\n".join(_CODE.sub("", line) for line, code in lines(page) if not code)
    return [link for link in _LINK.findall(text) if not re.match(r"[a-z]+:", link) and not _resolves(page, link)]


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    there = (page.parent / unquote(path)).resolve() if path else page
    if not there.exists() or (not there.is_relative_to(ROOT) and page.is_relative_to(ROOT)):
        return False
    return not anchor or (there.suffix == ".md" and anchor in anchors(there))


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_resolve(page: Path) -> None:
    """Every relative link of the page names a file of the tree, and an anchor that the file has."""
    assert dead(page) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    """The check sees a missing file, a missing anchor and a repeated heading, and does not look into code."""
    page = tmp_path / "page.md"
    page.write_text(
        "# One\n\n## A `b`, c!\n\n# One\n\n[x](#one) [x](#one-1) [x](#a-b-c) [x](page.md#one) [x](https://x.example)\n"
        "[x](#two) [x](gone.md) [x](page.md#three) `[x](code.md)`\n\n    [x](block.md)\n\n```\n[x](fence.md)\n```\n",
        encoding="utf-8",
    )
    assert [link for link in dead(page) if "page.md" not in link or "three" in link] == [
        "#two",
        "gone.md",
        "page.md#three",
    ]


@pytest.mark.parametrize("folder", ["docs", "docs/facts"])
def test_every_page_of_a_folder_is_in_its_index(folder: str) -> None:
    """The README.md of the folder names each page beside it."""
    index = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    beside = {page.name for page in (ROOT / folder).glob("*.md")} - {"README.md"}
    assert len(beside) > 5
    assert {name for name in beside if f"]({name})" not in index} == set()
