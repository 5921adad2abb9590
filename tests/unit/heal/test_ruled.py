"""Modes that people have set and the records of one chunk are read in one round trip, and are obeyed all the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Mode
from shared.heal.item import CHUNK
from tests.support.house import House, verdicts
from tests.unit.heal.test_controls import by_hand
from tests.unit.heal.test_looks import MINE, about, cluster
from tests.unit.heal.tricks import set_policy


def test_a_failure_costs_one_round_trip_before_it_is_decided(house: House) -> None:
    """Modes and records come together."""
    house.controls(everything=by_hand(Mode.AUTO))
    house.ledger.loads.clear()
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    assert len(house.ledger.loads) == 1
    assert CONTROLS_KEY in house.ledger.loads[0]
    assert len(house.ledger.loads[0]) > 1


def test_what_is_read_so_late_is_still_obeyed(house: House) -> None:
    """Nothing is reserved, nor told under the policy that the walk began with."""
    house.controls(everything=by_hand(Mode.OFF))
    rows = house.database()
    assert verdicts(house.deliver(house.hung(1), house.hung(2))) == [("suppressed", "kill_switch")] * 2
    assert [row["reason"] for row in house.sink.rows] == ["kill_switch"] * 2
    assert (house.database(), house.ehpc.calls) == (rows, [])


def test_modes_that_cannot_be_read_stop_all(house: House) -> None:
    """The delivery comes again."""
    house.controls(everything=by_hand(Mode.OFF))
    with closing(sqlite3.connect(house.path / "ledger.db")) as file, file:
        file.execute("UPDATE documents SET document = '{' WHERE key = ?", (CONTROLS_KEY,))
    with pytest.raises(LedgerUnavailable, match="malformed"):
        house.deliver(house.hung())
    assert (house.ehpc.calls, house.sink.rows) == ([], [])


def test_they_are_obeyed_in_a_delivery_about_several_clusters(house: House) -> None:
    """There they are read first."""
    house.controls(everything=by_hand(Mode.OFF))
    told = verdicts(house.deliver(*about(house, [cluster(1), cluster(2)])))
    assert (told, house.ehpc.calls) == ([("suppressed", "kill_switch")] * 2, [])


def test_they_are_read_first_where_the_walk_has_several_steps(house: House) -> None:
    """What was decided in a first step could not be begun anew in a second."""
    house.deliver(*[house.hung(number) for number in range(CHUNK)])
    assert house.ledger.loads[0] != [CONTROLS_KEY]
    house.ledger.loads.clear()
    house.deliver(*[house.hung(number) for number in range(CHUNK + 1)])
    assert house.ledger.loads[0] == [CONTROLS_KEY]


def test_they_are_obeyed_where_no_record_is_read(house: House) -> None:
    """Of a stranger's telling nothing is looked up."""
    set_policy(house, sources=(MINE,))
    house.controls(everything=by_hand(Mode.OFF))
    assert verdicts(house.deliver(*about(house, [cluster(1)]))) == [("suppressed", "kill_switch")]
