"""The page on architecture says the walls that are judged, and no others."""

from __future__ import annotations

import re

import pytest

from tests.unit.docs.pages import ROOT

_CONTRACT = re.compile(r'^\[\[tool\.importlinter\.contracts\]\]\nname = "(.*)"$', re.MULTILINE)


def _walls() -> list[str]:
    """The items of the list below `## Walls`, each as one line without its full stop."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.partition("\n## Walls\n")[2].partition("\n## ")[0]
    items = re.findall(r"^- (.*(?:\n  .*)*)$", section, re.MULTILINE)
    return [" ".join(item.split()).removesuffix(".") for item in items]


def test_the_walls_are_the_import_contracts() -> None:
    """Name by name, in the same order: a contract without a sentence on the page, or the other way round, fails."""
    contracts = _CONTRACT.findall((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert contracts
    assert _walls() == contracts


@pytest.mark.parametrize("house", ["shared", "localcloud"])
def test_every_room_stands_in_a_layer(house: str) -> None:
    """A new room or service that no layer names would stand outside the walls, and nobody would be told."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = " ".join(re.findall(r"^layers = (\[.*\])$", text, re.MULTILINE))
    rooms = {path.parent.name for path in (ROOT / house).glob("*/__init__.py")}
    rooms |= {path.stem for path in (ROOT / house).glob("*.py")} - {"__init__"}
    assert len(rooms) > 15
    assert {room for room in rooms if not re.search(rf"\b{house}\.{room}\b", layers)} == set()
