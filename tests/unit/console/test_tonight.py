"""Tonight: the night in numbers, of what the visitor may see, within a second and a hundred kilobytes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from shared.console.app import answer
from shared.console.chart import HEIGHT, chart_of
from shared.console.http import WebRequest
from shared.console.site import NightRows, Row, Site
from shared.console.tonight import LATE_S
from shared.console.visitor import Visitor
from shared.documents import box_write
from shared.domain.errors import SinkUnavailable
from shared.domain.keys import box_key
from shared.domain.links import HoldAnswer
from shared.domain.messages import Box
from shared.domain.outcome import rfc3339, stable_id
from shared.domain.record import CaseState
from shared.policy.notify import ChannelKind, MessageChannel, Notify
from shared.policy.people import Person
from shared.report.model import Bucket, TimeLine
from tests.support.clock import START
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.console.conftest import KEY, Browser, visitor
from tests.unit.people.conftest import OTHER, held, put


def rows(count: int, *, cluster: str = CLUSTER.cluster_id, text: str = "MPI rank 3 died") -> list[Row]:
    """Failures of a night, each rerun."""
    return [
        {
            "schema": "secondwind-outcome/1",
            "outcome_id": stable_id("o", cluster, number),
            "failure_id": stable_id("f", cluster, number),
            "final": "true",
            "at": rfc3339(START - 80_000 + 75_000 * number / count),
            "verdict": "rerun",
            "reason": "accepted",
            "message": text,
            "trigger": "log",
            "system": "ehpc",
            "region": "cn-hangzhou",
            "cluster_id": cluster,
            "job_id": f"{number}.scheduler",
            "rule": f"rule-{number % 150}",
            "owner": f"user-{number % 300}",
            "attempt": "1",
        }
        for number in range(count)
    ]


def night(browser: Browser, found: Sequence[Row], where: str = "/") -> str:
    """The page over these outcomes."""
    site = Site(ledger=browser.ledger, policy=browser.policy, now=START, key=KEY, night=lambda: NightRows(found))
    browser.last = answer(site, WebRequest(method="GET", path=where), browser.visitor)
    return browser.last.body.decode()


def test_ten_thousand_outcomes_are_a_small_page(boss: Browser) -> None:
    """Below 100 KB, whatever was in the night; what it takes is measured by benchmarks/page.py."""
    page = night(boss, rows(10_000))
    assert len(page.encode()) < 100_000
    assert "<strong>10000</strong> healed" in page
    assert "10000 failures and 10000 reruns" in page
    assert page.count("<rect") >= 100


def test_a_night_of_hostile_texts_is_no_larger(boss: Browser) -> None:
    """Every field as long as it can be, of signs whose escapes are five times as long."""
    long = '"' * 1024
    about = ("message", "cluster_id", "rule", "owner", "evidence", "node", "actor", "why")
    found = [
        {**row, **dict.fromkeys(about, f"{number % 200}{long}"), "fingerprint": f"{number:016x}"}
        for number, row in enumerate(rows(1500))
    ]
    found += [{**row, "failure_class": row["owner"]} for row in found[:300]]
    boss.visitor = Visitor(name="boss", how="console", holds_key=True)
    assert len(night(boss, found).encode()) < 100_000


def test_a_night_that_takes_too_long_to_read_says_so(boss: Browser, ledger: MemoryLedger) -> None:
    """What is counted are the newest outcomes, and not all."""
    site = Site(ledger=ledger, policy=boss.policy, now=START, key=KEY, night=lambda: NightRows(rows(7), cut=True))
    page = answer(site, WebRequest(method="GET", path="/"), boss.visitor).body.decode()
    assert "the newest 7 outcomes" in page


def test_only_what_the_visitor_may_see_is_counted(ann: Browser) -> None:
    """Of another cluster neither numbers nor names."""
    page = night(ann, [*rows(3), *rows(40, cluster=OTHER.cluster_id, text="secret of others")])
    assert "<strong>3</strong> healed" in page
    assert OTHER.cluster_id not in page
    assert "secret of others" not in page


def test_a_channel_that_takes_nothing_needs_somebody(boss: Browser, ledger: MemoryLedger) -> None:
    """It stands where nobody can overlook it; who sees their own jobs alone is not shown it."""
    channel = MessageChannel(name="ops", kind=ChannelKind.WECOM, url="SECONDWIND_NOTIFY_OPS_URL")
    boss.policy = replace(boss.policy, notify=Notify(channels=(channel,)))
    assert "each channel takes messages" in boss.get("/")
    assert not ledger.save([box_write(box_key("ops"), Box(problem="93000", problem_at=START - 60), None, START)])
    needs = boss.get("/").partition("<h2>Now</h2>")[0]
    assert "The channel ops takes no message" in needs
    assert "93000" in needs
    boss.visitor = visitor("li", Person(who="li", own_jobs=(HoldAnswer.APPROVE,)))
    assert "The channel ops" not in boss.get("/")


@pytest.mark.parametrize("number", [1, 2])
def test_a_sweep_that_stands_still_needs_somebody(boss: Browser, ledger: MemoryLedger, number: int) -> None:
    """What was approved an hour ago, or has expired, and nobody has taken up; a minute late is not worth a word."""
    case = held(1, expires_at=START + LATE_S)
    put(ledger, case if number == 1 else replace(case, state=CaseState.DEFERRED))
    assert "1 failure was due" not in boss.get("/")
    boss.clock.moment += 2 * LATE_S - 1
    assert "1 failure was due" not in boss.get("/")
    boss.clock.moment += 1
    needs = boss.get("/").partition("<h2>Now</h2>")[0]
    assert "1 failure was due more than 15 min ago" in needs


def test_who_sees_what_is_asked_once_a_place(ann: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not once an outcome: a policy may name hundreds of people."""
    asked: list[str] = []
    monkeypatch.setattr("shared.console.site.scope_told", lambda row: asked.append(row["cluster_id"]))
    night(ann, [*rows(500), *rows(500, cluster=OTHER.cluster_id)])
    assert sorted(asked) == [CLUSTER.cluster_id, OTHER.cluster_id]


def test_rules_have_hits_and_when_they_were_last_seen(ann: Browser) -> None:
    """Rules of the policy alone are listed."""
    found = [{**row, "rule": "the-rest"} for row in rows(4)]
    page = night(ann, found, "/rules")
    assert "4 hits, the last" in page
    assert f'datetime="{max(row["at"] for row in found)[:19]}' in page


def test_a_logstore_out_of_reach_leaves_what_the_ledger_knows(boss: Browser, ledger: MemoryLedger) -> None:
    """And says so; no page of an error."""

    def out_of_reach() -> NightRows:
        raise SinkUnavailable("no answer")

    site = Site(ledger=ledger, policy=boss.policy, now=START, key=KEY, night=out_of_reach)
    made = answer(site, WebRequest(method="GET", path="/"), boss.visitor)
    assert made.status == 200
    assert "cannot be read now" in made.body.decode()
    rules = answer(site, WebRequest(method="GET", path="/rules"), boss.visitor)
    assert rules.status == 503
    assert "no answer" not in rules.body.decode()


def test_a_picture_says_the_same_in_words() -> None:
    """Bars as high as the numbers; none where nothing happened."""
    line = TimeLine(step_s=600, buckets=(Bucket(start_at=0, failures=4, reruns=2), Bucket(start_at=600)))
    chart = chart_of(line)
    assert chart is not None
    assert chart.says == "4 failures and 2 reruns, at most 4 in 10 minutes"
    assert (chart.bars[0].failures_height, chart.bars[0].reruns_height) == (HEIGHT, HEIGHT / 2)
    assert chart_of(replace(line, buckets=line.buckets[1:])) is None
