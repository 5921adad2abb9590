"""The table reason → gate, held against the gates' own code."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from types import ModuleType

import pytest

from secondwind.explain.gate_of import ANSWERED, NAMES, Step
from shared.domain.reasons import Reason
from shared.policy.decide import GATES

NOT_A_NO = {Reason.ACCEPTED}
"""`rerun_seen` repeats it for a rerun of which nothing new is seen; that is never written as an outcome."""


@cache
def functions_of(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """The functions of a module, as source."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def reasons_in(module: ModuleType, function: str, seen: set[str]) -> set[Reason]:
    """Every reason that a function, or one of its module's that it calls, can put into an answer."""
    bodies = functions_of(module)
    if function in seen or function not in bodies:
        return set()
    seen.add(function)
    compared = {
        id(part) for node in ast.walk(bodies[function]) if isinstance(node, ast.Compare) for part in ast.walk(node)
    }
    found: set[Reason] = set()
    for node in ast.walk(bodies[function]):
        is_reason = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason"
        if is_reason and id(node) not in compared:
            found.add(Reason[node.attr])  # type: ignore[attr-defined]  # an Attribute, as just checked
        if isinstance(node, ast.Name):
            found |= reasons_in(module, node.id, seen)
    return found


@cache
def reasons_by_gate() -> dict[str, set[Reason]]:
    """What each gate can say, read from its source."""
    found = {}
    for name, gate, _ in GATES:
        module = inspect.getmodule(gate)
        assert module is not None
        found[name] = reasons_in(module, gate.__name__, set())
    return found


def test_every_reason_has_its_row() -> None:
    """Complete, and every gate named is one that is asked, in the order in which they are asked."""
    assert set(ANSWERED) == set(Reason)
    for reason, answered in ANSWERED.items():
        assert all(gate in NAMES for gate in answered.gates), reason
        assert list(answered.gates) == sorted(answered.gates, key=NAMES.index), reason
        assert bool(answered.gates) == (answered.step is Step.GATE), reason


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in NOT_A_NO])
def test_the_row_is_what_the_gates_can_say(reason: Reason) -> None:
    """The gates of a reason's row are exactly those whose code can give it."""
    can = {gate for gate, said in reasons_by_gate().items() if reason in said}
    assert set(ANSWERED[reason].gates) == can


def test_the_reader_of_source_finds_what_there_is() -> None:
    """The check itself sees something: through a helper, and nothing that is only compared with."""
    found = reasons_by_gate()
    assert found["switched_on"] == {Reason.KILL_SWITCH}
    assert Reason.WORKFLOW in found["needs_no_person"]
    assert Reason.OBSERVED_RESTART not in found["rerun_seen"]


def test_what_was_asked_before() -> None:
    """Of a gate's reason: the gates in front of it. Of the last step: all. Of a person's word: none."""
    assert ANSWERED[Reason.RULE_IGNORES].before[-1] == NAMES[NAMES.index("rule_allows") - 1]
    assert ANSWERED[Reason.ACCEPTED].before == NAMES
    assert ANSWERED[Reason.APPROVED].before == ()
