"""Compares what is written in the outcome Logstore, and what really happened, with what the scenario expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from secondwind.commands.demo.night import Night
from secondwind.commands.demo.plot import (
    AppJob,
    EhpcJob,
    ExpectedOutcome,
    Garbage,
    Mishap,
    NodeInstance,
    Scenario,
    SchedulerxJob,
)
from shared.sls.outcomes import Row


def stories(scenario: Scenario, rows: Sequence[Row]) -> list[tuple[Mishap, list[Row]]]:
    """Each case with its outcomes, in the order of writing."""
    return [(case, [row for row in rows if _is_about(row, case)]) for case in scenario.cases]


def mismatches(scenario: Scenario, night: Night) -> list[str]:
    """Everything that is not as expected, one line each; empty: all is well."""
    return [
        *_wrong_stories(scenario, night.rows),
        *_wrong_restarts(scenario, night),
        *(f"the local cloud failed: {error}" for error in night.service_errors),
    ]


def restarts_by_verdict(scenario: Scenario, night: Night) -> dict[str, tuple[int, int]]:
    """By the verdict that each failure ended with: how many failures, and restarts as the job systems count them."""
    happened = _restarts(night)
    found: dict[str, tuple[int, int]] = {}
    for case, rows in stories(scenario, night.rows):
        decided = [row["verdict"] for row in rows if row["verdict"] != "duplicate"] or [row["verdict"] for row in rows]
        verdict = decided[-1] if decided else "none"
        failures, restarts = found.get(verdict, (0, 0))
        found[verdict] = failures + 1, restarts + happened[name_of(case)]
    return dict(sorted(found.items(), key=lambda one: (-one[1][1], one[0])))


def step_of(row: Row) -> ExpectedOutcome:
    """An outcome in the words of a scenario."""
    wanted = ("verdict", "reason", "state", "api", "api_code")
    return ExpectedOutcome(*(row.get(name, "") for name in wanted))


def name_of(case: Mishap) -> str:
    """Whom the case is about."""
    subject = case.subject
    if isinstance(subject, EhpcJob):
        return _ehpc_name(subject.cluster, subject.job_id)
    return "-" if isinstance(subject, Garbage) else f"{_place(subject)[1]}/{subject.job_id}"


def _place(subject: SchedulerxJob | NodeInstance | AppJob) -> tuple[str, str]:
    """The field in which outcomes name where a job is, and what stands there."""
    if isinstance(subject, SchedulerxJob):
        return "group_id", subject.group
    if isinstance(subject, NodeInstance):
        return "project_id", str(subject.project)
    return "app_name", subject.app


def _ehpc_name(cluster: str, job_id: str) -> str:
    return f"{cluster.removeprefix('ehpc-hz-')}/{job_id.removesuffix('.scheduler')}"


def _is_about(row: Row, case: Mishap) -> bool:
    subject = case.subject
    if isinstance(subject, Garbage):
        return subject.mark in row.get("raw", "")
    if isinstance(subject, EhpcJob):
        return (row.get("cluster_id"), row.get("job_id")) == (subject.cluster, subject.job_id)
    field, place = _place(subject)
    return (row.get(field), row.get("job_id")) == (place, str(subject.job_id))


def _wrong_stories(scenario: Scenario, rows: Sequence[Row]) -> Iterator[str]:
    told = 0
    for case, found in stories(scenario, rows):
        told += len(found)
        seen = [step_of(row) for row in found]
        if len(seen) != len(case.ends) or not all(map(ExpectedOutcome.fits, case.ends, seen)):
            yield f"{name_of(case)} ({case.title}): expected {_shown(case.ends)}, found {_shown(seen)}"
    if told != len(rows):
        yield f"{len(rows) - told} outcomes are about nothing in the scenario"


def _wrong_restarts(scenario: Scenario, night: Night) -> Iterator[str]:
    """The scenario against the job systems' own count: nobody twice, and exactly those expected."""
    for life, times in Counter(night.kills).items():
        if times > 1:
            yield f"{life[0]}/{life[1]}: the same run was killed {times} times"
    wanted = Counter({name_of(case): case.restarts for case in scenario.cases if case.restarts})
    happened = _restarts(night)
    for name in sorted(wanted.keys() | happened.keys()):
        if wanted[name] != happened[name]:
            yield f"{name}: expected {wanted[name]} restarts, the job system counts {happened[name]}"
    days = {(job.group, job.job_id): job.instances[0].data_time for job in _scheduled(scenario)}
    for group, job_id, data_time in night.reruns:
        if days.get((group, job_id)) != data_time:
            yield f"{group}/{job_id}: data time {data_time} was rerun, which did not fail"


def _restarts(night: Night) -> Counter[str]:
    """By job, as its job system counts."""
    happened = Counter(_ehpc_name(cluster, job_id) for cluster, job_id, _ in night.kills)
    again = ((place, job_id) for place, job_id, *_ in (*night.reruns, *night.again))
    return happened + Counter(f"{place}/{job_id}" for place, job_id in again)


def _scheduled(scenario: Scenario) -> Iterator[SchedulerxJob]:
    return (case.subject for case in scenario.cases if isinstance(case.subject, SchedulerxJob))


def _shown(steps: Sequence[ExpectedOutcome]) -> str:
    return " then ".join(_step(step) for step in steps) or "no outcome"


def _step(step: ExpectedOutcome) -> str:
    call = f" by {step.api} {step.code or 'accepted'}" if step.api else ""
    return f"{step.verdict}/{step.reason} seeing {step.state or 'nothing'}{call}"
