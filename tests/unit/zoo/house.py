"""A small house that bugs are put into."""

from __future__ import annotations

DESK = '''"""A desk."""

TABLE = {"late": 1, "never": 2}
QUERY = """
  UPDATE t
  WHERE version = ?
"""


class Desk:
    limit = 100

    def close(self, case, *, now=0.0):
        """Close it."""
        if case.open:  # still open
            return self.put(case, at=now)
        elif case.over:
            return None
        home = case.home
        self.note(home)
        return [f"{home}: {case.open}", case.late or case.early]


def close(case):
    return case.home
'''
ZOO = """
- name: home_forgotten
  title: The home is forgotten
  why: Nobody finds it again.
  changes:
    - in: house.desk:Desk.close
      find: case.home
      replace: None
  tests:
    - tests/test_desk.py::test_home
"""
FILES = {
    "house/desk.py": DESK,
    "house/rules.yaml": "rules:\n  - class: unknown\n",
    "tests/test_desk.py": "def test_home():\n    pass\n",
    "zoo/law_04_lost.yaml": ZOO,
}
