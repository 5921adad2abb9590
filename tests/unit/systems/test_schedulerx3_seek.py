"""Looking through a SchedulerX 3 application: events and list, what each proves, and where a turn goes on."""

from __future__ import annotations

import pytest

from shared.systems.discovery import Listed, Sight, Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.watch import Apps
from tests.support.openapi import Few, Play, fits
from tests.unit.systems.schedulerx3_seeker import (
    DAY_S,
    NOW,
    REACH_H,
    SCOPE,
    STALE_AFTER_S,
    WATCH,
    Service,
    event,
    execution,
    failed,
    written,
)

BOTH = ["ListScheduleEvent 1", "ListJobExecutions 1"]


def told(sight: Sight) -> list[int | None]:
    """Executions that were found."""
    return [failure.job_instance_id for failure in sight.failures]


@pytest.fixture
def service(fake_api: Play) -> Service:
    """An application without executions."""
    return Service(fake_api)


def scopes(service: Service, *names: str, ask: bool = False, calls: int = 99) -> Listed:
    """Of that cluster."""
    return service.seeker().scopes(Apps(cluster="c-1", apps=names), fits, Few(calls), ask=ask)


def test_applications_are_meant_by_name_or_glob(service: Service) -> None:
    """Of the cluster, in its region; read until a page shows none that is new, at most ten."""
    service.apps = [f"app-{number}" for number in range(60)]
    listed = scopes(service, "app-*", "x")
    names = ["x", *service.apps]
    assert listed.scopes == tuple(App(region="cn-hangzhou", cluster_id="c-1", app_name=name) for name in names)
    assert listed.missing == ("x",)
    assert service.asked == ["ListApps 1", "ListApps 2", "ListApps 3"]
    assert "AppName" not in service.api.asked[0].parameters
    assert scopes(service, "app-*", "x", calls=1).missing == ()
    service.api.asked.clear()
    service.same_apps = True
    assert len(scopes(service, "app-*").scopes) == 50
    assert service.asked == ["ListApps 1", "ListApps 2"]
    service.api.asked.clear()
    assert [one.key for one in scopes(service, "x").scopes] == [
        App(region="cn-hangzhou", cluster_id="c-1", app_name="x").key
    ]
    assert service.asked == []
    assert scopes(service, "x", ask=True).missing == ("x",)


def test_of_too_many_applications_ten_pages_are_read(service: Service) -> None:
    """A service that goes on for ever ends there."""
    service.apps = [f"app-{number}" for number in range(1_000)]
    assert len(scopes(service, "*").scopes) == 500


def test_a_scope_of_another_system_is_a_mistake(service: Service) -> None:
    """Of the caller."""
    terms = Terms(now=1.0, fits=fits, stale_after_s=1.0)
    with pytest.raises(TypeError, match="applications"):
        service.seeker().look(WATCH, Cluster(region="cn-hangzhou", cluster_id="c"), {}, Few(1), terms)


def test_events_are_read_from_the_look_before_and_the_list_over_its_whole_reach(service: Service) -> None:
    """First as far back as a failure is fresh; then ten minutes more than since the last whole look began."""
    service.turn()
    assert service.asked == BOTH
    first = NOW + 180.0
    assert service.windows("ListScheduleEvent") == [
        (str(int((first - STALE_AFTER_S) * 1000)), str(int((first + 300) * 1000)))
    ]
    assert service.windows("ListJobExecutions") == [(written(first - REACH_H * 3600), written(first + 300))]
    service.turn(1)
    second = NOW + 360.0
    ahead = (str(int((first - 600) * 1000)), str(int((second + 300) * 1000)))
    assert service.windows("ListScheduleEvent") == [ahead]
    service.turn()
    assert service.asked == BOTH[1:]
    assert service.windows("ListJobExecutions") == [(written(second - REACH_H * 3600), written(second + 300))]
    service.turn()
    assert service.windows("ListScheduleEvent")[0][0] == str(int((second - 600) * 1000))


def test_all_that_an_execution_shows_is_told_once_an_attempt(service: Service) -> None:
    """The list shows it again in every look; another attempt or end is another failure."""
    service.listed = [execution(7, Result="x" * 9_000)]
    sight = service.turn()
    (failure,) = sight.failures
    assert (sight.done, sight.problem) == (True, None)
    assert (failure.scope, failure.job_id, failure.job_instance_id, failure.reason) == (SCOPE, "71", 7, "")
    assert (failure.occurred_at, failure.message) == (NOW + 120.0, "x" * 8_192)
    assert told(service.turn()) == []
    assert service.asked == BOTH
    service.listed = [execution(7, Attempt=2)]
    assert told(service.turn()) == [7]
    service.listed = [execution(7, Attempt=2, ended_ago_s=-200.0)]
    assert told(service.turn()) == [7]


def test_what_is_old_not_over_or_of_no_job_is_passed_over(service: Service) -> None:
    """Its neighbours are told; what has no end yet is told when it has."""
    service.listed = [
        execution(1),
        execution(2, ended_ago_s=STALE_AFTER_S + 1),
        execution(3, ended_ago_s=STALE_AFTER_S),
        execution(4, Status=4),
        {**execution(5), "JobId": None},
        {**execution(6), "EndTime": None},
        execution(8),
    ]
    assert told(service.turn()) == [1, 3, 8]
    service.listed = [execution(6)]
    assert told(service.turn()) == [6]


def test_an_end_that_is_to_come_is_now(service: Service) -> None:
    """A service whose clock is ahead must not have failures of tomorrow."""
    service.listed = [execution(1, ended_ago_s=-1.0), execution(2, ended_ago_s=1.0)]
    assert [one.occurred_at for one in service.turn().failures] == [NOW + 180.0, NOW + 179.0]


def test_what_the_service_runs_again_itself_is_left_to_it(service: Service) -> None:
    """Its events say so; unless an event tells that it failed for good. It is asked again in the next look."""
    service.listed, service.retried = [execution(1), execution(2)], {1, 2}
    service.events = [event(2)]
    assert told(service.turn()) == [2]
    assert service.asked == [*BOTH, "ListScheduleEvent 1"]
    service.retried, service.events = set(), []
    assert told(service.turn()) == [1]
    assert told(service.turn()) == []


def test_of_an_event_that_the_list_does_not_show_the_execution_is_asked_for(service: Service) -> None:
    """Once, whether or not it is there; of what it shows the same is passed over as of the list."""
    service.hidden = {7: execution(7, Status=4), 8: execution(8), 9: execution(9, ended_ago_s=STALE_AFTER_S + 1)}
    service.events = [event(number) for number in (7, "8", 9, 404, 8, None, "none")]
    service.events.append(event(10, EventType="WORKFLOW"))
    service.listed = [execution(11)]
    assert told(service.turn()) == [11, 8]
    assert service.asked == [
        *BOTH, "ListScheduleEvent 11", *(f"GetJobExecution {number}" for number in (7, 8, 9, 404)),
    ]  # fmt: skip
    service.events = []
    assert told(service.turn()) == []
    assert service.asked == BOTH


def test_what_several_events_tell_is_remembered_once(service: Service) -> None:
    """On whatever pages they stand: what waits is bounded by the executions."""
    service.page_most = 1
    service.events = [event(5), event(6), event(5)]
    service.turn(calls=3)
    assert (service.memory["told"], service.memory["events_read"]) == ([5, 6], True)


def test_what_the_list_has_shown_is_not_asked_for(service: Service) -> None:
    """An event about it was answered by it."""
    service.events, service.listed = [event(7), event(8)], [execution(8), execution(7)]
    assert told(service.turn()) == [8, 7]
    assert service.asked == BOTH


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize("count", [0, 9, 10, 11, 20])
def test_events_and_list_are_read_to_their_last_page(
    service: Service,
    count: int,
    tells_total: bool,  # noqa: FBT001 - two worlds
) -> None:
    """By the number that the service tells; where it tells none, until a page is empty."""
    service.page_most, service.tells_total = 10, tells_total
    service.events = [event(number) for number in range(1, count + 1)]
    service.listed = [execution(number) for number in range(1, count + 1)]
    assert told(service.turn()) == list(range(1, count + 1))
    last = max(1, -(-count // 10)) if tells_total else -(-count // 10) + 1
    pages = range(1, last + 1)
    assert service.asked == [
        f"{action} {page}" for action in ("ListScheduleEvent", "ListJobExecutions") for page in pages
    ]


def test_call_by_call_the_same_is_read_as_in_one_turn(service: Service) -> None:
    """Nothing is asked for twice, and nothing is found twice."""
    service.page_most = 10
    service.events = [event(number) for number in range(1, 13)]
    service.listed = [execution(number) for number in range(1, 12)]
    service.hidden = {12: execution(12)}
    asked: list[str] = []
    found: list[int | None] = []
    sights = []
    for _ in range(5):
        sights.append(service.turn(calls=1, after_s=1.0))
        asked += service.asked
        found += told(sights[-1])
    assert asked == ["ListScheduleEvent 1", "ListScheduleEvent 2", "ListJobExecutions 1", "ListJobExecutions 2",
                     "GetJobExecution 12"]  # fmt: skip
    assert [sight.done for sight in sights] == [False] * 4 + [True]
    assert {sight.problem for sight in sights} == {None}
    assert found == list(range(1, 13))


def test_a_page_in_the_middle_of_which_a_turn_stops_is_read_once_more(service: Service) -> None:
    """What was taken of it is known."""
    service.listed = [execution(number) for number in range(3)]
    assert told(service.turn(calls=4)) == [0, 1]
    assert told(service.turn(calls=2)) == [2]


@pytest.mark.parametrize("action", ["ListScheduleEvent", "ListJobExecutions", "GetJobExecution"])
def test_a_call_that_fails_ends_the_turn_with_the_reason(service: Service, action: str) -> None:
    """The next turn goes on there."""
    service.events, service.hidden = [event(7)], {7: execution(7)}
    service.fails[action] = failed("Throttling")
    sight = service.turn()
    assert sight.problem is not None
    assert (sight.done, sight.problem.code, sight.problem.look_begun_at) == (False, "Throttling", service.now)
    service.fails.clear()
    assert told(service.turn()) == [7]
    assert service.asked[0].startswith(action)


def test_what_no_look_has_shown_for_three_days_is_forgotten(service: Service) -> None:
    """When a look has ended."""
    service.listed = [execution(7)]
    service.turn()
    shown_at = service.now
    service.listed = []
    service.turn(after_s=3 * DAY_S - 1)
    assert list(service.memory["seen"].values()) == [shown_at]
    service.turn(1, after_s=1.0)
    assert "seen" in service.memory
    service.turn(after_s=0.0)
    assert "seen" not in service.memory


def test_a_row_that_cannot_be_read_hides_no_other(service: Service) -> None:
    """It counts for where the list ends; where nothing can be read that is a problem."""
    service.tells_total, service.page_most = True, 2
    odd = execution(1, Result={"not": "text"})
    service.listed = [odd, execution(2), execution(3), odd, execution(4)]
    assert told(service.turn()) == [2, 3, 4]
    service.listed = [odd]
    sight = service.turn()
    assert sight.problem is not None
    assert sight.problem.code == "MalformedAnswer"
