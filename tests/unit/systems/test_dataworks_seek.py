"""Looking through a DataWorks workspace, business date by business date: what is asked for, and which rows count."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.call import Effect
from shared.systems.dataworks.scope import Project
from shared.systems.dataworks.seek import DataworksSeeker
from shared.systems.dataworks.watch import Projects
from shared.systems.discovery import Listed, Sight, Terms
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.openapi import Ending, Few, Play, fits

SCOPE = Project(region="cn-hangzhou", project_id="7")
NOW = 1_767_240_000.0
"""Noon of 2026-01-01 in Shanghai."""
TODAY, DAY_MS = 1_767_196_800_000, 86_400_000
STALE_AFTER_S = 3_600.0


class Workspace:
    """What the service shows, and what a seeker makes of it."""

    def __init__(self, play: Play) -> None:
        self.now = NOW
        self.rows: dict[int, list[Any]] = {}
        """By business date."""
        self.page_most = 500
        self.tells_total = True
        self.fails: dict[str, Ending] = {}
        """By workspace."""
        self.memory: dict[str, Any] = {}
        self.api = play(self._answer)
        self.seeker = DataworksSeeker(self.api, Clock(self.now), ZoneInfo("Asia/Shanghai"), "cn-hangzhou")

    def _answer(self, wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        if asked["ProjectId"] in self.fails:
            return self.fails[asked["ProjectId"]]
        rows, size = self.rows.get(int(asked["Bizdate"]), []), min(int(asked["PageSize"]), self.page_most)
        first = (int(asked["PageNumber"]) - 1) * size
        paging: dict[str, Any] = {"TaskInstances": rows[first : first + size]}
        if self.tells_total:
            paging["TotalCount"] = len(rows)
        return Reply(body={"PagingInfo": paging}, request_id="req", status=200)

    def turn(self, calls: int = 1_000, days: int = 1) -> Sight:
        """The next one, with so many calls."""
        self.api.asked.clear()
        terms = Terms(now=self.now, fits=fits, stale_after_s=STALE_AFTER_S)
        sight = self.seeker.look(Projects(project_id=7, days=days), SCOPE, self.memory, Few(calls), terms)
        self.memory = sight.memory
        return sight

    @property
    def asked(self) -> list[tuple[int, int]]:
        """Of the last turn's calls: how many days before today, and which page."""
        return [
            ((TODAY - int(asked["Bizdate"])) // DAY_MS, int(asked["PageNumber"]))
            for asked in self.api.parameters("ListTaskInstances")
        ]


def row(number: int, run: int = 1, ended_ago_s: float | None = 60.0, **rest: Any) -> dict[str, Any]:
    """An instance whose newest run has failed."""
    ended = {} if ended_ago_s is None else {"FinishedTime": int((NOW - ended_ago_s) * 1000)}
    return {"Id": number, "Status": "Failure", "RunNumber": run, **ended, **rest}


def told(sight: Sight) -> list[str]:
    """Ids of what was found."""
    return [failure.job_id for failure in sight.failures]


def failed(code: str = "Throttling", status: int = 400) -> CallFailed:
    """A call that failed."""
    return CallFailed(
        effect=Effect.NOT_DONE_LATER, read_again=True, code=code, message="why", http_status=status, retry_after_s=3.0
    )


@pytest.fixture
def workspace(fake_api: Play) -> Workspace:
    """One without instances."""
    return Workspace(fake_api)


def test_each_business_date_is_asked_for_from_today_back(workspace: Workspace) -> None:
    """One more than the policy says, as today's instances have yesterday's; each from its first page on."""
    sight = workspace.turn(days=3)
    assert (sight.done, sight.problem, sight.failures) == (True, None, ())
    assert workspace.asked == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert workspace.api.parameters("ListTaskInstances")[0] == {
        "ProjectId": "7",
        "Bizdate": str(TODAY),
        "Status": "Failure",
        "Filter": json.dumps({"finishedTimeStart": int((NOW - STALE_AFTER_S) * 1000)}),
        "PageNumber": "1",
        "PageSize": "500",
    }


def test_days_are_cut_in_the_zone_of_the_workspace(fake_api: Play) -> None:
    """Also where its clock was put forward in between."""
    workspace = Workspace(fake_api)
    workspace.seeker = DataworksSeeker(workspace.api, Clock(NOW), ZoneInfo("Europe/Berlin"), "eu-central-1")
    workspace.now = 1_774_864_837.25
    workspace.turn(days=2)
    midnights = [int(asked["Bizdate"]) for asked in workspace.api.parameters("ListTaskInstances")]
    assert midnights == [1_774_821_600_000, 1_774_738_800_000, 1_774_652_400_000]


def test_all_that_a_row_shows_is_told_once_a_run(workspace: Workspace) -> None:
    """The next run of the same instance is another failure, found on whatever date it is listed."""
    workspace.rows = {TODAY: [row(1, StartedTime=int((NOW - 90) * 1000))]}
    (failure,) = workspace.turn().failures
    assert (failure.scope, failure.job_id, failure.job_instance_id, failure.reason) == (SCOPE, "1", 1, "")
    assert (failure.occurred_at, failure.started_at, failure.restart_count) == (NOW - 60, NOW - 90, 0)
    assert failure.event_id.endswith("/1/1")
    assert told(workspace.turn()) == []
    workspace.rows = {TODAY - DAY_MS: [row(1, run=3)]}
    assert [one.restart_count for one in workspace.turn().failures] == [2]


@pytest.mark.parametrize(
    "other",
    [
        row(2, ended_ago_s=STALE_AFTER_S + 1),
        row(2, TriggerRecurrence="Pause"),
        row(2, ProjectId=8),
        {**row(2), "Status": "Success"},
        {**row(2), "Status": "Running"},
        {"Id": 2},
        "no row",
        None,
    ],
)
def test_a_row_that_is_no_failure_to_heal_is_passed_over(workspace: Workspace, other: Any) -> None:
    """Old, paused, of another workspace, not failed, unreadable: its neighbours are told."""
    workspace.rows = {TODAY: [row(1), other, row(3, ProjectId=7), row(4, ended_ago_s=STALE_AFTER_S)]}
    assert told(workspace.turn()) == ["1", "3", "4"]


def test_what_was_passed_over_is_told_when_it_is_a_failure(workspace: Workspace) -> None:
    """It was not shown as one before."""
    workspace.rows = {TODAY: [row(1, TriggerRecurrence="Pause")]}
    assert told(workspace.turn()) == []
    workspace.rows = {TODAY: [row(1)]}
    assert told(workspace.turn()) == ["1"]


@pytest.mark.parametrize(("ended_ago_s", "occurred_at"), [(0.0, NOW), (-1.0, NOW), (None, NOW), (1.0, NOW - 1)])
def test_an_end_that_is_unknown_or_to_come_is_now(
    workspace: Workspace, ended_ago_s: float | None, occurred_at: float
) -> None:
    """A service whose clock is ahead must not have failures of tomorrow."""
    workspace.rows = {TODAY: [row(1, ended_ago_s=ended_ago_s)]}
    assert [one.occurred_at for one in workspace.turn().failures] == [occurred_at]


@pytest.mark.parametrize("tells_total", [True, False])
@pytest.mark.parametrize(("count", "pages"), [(0, 1), (499, 1), (500, 1), (501, 2), (1_000, 2)])
def test_each_date_is_read_to_its_last_page(
    workspace: Workspace,
    count: int,
    pages: int,
    tells_total: bool,  # noqa: FBT001 - two worlds
) -> None:
    """By the number that the service tells; where it tells none, after a full page there is another."""
    workspace.tells_total = tells_total
    workspace.rows = {TODAY: [row(number) for number in range(1, count + 1)], TODAY - DAY_MS: [row(9_999)]}
    assert len(told(workspace.turn())) == count + 1
    first = pages + (not tells_total and bool(count) and count % 500 == 0)
    assert workspace.asked == [*((0, number) for number in range(1, first + 1)), (1, 1)]


def test_a_server_that_puts_fewer_on_a_page_is_read_to_the_end(workspace: Workspace) -> None:
    """Also over several turns; the next date's rows are counted anew. A page without rows is the last."""
    workspace.page_most = 100
    workspace.rows = {
        TODAY: [row(number) for number in range(1, 251)],
        TODAY - DAY_MS: [row(n) for n in range(600, 701)],
    }
    found = [told(workspace.turn(calls)) for calls in (2, 1, 1, 1)]
    assert [len(ids) for ids in found] == [200, 50, 100, 1]
    assert workspace.memory.get("days") is None
    assert told(workspace.turn()) == []
    assert workspace.asked == [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2)]
    workspace.fails["7"] = Reply(body={"PagingInfo": {"TotalCount": 5}}, request_id="req", status=200)
    assert workspace.turn().done
    assert workspace.asked == [(0, 1), (1, 1)]


def test_a_turn_that_stops_is_gone_on_with(workspace: Workspace) -> None:
    """What it found is told, and nothing of it again."""
    workspace.rows = {TODAY: [row(number) for number in range(1, 502)]}
    sight = workspace.turn(1)
    assert (len(told(sight)), sight.done, sight.problem) == (500, False, None)
    workspace.fails["7"] = failed()
    sight = workspace.turn()
    assert sight.problem is not None
    assert (sight.done, sight.problem.code, sight.problem.look_begun_at) == (False, "Throttling", NOW)
    workspace.fails.clear()
    sight = workspace.turn()
    assert (told(sight), sight.done) == (["501"], True)
    assert workspace.asked == [(0, 2), (1, 1)]


def test_runs_that_were_shown_are_remembered_for_two_days(workspace: Workspace) -> None:
    """As long as a look shows them; what none has shown since may be found anew."""
    workspace.rows = {TODAY: [row(1, ended_ago_s=None)]}
    workspace.turn()
    workspace.rows.clear()
    workspace.now = NOW + 2 * 86_400.0 - 1
    workspace.turn()
    assert workspace.memory == {"seen": {"1/1": NOW}}
    workspace.now = NOW + 2 * 86_400.0
    workspace.turn()
    assert workspace.memory == {}


def test_a_scope_of_another_system_is_a_mistake(workspace: Workspace) -> None:
    """Of the caller."""
    terms = Terms(now=1.0, fits=fits, stale_after_s=1.0)
    scope = Cluster(region="cn-hangzhou", cluster_id="c")
    with pytest.raises(TypeError, match="workspaces"):
        workspace.seeker.look(Projects(project_id=7), scope, {}, Few(1), terms)


def scopes(workspace: Workspace, *, ask: bool, calls: int = 9) -> Listed:
    """Of two workspaces."""
    return workspace.seeker.scopes(Projects(projects=(7, 8)), fits, Few(calls), ask=ask)


def test_workspaces_are_meant_by_their_ids(workspace: Workspace) -> None:
    """Without a call; asked whether they are there, one row of today's is asked of each."""
    named = (SCOPE, Project(region="cn-hangzhou", project_id="8"))
    assert scopes(workspace, ask=False) == Listed(scopes=named)
    assert workspace.api.asked == []
    assert scopes(workspace, ask=True) == Listed(scopes=named)
    first, second = workspace.api.parameters("ListTaskInstances")
    assert (first["ProjectId"], second["ProjectId"]) == ("7", "8")
    assert (first["Bizdate"], first["PageNumber"], first["PageSize"]) == (str(TODAY), "1", "1")
    assert first["Filter"] == json.dumps({"finishedTimeStart": int(NOW * 1000)})


def test_a_workspace_that_is_not_there_is_missing(workspace: Workspace) -> None:
    """The next is asked for all the same; without a call left none is missing."""
    workspace.fails = {"7": failed("InvalidProject.NotFound", 404), "8": failed("InvalidProject.NotFound", 404)}
    assert scopes(workspace, ask=True).missing == ("7", "8")
    assert scopes(workspace, ask=True, calls=1).missing == ("7",)
    assert scopes(workspace, ask=True, calls=0) == scopes(workspace, ask=False)


class Paced:
    """None is left now; a moment later one is again."""

    def __init__(self) -> None:
        self._answers = [False, True]

    def may(self, operation: str) -> bool:
        """As the pace allows."""
        assert operation
        return self._answers.pop(0)


def test_where_no_call_is_left_the_next_workspace_is_not_asked_for(workspace: Workspace) -> None:
    """A pace would have one left by then: it is another's."""
    listed = workspace.seeker.scopes(Projects(projects=(7, 8)), fits, Paced(), ask=True)
    assert (listed.missing, workspace.api.asked) == ((), [])


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (failed("Forbidden", 403), "Forbidden"),
        (failed("InvalidAction.NotFound", 404), "InvalidAction.NotFound"),
        (Reply(body={}, request_id="req", status=200), "MalformedAnswer"),
    ],
)
def test_what_else_is_wrong_is_told(workspace: Workspace, said: Ending, code: str) -> None:
    """Both are meant; none is said to be missing."""
    workspace.fails = {"7": said}
    listed = scopes(workspace, ask=True)
    assert listed.problem is not None
    assert (listed.problem.code, listed.problem.look_begun_at, listed.missing) == (code, NOW, ())
    assert len(listed.scopes) == 2
