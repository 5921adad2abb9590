"""The composition root: settings and the FC context become a wired corridor, and a body one result.

A process keeps its configuration (`shared.configuration`) and, for a moment, idle connections between invocations;
credentials are taken anew each time (`https://www.alibabacloud.com/help/en/functioncompute/fc/context-1`: they expire).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shared.configuration import configuration_of
from shared.domain.errors import InputError
from shared.domain.failure import Intake, Trigger, Unreadable
from shared.heal import Healer, Invocation, Report
from shared.intake.context import Context, Envelope, content_hash, event_id, unreadable
from shared.intake.event import read_events
from shared.intake.log import words
from shared.intake.manual import read_manual
from shared.intake.timer import wants_dry_run
from shared.intake.trigger import read_trigger
from shared.openers.ledger import open_ledger
from shared.openers.robots import open_messages, open_robot
from shared.openers.systems import open_seekers, open_systems
from shared.policy.model import Policy
from shared.ports import LogRange
from shared.ranges import heal_range, read_range
from shared.reality import SystemChance
from shared.result import result_of
from shared.settings import Settings, read_credentials
from shared.settings.own import variables
from shared.side_by_side import side_by_side
from shared.sls import Access, SlsSink, SlsSource
from shared.sls.connect import expected
from shared.start import Start, by_a_right_clock
from shared.systems.discovery import Seeker

if TYPE_CHECKING:
    from shared.notify import Digests

SETTLE_ROOM_S = 1.0
"""Kept back from every call to a job system, for settling and reporting."""
LOOK_ROOM_S = 2.0
"""Kept back from every look besides: the failures of which none came are written down as due."""
_LOG = logging.getLogger(__name__)


class Wiring(Struct, frozen=True):
    """One invocation, wired."""

    healer: Healer
    context: Context
    source: SlsSource
    seekers: Callable[[str, str], Seeker | None]
    """What finds failures in that job system, in a region."""


@by_a_right_clock
def handle_log_trigger(event: bytes, context: Any, start: Start) -> dict[str, Any]:
    """A Log Service trigger's call: the logs of its range.

    Raises:
        SettingsError: as `prepare`.
        DeliveryError: the source or the ledger is out of reach; the whole delivery must come again.
    """
    with _wired(context, start, Trigger.LOG) as wiring:
        wanted = read_trigger(event, wiring.context)
        if isinstance(wanted, Unreadable):
            return _told(wiring.healer.handle(Intake(unreadable=[wanted]), Trigger.LOG))
        try:
            return _told(heal_range(wiring.healer, wiring.source, wanted, wiring.context))
        except InputError as error:
            return _told(wiring.healer.handle(_no_range(event, Trigger.LOG, error), Trigger.LOG))


@by_a_right_clock
def handle_event(event: bytes, context: Any, start: Start) -> dict[str, Any]:
    """EventBridge's call. Raises as `handle_log_trigger`."""
    with _wired(context, start, Trigger.EVENT) as wiring:
        return _told(_handled(wiring, read_events(event, wiring.context), Trigger.EVENT))


@by_a_right_clock
def handle_manual(event: bytes, context: Any, start: Start) -> dict[str, Any]:
    """A person's call, answered gate by gate. Raises as `handle_log_trigger`."""
    with _wired(context, start, Trigger.MANUAL) as wiring:
        request, report = read_manual(event, wiring.context), Report()
        for wanted in request.ranges:
            _read_named(wiring, wanted, request.intake, event, report)
        report.join(_handled(wiring, request.intake, Trigger.MANUAL))
        return result_of(report, gates=True)


@by_a_right_clock
def handle_sweep(event: bytes, context: Any, start: Start) -> dict[str, Any]:
    """The timer's call; what the event says changes nothing. Raises as `handle_log_trigger`."""
    del event
    from shared.sweep import sweep  # noqa: PLC0415 - of one door alone

    with _wired(context, start, Trigger.SWEEP) as wiring:
        return _told(sweep(wiring.healer))


@by_a_right_clock
def handle_discover(event: bytes, context: Any, start: Start) -> dict[str, Any]:
    """The timer's call; of the event only `"dry_run": true` matters. Raises as `handle_log_trigger`."""
    from shared.discover import discover  # noqa: PLC0415 - of one door alone

    with _wired(context, start, Trigger.DISCOVER) as wiring:
        return _told(discover(wiring.healer, wiring.seekers, wiring.context.region, dry_run=wants_dry_run(event)))


def _handled(wiring: Wiring, intake: Intake, trigger: Trigger) -> Report:
    """Failures through the corridor; what was told of machines and reruns is noted."""
    if intake.failures:
        expected()
    report = wiring.healer.handle(intake, trigger)
    if intake.noted or intake.reruns:
        from shared.discover import note  # noqa: PLC0415 - of one door alone

        report.join(note(wiring.healer, intake, wiring.context.region, trigger))
    return report


def _told(report: Report) -> dict[str, Any]:
    result = result_of(report)
    if _LOG.isEnabledFor(logging.INFO):
        _LOG.info("handled: %s", {name: count for name, count in result["counts"].items() if count})
    return result


def _read_named(wiring: Wiring, wanted: LogRange, intake: Intake, event: bytes, report: Report) -> None:
    """Add a range that a person named, or that there is no such range; slices that are full go into the report."""

    def heal() -> None:
        report.join(_handled(wiring, intake, Trigger.MANUAL))

    try:
        read_range(wiring.source, wanted, wiring.context, intake, heal)
    except InputError as error:
        intake.unreadable += _no_range(event, Trigger.MANUAL, error).unreadable


def _no_range(event: bytes, trigger: Trigger, error: InputError) -> Intake:
    told = Envelope(path="$", trigger=trigger, event_id=event_id("log", content_hash(event)), original=event)
    return Intake(unreadable=[unreadable(told, error.faults)])


@contextmanager
def _wired(context: Any, start: Start, via: Trigger) -> Iterator[Wiring]:
    """One invocation of a door; at its end messages leave: what it told itself, and from the sweep all that is due."""
    clock = start.clock
    now, deadline = clock.now(), start.deadline(context)
    configuration = configuration_of(context)
    settings, policy = configuration.settings, configuration.policy
    credentials = read_credentials(context, variables())
    invocation = Invocation(str(getattr(context, "request_id", "")), deadline)

    def remaining_s() -> float:
        return invocation.hard_deadline - clock.now()

    def digests() -> Digests:
        from shared.openers.digest import NightDigests  # noqa: PLC0415 - the night's report, where there are channels

        return NightDigests(settings, policy, credentials, clock)

    access = Access(credentials=credentials, remaining_s=remaining_s)
    sink = SlsSink(access, settings.sls.url, settings.outcome_project, settings.outcome_logstore, clock)
    with closing(open_ledger(settings.ledger, credentials, clock, remaining_s, keeps=True)) as ledger:
        messages = open_messages(
            policy,
            settings.console,
            sink,
            ledger,
            lambda channel: open_robot(channel, os.environ, credentials),
            invocation,
            clock,
            digests,
        )
        wiring = Wiring(
            Healer(
                systems=open_systems(
                    settings,
                    policy,
                    credentials,
                    clock,
                    lambda: remaining_s() - SETTLE_ROOM_S,
                    reads_leave_s=LOOK_ROOM_S,
                    hears=clock,
                ),
                ledger=ledger,
                sink=messages.sink,
                clock=clock,
                chance=SystemChance(),
                policy=policy,
                invocation=invocation,
                fetches=True,
                lanes=side_by_side,
            ),
            _intake_context(settings, policy, invocation, now),
            SlsSource(access, words()),
            open_seekers(settings, credentials, clock, lambda: remaining_s() - SETTLE_ROOM_S, hears=clock),
        )
        try:
            yield wiring
        finally:
            messages.leave(via)


def _intake_context(settings: Settings, policy: Policy, invocation: Invocation, now: float) -> Context:
    return Context(
        region=settings.region,
        now=now,
        further_regions=frozenset(policy.regions),
        fixed=settings.fixed,
        request_id=invocation.request_id,
        sls_endpoint=settings.sls.url,
        outcome_project=settings.outcome_project,
        outcome_logstore=settings.outcome_logstore,
    )
