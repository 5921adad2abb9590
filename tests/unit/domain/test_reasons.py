"""Reasons are rows: each is complete, and names the gates whose code can give it."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from types import ModuleType

import pytest

from shared.domain.reason_row import ReasonRow
from shared.domain.reasons import Reason
from shared.domain.verdicts import Giver, Step, Verdict
from shared.policy.decide import GATES, gates_before
from shared.systems import SYSTEMS

NOT_A_NO = {Reason.ACCEPTED}
"""`rerun_seen` repeats it for a rerun of which nothing new is seen; that is never written as an outcome."""


NAMES = tuple(name for name, *_ in GATES)


@cache
def answers_of_snapshots() -> dict[str, list[tuple[ModuleType, ast.FunctionDef]]]:
    """Methods of every system's snapshot: gates hand their questions on to them."""
    found: dict[str, list[tuple[ModuleType, ast.FunctionDef]]] = {}
    for system in SYSTEMS:
        module = inspect.getmodule(system.snapshot_type)
        assert module is not None
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append((module, node))
    return found


@cache
def functions_of(module: ModuleType) -> dict[str, ast.FunctionDef]:
    """The functions of a module, as source."""
    tree = ast.parse(inspect.getsource(module))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def reasons_in(module: ModuleType, function: str, seen: set[str]) -> set[Reason]:
    """Every reason that a function, or one of its module's or a snapshot's that it calls, can put into an answer.

    Snapshots of several systems share some; they stand in a module beside them.
    """
    shared = getattr(module, function, None)
    if inspect.isfunction(shared) and shared.__module__.startswith("shared.systems."):
        module = sys.modules[shared.__module__]
    bodies = functions_of(module)
    if function in seen or function not in bodies:
        return set()
    seen.add(function)
    return reasons_of(module, bodies[function], seen)


def reasons_of(module: ModuleType, body: ast.FunctionDef, seen: set[str]) -> set[Reason]:
    """The same, of a function's source."""
    compared = {id(part) for node in ast.walk(body) if isinstance(node, ast.Compare) for part in ast.walk(node)}
    found: set[Reason] = set()
    for node in ast.walk(body):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Reason":
            if id(node) not in compared and node.attr in Reason.__members__:
                found.add(Reason[node.attr])
        elif isinstance(node, ast.Attribute) and f".{node.attr}" not in seen:
            seen.add(f".{node.attr}")
            for owner, method in answers_of_snapshots().get(node.attr, []):
                found |= reasons_of(owner, method, seen)
        elif isinstance(node, ast.Name):
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


def test_every_row_is_whole() -> None:
    """A verdict, a meaning, advice; and every gate named is one that is asked, in the order in which they are asked."""
    for reason in Reason:
        giver = reason.giver
        assert reason.verdicts, reason
        assert len(set(reason.verdicts)) == len(reason.verdicts), reason
        assert all(gate in NAMES for gate in giver.gates), reason
        assert list(giver.gates) == sorted(giver.gates, key=NAMES.index), reason
        assert bool(giver.gates) == (giver.step is Step.GATE), reason
        assert reason.value == reason.name.lower()
        for text in (reason.means, reason.would_change):
            assert text[0].isupper(), reason
            assert text.endswith("."), reason
            assert text.isprintable(), reason
    assert {verdict for reason in Reason for verdict in reason.verdicts} == set(Verdict)


def test_a_reason_is_found_by_its_code() -> None:
    """As outcomes have it; another text is none."""
    assert Reason.named("rule_holds") is Reason.RULE_HOLDS
    for text in ("RULE_HOLDS ", "no_money", "", "named"):
        with pytest.raises(ValueError, match="no reason"):
            Reason.named(text)


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in NOT_A_NO])
def test_the_row_is_what_the_gates_can_say(reason: Reason) -> None:
    """The gates of a reason's row are exactly those whose code can give it."""
    can = {gate for gate, said in reasons_by_gate().items() if reason in said}
    assert set(reason.giver.gates) == can


def test_the_reader_of_source_finds_what_there_is() -> None:
    """The check itself sees something: through a helper, and nothing that is only compared with."""
    found = reasons_by_gate()
    assert found["switched_on"] == {Reason.KILL_SWITCH}
    assert Reason.WORKFLOW in found["needs_no_person"]
    assert Reason.OBSERVED_RESTART not in found["rerun_seen"]


def test_what_was_asked_before() -> None:
    """Of a gate's reason: the gates in front of it. Of the last step: all. Of a person's word: none."""
    assert gates_before(Reason.RULE_IGNORES.giver)[-1] == NAMES[NAMES.index("rule_allows") - 1]
    assert gates_before(Reason.ACCEPTED.giver) == NAMES
    assert gates_before(Reason.APPROVED.giver) == ()


def test_a_row_has_its_verdicts_as_a_tuple_and_its_texts_in_their_places() -> None:
    """One verdict as a rule."""

    class Row(ReasonRow):
        ONE = ("one", Verdict.HELD, Giver(Step.CALL), "means", "would change")
        TWO = ("two", (Verdict.HELD, Verdict.UNKNOWN), Giver(Step.CALL), "", "")

    assert (Row.ONE.verdicts, Row.TWO.verdicts) == ((Verdict.HELD,), (Verdict.HELD, Verdict.UNKNOWN))
    assert (Row.ONE.value, Row.ONE.means, Row.ONE.would_change) == ("one", "means", "would change")
    assert Row.ONE.giver == Giver(Step.CALL)
