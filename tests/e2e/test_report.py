"""`secondwind report`: outcomes out of a Logstore by its query API, checked against a ledger, safe to read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from localcloud.sls.models import LogGroup, log
from localcloud.wire.faults import Fault, FaultKind
from secondwind.commands.report.run import ReportRequest, run
from secondwind.local_region import OUTCOMES, PROJECT, Region
from shared.domain.outcome import rfc3339
from shared.sls.outcomes import PAGE
from tests.support.clock import Clock
from tests.support.house import House
from tests.support.injections import INJECTIONS

Row = dict[str, str]


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """A Log Service with the outcome Logstore; each test writes at a time of its own."""
    folder = tmp_path_factory.mktemp("region")
    with Region(folder, code_path=folder) as made:
        yield made


def settings(region: Region, ledger: str = "sqlite:///nowhere/at/all.db") -> dict[str, str]:
    """What a person's environment has."""
    return {
        "SECONDWIND_SLS_ENDPOINT": region.cloud.endpoint,
        "SECONDWIND_OUTCOME_PROJECT": PROJECT,
        "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
        "SECONDWIND_LEDGER_URL": ledger,
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
    }


def outcome(number: int, at: float, **fields: str) -> Row:
    """An accepted rerun."""
    return {
        "schema": "secondwind-outcome/1",
        "outcome_id": f"o{number}-{at}",
        "failure_id": f"{number:032x}",
        "final": "true",
        "at": rfc3339(at),
        "verdict": "rerun",
        "reason": "accepted",
        "attempt": "1",
        "dry_run": "false",
        "system": "ehpc",
        "region": "cn-hangzhou",
        "cluster_id": "ehpc-hz-1",
        "job_id": f"{number}.scheduler",
        **fields,
    }


def write(region: Region, at: float, *rows: Row) -> None:
    """As the functions do, whenever the outcomes were decided."""
    region.logs.append(PROJECT, OUTCOMES, LogGroup(tuple(log(int(at), row) for row in rows)))


def asked(environ: Mapping[str, str], now: float, **wanted: object) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    status = run(ReportRequest(**wanted), out, err, environ, Clock(now))  # type: ignore[arg-type]  # a test's own words
    return status, out.getvalue(), err.getvalue()


def test_all_pages_are_added_up(region: Region) -> None:
    """More outcomes than a page has, and each once; what is older than `--since` is not read."""
    now = 1_767_600_000.0
    write(region, now - 90_000, outcome(1, now - 90_000))
    rows = [outcome(number, now - 60, owner="ann" if number % 2 else "bob") for number in range(2 * PAGE + 7)]
    write(region, now - 60, *rows, *rows[:5], {"schema": "else"})
    status, said, _ = asked(settings(region), now, as_json=True)
    body = json.loads(said)
    assert (status, body["schema"], body["failures"], body["outcomes"]) == (0, "secondwind-report/1", 207, 207)
    assert body["since_at"] == rfc3339(now - 86_400)
    assert body["logstore"] == f"{PROJECT}/{OUTCOMES}"
    assert "no ledger" in body["ledger_problem"]
    status, said, _ = asked(settings(region), now, only={"owner": "ann"}, as_json=True)
    assert json.loads(said)["failures"] == 103
    assert json.loads(asked(settings(region), now, only={"scope": "ehpc-hz-2"}, as_json=True)[1])["failures"] == 0


def test_where_ledger_and_logstore_differ_is_said(region: Region, tmp_path: Path) -> None:
    """What is still owed, what is open in one alone, breakers; and that they agree, where they do."""
    house = House(tmp_path)
    environ = settings(region, f"sqlite://{tmp_path}/ledger.db")
    house.sink.down = True
    house.deliver(house.hung())
    now = house.clock.now() + 1
    lost = json.loads(asked(environ, now, as_json=True)[1])
    assert (lost["checked"]["owed"], lost["failures"]) == (1, 0)
    house.sink.down = False
    house.later(600)
    house.sweep()
    write(region, now, *house.sink.rows)
    status, said, _ = asked(environ, now)
    assert (status, "the ledger agrees" in said) == (0, True)
    held = outcome(5, now, verdict="held", reason="rule_holds", final="false")
    write(region, now, held)
    status, said, _ = asked(environ, now)
    assert f"open by the Logstore alone: 1 ({held['failure_id'][:12]})" in said
    house.ledger.close()


def test_a_logstore_that_cannot_be_read_is_no_quiet_night(region: Region) -> None:
    """Status 3 and why; never a report of the part that was read."""
    now = 1_767_700_000.0
    write(region, now - 60, *(outcome(number, now - 60) for number in range(PAGE + 1)))
    region.logs.faults.add(Fault("GetLogs", FaultKind.THROTTLED))
    status, said, why = asked(settings(region), now)
    assert (status, said, "ReadQuotaExceed" in why) == (3, "", True)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"since": "yesterday"}, "--since wants"),
        ({"morning": "25:00"}, "--morning wants"),
        ({"only": {"system": "slumr"}}, "--system wants"),
        ({"policy": Path("/nowhere/policy.yaml")}, "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_status_2(region: Region, wanted: dict[str, object], says: str) -> None:
    """With what is wanted instead."""
    status, said, why = asked(settings(region), 1_767_600_000.0, **wanted)
    assert (status, said, says in why) == (2, "", True)


def test_prices_of_the_policy_make_money(region: Region, tmp_path: Path) -> None:
    """Of a policy that has some; a policy without is not even read whole."""
    now = 1_767_800_000.0
    write(region, now, outcome(1, now, state="RUNNING", started_at=rfc3339(now - 7200)))
    file = tmp_path / "policy.yaml"
    file.write_text("version: 1\nprices: {per_hour: 3.5}\nrules: [{name: r, match: {}, action: rerun}]\n")
    body = json.loads(asked(settings(region), now + 1, policy=file, as_json=True)[1])
    assert (body["hours"]["lost"]["hours"], body["hours"]["lost"]["money"]) == (2.0, 7.0)
    file.write_text("version: 1\n  this: is\n no policy\n")
    assert json.loads(asked(settings(region), now + 1, policy=file, as_json=True)[1])["hours"]["lost"]["money"] is None
    file.write_text("version: 1\nprices: {per_hour: much}\n")
    assert asked(settings(region), now + 1, policy=file)[0] == 2


@pytest.mark.parametrize("as_json", [False, True])
def test_hostile_text_is_only_text(region: Region, *, as_json: bool) -> None:
    """Each injection in every field that is shown: nothing reaches the terminal that does not print."""
    now = 1_768_000_000.0 + (100_000 if as_json else 0)
    names = ("owner", "rule", "node", "evidence", "message", "why", "failure_class", "reason", "job_name", "cluster_id")
    rows = []
    for number, text in enumerate(INJECTIONS):
        fields = dict.fromkeys(names, text)
        held = outcome(number, now - 60, fingerprint=f"{number:016x}", **fields, verdict="held", final="false")
        act = outcome(1000 + number, now - 60, actor=text, why=text, way=text, reason="rejected", verdict="suppressed")
        breaker = outcome(2000 + number, now - 60, actor=text, why=text, reason="breaker_opened", cluster_id=text)
        rows += [held, {**act, "verdict": "suppressed"}, {**breaker, "verdict": "suppressed"}]
    write(region, now - 60, *rows)
    status, said, _ = asked(settings(region), now, as_json=as_json)
    assert status == 0
    assert all(sign.isprintable() or sign == "\n" for sign in said)
    assert len(said) < 400_000
    if as_json:
        assert said.isascii()
        json.loads(said)


def test_a_page_is_written(region: Region, tmp_path: Path) -> None:
    """`--html FILE`, or `-` for standard output; with `--json` the report comes as well; a bad place is status 2."""
    now = 1_768_300_000.0
    write(region, now - 60, outcome(1, now - 60, owner="<b>ann</b>"))
    file = tmp_path / "night.html"
    status, said, _ = asked(settings(region), now, html=file)
    assert (status, said) == (0, f"1 failure: {file}\n")
    assert "&lt;b&gt;ann&lt;/b&gt;" in file.read_text(encoding="utf-8")
    assert json.loads(asked(settings(region), now, html=file, as_json=True)[1])["failures"] == 1
    status, said, _ = asked(settings(region), now, html=Path("-"))
    assert (status, said) == (0, file.read_text(encoding="utf-8"))
    assert asked(settings(region), now, html=tmp_path / "no" / "x.html")[0] == 2
    assert asked(settings(region), now, html=Path("-"), as_json=True)[0] == 2


@pytest.mark.parametrize(
    ("only", "said"),
    [
        ({"scope": "ehpc-hz-11"}, "--cluster ehpc-hz-11 (did you mean ehpc-hz-1?)"),
        ({"owner": "annn"}, "--owner annn (did you mean ann?)"),
        ({"rule": "the-restt"}, "--rule the-restt (did you mean the-rest?)"),
    ],
)
def test_a_narrowing_that_nothing_fits_is_not_a_quiet_night(region: Region, only: dict[str, str], said: str) -> None:
    """A misspelt name has no failures, as a night without any; it is warned of, for programs as well."""
    now = 1_767_950_000.0
    write(region, now - 60, outcome(1, now - 60, owner="ann", rule="the-rest"))
    status, out, err = asked(settings(region), now, only=only)
    assert (status, err) == (0, f"WARNING: no outcome that was looked at fits {said}\n")
    assert "no failure" in out
    assert len(json.loads(asked(settings(region), now, only=only, as_json=True)[1])["warnings"]) == 1
    right = {"owner": "ann", "scope": "ehpc/cn-hangzhou/ehpc-hz-1", "system": "ehpc"}
    assert asked(settings(region), now, only=right)[2] == ""


def test_a_class_that_is_none_is_refused(region: Region) -> None:
    """There are so many and no more."""
    status, _, err = asked(settings(region), 1_767_970_000.0, only={"failure_class": "infrastucture"})
    assert (status, err[:60]) == (2, "--class wants one of infrastructure, application, configurat")
