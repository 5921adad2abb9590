"""SchedulerX 3 on the wire: which calls are made, and what an answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shared.domain.call import Effect
from shared.domain.job import State
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.openapi.results import by_success
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.wire import (
    Event,
    JobPage,
    Shown,
    apps,
    ask,
    events,
    executions,
    failed_executions,
    lives,
    one,
    will_retry,
)
from tests.support.openapi import Play
from tests.unit.systems.schedulerx3_service import AGAIN, FAILED, FINAL, HERE, NOON, PLACE, ZONE, yes


@pytest.mark.parametrize(
    ("action", "method", "in_query", "mutates"),
    [
        ("GetJobExecution", "POST", True, False),
        ("ListJobExecutions", "POST", True, False),
        ("ListScheduleEvent", "GET", True, False),
        ("ListApps", "GET", True, False),
        ("OperateRetryJobExecution", "POST", True, True),
        ("OperateRerunJob", "POST", True, True),
        ("OperateRetryWorkflowExecution", "POST", False, True),
    ],
)
def test_each_call_is_made_as_the_service_wants_it(
    fake_api: Play,
    action: str,
    method: Any,
    in_query: bool,  # noqa: FBT001 - a table
    mutates: bool,  # noqa: FBT001 - a table
) -> None:
    """A look may be made again, what mutates may not; an application without a name is not named."""
    api = fake_api(lambda _: yes())
    assert ask(api, action, HERE, {"x": "y"}) == yes()
    ask(api, action, App(region="r", cluster_id="c", app_name=""), {}, amid_calls=True)
    made = {"action": action, "version": "2024-06-24", "method": method, "in_query": in_query, "mutates": mutates}
    assert api.asked == [
        ApiCall(parameters={**PLACE, "x": "y"}, amid_calls=False, **made),
        ApiCall(parameters={"ClusterId": "c"}, amid_calls=True, **made),
    ]


@pytest.mark.parametrize(
    ("body", "code", "message", "effect"),
    [
        ({"Success": False, "Code": 400, "Message": "no"}, "400", "no", Effect.NOT_DONE_USELESS),
        ({"Success": False, "Code": 400}, "400", "", Effect.NOT_DONE_USELESS),
        ({"Success": False}, "", "", Effect.UNKNOWN),
        (
            {"Success": None, "Code": 200, "Message": "m"}, "UnreadableAnswer",
            "Success is None with Code 200: m", Effect.UNKNOWN,
        ),
        ({"Success": True, "Code": 500}, "UnreadableAnswer", "Success is True with Code 500: ", Effect.UNKNOWN),
        ({"Success": True}, None, "", Effect.DONE),
        ({"Success": True, "Code": "200"}, None, "", Effect.DONE),
    ],
)  # fmt: skip
def test_what_is_no_yes_is_told_with_the_answer(
    body: Mapping[str, Any], code: str | None, message: str, effect: Effect
) -> None:
    """Code, message, request and status: a person reads them. A yes needs no code."""
    reply = Reply(body=dict(body), request_id="req", status=202)
    said = by_success(reply, without_code=True)
    if code is None:
        assert said is reply
    else:
        assert isinstance(said, CallFailed)
        assert (said.code, said.message, said.effect, said.request_id, said.http_status) == (
            code, message, effect, "req", 202,
        )  # fmt: skip


def test_an_execution_is_read_whole() -> None:
    """Its times in the zone, with or without a line's end; what is absent is nothing."""
    assert Shown(job_execution_id=1, status=3).execution(ZONE) == Execution(
        execution_id=1, state=State.RUNNING, attempt=0, trigger_type=0, data_time=""
    )
    whole = Shown(
        job_execution_id=1, status=5, attempt=2, trigger_type=4, data_time=" d\n", start_time="2026-01-01 12:00:00\n",
        end_time=" 2026-01-01 12:01:00", workflow_execution_id="7",
    )  # fmt: skip
    assert whole.execution(ZONE) == Execution(
        execution_id=1, state=State.FAILED, attempt=2, trigger_type=4, data_time="d", started_at=NOON,
        ended_at=NOON + 60, workflow=7,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "state"),
    [
        (1, "QUEUED"), (2, "QUEUED"), (3, "RUNNING"), (4, "SUCCEEDED"), (5, "FAILED"), (6, "PAUSED"), (7, "QUEUED"),
        (8, "REJECTED"), (9, "QUEUED"), (10, "PARTIAL_FAILED"), (11, "SKIPPED"), (12, "REMOVED"), (0, "UNKNOWN"),
        (13, "UNKNOWN"),
    ],
)  # fmt: skip
def test_every_status_is_a_word_of_the_contract(number: int, state: str) -> None:
    """As docs/facts/schedulerx3.md#numbers lists them."""
    assert Shown(job_execution_id=1, status=number).execution(ZONE).state.value == state


@pytest.mark.parametrize(
    ("written", "workflow"),
    [(None, 0), ("", 0), (0, 0), (7, 7), ("7", 7), ("x7", 0), ("7x", 0), ("9" * 19, int("9" * 19)), ("9" * 20, 0)],
)
def test_which_workflow_an_execution_is_part_of(written: Any, workflow: int) -> None:
    """A number, of nineteen digits at most; else of none."""
    assert Shown(job_execution_id=1, status=5, workflow_execution_id=written).execution(ZONE).workflow == workflow


@pytest.mark.parametrize("written", ["", "  ", "\n", "soon"])
def test_a_time_that_nobody_describes_is_none(written: str) -> None:
    """As one that is not there."""
    assert Shown(job_execution_id=1, status=5, end_time=written).execution(ZONE).ended_at is None


@pytest.mark.parametrize(
    ("members", "number"),
    [
        ({}, None), ({"job_execution_id": 7}, 7), ({"job_execution_id": "7"}, 7), ({"job_execution_id": "x"}, None),
        ({"job_execution_id": 0}, None),
        ({"job_execution_id": 7, "event_type": "JOB"}, 7), ({"job_execution_id": 7, "event_type": "WORKFLOW"}, None),
    ],
)  # fmt: skip
def test_which_execution_an_event_is_about(members: dict[str, Any], number: int | None) -> None:
    """Of a job's; an event of something else is about none."""
    assert Event(**members).execution_id == number


@pytest.mark.parametrize(
    ("noted", "again"),
    [
        ([], False), ([(AGAIN, "1")], True), ([(FINAL, "1")], False), ([(AGAIN, "2"), (FINAL, "1")], True),
        ([(FINAL, "1"), (AGAIN, "2")], True), ([(AGAIN, "1"), (FINAL, "2")], False),
        ([(FINAL, " 2"), (AGAIN, "1")], False), ([(AGAIN, " 1"), (FINAL, "0\n")], True),
    ],
)  # fmt: skip
def test_the_newest_event_says_whether_the_service_goes_on_by_itself(
    noted: list[tuple[str, str]],
    again: bool,  # noqa: FBT001
) -> None:
    """By its time, in whatever order they are listed."""
    assert will_retry([Event(event=event, time=time) for event, time in noted]) is again


def test_events_of_an_execution_are_asked_for_newest_first(fake_api: Play) -> None:
    """Ten are enough."""
    api = fake_api(lambda _: yes({"Records": [{"Event": "x"}]}))
    assert events(api, HERE, 9) == [Event(event="x")]
    assert api.parameters("ListScheduleEvent") == [
        {**PLACE, "JobExecutionId": "9", "Reverse": "true", "PageNum": "1", "PageSize": "10"}
    ]


def test_a_list_of_a_job_holds_no_other_s_executions(fake_api: Play) -> None:
    """One that names no job is taken to be the one asked for. All count among the rows of the page."""
    rows = [{"JobExecutionId": number, "Status": 5, "JobId": job} for number, job in ((1, 71), (2, 72), (3, None))]
    api = fake_api(lambda _: yes({"Records": rows, "Total": "7"}))
    said = executions(api, HERE, "71", 2)
    assert isinstance(said, JobPage)
    assert ([shown.job_execution_id for shown in said.shown], said.count, said.total) == ([1, 3], 3, 7)
    assert api.parameters("ListJobExecutions") == [{**PLACE, "JobId": "71", "PageNum": "2", "PageSize": "50"}]


@pytest.mark.parametrize(
    ("states", "alive"), [([], False), ([4, 5], False), ([5, 3], True), ([1], True), ([6], False), ([77], False)]
)
def test_a_workflow_lives_while_anything_of_it_does(fake_api: Play, states: list[int], alive: bool) -> None:  # noqa: FBT001
    """Queued or running; a hundred are looked at."""
    rows = [{"JobExecutionId": number, "Status": status} for number, status in enumerate(states)]
    api = fake_api(lambda _: yes({"Records": rows}))
    assert lives(api, HERE, 7, amid_calls=True) is alive
    assert lives(api, HERE, 7, amid_calls=False) is alive
    assert [call.amid_calls for call in api.asked] == [True, False]
    assert api.parameters("ListJobExecutions")[0] == {
        **PLACE, "WorkflowExecutionId": "7", "PageNum": "1", "PageSize": "100",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "total", "alive"), [(100, None, True), (99, 99, False), (99, 100, True), (1, 0, False)]
)
def test_a_workflow_of_more_than_a_page_counts_as_living(
    fake_api: Play,
    rows: int,
    total: int | None,
    alive: bool,  # noqa: FBT001
) -> None:
    """What runs may stand on the next one, and to retry the whole beside it would run it twice."""
    ended = [{"JobExecutionId": number, "Status": 5} for number in range(rows)]
    api = fake_api(lambda _: yes({"Records": ended, "Total": total}))
    assert lives(api, HERE, 7, amid_calls=False) is alive


def test_in_the_place_of_a_row_that_cannot_be_read_stands_one_that_says_nothing(fake_api: Play) -> None:
    """It counts for the page, is no execution that anybody has told, and neither failed nor lives."""
    api = fake_api(
        lambda _: yes({"Records": [{"JobExecutionId": 1, "Status": {}}, {"JobExecutionId": 7, "Status": 5}]})
    )
    page = failed_executions(api, HERE, (0.0, 1.0), 1, ZONE)
    assert not isinstance(page, CallFailed)
    shown = [(row.job_execution_id, row.execution(ZONE).state) for row in page.records]
    assert shown == [(0, State.UNKNOWN), (7, State.FAILED)]


def test_what_fails_is_handed_on(fake_api: Play) -> None:
    """Of each read."""
    api = fake_api(lambda _: FAILED)
    assert one(api, HERE, 9) is FAILED
    assert executions(api, HERE, "71", 1) is FAILED
    assert lives(api, HERE, 7, amid_calls=False) is FAILED
    assert events(api, HERE, 9) is FAILED
    assert apps(api, HERE, 1) is FAILED
