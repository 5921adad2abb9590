"""A job system that only this test knows goes all the way: told, rerun, duplicate, held, approved, explained, swept."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from secondwind.commands.explain import run as explain
from secondwind.commands.policy.trial.run import run as run_trial
from shared import people
from shared.domain.failure import Trigger
from shared.heal import Healer, Invocation, Report
from shared.intake import Context, read_events
from shared.ledger.sqlite import SqliteLedger
from shared.policy.load import load_policy
from shared.settings import read_settings
from shared.sweep import sweep
from shared.systems import SYSTEMS
from shared.systems.registry import Registry
from shared.systems.system import System
from tests.support.clock import Chance, Clock
from tests.support.mill import Batch, Mill, MillYard, Yard
from tests.support.sink import Sink
from tools.ram_policy import calls

POLICY = """\
version: 1
sources: [{event: {source: field.*}, systems: [mill]}]
rules:
  - {name: stones, match: {system: mill, message: stones}, action: hold}
  - {name: the-rest, match: {}, action: rerun}
"""


@dataclass
class Place:
    """A yard, a ledger and the corridor."""

    ledger: SqliteLedger
    clock: Clock
    yard: MillYard
    file: Path
    sink: Sink = field(default_factory=Sink)

    def healer(self) -> Healer:
        """A new invocation's."""
        return Healer(
            systems=lambda system, _region: SYSTEMS.named(system).connect(None, self.clock, None),  # type: ignore[arg-type]  # the mill wants neither
            ledger=self.ledger,
            sink=self.sink,
            clock=self.clock,
            chance=Chance(),
            policy=load_policy(POLICY),
            invocation=Invocation("r", self.clock.now() + 60),
        )

    def told(self, job_id: int, **more: Any) -> Report:
        """A CloudEvent from the field a second later, all the way."""
        self.clock.moment += 1
        self.yard.look_anew()
        data = {"system": "mill", "yard_id": "north", "job_id": job_id, **more}
        event = {"specversion": "1.0", "id": f"{job_id}-{self.clock.now()}", "source": "field.gate", "data": data}
        intake = read_events(json.dumps(event).encode(), Context(region="cn-hangzhou", now=self.clock.now()))
        assert intake.unreadable == []
        return self.healer().handle(intake, Trigger.EVENT)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """With the mill registered for the time of the test."""
    clock = Clock()
    yard = MillYard(clock)
    file = tmp_path / "ledger.db"
    SYSTEMS.add(Mill(yard))
    ledger = SqliteLedger(str(file), clock)
    try:
        yield Place(ledger, clock, yard, file)
    finally:
        ledger.close()
        SYSTEMS.remove("mill")


def verdicts(report: Report) -> list[tuple[str, str]]:
    """Verdict and reason of each outcome."""
    return [(one.outcome.verdict, one.outcome.reason) for one in report.results]


def test_it_is_told_rerun_and_told_again(place: Place) -> None:
    """One rerun, whatever is told; the outcome names the yard, and the sweep sees it run."""
    place.yard.fail("7")
    told_at = place.clock.now()
    report = place.told(7, occurred_at=told_at)
    assert verdicts(report) == [("rerun", "accepted")]
    outcome = report.results[0].outcome.fields()
    assert (outcome["system"], outcome["yard_id"], outcome["job_id"], outcome["api"]) == ("mill", "north", "7", "Grind")
    assert verdicts(place.told(7, occurred_at=told_at)) == [("duplicate", "already_handled")]
    place.clock.moment += 300
    place.yard.look_anew()
    assert verdicts(sweep(place.healer())) == [("rerun", "seen_restarted")]
    assert place.yard.ground == ["7"]


def test_it_is_held_listed_approved_and_explained(place: Place) -> None:
    """A person finds it by the commands that know no mill, says yes, and the sweep reruns it."""
    place.yard.fail("8")
    assert verdicts(place.told(8, message="stones in it", started_at=place.clock.now())) == [("held", "rule_holds")]
    (hold,) = people.holds(place.ledger)
    assert hold.key == "mill/cn-hangzhou/north/8"
    assert isinstance(hold.case.failure.scope, Yard)
    people.answer(place.ledger, hold, yes=True, by="ann", now=place.clock.now())
    place.clock.moment += 1
    place.yard.look_anew()
    assert ("rerun", "accepted") in verdicts(sweep(place.healer()))
    assert place.yard.ground == ["8"]
    out, err = io.StringIO(), io.StringIO()
    wanted = explain.ExplainRequest(job=hold.key, ledger_url=f"sqlite://{place.file}")
    assert explain.run(wanted, out, err, {}, place.clock) == 0
    assert "approved by ann" in out.getvalue()
    assert "rerun/accepted" in out.getvalue()


def test_a_breaker_and_its_backlog_are_the_yards(place: Place) -> None:
    """Opened by hand it stops the yard; closed, what it stopped goes on."""
    scope = Yard(region="cn-hangzhou", yard_id="north")
    people.open_breaker(place.ledger, scope, why="rats", by="ann", now=place.clock.now())
    place.yard.fail("9")
    assert verdicts(place.told(9, started_at=place.clock.now())) == [("suppressed", "breaker_open")]
    assert [(one.scope, one.waiting) for one in people.breakers(place.ledger)] == [("mill/cn-hangzhou/north", 1)]
    people.close_breaker(place.ledger, scope, by="ann", now=place.clock.now())
    done = people.settle(place.ledger, scope, people.Backlog.RESUME, by="ann", now=place.clock.now(), per_minute=6)
    assert (done.changed, done.left) == (1, 0)
    place.yard.look_anew()
    assert ("rerun", "accepted") in verdicts(sweep(place.healer()))


@pytest.mark.usefixtures("place")
def test_settings_policies_and_rights_know_it(tmp_path: Path) -> None:
    """Its endpoint's setting, its name in policies and their tests, and what a role must be allowed."""
    least = {
        "SECONDWIND_OUTCOME_PROJECT": "sw-outcomes",
        "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
        "SECONDWIND_LEDGER_URL": "sqlite:///var/lib/secondwind.db",
    }
    settings = read_settings({**least, "SECONDWIND_MILL_ENDPOINT": "mill.example.com"}, "cn-hangzhou")
    assert settings.endpoint("mill", "cn-hangzhou").host == "mill.example.com"
    assert read_settings(least, "cn-hangzhou").endpoint("mill", "cn-beijing").host == "mill.cn-beijing.example.com"
    (tmp_path / "p.yaml").write_text(POLICY, encoding="utf-8")
    tests = (
        "version: 1\ntests:\n  - name: stones\n    failure: {system: mill, message: stones}\n"
        "    expect: {verdict: held, rule: stones}\n  - name: ground\n    failure: {system: mill}\n"
        "    live: {state: RUNNING}\n    expect: {verdict: ineligible, reason: state_not_eligible}\n"
    )
    (tmp_path / "p.tests.yaml").write_text(tests, encoding="utf-8")
    out = io.StringIO()
    assert run_trial(tmp_path / "p.yaml", out) == 0, out.getvalue()
    assert {"mill:Grind", "mill:Look"} <= calls().keys()


def _without(fact: str) -> Callable[[], type[System]]:
    def make() -> type[System]:
        parts = {name: getattr(Mill, name) for name in (*System.__annotations__, *System.__abstractmethods__)}
        del parts[fact]
        return type("Half", (System,), parts)

    return make


@pytest.mark.parametrize("fact", sorted(System.__annotations__))
def test_a_system_that_leaves_a_fact_out_cannot_be_made(fact: str) -> None:
    """Its module fails when it is imported, and the error names what is missing."""
    with pytest.raises(TypeError, match=fact):
        _without(fact)()


@pytest.mark.parametrize("method", sorted(System.__abstractmethods__))
def test_a_system_that_leaves_an_answer_out_cannot_be_registered(method: str) -> None:
    """The registry is made when the process starts: it is no later surprise."""
    with pytest.raises(TypeError, match=method):
        Registry([_without(method)()()])


def test_a_snapshot_that_leaves_a_question_out_is_told() -> None:
    """Every question of the core has an answer."""

    class Mute(Batch, frozen=True, kw_only=True):
        """Says nothing of its life."""

        life: None = None

    class Dumb:
        """Says nothing."""

    parts = {name: getattr(Mill, name) for name in (*System.__annotations__, *System.__abstractmethods__)}
    type("Whole", (System,), {**parts, "snapshot_type": Mute})
    with pytest.raises(TypeError, match=r"Dumb does not answer .*conclude"):
        type("Half", (System,), {**parts, "snapshot_type": Dumb})
