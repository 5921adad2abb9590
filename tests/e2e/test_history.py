"""`secondwind history`: outcomes one by one, page after page without a gap, and what comes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.sls.models import LogGroup, log
from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.history.run import HistoryRequest, Pauses, run
from secondwind.local_region import OUTCOMES, PROJECT, Region
from shared.domain.outcome import rfc3339
from tests.support.clock import Clock
from tests.support.injections import INJECTIONS

Row = dict[str, str]
JOB = "ehpc/cn-hangzhou/ehpc-hz-1/7.scheduler"


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """A Log Service with the outcome Logstore; each test writes at a time of its own."""
    folder = tmp_path_factory.mktemp("region")
    with Region(folder, code_path=folder) as made:
        yield made


def outcome(number: int, at: float, **fields: str) -> Row:
    """An accepted rerun."""
    return {
        "schema": "secondwind-outcome/1",
        "outcome_id": f"o{number}-{at}",
        "failure_id": f"{number:032x}",
        "at": rfc3339(at),
        "verdict": "rerun",
        "reason": "accepted",
        "system": "ehpc",
        "region": "cn-hangzhou",
        "cluster_id": "ehpc-hz-1",
        "job_id": f"{number}.scheduler",
        **fields,
    }


def write(region: Region, at: float, *rows: Row) -> None:
    """As the functions do."""
    region.logs.append(PROJECT, OUTCOMES, LogGroup(tuple(log(int(at), row) for row in rows)))


def asked(
    region: Region, now: float, goes_on: Callable[[], bool] = lambda: False, **wanted: Any
) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    environ = {
        "SECONDWIND_SLS_ENDPOINT": region.cloud.endpoint,
        "SECONDWIND_OUTCOME_PROJECT": PROJECT,
        "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
    }
    out, err, clock = io.StringIO(), io.StringIO(), Clock(now)

    def sleep(seconds: float) -> None:
        clock.moment += seconds

    wait = Pauses(sleep=sleep, goes_on=goes_on)
    status = run(HistoryRequest(**wanted), out, err, environ, clock, wait)
    return status, out.getvalue(), err.getvalue()


def test_pages_have_every_outcome_once_and_the_latest_first(region: Region) -> None:
    """Also where others write meanwhile, and where pages of the service and of a person differ."""
    now = 1_767_600_000.0
    for number in range(250):
        write(region, now - 250 + number, outcome(number, now - 250 + number))
    got: list[str] = []
    token = ""
    for page in range(9):
        body = json.loads(asked(region, now, page=token, limit=30, as_json=True)[1])
        got += [row["job_id"] for row in body["outcomes"]]
        token = body["next"]
        write(region, now + 1, outcome(1000 + page, now + 1))
        if not token:
            break
    assert got == [f"{number}.scheduler" for number in reversed(range(250))]


@pytest.mark.parametrize(
    ("wanted", "jobs"),
    [
        ({"job": JOB}, {"7"}),
        ({"filters": {"owner": "ann"}}, {"1"}),
        ({"filters": {"rule": "the rest"}}, {"2"}),
        ({"filters": {"verdict": "held"}}, {"3"}),
        ({"filters": {"reason": "rule_holds"}}, {"3"}),
        ({"filters": {"cluster": "ehpc-hz-2"}}, {"4"}),
        ({"filters": {"cluster": "ehpc/cn-hangzhou/ehpc-hz-2"}}, {"4"}),
        ({"filters": {"failure": f"{5:032x}"}}, {"5"}),
        ({"filters": {"failure": "abcdef"}}, {"6"}),
        ({"filters": {"actor": "eve"}}, {"8"}),
        ({"since": "30s"}, set()),
    ],
)
def test_outcomes_are_found_by_what_they_say(region: Region, wanted: dict[str, Any], jobs: set[str]) -> None:
    """Equal, not only alike: the service's search alone would find `the` in `the rest`."""
    now = 1_767_700_000.0
    rows = [
        outcome(1, now, owner="ann"),
        outcome(2, now, rule="the rest"),
        outcome(20, now, rule="the rest of it"),
        outcome(3, now, verdict="held", reason="rule_holds"),
        outcome(4, now, cluster_id="ehpc-hz-2"),
        outcome(5, now),
        outcome(6, now, failure_id="abcdef" + "0" * 26),
        outcome(7, now),
        outcome(8, now, actor="eve (system user root)"),
        outcome(80, now, actor="evelyn"),
    ]
    write(region, now, *rows)
    body = json.loads(asked(region, now + 40, as_json=True, **wanted)[1])
    assert {row["job_id"].split(".")[0] for row in body["outcomes"]} == jobs


def test_what_comes_is_followed(region: Region) -> None:
    """The last ones first, then each new one once, also where it is found late; a lost answer ends nothing."""
    now = 1_767_900_000.0
    write(region, now - 10, outcome(1, now - 10))
    turns = iter(range(4))

    def goes_on() -> bool:
        turn = next(turns)
        if turn == 1:
            write(region, now - 5, outcome(2, now - 5))
        if turn == 2:
            region.logs.faults.add(Fault("GetLogs", FaultKind.THROTTLED))
        return turn < 3

    status, said, why = asked(region, now, goes_on, follow=True, as_json=True)
    assert [json.loads(line)["job_id"] for line in said.splitlines()] == ["1.scheduler", "2.scheduler"]
    assert (status, "ReadQuotaExceed" in why) == (0, True)
    turns = iter(range(4))
    assert len(asked(region, now, lambda: next(turns) < 1, follow=True)[1].splitlines()) == 2


def test_hostile_text_is_only_text(region: Region) -> None:
    """In a table, a line and JSON: nothing that does not print."""
    now = 1_768_000_000.0
    names = ("owner", "rule", "message", "actor", "reason", "job_id", "cluster_id", "trigger", "attempt")
    write(region, now, *(outcome(n, now, **dict.fromkeys(names, text)) for n, text in enumerate(INJECTIONS)))
    everything: list[dict[str, Any]] = [{}, {"as_json": True}, {"follow": True}, {"follow": True, "as_json": True}]
    for wanted in everything:
        status, said, _ = asked(region, now + 1, **wanted)
        assert status == 0
        assert len(said.splitlines()) >= len(INJECTIONS)
        assert all(sign.isprintable() or sign == "\n" for sign in said)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"limit": 0}, "--limit wants"),
        ({"limit": 1001}, "--limit wants"),
        ({"page": "7"}, "--page wants"),
        ({"page": "9-1-0"}, "--page wants"),
        ({"page": "1-9-0", "follow": True}, "one of both"),
        ({"job": "7"}, "--job wants"),
        ({"since": "1y"}, "--since wants"),
        ({"filters": {"failure": "xyz"}}, "--failure wants"),
        ({"filters": {"verdict": "great"}}, "--verdict wants"),
        ({"filters": {"reason": "rule_hold"}}, "did you mean rule_holds?"),
        ({"filters": {"reason": "Rule_Holds"}}, "did you mean rule_holds?"),
        ({"filters": {"reason": "zzz"}}, "--reason: there is no reason 'zzz'"),
    ],
)
def test_what_cannot_be_asked_is_status_2(region: Region, wanted: dict[str, Any], says: str) -> None:
    """With what is wanted instead."""
    status, said, why = asked(region, 1.0, **wanted)
    assert (status, said, says in why) == (2, "", True)


def test_a_logstore_that_cannot_be_read_is_status_3(region: Region) -> None:
    """Never an empty list."""
    region.logs.faults.add(Fault("GetLogs", FaultKind.THROTTLED))
    status, said, why = asked(region, 1_767_600_000.0)
    assert (status, said, "ReadQuotaExceed" in why) == (3, "", True)


def test_where_nothing_fits_a_page_ends_all_the_same(region: Region) -> None:
    """No outcome, and nowhere to go on."""
    now = 1_768_200_000.0
    write(region, now, *(outcome(number, now, owner="bob") for number in range(10)))
    body = json.loads(asked(region, now + 1, filters={"cluster": "none"}, as_json=True)[1])
    assert (body["outcomes"], body["next"]) == ([], "")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"rule": "the-restt"}, "--rule the-restt (did you mean the-rest?)"),
        ({"owner": "Ann"}, "--owner Ann (did you mean ann?)"),
        ({"cluster": "ehpc-hz-11"}, "--cluster ehpc-hz-11 (did you mean ehpc-hz-1?)"),
        ({"cluster": "ehpc/cn-hanghzou/ehpc-hz-1"}, "(did you mean ehpc/cn-hangzhou/ehpc-hz-1?)"),
        ({"actor": "bertt"}, "--actor bertt (did you mean bert?)"),
        ({"owner": "zz-top"}, "--owner zz-top"),
    ],
)
def test_a_filter_that_nothing_fits_is_not_a_quiet_night(region: Region, wanted: dict[str, str], said: str) -> None:
    """Nothing is found, and what was probably meant is told; the same while somebody waits for what comes."""
    now = 1_767_950_000.0
    write(region, now, outcome(1, now, rule="the-rest", owner="ann"), outcome(2, now, actor="bert (RAM user bert)"))
    for follow in (False, True):
        status, out, err = asked(region, now + 60, filters=wanted, follow=follow)
        assert (status, out) == (0, "" if follow else "no outcome\n")
        assert err.startswith("WARNING: no outcome that was looked at fits --")
        assert err.strip().endswith(said)
    body = json.loads(asked(region, now + 60, filters=wanted, as_json=True)[1])
    assert len(body["warnings"]) == 1
    assert body["warnings"][0].endswith(said)


def test_a_job_that_nothing_fits_is_told_and_one_that_is_spelled_otherwise_is_none(region: Region) -> None:
    """Each filter is judged by itself: of two that fit something, and nothing together, nothing is misspelt."""
    now = 1_767_960_000.0
    write(region, now, outcome(7, now, owner="ann"), outcome(8, now, owner="bert"))
    assert "did you mean ehpc/cn-hangzhou/ehpc-hz-1/7.scheduler?" in asked(region, now + 60, job=f"{JOB}x")[2]
    for job in (JOB, "ehpc/cn-hangzhou/ehpc-hz-1/7"):
        status, out, err = asked(region, now + 60, job=job, filters={"owner": "bert"})
        assert (status, out, err) == (0, "no outcome\n", "")
    assert asked(region, now - 90_000, job=f"{JOB}x") == (0, "no outcome\n", "")


def test_an_actor_is_known_by_both_names(region: Region) -> None:
    """By the machine's as well: that the owner is another's is no slip in it."""
    now = 1_767_970_000.0
    write(region, now, outcome(1, now, owner="ann", actor="bert (uid 1000)"), outcome(2, now, owner="bob"))
    for actor in ("bert", "bert (uid 1000)"):
        assert asked(region, now + 60, filters={"actor": actor, "owner": "bob"}) == (0, "no outcome\n", "")


def test_that_nothing_was_found_is_told_also_where_the_look_for_slips_fails(region: Region) -> None:
    """The question was answered: only the warning is missing."""
    now = 1_767_980_000.0
    write(region, now, outcome(1, now, owner="ann"))
    for follow in (False, True):
        region.logs.faults.add(Fault("GetLogs", FaultKind.THROTTLED, skip=1))
        status, out, err = asked(region, now + 60, filters={"owner": "Ann"}, follow=follow)
        assert (status, out, err) == (0, "" if follow else "no outcome\n", "")
