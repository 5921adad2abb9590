"""The Markdown pages of the tree, and what stands in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_NOT_OURS = {"build", "node_modules", "__pycache__"}
_HIDDEN_AND_OURS = {".ci", ".github"}
_FENCE = re.compile(r"\s*(```|~~~)")


@cache
def pages() -> tuple[Path, ...]:
    """Every .md file, but for hidden folders that are not ours, what is built and what is installed."""
    return tuple(path for path in files() if path.suffix == ".md")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the tree, with the same exceptions. Git is not asked: a scratch copy has none."""
    found: list[Path] = []
    for folder, below, names in os.walk(ROOT):
        below[:] = [name for name in below if _ours(name)]
        found += [Path(folder, name) for name in names]
    return tuple(sorted(found))


def _ours(folder: str) -> bool:
    return folder in _HIDDEN_AND_OURS or not (folder.startswith(".") or folder in _NOT_OURS)


def lines(page: Path) -> Iterator[tuple[str, bool]]:
    """(line, whether it is code: inside a fence, or indented by four below an empty or indented line)."""
    fenced, before_was_code_or_empty = False, True
    for line in page.read_text(encoding="utf-8").splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            yield "", True
            continue
        indented = line.startswith("    ") and before_was_code_or_empty
        yield line, fenced or indented
        before_was_code_or_empty = indented or not line.strip()


def headings(page: Path) -> list[tuple[int, str]]:
    """(level, text) of every heading."""
    found = (re.match(r"(#{1,6}) +(.*?) *#*$", line) for line, code in lines(page) if not code)
    return [(len(match[1]), match[2]) for match in found if match]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Of its headings, as GitHub makes them: lower case, punctuation away, blanks to hyphens, repeats numbered."""
    made: list[str] = []
    for _, text in headings(page):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        repeats = sum(1 for other in made if re.fullmatch(re.escape(slug) + r"(-[0-9]+)?", other))
        made.append(f"{slug}-{repeats}" if slug in made else slug)
    return frozenset(made)
