"""A share of breaker and rate for each owner: one owner's flood costs the others nothing, and no budget grows by it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.documents import decode_limit
from shared.domain.failure import Failure
from shared.domain.limits import SharedLimit, closed_by_hand, opened
from shared.heal import Report
from shared.policy.bounds import Breaker, Rate
from tests.support.house import House
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import quiet, set_policy

BREAKER = "breaker/ehpc/cn-hangzhou/ehpc-hz-1"


def of(house: House, owner: str, *numbers: int, told: str = "") -> list[Failure]:
    """Tellings of hanging jobs whose owner the cluster lists so."""
    failures = [house.hung(number, owner=told) for number in numbers]
    for number in numbers:
        house.ehpc.jobs[f"{number}.scheduler"].owner = owner
    return failures


def words(report: Report) -> dict[str, int]:
    """How often each reason was told."""
    return dict(Counter(result.outcome.reason for result in report.results))


def limit(house: House, key: str = BREAKER) -> SharedLimit:
    """A limit's document."""
    return decode_limit(house.ledger.load([key])[key].document)


def test_one_owners_flood_opens_nothing(house: House) -> None:
    """A hundred and one jobs of one owner: the breaker stays closed, and everybody's jobs are healed."""
    set_policy(house, breaker=Breaker(max_jobs=100, window_s=600, per_owner=40))
    flood = of(house, "ann", *range(1, 102))
    assert words(house.deliver(*flood)) == {"accepted": 40, "owner_share": 61}
    assert limit(house).opened_at is None
    assert words(house.deliver(*of(house, "ben", 201, 202))) == {"accepted": 2}
    quiet(house)
    assert limit(house).opened_at is None
    assert len(house.ehpc.kills) == len(set(house.ehpc.kills)) == 103


def test_what_waits_is_due_when_its_owner_has_room(house: House) -> None:
    """Not earlier, and told once."""
    set_policy(house, breaker=Breaker(max_jobs=10, window_s=600, per_owner=1))
    house.deliver(*of(house, "ann", 1, 2))
    house.later(599)
    house.sweep()
    assert len(house.ehpc.kills) == 1
    house.later(62)
    house.sweep()
    assert len(house.ehpc.kills) == 2
    assert [row["reason"] for row in house.sink.rows].count("owner_share") == 1


def test_who_has_room_in_neither_share_waits_for_the_later(house: House) -> None:
    """To go on before would be to wait once more."""
    set_policy(
        house,
        breaker=Breaker(max_jobs=10, window_s=600, per_owner=1),
        rate=Rate(max_jobs=10, window_s=1200, per_owner=1),
    )
    assert words(house.deliver(*of(house, "ann", 1, 2))) == {"accepted": 1, "owner_share": 1}
    (waits,) = [case for record in house.records().values() for case in record.cases if case.open]
    assert waits.due_at is not None
    assert waits.due_at >= house.clock.now() + 1200


def test_many_owners_together_open_the_breaker(house: House) -> None:
    """The whole holds as before."""
    set_policy(house, breaker=Breaker(max_jobs=3, window_s=600, per_owner=2))
    told = [failure for number, owner in enumerate("abcd", 1) for failure in of(house, owner, number)]
    assert words(house.deliver(*told)) == {"accepted": 3, "breaker_open": 1}
    assert limit(house).opened_at is not None


def test_one_owner_does_not_eat_the_rate(house: House) -> None:
    """Five calls in ten minutes, two of one owner: the third waits, others do not."""
    set_policy(house, breaker=None, rate=Rate(max_jobs=5, window_s=600, per_owner=2))
    assert words(house.deliver(*of(house, "ann", 1, 2, 3))) == {"accepted": 2, "owner_share": 1}
    assert words(house.deliver(*of(house, "ben", 11, 12, 13))) == {"accepted": 2, "owner_share": 1}
    assert words(house.deliver(*of(house, "cy", 21, 22))) == {"accepted": 1, "rate": 1}
    quiet(house)
    assert len(house.ehpc.kills) == 8


@pytest.mark.parametrize("told", ["ben", "x"])
def test_the_owner_is_the_listed_one_never_the_told(house: House, told: str) -> None:
    """Whoever tells another owner is refused, and gets no share of that name; without a told one the list counts."""
    set_policy(house, breaker=Breaker(max_jobs=10, window_s=600, per_owner=1))
    assert words(house.deliver(*of(house, "ann@cluster", 1, 2))) == {"accepted": 1, "owner_share": 1}
    assert words(house.deliver(*of(house, "ann", 3, told=told))) == {"untrusted_source": 1}
    assert words(house.deliver(*of(house, "ann", 4))) == {"owner_share": 1}, "the server's part is no other owner"


def test_without_a_listed_owner_the_whole_alone_bounds(house: House) -> None:
    """A told owner gives no share either."""
    set_policy(house, breaker=Breaker(max_jobs=3, window_s=600, per_owner=1))
    assert words(house.deliver(*of(house, "", 1, 2, told="ann"))) == {"accepted": 2}


def test_a_person_passes_and_counts(house: House) -> None:
    """By force; what follows finds the share used up."""
    set_policy(house, breaker=Breaker(max_jobs=10, window_s=600, per_owner=1))
    house.deliver(*of(house, "ann", 1))
    assert words(house.deliver(*of(house, "ann", 2), force=True)) == {"accepted": 1}
    house.later(595)
    assert words(house.deliver(*of(house, "ann", 3))) == {"owner_share": 1}


def test_a_dry_run_says_who_would_wait_and_takes_nothing(house: House) -> None:
    """Its tokens are not taken."""
    set_policy(house, breaker=Breaker(max_jobs=10, window_s=600, per_owner=1))
    assert words(house.deliver(*of(house, "ann", 1, 2), dry_run=True)) == {"dry_run": 1, "owner_share": 1}
    assert words(house.deliver(*of(house, "ann", 1, 2))) == {"accepted": 1, "owner_share": 1}


def test_a_breaker_that_a_person_closes_forgets_its_window_whole(house: House) -> None:
    """Also what owners had of it."""
    set_policy(house, breaker=Breaker(max_jobs=10, window_s=600, per_owner=1))
    house.deliver(*of(house, "ann", 1))
    assert limit(house).owners
    closed = closed_by_hand(opened(limit(house), CLUSTER, "why", 1.0), CLUSTER, 2.0, "ann")
    assert (closed.buckets, closed.owners) == ({}, {})


STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 61, 300]),
        st.lists(st.tuples(st.sampled_from(["a", "b", "c", ""]), st.integers(1, 12)), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS, most=st.integers(1, 6), share=st.integers(1, 8), distinct=st.booleans())
def test_a_share_only_says_no(
    steps: list[Any], most: int, share: int, tmp_path_factory: pytest.TempPathFactory, *, distinct: bool
) -> None:
    """Whatever is told when: in no window more than the whole allows, and of no owner more than a share."""
    house = House(tmp_path_factory.mktemp("house"))
    if distinct:
        set_policy(house, breaker=Breaker(max_jobs=most, window_s=600, per_owner=share))
    else:
        set_policy(house, breaker=None, rate=Rate(max_jobs=most, window_s=600, per_owner=share))
    acted: list[tuple[float, str, str]] = []
    for wait_s, jobs in steps:
        house.later(wait_s)
        for owner, number in dict.fromkeys(jobs):
            _act(house, owner, 100 * ("abc".find(owner) + 2) + number, acted)
    for at, _, _ in acted:
        window = [one for one in acted if at <= one[0] < at + 600]
        assert _size(window, distinct=distinct) <= most
        for owner in "abc":
            assert _size([one for one in window if one[1] == owner], distinct=distinct) <= share
    house.ledger.close()


def _act(house: House, owner: str, number: int, acted: list[tuple[float, str, str]]) -> None:
    (failure,) = of(house, owner, number)
    house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 500
    reasons = [result.outcome.reason for result in house.deliver(failure).results]
    acted += [(house.clock.now(), owner, str(number))] * reasons.count("accepted")


def _size(acted: list[tuple[float, str, str]], *, distinct: bool) -> int:
    return len({job for _, _, job in acted}) if distinct else len(acted)
