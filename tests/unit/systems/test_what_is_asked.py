"""What a doctor's reads ask for, and what a scope's spelling may have in it."""

from __future__ import annotations

import pytest

from shared.systems import SYSTEMS
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.spelled import MAX_PART_CHARS, job_spelled, scope_spelled
from tests.support.clock import Clock
from tests.support.openapi import FakeApi

NAMED = {
    "ehpc": {"cluster_id": "c-1"},
    "schedulerx": {"namespace": "space", "group_id": "group"},
    "schedulerx3": {"cluster_id": "c-1", "app_name": "app"},
    "dataworks": {"project_id": "12345"},
}


def asked(name: str, told: dict[str, str]) -> list[dict[str, str]]:
    """The parameters of a system's probes."""

    def no(wanted: ApiCall) -> Reply | CallFailed:
        return refused("NotFound", f"no {wanted.action}", jobs=1, http_status=404)

    api = FakeApi(Clock(), no)
    assert len(list(SYSTEMS.named(name).probes(api, "cn-hangzhou", told))) == len(api.asked)
    return [dict(call.parameters) for call in api.asked]


@pytest.mark.parametrize("name", NAMED)
def test_a_probe_asks_the_same_of_a_place_that_was_named_and_of_one_that_is_not_there(name: str) -> None:
    """Each call is complete without a name: an answer that one is missing would tell nothing of the right to ask."""
    named, nobody = asked(name, NAMED[name]), asked(name, {})
    assert [sorted(call) for call in named] == [sorted(call) for call in nobody]
    assert all(value for call in nobody for key, value in call.items() if key not in {"AppName", "GroupId"})
    told = {value for call in named for value in call.values()}
    assert set(NAMED[name].values()) <= told
    for call in (*named, *nobody):
        sizes = [value for key, value in call.items() if key in {"PageSize", "PageNumber", "PageNum"}]
        assert set(sizes) <= {"1"}, "the least there is"


@pytest.mark.parametrize("part", ["", "a" * (MAX_PART_CHARS + 1), "a%0Ab", "%00"])
def test_one_bad_part_of_a_key_is_enough(part: str) -> None:
    """Wherever it stands, and whatever the others are."""
    for text in (f"ehpc/cn-hangzhou/{part}/1.s", f"ehpc/cn-hangzhou/c-1/{part}"):
        with pytest.raises(ValueError, match="wants the key of a job"):
            job_spelled(text)
    with pytest.raises(ValueError, match="wants the key of a cluster"):
        scope_spelled(f"schedulerx/cn-hangzhou/{part}/g")


def test_a_key_has_all_its_parts_and_no_more() -> None:
    """A job has one more than its cluster or group; the longest part is taken whole."""
    longest = "a" * MAX_PART_CHARS
    assert job_spelled(f"ehpc/cn-hangzhou/c-1/{longest}")[1] == longest
    assert scope_spelled("schedulerx/cn-hangzhou/n/g%2Fh").key == "schedulerx/cn-hangzhou/n/g%2Fh"
    for text in ("ehpc/cn-hangzhou/c-1/1.s", "ehpc/cn-hangzhou", "pbs/cn-hangzhou/c-1", "ehpc/CN!/c-1"):
        with pytest.raises(ValueError, match="wants"):
            scope_spelled(text)
