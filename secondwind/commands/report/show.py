"""A report on a terminal. Every word of a stranger is escaped: `table` does it for cells, `shown` for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from secondwind.commands.report.made import MadeReport
from secondwind.table import table
from secondwind.terminal import count, duration, moment, shown
from shared.report.fate import Fate
from shared.report.model import Amount, Breakdown, Checked, Hand, NightReport

SHOWN_ID_CHARS = 12
TEXT_BYTES = 160
CELL_BYTES = 60
BREAKDOWN_LINES = 8
HANDS_SHOWN = 30
OPEN_SHOWN = 20
_NAMES = {"failure_class": "class", "job_id": "job"}


def lines_of(told: MadeReport) -> list[str]:
    """The report, section by section; a section without anything to say is left out."""
    report = told.report
    sections = (
        _head(told),
        _fates(report),
        _figures(report),
        _needed(report),
        *(_breakdown(name, part) for name, part in report.by.items()),
        _nodes(report),
        _breakers(report),
        _notes(report),
        _channels(report),
        _hands(report),
        _texts(report),
        _checked(report.checked, told.ledger_problem),
    )
    lines: list[str] = []
    for section in sections:
        if section:
            lines += ["", *section] if lines else section
    return lines


def _channels(report: NightReport) -> list[str]:
    return ["messages that nobody got:", *(f"  {shown(said)}" for said in report.channels)] if report.channels else []


def _head(told: MadeReport) -> list[str]:
    report = told.report
    only = ", ".join(f"{_NAMES.get(name, name)} {shown(value)}" for name, value in report.only.items())
    lines = [f"{moment(report.since_at)} to {moment(report.until_at)}{f', {only} only' if only else ''}"]
    beside = [f"{count(report.outcomes, 'outcome')} of {shown(told.logstore)}"]
    beside += [f"{report.dry_runs} of dry runs, not counted below"] if report.dry_runs else []
    beside += [f"{report.not_read} logs that are no outcomes"] if report.not_read else []
    return [*lines, "; ".join(beside)]


def _fates(report: NightReport) -> list[str]:
    shares = [(fate.value.replace("_", " "), str(number)) for fate, number in report.fates.items() if number]
    return table((count(report.failures, "failure"), ""), shares) if shares else ["no failure"]


def _figures(report: NightReport) -> list[str]:
    after, delays, hours = report.aftermath, report.delays, report.hours
    if not report.failures:
        return []
    lines = [
        (
            f"reruns: {after.reruns}; of the new runs {after.succeeded} succeeded, {after.failed} failed, "
            f"{after.runs} run, {after.ended} ended, {after.no_run} never came, {after.not_seen} not seen yet"
        )
    ]
    if report.by_hand:
        lines.append(f"healed with a person's word: {report.by_hand}")
    if delays.median_s is not None and delays.p95_s is not None and delays.longest_s is not None:
        lines.append(
            f"from failure to rerun: half within {duration(delays.median_s)}, 95 % within {duration(delays.p95_s)}, "
            f"the longest {duration(delays.longest_s)}"
        )
    lines.append(f"work lost by reruns: {_amount(hours.lost, hours.currency)}")
    lines.append(f"saved against waiting until {shown(hours.morning)}: {_amount(hours.waiting, hours.currency)}")
    lines.append(f"spared by not rerunning in vain: {_amount(hours.spared, hours.currency)}")
    return lines


def _amount(amount: Amount, currency: str) -> str:
    said = [f"{amount.hours:.1f} h of {amount.counted}"]
    said += [] if amount.money is None else [f"{amount.money:.2f} {currency}"]
    said += [f"{amount.not_priced} without a price"] if amount.not_priced else []
    said += [f"{amount.not_known} of unknown length"] if amount.not_known else []
    return ", ".join(said)


def _needed(report: NightReport) -> list[str]:
    if not report.open:
        return []
    rows = [
        (
            one.failure_id[:SHOWN_ID_CHARS],
            f"{one.fate.value}/{one.reason}",
            one.job,
            one.owner or "-",
            one.rule or "-",
            moment(one.since_at),
        )
        for one in report.open[:OPEN_SHOWN]
    ]
    rest = len(report.open) - len(rows) + report.open_left_out
    return [
        "open:",
        *table(("id", "is", "job", "owner", "rule", "since"), _cut(rows)),
        *_more(rest, "open failure"),
    ]


def _breakdown(name: str, part: Breakdown) -> list[str]:
    if not part.lines or (len(part.lines) == 1 and part.lines[0].key == "-"):
        return []
    fates = [fate for fate in Fate if any(line.fates.get(fate) for line in part.lines)]
    head = (f"by {name}", "failures", *(fate.value.replace("_", " ") for fate in fates))
    rows = [
        (line.key, str(line.failures), *(str(line.fates.get(fate, 0) or "") for fate in fates))
        for line in part.lines[:BREAKDOWN_LINES]
    ]
    rest = part.lines[BREAKDOWN_LINES:]
    left_out = part.left_out_failures + sum(line.failures for line in rest)
    more = [f"{part.left_out + len(rest)} more with {count(left_out, 'failure')}"] if left_out else []
    return [*table(head, _cut(rows)), *more]


def _nodes(report: NightReport) -> list[str]:
    if not report.nodes:
        return []
    rows = [
        (line.node, line.scope, str(line.failures), str(line.jobs), "suspect" if line.suspect else "")
        for line in report.nodes[:BREAKDOWN_LINES]
    ]
    rest = len(report.nodes) - len(rows) + report.nodes_left_out
    return [*table(("node", "of", "failures", "jobs", ""), _cut(rows)), *_more(rest, "node")]


def _breakers(report: NightReport) -> list[str]:
    rows = [
        (
            line.scope,
            "open" if line.open else "closed",
            moment(line.opened_at),
            line.opened_by or ("itself" if line.opened_at is not None else "-"),
            moment(line.closed_at),
            line.closed_by or "-",
            str(line.held_back),
            line.why or "-",
        )
        for line in report.breakers
    ]
    head = ("breaker", "is", "opened", "by", "closed", "by", "stopped", "why")
    return table(head, _cut(rows)) if rows else []


def _notes(report: NightReport) -> list[str]:
    rows = [(moment(note.at), note.reason, note.about or "-", note.message) for note in report.notes]
    return table(("wants a look", "is", "about", "message"), _cut(rows, TEXT_BYTES)) if rows else []


def _hands(report: NightReport) -> list[str]:
    if not report.hands:
        return []
    rows = [_hand(hand) for hand in report.hands[:HANDS_SHOWN]]
    rest = len(report.hands) - len(rows) + report.hands_left_out
    return [*table(("hands", "did", "who", "from", "about", "why"), _cut(rows)), *_more(rest, "act")]


def _hand(hand: Hand) -> tuple[str, ...]:
    times = f" ({hand.count} failures)" if hand.count > 1 else ""
    act = hand.act.replace("_", " ")
    way = hand.way.replace("_", " ") or "-"
    return (moment(hand.at), f"{act}{times}", hand.actor, way, hand.about or "everything", hand.why or "-")


def _texts(report: NightReport) -> list[str]:
    lines: list[str] = []
    for text in report.unclassified:
        lines += [
            "",
            (
                f"text {text.fingerprint}: {count(text.failures, 'failure')} of {count(text.jobs, 'job')}, the last at "
                f"{moment(text.last_at)}"
            ),
            f"  {shown(text.example, TEXT_BYTES)}",
            *(f"  {shown(line)}" for line in text.rule.splitlines()),
        ]
    more = _more(report.unclassified_left_out, "text")
    return (
        ["texts without a class, each with a rule to read and try (secondwind policy test):", *lines[1:], *more]
        if lines
        else []
    )


def _checked(checked: Checked | None, problem: str) -> list[str]:
    if checked is None:
        return [f"not checked against the ledger: {shown(problem)}"]
    if checked.agrees:
        return [f"the ledger agrees; {count(checked.open, 'failure')} open there"]
    return list(_differences(checked))


def _differences(checked: Checked) -> Iterator[str]:
    yield "the ledger and the Logstore differ:"
    if checked.owed:
        yield f"  {count(checked.owed, 'outcome')} not yet in the Logstore, and so not in this report"
    if checked.not_in_log_count:
        yield f"  open in the ledger alone: {checked.not_in_log_count} ({_ids(checked.not_in_log)})"
    if checked.not_in_ledger_count:
        yield f"  open by the Logstore alone: {checked.not_in_ledger_count} ({_ids(checked.not_in_ledger)})"
    if checked.breakers_not_in_log:
        yield f"  breakers open in the ledger alone: {', '.join(map(shown, checked.breakers_not_in_log))}"
    if checked.breakers_not_in_ledger:
        yield f"  breakers open by the Logstore alone: {', '.join(map(shown, checked.breakers_not_in_ledger))}"
    if checked.unreadable:
        yield f"  {count(checked.unreadable, 'ledger document')} cannot be read"


def _ids(ids: Sequence[str]) -> str:
    return ", ".join(shown(one[:SHOWN_ID_CHARS]) for one in ids)


def _more(left_out: int, noun: str) -> list[str]:
    return [f"{count(left_out, f'more {noun}')}"] if left_out else []


def _cut(rows: Sequence[Sequence[str]], limit: int = CELL_BYTES) -> list[list[str]]:
    """Cells that fit beside others."""
    return [[shown(cell, limit) for cell in row] for row in rows]
