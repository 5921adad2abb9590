"""The same failure once more, as a dry run on a fresh look at the live job: every gate, what it saw and wanted.

The real corridor decides, on the ledger as it is; nothing is called that changes anything, nothing is written, and no
outcome is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from secondwind.account import credentials_of
from secondwind.places import job_of_fields
from secondwind.usage import UnusableError
from secondwind.which_ledger import TIME_S, LedgerTerms, ledger_of, ledger_url
from shared.domain.decision import Ask
from shared.domain.errors import LedgerUnavailable, PolicyError, SettingsError
from shared.domain.failure import Failure, Trigger, Unreadable
from shared.heal import Healer, Invocation, Item, Report
from shared.intake.announcement import read_announcement
from shared.intake.context import Context, Envelope
from shared.openers.systems import open_systems
from shared.policy.load import load_policy
from shared.policy.model import Policy
from shared.reality import SystemChance
from shared.result import result_of
from shared.settings import Settings, read_settings
from shared.sls.outcomes import Row

WHO = "explain"
RETOLD_S = 0.001
_TEXTS = ("has_ended", "exit_code", "message", "reason", "node", "job_name", "queue", "owner")
_NUMBERS = ("job_instance_id", "data_time", "started_at", "restart_count")
_UNIT = ("job_id", "job_instance_id", "data_time")


class LiveAnswer(Struct, frozen=True, kw_only=True):
    """What a dry run answered."""

    outcomes: tuple[dict[str, Any], ...] = ()
    """Each with `gates`."""
    problem: str = ""
    """Why there is no answer; empty if there is one."""


def decide_again(announcement: Mapping[str, Any], region: str, terms: LedgerTerms) -> LiveAnswer:
    """Look at the job and decide. Never raises for what the environment lacks or the services say."""
    try:
        settings = _settings(region, terms)
        policy = _policy(settings)
        until = terms.clock.now() + TIME_S
        credentials = credentials_of(terms.environ)
        systems = open_systems(settings, policy, credentials, terms.clock, lambda: until - terms.clock.now())
        failure = _failure(announcement, settings, policy, terms)
        with ledger_of(terms) as (ledger, _):
            healer = Healer(
                systems=systems,
                ledger=ledger,
                sink=_Nowhere(),
                clock=terms.clock,
                chance=SystemChance(),
                policy=policy,
                invocation=Invocation(WHO, terms.clock.now() + TIME_S),
            )
            ask = Ask(now=terms.clock.now(), trigger=Trigger.MANUAL, request_id=WHO, dry_run=True)
            walked = healer.under_controls().walk([Item(failure)], ask)
    except (SettingsError, PolicyError, UnusableError, LedgerUnavailable) as error:
        return LiveAnswer(problem=str(error))
    return LiveAnswer(outcomes=tuple(result_of(Report(walked.results), gates=True)["outcomes"]))


class _Nowhere:
    """Implements `shared.ports.OutcomeSink` for who only asks: a walk reports nothing."""

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Nobody puts anything here."""
        raise TypeError(f"{len(records)} outcomes of an explanation were about to be written")


def announcement_of(failure: Failure) -> dict[str, Any]:
    """`job-failure/1` of a failure as the ledger keeps it, told anew; of one that is over its message is cut.

    A redelivery would be answered by the first gates as told before. So its time is a millisecond earlier: that makes
    it another telling of the same failure, and decides nothing else.
    """
    told: dict[str, Any] = {**failure.extra, **failure.scope.place}
    source = getattr(failure.scope, "namespace_source", "")
    if source:
        told["namespace_source"] = source
    told |= {"schema": "job-failure/1", "job_id": failure.job_id, "occurred_at": failure.occurred_at - RETOLD_S}
    told |= {name: getattr(failure, name) for name in _NUMBERS if getattr(failure, name) is not None}
    told |= {name: getattr(failure, name) for name in _TEXTS if getattr(failure, name)}
    return told


def announcement_of_row(row: Row) -> dict[str, Any]:
    """`job-failure/1` of a failure of which only an outcome is left: no evidence, and the time is the outcome's."""
    job = job_of_fields(row)
    told: dict[str, Any] = {name: row[name] for name in _UNIT if row.get(name)}
    return {"schema": "job-failure/1", **(job.scope.place if job else {}), **told, "occurred_at": row.get("at", "")}


def _settings(region: str, terms: LedgerTerms) -> Settings:
    own = {name: value for name, value in terms.environ.items() if name.startswith("SECONDWIND_") and value}
    own["SECONDWIND_LEDGER_URL"] = ledger_url(terms)
    return read_settings(own, terms.environ.get("FC_REGION") or region)


def _policy(settings: Settings) -> Policy:
    try:
        policy = load_policy(settings.policy_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise UnusableError("SECONDWIND_POLICY_FILE: the file cannot be read") from None
    return replace(policy, mode=settings.effective_mode(policy.mode))


def _failure(announcement: Mapping[str, Any], settings: Settings, policy: Policy, terms: LedgerTerms) -> Failure:
    now = terms.clock.now()
    regions = frozenset(policy.regions)
    context = Context(region=settings.region, now=now, further_regions=regions, fixed=settings.fixed, request_id=WHO)
    envelope = Envelope(path="$", trigger=Trigger.MANUAL, event_id=WHO, original=announcement, salt=WHO)
    failure = read_announcement(dict(announcement), envelope, context)
    if isinstance(failure, Unreadable):
        raise UnusableError("; ".join(str(fault) for fault in failure.faults))
    return failure
