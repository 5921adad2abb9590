"""Looking through a SchedulerX group: which pages are asked for, which instances count, and what is left to retries."""

from __future__ import annotations

from typing import Any

import pytest

from shared.systems.discovery import Listed, Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.watch import Groups
from tests.support.openapi import Few, Play, fits
from tests.unit.systems.schedulerx_seeker import (
    DAY_S,
    NOW,
    REACH_H,
    SCOPE,
    STALE_AFTER_S,
    WATCH,
    Service,
    instance,
    refused,
    told,
)


@pytest.fixture
def service(fake_api: Play) -> Service:
    """A group without instances."""
    return Service(fake_api)


def scopes(service: Service, *names: str, ask: bool = False, calls: int = 9) -> Listed:
    """Of that namespace."""
    return service.seeker().scopes(Groups(namespace="ns", groups=names), fits, Few(calls), ask=ask)


def test_groups_are_meant_by_name_or_glob(service: Service) -> None:
    """Of the namespace, in its region; those of the Basic edition are meant, and people are told what that costs."""
    service.groups = [{"GroupId": "a.1", "AppVersion": 1}, {"GroupId": "a.2", "AppVersion": 2}, {"GroupId": "b"}]
    service.groups.append({"GroupId": "c", "AppVersion": 1})
    listed = scopes(service, "a.*", "x")
    assert [one.key for one in listed.scopes] == [
        Group(region="cn-hangzhou", namespace="ns", group_id=name).key for name in ("x", "a.1", "a.2")
    ]
    assert listed.missing == ("x",)
    assert listed.warnings == ("group a.1 is of the Basic edition, whose instances no API shows",)
    assert scopes(service, "a.*", "x", calls=0) == Listed(scopes=listed.scopes[:1])
    service.api.asked.clear()
    assert scopes(service, "b") == Listed(scopes=(Group(region="cn-hangzhou", namespace="ns", group_id="b"),))
    assert service.api.asked == []
    assert scopes(service, "b", "y", ask=True).missing == ("y",)


def test_a_scope_of_another_system_is_a_mistake(service: Service) -> None:
    """Of the caller."""
    terms = Terms(now=1.0, fits=fits, stale_after_s=1.0)
    with pytest.raises(TypeError, match="groups"):
        service.seeker().look(WATCH, Cluster(region="cn-hangzhou", cluster_id="c"), {}, Few(1), terms)


def test_the_whole_reach_is_asked_for_and_a_little_ahead(service: Service) -> None:
    """Failed instances alone; a look over several turns has one reach, the next look its own."""
    service.page_most = 10
    service.instances = [instance(number) for number in range(20, 0, -1)]
    windows = []
    for calls in (2, 9, 9):
        service.turn(calls)
        windows += [
            (asked["Status"], int(asked["StartTimestamp"]), int(asked["EndTimestamp"]), asked["PageNum"])
            for asked in service.api.parameters("GetJobInstanceList")
        ]
    first, last = NOW + 180.0, NOW + 3 * 180.0
    reach = [(int((now - REACH_H * 3600) * 1000), int((now + 300.0) * 1000)) for now in (first, last)]
    assert windows == [
        *(("5", *reach[0], page) for page in "123"),
        *(("5", *reach[1], page) for page in "123"),
    ]


def test_all_that_an_instance_shows_is_told_once(service: Service) -> None:
    """By its id: the list shows it again in every look."""
    service.instances = [instance(7, Result="x" * 9_000, WorkAddr="10.0.0.7:5000")]
    sight = service.turn()
    (failure,) = sight.failures
    assert (sight.done, sight.problem) == (True, None)
    assert (failure.scope, failure.job_id, failure.job_instance_id, failure.reason) == (SCOPE, "42", 7, "")
    assert (failure.occurred_at, failure.started_at) == (NOW + 120.0, None)
    assert (failure.node, failure.message) == ("10.0.0.7", "x" * 8_192)
    service.instances = [instance(8, WorkAddr=f"{'n' * 130}:5000")]
    (failure,) = service.turn().failures
    assert failure.node == "n" * 128
    assert failure.event_id.endswith("/42/8")
    assert told(service.turn()) == []


@pytest.mark.parametrize(
    ("ended_ago_s", "occurred_at"), [(0.0, NOW + 180.0), (-1.0, NOW + 180.0), (None, NOW + 180.0), (1.0, NOW + 179.0)]
)
def test_an_end_that_is_unknown_or_to_come_is_now(
    service: Service, ended_ago_s: float | None, occurred_at: float
) -> None:
    """A service whose clock is ahead must not have failures of tomorrow."""
    service.instances = [instance(7, ended_ago_s=ended_ago_s)]
    assert [one.occurred_at for one in service.turn().failures] == [occurred_at]


def test_what_is_old_not_failed_or_of_no_job_is_passed_over(service: Service) -> None:
    """Its neighbours are told, the newest first."""
    service.instances = [
        instance(1),
        instance(2, ended_ago_s=STALE_AFTER_S + 1),
        instance(3, ended_ago_s=STALE_AFTER_S),
        instance(4, Status=4),
        {**instance(5), "JobId": None},
        instance(6),
    ]
    assert told(service.turn()) == [6, 3, 1]


def test_of_one_day_of_a_job_the_newest_instance_counts(service: Service) -> None:
    """An older one was followed by it, also where it is shown on a later page; another job's day is another."""
    service.page_most = 10
    day: dict[str, Any] = {"DataTime": "one day"}
    service.instances = [instance(3, **day), instance(9, **day), instance(5, job=43, **day)]
    service.instances += [instance(number) for number in range(20, 27)]
    service.instances += [instance(8, **day)]
    assert told(service.turn()) == [26, 25, 24, 23, 22, 21, 20, 9, 5]
    assert told(service.turn()) == []


@pytest.mark.parametrize("day", [{"DataTime": None}, {"DataTime": ""}])
def test_instances_that_show_no_day_supersede_none(service: Service, day: dict[str, Any]) -> None:
    """Each is told: what is said of one is nothing about another."""
    service.instances = [instance(9, **day), instance(8, **day), instance(3, **day)]
    assert told(service.turn()) == [9, 8, 3]
    assert told(service.turn()) == []


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (9, 1), (10, 2), (11, 1), (50, 2), (51, 2), (100, 3)])
def test_after_a_page_of_a_round_number_there_may_be_more(service: Service, count: int, pages: int) -> None:
    """Servers cap their pages at such."""
    service.instances = [instance(number) for number in range(count, 0, -1)]
    assert len(told(service.turn())) == count
    assert [one for one in service.asked if one.startswith("GetJobInstanceList")] == [
        f"GetJobInstanceList {page}" for page in range(1, pages + 1)
    ]


def test_a_group_whose_list_wants_a_job_is_read_job_by_job(service: Service) -> None:
    """All pages of its enabled jobs, all pages of each; after a day the group is asked again."""
    service.needs_job_id = True
    service.page_most = 10
    service.jobs = list(range(1, 12))
    service.instances = [instance(100 + number, job=1) for number in range(10)] + [instance(50, job=11)]
    found = told(service.turn())
    lists = [one for one in service.asked if not one.startswith("GetJobInfo")]
    listed = [f"GetJobInstanceList {job} 1" for job in range(2, 11)]
    each = ["ListJobs 1", "GetJobInstanceList 1 1", "GetJobInstanceList 1 2", *listed, "ListJobs 2"]
    each.append("GetJobInstanceList 11 1")
    assert lists == ["GetJobInstanceList 1", *each]
    assert sorted(one or 0 for one in found) == [50, *range(100, 110)]
    service.turn()
    assert service.asked == each
    service.turn(after_s=DAY_S - 180.0)
    assert service.asked[0] == "ListJobs 1"
    service.turn(after_s=1.0)
    assert service.asked[:2] == ["GetJobInstanceList 1", "ListJobs 1"]


def test_a_page_of_jobs_is_one_of_the_calls(service: Service) -> None:
    """Where none is left the next turn begins with it."""
    service.needs_job_id, service.jobs = True, [42]
    service.instances = [instance(7)]
    for asked in (["GetJobInstanceList 1"], ["ListJobs 1"], ["GetJobInstanceList 42 1"]):
        assert (told(service.turn(calls=1)), service.asked) == ([], asked)
    assert told(service.turn()) == [7]


def test_a_list_that_shows_the_same_page_again_is_capped(service: Service) -> None:
    """Then the group is read job by job; a job's own list that does so has ended, and the next job is read."""
    service.shows_most = 10
    service.jobs = [1, 2]
    service.instances = [instance(number, job=1) for number in range(30, 0, -1)] + [instance(99, job=2)]
    sight = service.turn()
    assert [one for one in service.asked if not one.startswith("GetJobInfo")] == [
        "GetJobInstanceList 1",
        "GetJobInstanceList 2",
        "ListJobs 1",
        "GetJobInstanceList 1 1",
        "GetJobInstanceList 1 2",
        "GetJobInstanceList 2 1",
    ]
    assert sight.done
    assert told(sight) == [*range(30, 20, -1), 99]


def test_in_many_turns_the_same_is_read_as_in_one_turn(service: Service) -> None:
    """Two calls are the least that a new job takes. Nothing is found twice, and nothing is left out."""
    service.needs_job_id = True
    service.page_most = 10
    service.jobs = list(range(1, 12))
    service.instances = [instance(100 + number, job=1) for number in range(11)] + [instance(50, job=11)]
    asked: list[str] = []
    found: list[int | None] = []
    for _ in range(40):
        sight = service.turn(calls=2, after_s=1.0)
        asked += service.asked
        found += told(sight)
        if sight.done:
            break
    assert sight.done
    assert sorted(one or 0 for one in found) == [50, *range(100, 111)]
    assert asked.count("ListJobs 1") == asked.count("ListJobs 2") == 1


def test_the_look_at_a_job_s_own_retries_is_one_of_the_calls(service: Service) -> None:
    """Without one left the instance is told by the next turn."""
    service.instances = [instance(1)]
    assert (told(service.turn(calls=1)), service.asked) == ([], ["GetJobInstanceList 1"])
    assert told(service.turn()) == [1]


@pytest.mark.parametrize("why", [{"read_again": True}, {"account_wide": True}, {"credentials": True}])
@pytest.mark.parametrize("action", ["GetJobInstanceList", "GetJobInfo"])
def test_what_is_wrong_with_more_than_the_question_ends_the_turn(
    service: Service, action: str, why: dict[str, bool]
) -> None:
    """With the reason, and no job is read by itself for it."""
    service.instances = [instance(7)]
    service.fails[action] = refused("Forbidden", **why)
    sight = service.turn()
    assert sight.problem is not None
    assert (sight.done, sight.problem.code, told(sight)) == (False, "Forbidden", [])
    assert service.asked[-1].startswith(action)
    service.fails.clear()
    assert told(service.turn()) == [7]


def test_a_job_that_is_refused_ends_the_turn_with_the_reason(service: Service) -> None:
    """Where jobs are read one by one there is no further question to ask."""
    service.needs_job_id, service.jobs = True, [1]
    service.turn()
    service.fails["GetJobInstanceList"] = refused("403")
    sight = service.turn()
    assert sight.problem is not None
    assert (sight.problem.code, service.asked) == ("403", ["ListJobs 1", "GetJobInstanceList 1 1"])
