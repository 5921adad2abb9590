"""What an hour of a job's work costs, for the report's sums: `prices` in a policy. It decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from shared.policy.bounds import number
from shared.policy.places import place_fits, speaks_for
from shared.policy.reach import Reach
from shared.systems import SYSTEMS

MAX_PRICES = 64
PerHour = Annotated[float, number(0, 1_000_000, "")]


class Price(Reach, frozen=True, kw_only=True):
    """A price for some of the jobs."""

    per_hour: PerHour
    """Of one job's run, with all the nodes that such a job has."""


class Prices(Struct, frozen=True, kw_only=True):
    """What an hour of a job's run costs. Only the report reads it; it decides about no failure."""

    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}\Z", description="three capital letters such as CNY")] = "CNY"
    per_hour: PerHour | None = None
    """Of a job's run where no entry of `by` is for it. None: such a job has no price."""
    by: Annotated[
        tuple[Price, ...], Meta(max_length=MAX_PRICES, description=f"a list of at most {MAX_PRICES} prices")
    ] = ()
    """For some clusters, groups, owners, queues or jobs; the first that fits counts."""


def price_of(prices: Prices | None, fields: Mapping[str, str]) -> float | None:
    """The price of an hour of the job that an outcome's fields tell of; None if the policy has none for it."""
    if prices is None:
        return None
    return next((one.per_hour for one in prices.by if _is_for(one, fields)), prices.per_hour)


def _is_for(price: Price, fields: Mapping[str, str]) -> bool:
    name = fields.get("system", "")
    if name not in SYSTEMS or not place_fits(price.regions, fields.get("region", "")):
        return False
    system = SYSTEMS.named(name)
    if any(not fields.get(part.field) for part in system.parts) or not speaks_for(price, system.scope(fields)):
        return False
    asked = ((price.owners, "owner"), (price.queues, "queue"), (price.job_names, "job_name"))
    return all(place_fits(globs, fields.get(name, "")) for globs, name in asked)
