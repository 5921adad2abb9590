"""Counting against nodes is no condition of anything: whatever happens to the memory, jobs are healed and told."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared import people
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.keys import nodes_key
from shared.policy.bounds import BadNodes, NodeAction
from shared.ports import Write
from tests.support.house import House, verdicts
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import BAD_LOOK

ACCEPTED = ("rerun", "accepted")


@pytest.fixture
def counting(house: House) -> House:
    """A house whose policy counts against nodes and lets jobs wait."""
    house.policy = replace(house.policy, bad_nodes=BadNodes(action=NodeAction.HOLD))
    return house


def about_nodes(house: House) -> list[str]:
    """Reasons of the outcomes about nodes, as they stand in the Logstore."""
    return [row["reason"] for row in house.sink.rows if row["reason"].startswith("node_")]


def test_a_memory_that_cannot_be_written_costs_a_count_and_no_job(counting: House) -> None:
    """The ledger has no room for it beside the reservation, and is gone when it is written alone."""
    saves = [0]

    def refuse() -> None:
        saves[0] += 1
        if saves[0] == 2:  # the tokens were the first
            raise DocumentRefused({nodes_key(CLUSTER): 9})
        if saves[0] == 5:  # then the reservation alone, and its settling
            raise LedgerUnavailable("gone")

    counting.ledger.before_save = refuse
    assert verdicts(counting.deliver(counting.hung(1, node="n1"))) == [ACCEPTED]
    assert saves[0] == 6
    assert len(counting.ehpc.kills) == 1
    assert nodes_key(CLUSTER) not in {row[0] for row in counting.database()}


def test_what_failed_is_counted_in_the_save_that_reserves(counting: House) -> None:
    """A save of its own would cost each rerun as much as another."""
    saves = [0]

    def count() -> None:
        saves[0] += 1

    counting.ledger.before_save = count
    assert verdicts(counting.deliver(counting.hung(1, node="n1"))) == [ACCEPTED]
    assert saves[0] == 4, "tokens, reservation, what the call did, what was told"
    assert nodes_key(CLUSTER) in {row[0] for row in counting.database()}


def test_a_malformed_memory_is_left_as_it_is(counting: House) -> None:
    """Nothing is concluded from it, and nothing waits for it."""
    key = nodes_key(CLUSTER)
    counting.ledger.save([Write(key=key, document=b"no memory", expected=None, due_at=0.0, expires_at=None)])
    failures = [counting.hung(number, node="n1") for number in (1, 2, 3)]
    assert verdicts(counting.deliver(*failures)) == [ACCEPTED] * 3
    counting.later(60)
    counting.sweep()
    assert next(row for row in counting.database() if row[0] == key)[1] == b"no memory"
    (seen,) = people.suspected_nodes(counting.ledger, counting.clock.now())
    assert (seen.scope, seen.node) == (CLUSTER.key, "")


def test_two_deliveries_at_once_lose_no_count(counting: House) -> None:
    """The one that wrote later counts on what the other wrote."""
    counting.deliver(counting.hung(1, node="n1"))
    second, third = counting.hung(2, node="n1"), counting.hung(3, node="n1")
    # The second's second save is the memory's; the third gets in before it.
    left = [2]

    def other() -> None:
        left[0] -= 1
        if left[0] == 0:
            counting.deliver(third)

    counting.ledger.before_save = other
    counting.deliver(second)
    counting.ledger.leave_alone()
    (seen,) = people.suspected_nodes(counting.ledger, counting.clock.now())
    assert [job.job_id for job in seen.jobs] == ["1.scheduler", "2.scheduler", "3.scheduler"]
    assert about_nodes(counting) == ["node_suspect"]
    assert {row["trigger"] for row in counting.sink.rows} == {"event"}


def test_the_suspicion_is_told_though_the_logstore_was_away(counting: House) -> None:
    """The memory owes it, and the sweep pays."""
    failures = [counting.hung(number, node="n1") for number in (1, 2, 3)]
    counting.sink.down = True
    counting.deliver(*failures)
    counting.sink.down = False
    counting.later(120)
    counting.sweep()
    assert about_nodes(counting) == ["node_suspect"]
    counting.later(120)
    counting.sweep()
    assert about_nodes(counting) == ["node_suspect"]


def test_a_look_that_failed_says_nothing_of_nodes(counting: House) -> None:
    """Whoever suspects nodes goes on past it: the job waits as everywhere, and counts against nothing."""
    counting.deliver(*(counting.hung(number, node="n1") for number in (1, 2, 3)))
    (before,) = people.suspected_nodes(counting.ledger, counting.clock.now())
    counting.ehpc.look_fails = BAD_LOOK
    assert verdicts(counting.deliver(counting.hung(4, node="n1"))) == [("deferred", "look_failed")]
    assert people.suspected_nodes(counting.ledger, counting.clock.now()) == [before]


def test_jobs_that_make_a_node_suspect_wait_for_it_themselves(counting: House) -> None:
    """Nothing is left of the decision to rerun them, which was made before they were counted."""
    told = verdicts(counting.deliver(*(counting.hung(number, node="n1") for number in (1, 2, 3))))
    assert told == [("deferred", "bad_node")] * 3
    assert {case.attempt for record in counting.records().values() for case in record.cases} == {0}


def test_nor_do_those_who_make_it_suspect(counting: House) -> None:
    """It is asked about once they were counted."""
    counting.ehpc.withdrawn = lambda _scope, nodes: frozenset(nodes)  # type: ignore[attr-defined]
    told = verdicts(counting.deliver(*(counting.hung(number, node="n1") for number in (1, 2, 3))))
    assert told == [ACCEPTED] * 3


def test_nobody_waits_for_a_node_that_is_drained_by_now(counting: House) -> None:
    """Suspected before this delivery: it is asked about before anything is decided, and what was held goes on."""
    counting.deliver(*(counting.hung(number, node="n1") for number in (1, 2, 3)))
    counting.ehpc.withdrawn = lambda _scope, nodes: frozenset(nodes)  # type: ignore[attr-defined]
    assert verdicts(counting.deliver(counting.hung(4, node="n1"))) == [ACCEPTED]
    assert people.suspected_nodes(counting.ledger, counting.clock.now()) == []


def test_force_passes_a_suspicion(counting: House) -> None:
    """A person knows better."""
    counting.deliver(*(counting.hung(number, node="n1") for number in (1, 2, 3)))
    assert counting.ehpc.kills == []
    assert verdicts(counting.deliver(counting.hung(4, node="n1"), force=True)) == [ACCEPTED]


def test_without_the_setting_nothing_is_read_or_written_for_nodes(house: House) -> None:
    """Nobody pays for what they have not asked for."""
    house.deliver(*(house.hung(number, node="n1") for number in (1, 2, 3)))
    asked = {key for keys in (*house.ledger.loads, *house.ledger.saves) for key in keys}
    assert nodes_key(CLUSTER) not in asked
