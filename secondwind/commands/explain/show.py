"""An explanation for people. Everything in it that a stranger wrote is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from secondwind.table import table
from secondwind.terminal import count, duration, moment, shown
from shared.domain.record import LISTED_AT

Body = Mapping[str, Any]


def lines_of(body: Body, now: float) -> list[str]:
    """The explanation line by line, failures in the order in which they were told."""
    lines = [f"job {shown(body['job'])}", *_sources(body)]
    failures = body["failures"]
    if not failures:
        lines.append("nothing is known of this job: nobody told a failure of it, or it is longer ago than --since")
    for failure in failures:
        lines += ["", *_failure(failure, now)]
    if "breaker" in body:
        lines += ["", *_remembered(body, now)]
    if "live" in body:
        lines += ["", *_live(body["live"])]
    return lines


def _sources(body: Body) -> list[str]:
    lines = []
    for title, name in (("Logstore", "logstore"), ("ledger", "ledger")):
        source = body[name]
        back = f", back to {moment(body['since'])}" if name == "logstore" else ""
        said = (
            f"not asked, so this is without it: {shown(source['problem'])}"
            if source["problem"]
            else (f"{shown(source['name'])}{back}")
        )
        lines.append(f"{title}: {said}")
    return lines


def _failure(failure: Body, now: float) -> list[str]:
    lines = [f"failure {shown(failure['failure_id'])}"]
    lines += [
        f"  told {shown(told['at'])} by {shown(told['trigger'])}, event {shown(told['event_id'])}"
        for told in failure["told"]
    ]
    case = failure.get("ledger")
    if case and not failure["told"]:
        lines.append(f"  told by {case['trigger']}, event {shown(case['event_id'])}")
    if case and case["speaker"]:
        lines.append(f"  from {', '.join(f'{name} {shown(value)}' for name, value in case['speaker'].items())}")
    lines += _outcomes(failure)
    lines.append(f"  stands: {shown(failure['verdict'] or 'unknown')}/{shown(failure['reason'] or 'unknown')}")
    lines += _state(case, now) if case else []
    lines += _why(failure)
    return lines


def _outcomes(failure: Body) -> list[str]:
    rows = [
        (
            "  " + "  " * min(row["depth"], 8) + row.get("at", ""),
            f"{row.get('verdict', '')}/{row.get('reason', '')}",
            row.get("trigger", ""),
            (f"attempt {row['attempt']}/{row.get('max_attempts', '?')}" if row.get("attempt") else "")
            + (" dry run" if row.get("dry_run") == "true" else ""),
            row.get("message", "") + (" (not in the Logstore yet)" if row["owed"] else ""),
        )
        for row in failure["outcomes"]
    ]
    return (
        [f"  {line}" for line in table(("  outcome at", "verdict/reason", "by", "attempt", "message"), rows)]
        if rows
        else []
    )


def _state(case: Body, now: float) -> list[str]:
    lines = []
    due_at = case["due_at"]
    if due_at is not None and due_at >= LISTED_AT:
        lines.append("  waits for a person: secondwind breaker close … --backlog drop|resume")
    elif case["state"] == "held" and due_at is not None:
        lines.append(f"  waits for a person's yes or no until {moment(due_at)}: secondwind approve|reject")
    elif due_at is not None:
        when = "now" if due_at <= now else f"in {duration(due_at - now)}"
        lines.append(f"  is {case['state']} in the ledger; the sweep looks at it {when}")
    if case["approved_by"]:
        lines.append(f"  approved by {shown(case['approved_by'])}")
    if case["rejected_by"]:
        lines.append(f"  rejected by {shown(case['rejected_by'])}")
    if case["forced"]:
        lines.append("  forced by a person: rules, budget, cooldown, breaker and hold are not asked")
    return lines


def _why(failure: Body) -> list[str]:
    answered = failure.get("answered_by")
    if answered is None:
        return []
    gates, before = answered["gates"], answered["asked_before"]
    asked = f"; passed, or did not apply, before it: {', '.join(before)}" if before else ""
    by = f"gate {' or '.join(gates)}" if gates else answered["what"]
    return [f"  decided by: {by}{asked}", f"  what would change it: {failure['would_change']}"]


def _remembered(body: Body, now: float) -> list[str]:
    attempts = body["attempts"]
    made = f": {', '.join(moment(mark['at']) for mark in attempts)}" if attempts else ""
    most = next((one["max_attempts"] for one in reversed(body["failures"]) if one["max_attempts"]), "")
    bound = f" (at most {shown(most)} in the policy's window when it was last decided)" if most else ""
    until = body["cooldown_until"]
    cooling = f"until {moment(until)}" if until is not None and until > now else "over"
    breaker = body["breaker"]
    lines = [
        f"attempts remembered: {count(len(attempts), 'attempt')}{made}{bound}",
        f"cooldown: {cooling}",
        f"breaker of {breaker['scope']}: {breaker['breaker']}"
        + (f" since {moment(breaker['since'])}: {shown(breaker['why'])}" if breaker["since"] is not None else "")
        + (f" (by {shown(breaker['by'])})" if breaker["by"] else ""),
    ]
    modes = body["modes"]
    sets = [("everything", modes["everything"]), *((f"rule {name}", mode) for name, mode in modes["rules"].items())]
    shown_modes = [f"{shown(place)} {mode['mode']} (by {shown(mode['by'])})" for place, mode in sets if mode]
    return [*lines, f"modes set by hand: {', '.join(shown_modes) or 'none'}"]


def _live(live: Body) -> list[str]:
    if live["problem"]:
        return [f"live: no answer: {shown(live['problem'], 2000)}"]
    lines = []
    for outcome in live["outcomes"]:
        verdict, reason = shown(outcome.get("verdict", "")), shown(outcome.get("reason", ""))
        lines.append(f"live, a dry run: {verdict}/{reason}: {shown(outcome.get('message', ''))}")
        rows = [
            ("yes" if gate["passed"] else "NO", gate["name"], gate["saw"], gate["wanted"])
            for gate in outcome.get("gates", ())
        ]
        lines += [f"  {line}" for line in table(("", "gate", "saw", "wanted"), rows)] if rows else []
    return lines
