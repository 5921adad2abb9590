"""What a report says of a stretch of time: plain values, bounded, for a terminal, a page, a message or a program.

Moments are unix seconds. Lists that could be long are cut at a bound and say how much was left out. Strangers' words
(owners, nodes, texts, reasons of people) are as the outcomes have them: who shows them escapes them.
"""

from __future__ import annotations

from msgspec import Struct

from shared.report.fate import Fate


class RerunTally(Struct, frozen=True, kw_only=True):
    """Reruns that were made, and how the new runs were seen to go on; each counts once, by what was seen last."""

    reruns: int
    """Calls that were accepted or seen to have taken effect: one an attempt."""
    succeeded: int = 0
    failed: int = 0
    runs: int = 0
    """Seen to run again; how it ended was not seen."""
    ended: int = 0
    """It has ended, and the job system does not tell how."""
    no_run: int = 0
    """No new run was seen, or the job did not restart."""

    @property
    def not_seen(self) -> int:
        """Reruns of which nothing has been seen yet."""
        return self.reruns - self.succeeded - self.failed - self.runs - self.ended - self.no_run


class Delays(Struct, frozen=True, kw_only=True):
    """From a failure to its first rerun."""

    failures: int
    """Measured; where its outcomes do not tell when it failed, from its first outcome on."""
    median_s: float | None = None
    p95_s: float | None = None
    longest_s: float | None = None


class Amount(Struct, frozen=True, kw_only=True):
    """Hours, and what they cost where the policy has prices."""

    hours: float = 0.0
    counted: int = 0
    """Reruns or failures of which the hours are known."""
    not_known: int = 0
    """Those that belong here too, but whose outcomes do not tell when the run began: none of their hours count."""
    money: float | None = None
    """None: the policy has no price for any of them."""
    not_priced: int = 0
    """Of those counted, how many have no price."""


class Hours(Struct, frozen=True, kw_only=True):
    """What reruns cost and saved; docs/report.md#hours has the method."""

    lost: Amount
    """Work of runs that were alive when a rerun ended them."""
    waiting: Amount
    """Between the rerun and the next morning: so long the job would have stood still."""
    spared: Amount
    """Reruns not made because they would have ended the same way: as long as the failed run had taken."""
    currency: str = ""
    morning: str = ""
    """`09:00 Asia/Shanghai`."""


class Bucket(Struct, frozen=True, kw_only=True):
    """One step of the time line."""

    start_at: float
    failures: int = 0
    """Told first in it."""
    healed: int = 0
    """Of those, by what became of them."""
    open: int = 0
    """The same: held, waiting or unknown."""
    reruns: int = 0
    """Made in it, whenever the failure was told."""


class TimeLine(Struct, frozen=True, kw_only=True):
    """Failures and reruns over time, at most 100 steps."""

    step_s: float
    buckets: tuple[Bucket, ...]


class Line(Struct, frozen=True, kw_only=True):
    """One value of a breakdown."""

    key: str
    """`-` for failures that have none."""
    failures: int
    fates: dict[Fate, int]
    reruns: int = 0


class Breakdown(Struct, frozen=True, kw_only=True):
    """Failures by one thing, those with most failures first."""

    lines: tuple[Line, ...]
    left_out: int = 0
    """Values that are not shown."""
    left_out_failures: int = 0


class UnclassifiedText(Struct, frozen=True, kw_only=True):
    """A kind of text that no rule with a class is for."""

    fingerprint: str
    failures: int
    jobs: int
    last_at: float
    example: str
    """Excerpt of the last one, at most 1 KiB."""
    succeeded: int
    """Of their reruns, how many were seen to succeed."""
    failed: int
    rule: str
    """A rule for it, as YAML to put under the policy's `rules`; empty where the text has no word to go by."""


class NodeLine(Struct, frozen=True, kw_only=True):
    """A node on which runs failed."""

    scope: str
    node: str
    failures: int
    jobs: int
    last_at: float
    suspect: bool
    """Its jobs wait, by what was told last (`node_suspect`, `node_cleared`)."""


class Checked(Struct, frozen=True, kw_only=True):
    """The report against the ledger, where both know. Lists of ids have 20 at the most, numbers are whole."""

    owed: int
    """Outcomes that the ledger has and the Logstore has not: this report lacks them."""
    open: int
    """Failures that are open in the ledger."""
    open_before: int
    """Of those, told before this stretch and silent since."""
    not_in_log: tuple[str, ...]
    """Open in the ledger; by the Logstore they have ended, or are not known at all."""
    not_in_log_count: int
    not_in_ledger: tuple[str, ...]
    """Open by the Logstore; the ledger has them closed, or has not got them."""
    not_in_ledger_count: int
    breakers_not_in_log: tuple[str, ...]
    """Scopes whose breaker is open in the ledger; in this stretch the Logstore says that it closed."""
    breakers_not_in_ledger: tuple[str, ...]
    """The other way round."""
    unreadable: int
    """Ledger documents that cannot be read."""

    @property
    def agrees(self) -> bool:
        """Whether neither has anything that the other should have."""
        lists = (self.not_in_log, self.not_in_ledger, self.breakers_not_in_log, self.breakers_not_in_ledger)
        return not (self.owed or self.unreadable or any(lists))


class BreakerLine(Struct, frozen=True, kw_only=True):
    """What a scope's breaker did."""

    scope: str
    """The scope's key."""
    opened_at: float | None
    """Last time; None: not in this stretch."""
    opened_by: str
    """Empty: by itself."""
    why: str
    closed_at: float | None
    closed_by: str
    held_back: int
    """Failures that it stopped."""
    open: bool
    """By what was told last."""


class Hand(Struct, frozen=True, kw_only=True):
    """Something that a person did."""

    at: float
    act: str
    """The reason's code (`approved`, `mode_set`, …), `forced`, or `breaker_closed` with the failures it resumed."""
    actor: str
    """Who, and as whom machine and account know them."""
    way: str
    """From where: a `Way`; empty where older outcomes do not tell."""
    why: str
    about: str
    """Scope, job or rule; empty: everything."""
    failure_id: str
    """Of one failure; empty otherwise."""
    count: int = 1
    """Failures that this one act was about."""
    said: str = ""
    """The outcome's message."""


class Note(Struct, frozen=True, kw_only=True):
    """Something that is about no job and wants a look: a place that cannot be seen, a machine that may be lost."""

    at: float
    """Told last."""
    reason: str
    about: str
    """The scope; empty if it is about none."""
    message: str


class OpenFailure(Struct, frozen=True, kw_only=True):
    """A failure with which something still happens, or which waits for somebody."""

    failure_id: str
    fate: Fate
    reason: str
    job: str
    """Scope and id."""
    owner: str
    rule: str
    since_at: float
    """Its first outcome in the stretch."""
    last_at: float
    message: str


class NightReport(Struct, frozen=True, kw_only=True):
    """The whole."""

    since_at: float
    until_at: float
    only: dict[str, str]
    """What it is narrowed to (`ReportTerms.only`); empty: nothing."""
    outcomes: int
    """Read, each once, dry runs among them."""
    dry_runs: int
    """Outcomes of dry runs: in none of the other numbers."""
    not_read: int
    """Logs beside them that are no outcomes."""
    failures: int
    fates: dict[Fate, int]
    """Each fate, in the enum's order."""
    aftermath: RerunTally
    by_hand: int
    """Of the healed, those that a person had approved, resumed or forced."""
    delays: Delays
    hours: Hours
    time_line: TimeLine
    by: dict[str, Breakdown]
    """By `system`, `scope`, `owner`, `class`, `rule` and `reason`."""
    unclassified: tuple[UnclassifiedText, ...]
    unclassified_left_out: int
    nodes: tuple[NodeLine, ...]
    nodes_left_out: int
    breakers: tuple[BreakerLine, ...]
    hands: tuple[Hand, ...]
    """The newest first."""
    hands_left_out: int
    open: tuple[OpenFailure, ...]
    """Held first, then unknown, then what goes on by itself; of each kind the oldest first."""
    open_left_out: int
    notes: tuple[Note, ...]
    """The latest first, 20 at the most."""
    checked: Checked | None
    """None: the ledger was not asked."""
    channels: tuple[str, ...]
    """What was told of channels of `notify` that take no message, each once; at most 20."""
    notices: dict[str, int]
    """Outcomes about no failure, by reason: machines, places that cannot be seen, modes, breakers."""
