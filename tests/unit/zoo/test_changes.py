"""A change fits by its meaning, exactly once, and touches nothing else."""

from __future__ import annotations

import ast

import pytest

from tests.unit.zoo.house import DESK, FILES
from tools.zoo.changes import Change, Fault, Misfit, with_change

_REFORMATTED = """
class Desk:

        def close(
            self, case, *, now=0.0,
        ):
                \'\'\'Close it.\'\'\'
                home = ( # the job's own
                    case
                        .home
                )
                self.note( home, )
                return [
                    f"{home}: {case.open}", (
                        case.late

                        or case.early
                    ),
                ]
"""


_RETURN = "return [f'{home}: {case.open}', case.late or case.early]"


def _in(name: str, find: str, replace: str) -> Change:
    return Change(place=f"house.desk:{name}", find=find, replace=replace)


def _differs(before: str, after: str) -> tuple[str, str]:
    """What was taken out of the one text and what was put instead: from the first different line to the last."""
    old, new = before.splitlines(), after.splitlines()
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    while old and new and old[-1] == new[-1]:
        del old[-1], new[-1]
    return "\n".join(old), "\n".join(new)


def _misfit(change: Change, text: str = DESK) -> tuple[Fault, str]:
    with pytest.raises(Misfit) as caught:
        with_change(text, change)
    return caught.value.fault, str(caught.value)


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        pytest.param(
            _in("Desk.close", "case.home", "None"), "        home = case.home", "        home = (None)", id="expression"
        ),
        pytest.param(
            _in("close", "case.home", "None"), "    return case.home", "    return (None)", id="other-function"
        ),
        pytest.param(_in("Desk.limit", "100", "101"), "    limit = 100", "    limit = (101)", id="class-constant"),
        pytest.param(
            _in("Desk.close", "case.late or case.early", "0"),
            '        return [f"{home}: {case.open}", case.late or case.early]',
            '        return [f"{home}: {case.open}", (0)]',
            id="behind-an-f-string",
        ),
        pytest.param(
            _in("Desk.close", "at=now", "at=0, by=1"),
            "            return self.put(case, at=now)",
            "            return self.put(case, at=0, by=1)",
            id="argument",
        ),
        pytest.param(
            _in("TABLE", "'never': 2", "'never': 3"),
            'TABLE = {"late": 1, "never": 2}',
            'TABLE = {"late": 1, "never": (3)}',
            id="entry",
        ),
        pytest.param(
            _in("Desk.close", "home = case.home\nself.note(home)", "if now:\n    raise ValueError\nhome = 0"),
            "        home = case.home\n        self.note(home)",
            "        if now:\n            raise ValueError\n        home = 0",
            id="statements",
        ),
        pytest.param(
            _in("Desk.close", "self.note(home)", "raise ValueError"),
            "        self.note(home)",
            "        raise ValueError",
            id="statement-for-a-call",
        ),
        pytest.param(
            Change(place="house.desk:QUERY", text="WHERE version = ?", replace="WHERE TRUE"),
            'QUERY = """\n  UPDATE t\n  WHERE version = ?\n"""',
            "QUERY = '\\n  UPDATE t\\n  WHERE TRUE\\n'",
            id="string",
        ),
    ],
)
def test_what_is_found_is_replaced_and_nothing_else(change: Change, before: str, after: str) -> None:
    """Every kind of thing that can be named."""
    assert _differs(DESK, with_change(DESK, change)) == (before, after)


@pytest.mark.parametrize(
    ("find", "replace", "body"),
    [
        ("home = case.home", "home = 0", ["home = 0", "self.note(home)", _RETURN]),
        ("home = case.home\nself.note(home)", "home = 0", ["home = 0", _RETURN]),
        ("case.home", "0", ["home = 0", "self.note(home)", _RETURN]),
        ('f"{home}: {case.open}"', "0", ["home = case.home", "self.note(home)", "return [0, case.late or case.early]"]),
    ],
)
def test_a_reformatted_function_is_the_same_function(find: str, replace: str, body: list[str]) -> None:
    """Other indentation, line breaks, quotes, brackets, comments, and code above it that has gone."""
    text = with_change(_REFORMATTED, _in("Desk.close", find, replace))
    (desk,) = ast.parse(text).body
    assert isinstance(desk, ast.ClassDef)
    assert isinstance(desk.body[0], ast.FunctionDef)
    assert [ast.unparse(statement) for statement in desk.body[0].body[1:]] == body
    assert "# the job's own" in text or find.startswith("home")
    with_change(DESK, _in("Desk.close", find, replace))


def test_a_file_that_is_not_python_is_searched_as_text() -> None:
    """It is named by its path."""
    change = Change(place="house/rules.yaml", text="class: unknown", replace="class: job")
    assert with_change(FILES["house/rules.yaml"], change) == "rules:\n  - class: job\n"


@pytest.mark.parametrize(
    ("change", "fault", "told"),
    [
        (_in("Desk.shut", "case.home", "None"), Fault.NO_SYMBOL, "no Desk.shut"),
        (_in("Desk.close", "case.house", "None"), Fault.NOT_THERE, "not there: case.house"),
        (_in("close", "at=now", "at=0"), Fault.NOT_THERE, "not there: at=now"),
        (_in("Desk.close", "case", "None"), Fault.NOT_ONCE, "there 6 times: case"),
        (_in("Desk.close", "case.open)", "None"), Fault.NOT_PYTHON, ""),
        (_in("Desk.close", "# nothing", "None"), Fault.NOT_PYTHON, "nothing to find"),
        (_in("Desk.close", "case.home", "None))"), Fault.NOT_PYTHON, ""),
        (_in("Desk.close", "if case.over:\n    return None", "pass"), Fault.NOT_PYTHON, "elif"),
        (_in("TABLE", "'late': 1", "'early': 1"), Fault.NOT_PYTHON, "same key"),
        (_in("Desk.close", "case.home", "case .home"), Fault.NOTHING_CHANGED, "itself"),
        (_in("Desk.close", "case.home", "house"), Fault.UNKNOWN_NAME, "house"),
        (_in("Desk.close", "case.home", "self.house"), Fault.UNKNOWN_NAME, "self.house"),
        (Change(place="house.desk:close", replace="None"), Fault.NOT_PYTHON, "`find` or `text`"),
        (Change(place="house.desk:close", find="a", text="a", replace="None"), Fault.NOT_PYTHON, "`find` or `text`"),
        (Change(place="house/rules.yaml", find="a", replace="None"), Fault.NOT_PYTHON, "`text`"),
        (Change(place="house.desk:QUERY", text=" ", replace="-"), Fault.NOT_ONCE, "times"),
    ],
)
def test_what_does_not_fit_is_said(change: Change, fault: Fault, told: str) -> None:
    """With what is wrong."""
    found, message = _misfit(change)
    assert (found, told in message) == (fault, True), message


def test_an_expression_is_looked_for_in_its_symbol_alone() -> None:
    """It is twice in the module, once in each function."""
    assert DESK.count("case.home") == 2
    with_change(DESK, _in("close", "case.home", "None"))
    with_change(DESK, _in("Desk", "case.home", "None"))
    twice = DESK.replace("self.note(home)", "self.note(case.home)")
    assert _misfit(_in("Desk.close", "case.home", "None"), twice) == (Fault.NOT_ONCE, "there 2 times: case.home")
