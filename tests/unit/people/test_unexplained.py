"""An act that nobody explained says so in its outcome, and whoever acts at a terminal is asked for a reason."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable

import pytest

from secondwind.usage import UnusableError
from secondwind.who import add_why, signed
from shared import people
from shared.documents import nodes_write
from shared.domain.act import MAX_WHY_CHARS, UNEXPLAINED, Signed
from shared.domain.call import Effect
from shared.domain.keys import nodes_key
from shared.domain.mode import Mode, ModeSet
from shared.domain.nodes import KnownNode, KnownNodes
from shared.people import Backlog
from shared.policy.model import Action
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import Ward

Acting = Callable[[Ward, float], object]


def _answered(house: Ward, now: float, *, yes: bool) -> None:
    house.rule(Action.HOLD)
    house.ehpc.answer = lambda _: Effect.DONE
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=yes, by="bob", now=now)


def _cleared(house: Ward, now: float) -> None:
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OBSERVE, by="ann", at=now, why="w"))
    people.clear_mode(house.ledger, None, by="bob", now=now + 1)


def _closed(house: Ward, now: float, backlog: Backlog) -> None:
    people.open_breaker(house.ledger, CLUSTER, why="w", by="ann", now=now)
    house.fail(1)
    people.close_breaker(house.ledger, CLUSTER, by="bob", now=now)
    people.settle(house.ledger, CLUSTER, backlog, by="bob", now=now, per_minute=9)


def _trusted(house: Ward, now: float) -> None:
    bad = KnownNodes(nodes={"n1": KnownNode(suspected_at=now - 3, suspected_until=now + 3600)})
    assert not house.ledger.save([nodes_write(nodes_key(CLUSTER), bad, None, now)])
    people.clear_node(house.ledger, CLUSTER, "n1", by="bob", now=now)


@pytest.mark.parametrize(
    ("act", "reasons"),
    [
        (lambda house, now: _answered(house, now, yes=True), {"approved"}),
        (lambda house, now: _answered(house, now, yes=False), {"rejected"}),
        (_cleared, {"mode_cleared"}),
        (lambda house, now: _closed(house, now, Backlog.DROP), {"breaker_closed"}),
        (lambda house, now: _closed(house, now, Backlog.RESUME), {"breaker_closed"}),
        (_trusted, {"node_cleared"}),
    ],
)
def test_no_act_is_without_a_why(house: Ward, act: Acting, reasons: set[str]) -> None:
    """Every outcome of bob's has one: that he gave none."""
    act(house, house.clock.now())
    house.later(1)
    house.sweep()
    his = [row for row in house.sink.rows if row.get("actor") == "bob"]
    assert {row["reason"] for row in his} == reasons
    assert {row.get("why") for row in his} == {UNEXPLAINED}


def test_a_reason_is_kept_as_it_is_and_bounded() -> None:
    """Nothing is put in the place of a reason."""
    assert Signed(why="disk").reason == "disk"
    assert Signed(why="x" * 999).reason == "x" * MAX_WHY_CHARS


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _sign(monkeypatch: pytest.MonkeyPatch, *options: str, typed: io.StringIO, as_json: bool = False) -> tuple[str, str]:
    """The reason, and what standard error showed."""
    shown = _Terminal()
    monkeypatch.setattr(sys, "stdin", typed)
    monkeypatch.setattr(sys, "stderr", shown)
    parser = argparse.ArgumentParser()
    add_why(parser)
    chosen = parser.parse_args(options, argparse.Namespace(by="ann", ledger="", json=as_json))
    return signed(chosen, {}).why, shown.getvalue()


def test_at_a_terminal_a_reason_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On standard error; Enter or the end of the input is none; an answer has the bounds of `--why`."""
    assert _sign(monkeypatch, typed=_Terminal(" the disk is back \n")) == (
        "the disk is back",
        "why (Enter: no reason given)? ",
    )
    assert _sign(monkeypatch, typed=_Terminal("\n"))[0] == _sign(monkeypatch, typed=_Terminal(""))[0] == ""
    with pytest.raises(UnusableError, match="--why wants 1 to 256"):
        _sign(monkeypatch, typed=_Terminal("x" * 257 + "\n"))


def test_who_said_why_and_who_is_no_person_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script reads no question, and its standard input is left alone."""
    for options, typed, as_json in (
        (("--why", "w"), _Terminal("other\n"), False),
        (("--why", ""), _Terminal("other\n"), False),
        ((), _Terminal("other\n"), True),
        ((), io.StringIO("other\n"), False),
    ):
        why, shown = _sign(monkeypatch, *options, typed=typed, as_json=as_json)
        assert (why, shown, typed.tell()) == ("w" if "w" in options else "", "", 0)
    monkeypatch.setattr(sys, "stdin", _Terminal("other\n"))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert signed(argparse.Namespace(by="ann", ledger="", json=False, why=None), {}).why == ""
