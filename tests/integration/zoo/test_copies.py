"""A real copy, a real pytest: the bug is in the copy alone, and goes again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.zoo.house import DESK
from tools.zoo import witness
from tools.zoo.bugs import Bug, ZooError
from tools.zoo.changes import Change
from tools.zoo.copies import Copy

_HOME = """
from types import SimpleNamespace

from house.desk import close


def test_home():
    assert close(SimpleNamespace(home=1)) == 1
"""
_OWN = "def test_every_bug_fits():\n    assert False, 'it does not, where it has been put in'\n"
_BUG = Bug(
    name="home_forgotten",
    title="The home is forgotten",
    why="Nobody finds it again.",
    changes=[Change(place="house.desk:close", find="case.home", replace="None")],
    tests=["tests/unit"],
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one test that matters, and one of the zoo's own."""
    texts = {
        "house/desk.py": DESK,
        "shared/__init__.py": "",
        "tools/zoo/witness.py": Path(witness.__file__).read_text(encoding="utf-8"),
        "tests/unit/test_home.py": _HOME,
        "tests/unit/zoo/test_own.py": _OWN,
    }
    for name, text in texts.items():
        path = tmp_path / "repository" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path / "repository", check=True)  # noqa: S607 - the developer's git
    return tmp_path / "repository"


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Copy:
    """Of that repository."""
    return Copy(root, tmp_path / "scratch")


def test_the_bug_fails_its_test_while_it_is_in(root: Path, copy: Copy) -> None:
    """The zoo's own tests fail with any bug: they catch none. The repository is never touched."""
    with copy.having(_BUG):
        assert copy.failing(_BUG.tests) == ["tests/unit/test_home.py::test_home"]
    assert copy.failing(_BUG.tests) == []
    assert (root / "house/desk.py").read_text(encoding="utf-8") == DESK


def test_tests_that_are_not_there_are_no_success(copy: Copy) -> None:
    """What pytest said is told."""
    with pytest.raises(ZooError, match=r"pytest ended with \d on tests/unit/test_none.py"):
        copy.failing(["tests/unit/test_none.py"])
