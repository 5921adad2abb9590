"""What an hour of a job costs: the first price that is for it, else the one for all."""

from __future__ import annotations

from shared.policy.prices import Price, Prices, price_of


def test_the_first_price_that_is_for_a_job_counts() -> None:
    """Else the one for all; a place without a scope has none of its own."""
    prices = Prices(
        per_hour=1.0,
        by=(Price(clusters="ehpc-hz-*", owners="ann", per_hour=2.0), Price(systems=("schedulerx",), per_hour=3.0)),
    )
    place = {"system": "ehpc", "region": "cn-hangzhou", "cluster_id": "ehpc-hz-1"}
    assert price_of(prices, {**place, "owner": "ann"}) == 2.0
    assert price_of(prices, place) == 1.0
    assert price_of(prices, {"system": "ehpc"}) == 1.0
    group = {"system": "schedulerx", "region": "cn-hangzhou", "namespace": "n", "group_id": "g"}
    assert price_of(prices, group) == 3.0
    assert price_of(prices, {**group, "group_id": ""}) == 1.0, "a place that is half told is none"
    assert price_of(prices, {"system": "abacus", "region": "cn-hangzhou"}) == 1.0
    elsewhere = Prices(by=(Price(regions="cn-*", per_hour=4.0),), per_hour=1.0)
    assert [price_of(elsewhere, {**place, "region": name}) for name in ("cn-beijing", "eu-west-1")] == [4.0, 1.0]
    assert price_of(Prices(), place) is None
    assert price_of(None, place) is None
