"""A policy of conditions, and the name of the rule that a failure falls under."""

from __future__ import annotations

from typing import Any

from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.policy.match import first_match
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.model import Action, Match, Policy, Rule
from shared.systems.ehpc.scope import Cluster

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
LONG = "x" * SHORT_BYTES
"""As a beginning it makes a message one that is not searched for all patterns at once."""


def policy_of(*matches: Match) -> Policy:
    """A rule for each of these conditions, in this order, named by its place from 0."""
    rules = (Rule(name=str(index), match=match, action=Action.RERUN) for index, match in enumerate(matches))
    return Policy(version=1, rules=tuple(rules))


def name_of(rule: Rule | None) -> str | None:
    """The rule's name; None for no rule."""
    return rule.name if rule else None


def failure_with(scope: Scope = CLUSTER, **told: Any) -> Failure:
    """A failure of job 1 with what was told."""
    return Failure(scope=scope, job_id="1", occurred_at=1.0, trigger=Trigger.LOG, event_id="e", telling_id="t", **told)


def falls_under(match: Match, failure: Failure, seen: Any = None) -> bool:
    """Whether the failure, or the live job as seen, fits the conditions."""
    return first_match(policy_of(match), failure, seen) is not None
