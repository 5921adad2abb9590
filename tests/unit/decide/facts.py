"""One good failure with nothing in its way, and its parts."""

from __future__ import annotations

from typing import Any

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.record import Case, CaseState, JobRecord
from shared.policy.facts import Facts
from shared.policy.model import Action, Match, Policy, Rule
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance
from tests.support.clock import START as NOW
from tests.support.lives import with_lives
from tests.support.systems import CLUSTER

START = int(NOW) - 3600
DAY_1, DAY_2 = "2026-01-01 10:00:00", "2026-01-02 10:00:00"
POLICY = Policy(
    version=1,
    rules=(
        Rule(name="user-error", match=Match(message="SyntaxError"), action=Action.IGNORE),
        Rule(name="the-rest", match=Match(), action=Action.RERUN),
    ),
)
ASK = Ask(now=NOW, trigger=Trigger.EVENT, request_id="r")


def make_failure(**told: Any) -> Failure:
    """A failure that occurred ten seconds ago."""
    parts: dict[str, Any] = {
        "scope": CLUSTER,
        "job_id": "1.scheduler",
        "occurred_at": NOW - 10,
        "trigger": Trigger.EVENT,
        "event_id": "e",
        "telling_id": "t",
    }
    return Failure(**{**parts, **told})


def make_look(**seen: Any) -> EhpcSnapshot:
    """A job that has been running for an hour."""
    parts: dict[str, Any] = {"job_id": "1.scheduler", "state": State.RUNNING, "start_time": START, "look_begun_at": NOW}
    return EhpcSnapshot(**{**parts, **seen})


def make_case(**known: Any) -> Case:
    """A case that was reserved at the life that is seen."""
    parts: dict[str, Any] = {
        "failure": make_failure(),
        "failure_id": "f",
        "state": CaseState.DEFERRED,
        "opened_at": NOW - 600,
        "due_at": NOW,
    }
    return Case(**with_lives({**parts, **known}))


def make_facts(**parts: Any) -> Facts:
    """Nothing in the way: `rerun`."""
    base: dict[str, Any] = {
        "failure": make_failure(),
        "observation": make_look(),
        "record": JobRecord(),
        "breaker": SharedLimit(),
        "policy": POLICY,
        "ask": Ask(now=NOW, trigger=Trigger.EVENT, request_id="r"),
    }
    return Facts(**{**base, **parts})


def make_instance(number: int = 7, **seen: Any) -> Instance:
    """An instance that failed."""
    parts: dict[str, Any] = {
        "instance_id": number,
        "state": State.FAILED,
        "data_time": DAY_1,
        "trigger_type": 1,
        "started_at": NOW - 600,
    }
    return Instance(**{**parts, **seen})
