"""What a doctor's reads ask for, what a key may be made of, and what of an answer the corridor gets."""

from __future__ import annotations

import pytest

from shared.domain.call import CallResult, Effect
from shared.domain.snapshot import LookFailed
from shared.systems import SYSTEMS
from shared.systems.openapi import ApiCall, CallFailed, Reply, refused
from shared.systems.openapi.results import call_result, look_failed
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


@pytest.mark.parametrize("name", NAMED)
def test_what_mutates_is_never_a_probe(name: str) -> None:
    """All that a doctor tries reads; all that does not read reruns."""
    operations = SYSTEMS.named(name).operations
    reads = {one.name for one in operations if not one.mutates}
    assert reads == {one.name for one in operations if one.name.startswith(("Get", "List"))}
    assert reads != {one.name for one in operations}


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("ehpc", {"cluster_id", "job_id"}),
        ("schedulerx", {"namespace", "group_id", "job_id"}),
        ("schedulerx3", {"cluster_id", "app_name", "job_instance_id"}),
        ("dataworks", {"project_id", "job_id"}),
    ],
)
def test_what_every_telling_has(name: str, needed: set[str]) -> None:
    """Under the failure's own names: nothing goes on without the job, or the execution that shows whose it is."""
    assert {one.fills or one.name for one in SYSTEMS.named(name).fields if one.required} == needed


def test_all_of_a_refusal_is_handed_on() -> None:
    """To what a call did, and to a look that found nothing; a yes has no code."""
    why = CallFailed(
        effect=Effect.UNKNOWN,
        read_again=False,
        code="Busy",
        message="m",
        request_id="r",
        http_status=429,
        account_wide=True,
        scope_wide=True,
        credentials=True,
        retry_after_s=7.0,
    )
    assert call_result("Rerun", why, 5.0) == CallResult(
        effect=Effect.UNKNOWN,
        api="Rerun",
        code="Busy",
        message="m",
        request_id="r",
        left_at=5.0,
        account_wide=True,
        scope_wide=True,
        credentials=True,
        retry_after_s=7.0,
    )
    assert look_failed(why, 5.0) == LookFailed(
        worth_repeating=False,
        credentials=True,
        scope_wide=True,
        code="Busy",
        message="m",
        retry_after_s=7.0,
        look_begun_at=5.0,
    )
    yes = Reply(body={}, request_id="r", status=200)
    assert call_result("Rerun", yes, 5.0) == CallResult(effect=Effect.DONE, api="Rerun", request_id="r", left_at=5.0)
