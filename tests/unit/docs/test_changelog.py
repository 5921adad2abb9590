"""The changelog has the form that it says it has, and its newest version is the project's."""

from __future__ import annotations

import re
from datetime import date

from tests.unit.docs.pages import ROOT, headings

_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+) - (\d{4}-\d\d-\d\d)")


def _versions() -> list[tuple[tuple[int, int, int], date]]:
    dated = [text for level, text in headings(ROOT / "CHANGELOG.md") if level == 2][1:]
    found = [_VERSION.fullmatch(text) for text in dated]
    assert all(found), dated
    numbers = [(int(one[1]), int(one[2]), int(one[3])) for one in found if one]
    return list(zip(numbers, [date.fromisoformat(one[4]) for one in found if one], strict=True))


def test_what_is_not_released_comes_first_and_versions_are_dated_newest_first() -> None:
    """`Unreleased`, then `number - date`, both going down."""
    assert next(text for level, text in headings(ROOT / "CHANGELOG.md") if level == 2) == "Unreleased"
    versions = _versions()
    assert versions
    assert versions == sorted(versions, reverse=True)
    assert [day for _, day in versions] == sorted((day for _, day in versions), reverse=True)


def test_changes_stand_below_the_kinds_that_there_are() -> None:
    """Nobody has to guess whether a change adds or mends."""
    assert {text for level, text in headings(ROOT / "CHANGELOG.md") if level == 3} <= _KINDS


def test_the_projects_version_is_the_newest_one() -> None:
    """Number and section are made in one commit."""
    written = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert written
    assert written[1] == ".".join(map(str, _versions()[0][0]))
