"""E-HPC on the wire, answer by answer: which page is the last, and what is no success."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.systems.ehpc.node import Node
from shared.systems.ehpc.wire import ClustersPage, NodesPage, Page, ask, cluster_ids, log_part, nodes_page, read_page
from shared.systems.openapi import ApiCall, CallFailed, Reply
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Play
from tests.support.systems import GROUP
from tests.unit.systems.ehpc_answers import FAILED, HERE, api_of, jobs, nodes, reply, system_of


@pytest.mark.parametrize(
    ("number", "answer", "last", "pages"),
    [
        (1, jobs(49), True, 0),
        (1, jobs(50), False, 0),
        (3, jobs(50), False, 0),
        (1, jobs(0), True, 0),
        (1, jobs(50, TotalCount=50), True, 1),
        (1, jobs(50, TotalCount=51), False, 2),
        (2, jobs(50, TotalCount=100), True, 2),
        (2, jobs(50, TotalCount=101), False, 3),
        (2, jobs(50, TotalCount="101"), False, 3),
        (2, jobs(50, TotalCount=0), False, 0),
        (2, jobs(50, TotalCount=-1), False, 0),
        (2, jobs(50, TotalCount=1), True, 1),
        (1, jobs(10, PageSize=10), False, 0),
        (1, jobs(9, PageSize=10), True, 0),
        (3, jobs(10, PageSize=10, TotalCount=31), False, 4),
        (3, jobs(10, PageSize=10, TotalCount=30), True, 3),
        (1, jobs(1, PageSize=0), True, 0),
        (1, jobs(10, TotalCount=300), False, 6),
        (6, jobs(10, TotalCount=300), True, 6),
        (5, jobs(0, TotalCount=300), True, 6),
        (1, jobs(50, PageSize=100, TotalCount=100), False, 2),
        (1, jobs(1, PageSize=-3, TotalCount=2), False, 2),
    ],
)
def test_the_last_page_of_jobs(fake_api: Play, number: int, answer: Reply, last: bool, pages: int) -> None:  # noqa: FBT001
    """By the service's own size and count, if they are any; a full page without a count is not the last.

    Nor is a short one of which the count says that more follow: where rows are hidden, none is passed over.
    """
    api = api_of(fake_api, answer)
    page = read_page(api, "c-1", number, {"JobStatus": "all", "SubmitOrder": "desc"})
    assert isinstance(page, Page)
    assert (page.last, page.pages) == (last, pages)
    assert [call.rows for call in api.asked] == ["Jobs"]  # they stay as they came: few of many are read
    assert api.parameters("ListJobsWithFilters") == [
        {"ClusterId": "c-1", "PageNumber": str(number), "PageSize": "50", "JobStatus": "all", "SubmitOrder": "desc"}
    ]


def test_page_size_zero_is_no_size(fake_api: Play) -> None:
    """It says nothing, as if it were not told; one below it is the least that a page can have."""
    page = read_page(api_of(fake_api, jobs(49, PageSize=0)), "c-1", 1, {})
    assert isinstance(page, Page)
    assert page.last


def test_jobs_are_named_by_text_or_number(fake_api: Play) -> None:
    """One without an id is none."""
    page = read_page(
        api_of(fake_api, reply(Jobs=[{"Id": "1.s"}, {"Id": 7}, {"Name": "x"}, {"Id": None}])), "c-1", 1, {}
    )
    assert isinstance(page, Page)
    assert page.jobs == (("1.s", {"Id": "1.s"}), ("7", {"Id": 7}))


@pytest.mark.parametrize(
    ("number", "answer", "last"),
    [
        (1, nodes(99), True),
        (1, nodes(100), False),
        (1, nodes(0), True),
        (2, nodes(100, TotalCount=200), True),
        (2, nodes(100, TotalCount=201), False),
        (2, nodes(100, TotalCount=0), False),
        (1, nodes(100, TotalCount=1), True),
        (1, nodes(10, PageSize=10), False),
        (1, nodes(99, TotalCount=101), False),
        (1, nodes(9, PageSize=10), True),
        (1, nodes(10, PageSize="10", TotalCount="11"), False),
        (1, nodes(10, PageSize="10", TotalCount="10"), True),
        (3, nodes(10, PageSize=10, TotalCount=30), True),
        (3, nodes(10, PageSize=10, TotalCount=31), False),
        (1, nodes(1, PageSize=-3), False),
        (1, nodes(100, PageSize=500), False),
        (1, nodes(100, PageSize=500, TotalCount=101), False),
    ],
)
def test_the_last_page_of_nodes(fake_api: Play, number: int, answer: Reply, last: bool) -> None:  # noqa: FBT001
    """By the service's own size and count."""
    api = api_of(fake_api, answer)
    page = nodes_page(api, "c-1", number)
    assert isinstance(page, NodesPage)
    assert page.last is last
    assert api.parameters("ListNodes") == [{"ClusterId": "c-1", "PageNumber": str(number), "PageSize": "100"}]


def test_a_node_is_read_whole(fake_api: Play) -> None:
    """What is absent is empty."""
    shown = [{"HostName": "a", "Status": "running", "StateInSched": "job-busy", "Id": "i-1"}, {"HostName": "b"}]
    page = nodes_page(api_of(fake_api, reply(Nodes={"NodeInfo": shown})), "c-1", 1)
    assert page == NodesPage(nodes={"a": Node("running", "job-busy", "i-1"), "b": Node("", "", "")}, last=True)


@pytest.mark.parametrize("bad", ["stopped", "exception"])
@pytest.mark.parametrize("first", [True, False])
def test_of_two_machines_of_one_name_the_one_that_is_well_counts(fake_api: Play, bad: str, *, first: bool) -> None:
    """A node that was made anew under its name, while the old machine is still listed: jobs may run on the new one."""
    old, new = {"HostName": "a", "Status": bad, "Id": "i-1"}, {"HostName": "a", "Status": "running", "Id": "i-2"}
    shown = [old, new] if first else [new, old]
    page = nodes_page(api_of(fake_api, reply(Nodes={"NodeInfo": shown})), "c-1", 1)
    assert page == NodesPage(nodes={"a": Node("running", "", "i-2")}, last=True)
    page = nodes_page(api_of(fake_api, reply(Nodes={"NodeInfo": [old]})), "c-1", 1)
    assert page == NodesPage(nodes={"a": Node(bad, "", "i-1")}, last=True)


@pytest.mark.parametrize("name", [{}, {"HostName": None}, {"HostName": ""}])
def test_a_node_that_is_still_made_has_no_name_and_hides_no_other(fake_api: Play, name: dict[str, Any]) -> None:
    """Else a cluster that grows is never looked through. Of a node that runs, and has none, nothing is concluded."""
    for status in ("uninit", "initing", "releasing"):
        shown = [{"Status": status, **name}, {"HostName": "b"}]
        page = nodes_page(api_of(fake_api, reply(Nodes={"NodeInfo": shown})), "c-1", 1)
        assert page == NodesPage(nodes={"b": Node("", "", "")}, last=True)
    for status in ("running", "exception", "stopped", "untracking", ""):
        with pytest.raises(msgspec.ValidationError):
            nodes_page(api_of(fake_api, reply(Nodes={"NodeInfo": [{"Status": status, **name}]})), "c-1", 1)


@pytest.mark.parametrize(
    ("number", "count", "total", "last"),
    [
        (1, 49, None, True), (1, 50, None, False), (1, 50, 50, True), (1, 50, 51, False), (2, 50, 100, True),
        (2, 50, 101, False), (1, 50, 0, False), (1, 50, 1, True), (1, 0, None, True), (1, 50, "50", True),
        (1, 49, 51, False),
    ],
)  # fmt: skip
def test_the_last_page_of_clusters(
    fake_api: Play, number: int, count: int, total: int | str | None, *, last: bool
) -> None:
    """Fifty are asked for; a number may come as text."""
    listed = {"ClusterInfoSimple": [{"Id": f"c-{number}"} for number in range(count)]}
    api = api_of(fake_api, reply(Clusters=listed, TotalCount=total))
    page = cluster_ids(api, number)
    assert page == ClustersPage(ids=[f"c-{number}" for number in range(count)], last=last)
    assert api.parameters("ListClusters") == [{"PageNumber": str(number), "PageSize": "50"}]


def _said(read: Callable[[FakeApi], Any], api: FakeApi) -> Any:
    try:
        return read(api)
    except msgspec.ValidationError:
        return "no page"


def test_what_fails_is_handed_on_and_what_is_no_page_is_told(fake_api: Play) -> None:
    """Of each list."""

    def each(ending: Ending) -> list[Any]:
        reads = (
            lambda api: read_page(api, "c-1", 1, {}),
            lambda api: nodes_page(api, "c-1", 1),
            lambda api: cluster_ids(api, 1),
            lambda api: log_part(api, "c-1", "j", "n1", 0, 10),
        )
        return [_said(read, api_of(fake_api, ending)) for read in reads]

    assert each(FAILED) == [FAILED] * 4
    assert each(reply(Jobs=5, Nodes=5, Clusters=5, OutputLog=5.5)) == ["no page"] * 4
    assert each(reply())[:3] == ["no page"] * 3


@pytest.mark.parametrize("action", ["ListJobsWithFilters", "RerunJobs"])
@pytest.mark.parametrize(
    ("answer", "effect", "code", "again"),
    [
        (Reply(body={"Code": "InvalidParams", "Message": "a"}, request_id="", status=200), None, "InvalidParams", None),
        (Reply(body={"Code": 500}, request_id="req", status=200), Effect.UNKNOWN, "500", None),
        (Reply(body={}, request_id="", status=204), Effect.UNKNOWN, "UnreadableAnswer", True),
    ],
)  # fmt: skip
def test_what_is_no_success_whatever_its_status(
    fake_api: Play,
    action: str,
    answer: Reply,
    effect: Effect | None,
    code: str,
    again: bool | None,  # noqa: FBT001
) -> None:
    """An error's code, or no request id: with what the answer was."""
    said = ask(api_of(fake_api, answer), action, {})
    assert isinstance(said, CallFailed)
    assert (said.code, said.http_status, said.request_id) == (code, answer.status, answer.request_id)
    assert effect in {None, said.effect}
    assert again in {None, said.read_again}
    if code == "InvalidParams":
        assert said.message == "a"
    if code == "500":
        assert said.message == ""


@pytest.mark.parametrize("code", [None, "", "200", 200])
def test_the_code_of_a_success_is_none_or_200(fake_api: Play, code: object) -> None:
    """As text or number."""
    assert ask(api_of(fake_api, reply(Code=code)), "ListNodes", {}) == reply(Code=code)


def test_only_a_rerun_mutates_and_says_of_how_many(fake_api: Play) -> None:
    """A look may be made again, a rerun may not; what an error proves depends on how many jobs were named."""
    api = api_of(fake_api, reply())
    ask(api, "RerunJobs", {"a": "b"}, jobs=3)
    ask(api, "ListNodes", {})
    assert api.asked == [
        ApiCall(action="RerunJobs", version="2018-04-12", parameters={"a": "b"}, mutates=True, jobs=3),
        ApiCall(action="ListNodes", version="2018-04-12", parameters={}, mutates=False, jobs=1),
    ]


def test_what_an_error_proves_depends_on_how_many_jobs_were_named(fake_api: Play) -> None:
    """A refusal in plain words about one of them is no refusal of all."""
    refusal = reply(Code="RerunJobsFailure", Message="qrerun: Unknown Job Id 1.s")
    of_one, of_two = (ask(api_of(fake_api, refusal), "RerunJobs", {}, jobs=count) for count in (1, 2))
    assert isinstance(of_one, CallFailed)
    assert isinstance(of_two, CallFailed)
    assert of_two.effect is Effect.UNKNOWN


@pytest.mark.parametrize(
    ("node", "stopped", "troubled", "withdrawn"),
    [
        (Node("running"), False, False, False),
        (Node("stopped"), True, False, True),
        (Node("exception"), False, True, True),
        (Node("running", "down*"), False, True, True),
        (Node("running", "DOWN"), False, True, True),
        (Node("running", "job-busy,offline"), False, False, True),
        (Node("running", "idle+DRAIN"), False, False, True),
        (Node("running", "shutdown"), False, False, False),
        (Node("running", "x" * 59 + " down"), False, True, True),
        (Node("running", "x" * 60 + " down"), False, False, False),
        (Node("running", "x" * 58 + " drain"), False, False, True),
        (Node("running", "x" * 59 + " drain"), False, False, False),
    ],
)
def test_what_a_node_says(node: Node, stopped: bool, troubled: bool, withdrawn: bool) -> None:  # noqa: FBT001
    """Word by word, of its first 64 signs."""
    assert (node.stopped, node.troubled, node.withdrawn) == (stopped, troubled, withdrawn)


def withdrawn(api_play: Play, clock: Clock, asked_for: Sequence[str], *endings: Ending) -> tuple[frozenset[str], int]:
    """Of these nodes; and how many calls it took."""
    system, api = system_of(api_play, clock, *endings)
    found = system.withdrawn(HERE, asked_for)
    assert [one["PageNumber"] for one in api.parameters("ListNodes")] == [
        str(number) for number in range(1, len(api.asked) + 1)
    ]
    return found, len(api.asked)


def listing(count: int, first: int = 0) -> Reply:
    """So many drained nodes."""
    shown = [{"HostName": f"N{first + number}.local", "StateInSched": "drain"} for number in range(count)]
    return reply(Nodes={"NodeInfo": shown})


def test_nodes_that_get_no_more_jobs_are_found_on_ten_pages_at_most(fake_api: Play, clock: Clock) -> None:
    """By the name that people use; of those that were asked for. What was read before a failure holds."""
    pages = [listing(100, number * 100) for number in range(12)]
    assert withdrawn(fake_api, clock, ["n5", "n999", "n1000", "x"], *pages) == (frozenset({"n5", "n999"}), 10)
    assert withdrawn(fake_api, clock, ["n5", "n105"], pages[0], listing(99, 100)) == (frozenset({"n5", "n105"}), 2)
    assert withdrawn(fake_api, clock, ["n5", "n105"], pages[0], FAILED) == (frozenset({"n5"}), 2)
    assert withdrawn(fake_api, clock, ["n5", "n105"], pages[0], reply()) == (frozenset({"n5"}), 2)
    well = reply(Nodes={"NodeInfo": [{"HostName": "n5", "Status": "running", "StateInSched": "free"}]})
    assert withdrawn(fake_api, clock, ["n5"], well) == (frozenset(), 1)


def test_only_clusters_are_acted_on(fake_api: Play, clock: Clock, failure: Make[Failure]) -> None:
    """Another system's scope is a mistake of the caller."""
    system, _ = system_of(fake_api, clock, FAILED)
    with pytest.raises(TypeError, match="clusters"):
        system.observe([failure("1", GROUP)])
