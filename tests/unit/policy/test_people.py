"""Who may do what, where: no entry, no act."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.links import HoldAnswer
from shared.policy.load import check_policy
from shared.policy.people import Deed, Person, known, looks, may, may_everywhere, sees
from shared.systems.ehpc.scope import Cluster
from tests.support.systems import CLUSTER, GROUP

OTHER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-2")
ABROAD = Cluster(region="cn-beijing", cluster_id="ehpc-bj-1")
ANN = Person(who=("ann", "ann@example.com"), may=(Deed.APPROVE,), clusters=CLUSTER.cluster_id)
BOSS = Person(who="boss", may=tuple(Deed))
OWNERS = Person(who="*@example.com", own_jobs=(HoldAnswer.APPROVE,))
LI = Person(who="li", own_jobs=(HoldAnswer.REJECT,), accounts=("li2", "li3"), regions="cn-hangzhou")
NIGHT = Person(who="channel:night*", may=(Deed.REJECT,))
LOOKER = Person(who="eve", systems=("schedulerx",))
PEOPLE = (ANN, BOSS, OWNERS, LI, NIGHT, LOOKER)


def test_no_entry_no_act() -> None:
    """Nor a look."""
    for who in ("nobody", "", "channel:day", "channel:*", "ANN", "ann "):
        assert not any(may(PEOPLE, who, deed, CLUSTER, who) for deed in Deed)
        assert not sees(PEOPLE, who, CLUSTER, who)
        assert not known(PEOPLE, who)
    assert not any(may((), "ann", deed, CLUSTER) for deed in Deed)


def test_what_is_listed_and_where_it_is_named() -> None:
    """Another deed and another cluster are another matter."""
    assert may(PEOPLE, "ann", Deed.APPROVE, CLUSTER)
    assert may(PEOPLE, "ann@example.com", Deed.APPROVE, CLUSTER)
    assert not may(PEOPLE, "ann", Deed.REJECT, CLUSTER)
    assert not may(PEOPLE, "ann", Deed.APPROVE, OTHER)
    assert not may(PEOPLE, "ann", Deed.APPROVE, GROUP)
    assert (sees(PEOPLE, "ann", CLUSTER), sees(PEOPLE, "ann", OTHER)) == (True, False)
    assert all(may(PEOPLE, "boss", deed, place) for deed in Deed for place in (CLUSTER, OTHER, ABROAD, GROUP))


def test_an_entry_without_deeds_only_looks() -> None:
    """In its places."""
    assert (sees(PEOPLE, "eve", GROUP), sees(PEOPLE, "eve", CLUSTER)) == (True, False)
    assert not any(may(PEOPLE, "eve", deed, GROUP) for deed in Deed)


def test_an_owner_looks_at_nothing_but_their_own() -> None:
    """A page leaves out what there is of others, and says that it does."""
    assert [looks(PEOPLE, who) for who in ("ann", "eve", "boss", "zoe@example.com", "li", "nobody")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_an_owner_answers_for_their_own_jobs() -> None:
    """By the name that they go by, or a further one; and sees nothing else."""
    assert may(PEOPLE, "zoe@example.com", Deed.APPROVE, OTHER, "zoe@example.com")
    assert not may(PEOPLE, "zoe@example.com", Deed.APPROVE, OTHER, "ann@example.com")
    assert not may(PEOPLE, "zoe@example.com", Deed.APPROVE, OTHER)
    assert not may(PEOPLE, "zoe@example.com", Deed.REJECT, OTHER, "zoe@example.com")
    assert [may(PEOPLE, "li", Deed.REJECT, OTHER, owner) for owner in ("li", "li3", "ann", "")] == [
        True,
        True,
        False,
        False,
    ]
    assert not may(PEOPLE, "li", Deed.REJECT, ABROAD, "li")
    assert [sees(PEOPLE, "li", OTHER, owner) for owner in ("li2", "ann", "")] == [True, False, False]


def test_an_owner_called_like_a_glob_is_nobodys() -> None:
    """The glob is for names of people, not of owners."""
    assert not may((Person(who="*", own_jobs=(HoldAnswer.APPROVE,)),), "zoe", Deed.APPROVE, CLUSTER, "*")


def test_a_channel_is_named_as_one() -> None:
    """A glob for everybody is for no channel, and nobody signs in as one."""
    everybody = (Person(who="*", may=(Deed.APPROVE,)),)
    assert may(everybody, "zoe", Deed.APPROVE, CLUSTER)
    assert not may(everybody, "channel:night", Deed.APPROVE, CLUSTER)
    assert may(PEOPLE, "channel:night-shift", Deed.REJECT, CLUSTER)
    assert not may(PEOPLE, "night", Deed.REJECT, CLUSTER)


def test_a_mode_is_for_whom_no_place_bounds() -> None:
    """It concerns every place; what names places and gives it is warned of."""
    bounded = Person(who="ann", may=(Deed.MODE,), regions="cn-*")
    assert may_everywhere(PEOPLE, "boss", Deed.MODE)
    assert not may_everywhere((bounded, ANN, LOOKER), "ann", Deed.MODE)
    assert not may_everywhere(PEOPLE, "nobody", Deed.MODE)
    assert not may_everywhere((Person(who="ann", may=(Deed.APPROVE,)),), "ann", Deed.MODE)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("{who: [ann, bob], accounts: al}", "$.people[0].accounts"),
        ("{who: 'a*', accounts: al}", "$.people[0].accounts"),
        ("{who: 'a?', accounts: al}", "$.people[0].accounts"),
        ("{who: ann, may: [everything]}", "$.people[0].may[0]"),
        ("{who: ann, own_jobs: [mode]}", "$.people[0].own_jobs[0]"),
        ("{may: [approve]}", "$.people[0].who"),
        ("{who: ''}", "$.people[0].who"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_a_fault(entry: str, fault: str) -> None:
    """Named with its place."""
    assert [one.path for one in check_policy(f"version: 1\npeople: [{entry}]\n").faults] == [fault]


def test_a_place_beside_mode_is_warned_of() -> None:
    """It can be used, and does not say what was meant."""
    bounded = "- {who: bo, may: [approve], clusters: a}\n- {who: li, accounts: l}\n- {who: cy, may: [mode]}\n"
    report = check_policy(f"version: 1\npeople:\n- {{who: ann, may: [mode], clusters: a}}\n{bounded}")
    assert [one.path for one in report.warnings if one.path.endswith("may")] == ["$.people[0].may"]
    assert report.policy is not None
    assert report.policy.people[2].accounts == "l"


@pytest.mark.parametrize(
    ("place", "everywhere"),
    [({}, True), ({"systems": "ehpc"}, False), ({"regions": "*"}, False), ({"clusters": "*"}, False)],
)
def test_everywhere_is_where_no_place_is_named(place: dict[str, Any], *, everywhere: bool) -> None:
    """Not even with a glob for all of them."""
    assert Person(who="ann", **place).everywhere is everywhere


def test_one_entry_makes_somebody_known() -> None:
    """Whoever else has entries."""
    assert [known(PEOPLE, who) for who in ("ann@example.com", "nobody")] == [True, False]
    assert known((Person(who="bob"), Person(who="ann")), "ann")
    assert not known((Person(who="bob"), Person(who="ann")), "eve")


def test_who_may_do_something_everywhere_sees_the_jobs_of_others() -> None:
    """Beside what they may say to their own; a job that names no owner is nobody's."""
    both = Person(who="ann", may=(Deed.APPROVE,), own_jobs=(HoldAnswer.REJECT,))
    own = Person(who="ann", own_jobs=(HoldAnswer.REJECT,))
    assert [one.shows("ann", owner) for one in (both, own) for owner in ("bob", "ann", "")] == [True] * 3 + [
        False,
        True,
        False,
    ]
    assert not own.owns("", "")
