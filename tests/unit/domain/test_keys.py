"""Keys of the ledger: one for each kind of document, and back."""

from __future__ import annotations

from shared.domain.keys import (
    ROUNDS_KEY,
    Kind,
    box_key,
    breaker_key,
    group_of,
    job_key,
    job_of,
    kind_of,
    link_key,
    listing_key,
    machines_key,
    nodes_key,
    owed_key,
    pace_key,
    pending_key,
    range_key,
    rate_key,
    scope_of_breaker,
    scope_of_nodes,
    watch_key,
)
from tests.support.systems import CLUSTER, GROUP


def test_every_key_says_what_its_document_is() -> None:
    """By its first part; a job's key begins with its system."""
    found = [kind_of(key) for key in (pending_key(GROUP, "t"), owed_key("d"), breaker_key(GROUP), job_key(GROUP, "42"))]
    assert found == [Kind.PENDING, Kind.OWED, Kind.BREAKER, Kind.JOB]
    assert [kind_of(key) for key in (rate_key(GROUP), pace_key(GROUP, "RerunJob"))] == [Kind.RATE, Kind.PACE]
    keys = (nodes_key(GROUP), box_key("night"), link_key("n"), watch_key(GROUP), ROUNDS_KEY)
    kinds = [Kind.NODES, Kind.BOX, Kind.LINK, Kind.DISCOVER, Kind.ROUNDS]
    assert [kind_of(key) for key in keys] == kinds
    assert not any(kind.is_record for kind in kinds)


def test_what_a_discovery_keeps_stands_apart_from_its_scopes() -> None:
    """No scope has an empty part."""
    assert listing_key("ehpc", "cn-hangzhou", 2) == "discover/ehpc/cn-hangzhou//2"
    assert machines_key("ehpc", "cn-hangzhou") == "discover/ehpc/cn-hangzhou//machines"
    assert "//" not in watch_key(CLUSTER)


def test_a_memory_of_nodes_leads_back_to_its_scope() -> None:
    """As a breaker does."""
    assert scope_of_nodes(nodes_key(CLUSTER)) == CLUSTER.key


def test_a_breakers_key_leads_back_to_its_scope() -> None:
    """What lists breakers knows no job system."""
    assert scope_of_breaker(breaker_key(CLUSTER)) == CLUSTER.key


def test_a_jobs_key_leads_back_to_its_id() -> None:
    """Whatever signs are in it, and only within its own scope."""
    key = job_key(CLUSTER, "12[3]/x.s")
    assert (job_of(key, CLUSTER), job_of(key, GROUP)) == ("12[3]/x.s", None)


def test_a_range_is_known_by_where_it_begins() -> None:
    """A cursor is Base64: what it holds makes no further part of the key."""
    assert range_key("p", "l", 3, "MTQ/Nz==") == "range/p/l/3/MTQ%2FNz%3D%3D"


def test_what_a_kind_of_document_is_read_as() -> None:
    """Limits and records are many; each other kind is a type of its own."""
    limits, cases = {Kind.BREAKER, Kind.PACE, Kind.RATE}, {Kind.JOB, Kind.PENDING}
    assert {kind for kind in Kind if kind.shared_limit} == limits
    assert {kind for kind in Kind if kind.has_cases} == cases
    assert {kind for kind in Kind if kind.is_record} == {*cases, Kind.OWED}


def test_what_shares_a_turn_of_the_sweep() -> None:
    """Jobs of one scope, and what waits for them; whatever signs a telling's id has, it is one."""
    assert group_of(job_key(CLUSTER, "1/2.s")) == group_of(pending_key(CLUSTER, "t")) == CLUSTER.key
    assert group_of(job_key(GROUP, "42")) != group_of(job_key(CLUSTER, "42"))
    assert group_of(breaker_key(CLUSTER)) == group_of(breaker_key(CLUSTER).replace("hz-1", "hz-2"))
    assert group_of(owed_key("a")) == group_of(owed_key("b")) == "owed"
