"""The questions that saved searches, charts and alerts ask of the outcome Logstore, in Log Service's query language.

A search, and behind `|` SQL over the table `log`: https://www.alibabacloud.com/help/en/sls/user-guide/query-syntax.
None was run at the service itself, and the local cloud has no SQL. Names that are words of SQL stand in quotes. Field
names are `shared.domain.outcome.Outcome`'s, values come from the enums; a test parses every query. A log may be written
twice with one `outcome_id` (docs/reference.md#outcome-record): outcomes and failures are counted by id, never by row.
"""
# ruff: noqa: S608 - no query has anything in it that comes from outside this module

from __future__ import annotations

from shared.domain.failure import Trigger
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.systems import SYSTEMS
from shared.systems.system import System

UNKNOWN_AFTER_S = 600
"""An outcome that is unknown for longer wants a person's look: settle_s of the shipped policy is 120."""
UNSWEPT_AFTER_S = 7200
"""An open failure without any further outcome for so long: twice the longest cooldown of the shipped policy."""

_NO_DRY_RUN = "not dry_run: true"
_HAPPENED = f"{_NO_DRY_RUN} and not mode: {Mode.OBSERVE.value}"
"""In mode observe nothing follows, whatever was decided."""


def _scope_of(system: System) -> str:
    fields = [part.field for part in system.parts]
    return fields[0] if len(fields) == 1 else "concat(" + ", '/', ".join(fields) + ")"


_SCOPE = f"coalesce({', '.join(_scope_of(system) for system in SYSTEMS)}, '-')"
_ENDED_BADLY = f"'{Reason.SEEN_FAILED.value}', '{Reason.NOT_RESTARTED.value}'"
_NOT_TO_HEAL = f"'{Verdict.INELIGIBLE.value}', '{Verdict.INVALID.value}', '{Verdict.WOULD_RERUN.value}'"
_OF_NO_JOB = [reason for reason in Reason if reason.giver.step.of_no_job or reason is Reason.BREAKER_CLOSED]
_NO_FAILURE = ", ".join(f"'{reason.value}'" for reason in _OF_NO_JOB)
_WHEN = "to_unixtime(from_iso8601_timestamp({}))"

_LAST = (
    'SELECT failure_id, max_by(verdict, "at") AS last_verdict, max_by(reason, "at") AS last_reason, '
    'max_by("final", "at") AS last_final, min("at") AS first_at, max("at") AS last_at, '
    f"min(CASE WHEN verdict = '{Verdict.UNKNOWN.value}' THEN \"at\" END) AS unknown_at, "
    f"min(CASE WHEN verdict = '{Verdict.RERUN.value}' THEN \"at\" END) AS rerun_at, "
    f"max(CASE WHEN verdict = '{Verdict.HELD.value}' OR \"trigger\" = '{Trigger.MANUAL.value}' "
    "THEN 1 ELSE 0 END) AS by_hand "
    f"FROM log WHERE verdict <> '{Verdict.DUPLICATE.value}' AND reason NOT IN ({_NO_FAILURE}) GROUP BY failure_id"
)
"""One row a failure; a redelivery's `duplicate` says nothing of how it goes on, and a breaker's own outcome is none."""


def _counted(what: str, name: str) -> str:
    return (
        f"{_NO_DRY_RUN} | SELECT {what} AS {name}, count(DISTINCT outcome_id) AS outcomes, "
        f"count(DISTINCT failure_id) AS failures GROUP BY {name} ORDER BY outcomes DESC LIMIT 50"
    )


BY_VERDICT = _counted("verdict", "of_verdict")
BY_REASON = _counted("concat(verdict, '/', reason)", "of_reason")
BY_CLUSTER = _counted(_SCOPE, "of_cluster")
BY_RULE = _counted("coalesce(rule, '-')", "of_rule")

HEALED = (
    f"{_NO_DRY_RUN} | SELECT round(100.0 * count_if(last_verdict = '{Verdict.RERUN.value}' "
    f"AND last_reason NOT IN ({_ENDED_BADLY}) AND by_hand = 0) / nullif(count(1), 0), 1) AS healed_percent, "
    f"count(1) AS failures FROM ({_LAST}) WHERE last_verdict NOT IN ({_NOT_TO_HEAL})"
)
"""Of the failures that could be healed, those that were, without a person in between."""

TIME_TO_RERUN = (
    f"{_NO_DRY_RUN} | SELECT approx_percentile(seconds, 0.5) AS half_within_s, "
    "approx_percentile(seconds, 0.95) AS most_within_s, max(seconds) AS longest_s, count(1) AS failures "
    f"FROM (SELECT {_WHEN.format('rerun_at')} - {_WHEN.format('first_at')} AS seconds FROM ({_LAST}) "
    "WHERE rerun_at IS NOT NULL)"
)
"""From a failure's first outcome: outcomes do not carry the moment of the failure itself."""

OPEN_NOW = (
    f"{_HAPPENED} | SELECT failure_id, last_verdict, last_reason, first_at, last_at FROM ({_LAST}) "
    "WHERE last_final = 'false' ORDER BY first_at LIMIT 100"
)

_UNCLASSIFIED = (Reason.NOT_UNDERSTOOD, Reason.NO_RULE)
UNCLASSIFIED = (
    "(" + " or ".join(f"reason: {reason.value}" for reason in _UNCLASSIFIED) + ") | "
    'SELECT reason AS why, message AS said, count(DISTINCT failure_id) AS failures, max("at") AS last_at '
    "GROUP BY why, said ORDER BY failures DESC LIMIT 50"
)
"""What no rule of the policy matched, and what was not understood at all."""

_BREAKER = (Reason.BREAKER_OPEN, Reason.BREAKER_OPENED, Reason.BREAKER_CLOSED)
_BREAKER_SEARCH = "(" + " or ".join(f"reason: {reason.value}" for reason in _BREAKER) + ")"
BREAKERS = (
    f'{_BREAKER_SEARCH} | SELECT {_SCOPE} AS of_cluster, max_by(reason, "at") AS last_reason, max("at") AS last_at, '
    f"count(DISTINCT CASE WHEN reason = '{Reason.BREAKER_OPEN.value}' THEN failure_id END) AS held_back "
    "GROUP BY of_cluster ORDER BY last_at DESC LIMIT 50"
)

ALERT_BREAKER = (
    f"{_BREAKER_SEARCH} | SELECT count_if(last_reason <> '{Reason.BREAKER_CLOSED.value}') AS open_breakers "
    f'FROM (SELECT {_SCOPE} AS of_cluster, max_by(reason, "at") AS last_reason FROM log GROUP BY of_cluster)'
)
ALERT_UNKNOWN = (
    f"{_NO_DRY_RUN} | SELECT count(1) AS unknown_failures FROM ({_LAST}) "
    f"WHERE last_verdict = '{Verdict.UNKNOWN.value}' AND last_final = 'false' "
    f"AND {_WHEN.format('unknown_at')} < to_unixtime(now()) - {UNKNOWN_AFTER_S}"
)
ALERT_REFUSED = f"verdict: {Verdict.REFUSED.value} | SELECT count(DISTINCT failure_id) AS refused_failures"
ALERT_CREDENTIALS = (
    f"(reason: {Reason.CREDENTIALS_REFUSED.value} or reason: {Reason.LOOK_CREDENTIALS_REFUSED.value}) "
    "| SELECT count(DISTINCT failure_id) AS keyless_failures"
)
ALERT_INVALID = (
    f"{_NO_DRY_RUN} | SELECT round(100.0 * count(DISTINCT CASE WHEN verdict = '{Verdict.INVALID.value}' "
    "THEN outcome_id END) / nullif(count(DISTINCT outcome_id), 0), 1) AS invalid_percent, "
    "count(DISTINCT outcome_id) AS outcomes"
)
ALERT_UNSWEPT = (
    f"{_HAPPENED} | SELECT count(1) AS unswept_failures FROM ({_LAST}) "
    f"WHERE last_verdict IN ('{Verdict.DEFERRED.value}', '{Verdict.UNKNOWN.value}') AND last_final = 'false' "
    f"AND {_WHEN.format('last_at')} < to_unixtime(now()) - {UNSWEPT_AFTER_S}"
)
"""A sweep with nothing to do writes no outcome, so its absence shows only in what it ought to have gone on with."""


def alert_sweep_silent(function: str) -> str:
    """Over the functions' own log: how often the sweep ended. FC 3's field names are not documented: full text."""
    return f'"FC Invoke End" and "{function}" | SELECT count(1) AS sweeps'


SEARCHES: tuple[tuple[str, str, str], ...] = (
    ("secondwind-open", "Second Wind: open failures", f"final: false and {_HAPPENED}"),
    ("secondwind-unknown", "Second Wind: unknown results", f"verdict: {Verdict.UNKNOWN.value}"),
    ("secondwind-held", "Second Wind: waits for a person", f"verdict: {Verdict.HELD.value} and {_HAPPENED}"),
    ("secondwind-refused", "Second Wind: refused", f"verdict: {Verdict.REFUSED.value}"),
    ("secondwind-invalid", "Second Wind: not understood", f"verdict: {Verdict.INVALID.value}"),
    ("secondwind-reruns", "Second Wind: reruns", f"verdict: {Verdict.RERUN.value} and {_NO_DRY_RUN}"),
    ("secondwind-breakers", "Second Wind: breakers", _BREAKER_SEARCH),
)
"""Saved searches: name, name shown, query."""
