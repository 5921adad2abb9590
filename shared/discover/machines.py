"""Events about machines: which watched scope has the machine, and what is remembered of it until the next looks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from shared.discover.told import notice
from shared.documents import decode_machines, machines_write
from shared.domain.errors import DocumentRefused, LedgerUnavailable
from shared.domain.failure import Noted, Trigger
from shared.domain.keys import machines_key
from shared.domain.machines import MAX_SUSPECTS, Machines, Suspect, Weight
from shared.domain.outcome import Outcome, stable_id
from shared.domain.reasons import Reason
from shared.domain.room import size_of
from shared.heal import Healer, Report
from shared.policy.gates.trust import may_tell
from shared.ports import Ledger, Stored

KEPT_S = 86_400.0
"""What an event said is forgotten then."""
TRIES = 5
PLACES_BYTES = 1_500_000
"""Of JSON, for the machines of all scopes of a region: some 40,000. What events say of them has room beside it in every
ledger."""
_LOG = logging.getLogger(__name__)


def read_machines(ledger: Ledger, system: str, region: str) -> Machines:
    """The machines of a system's watched scopes in a region; none where the document is not ours.

    Raises:
        LedgerUnavailable: out of reach.
    """
    key = machines_key(system, region)
    return _known(key, ledger.load([key]).get(key)) or Machines()


def _known(key: str, stored: Stored | None) -> Machines | None:
    """The document; None if it is malformed: then it stays as it is, and no place waits for it."""
    try:
        return decode_machines(stored.document) if stored else Machines()
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return None


def change_machines(
    ledger: Ledger, system: str, region: str, now: float, change: Callable[[Machines], Machines]
) -> None:
    """Change the document, unless it is malformed; what does not change is not written, nor what no ledger can keep.

    Raises:
        LedgerUnavailable: out of reach, or others keep writing it.
    """
    key = machines_key(system, region)
    for _ in range(TRIES):
        stored = ledger.load([key]).get(key)
        before = _known(key, stored)
        after = None if before is None else change(before)
        if after is None or after == before:
            return
        try:
            if not ledger.save([machines_write(key, after, stored.version if stored else None, now)]):
                return
        except DocumentRefused as error:
            _LOG.error("it stays as it was: %s", error)
            return
    raise LedgerUnavailable(f"others keep changing {key}")


def with_place(before: Machines, scope: str, machines: Mapping[str, str]) -> Machines:
    """With a scope's machines as they are now; as it was where they have no room: then looks alone find them."""
    places = {**before.places, scope: dict(machines)}
    if size_of(places) > PLACES_BYTES:
        _LOG.error("%s: there is no room for its %d machines: events about them say nothing", scope, len(machines))
        return before
    return replace(before, places=places)


def note_machines(healer: Healer, events: Sequence[Noted], region: str, trigger: Trigger, *, dry_run: bool) -> Report:
    """Remember what events said of machines on which watched jobs may run; of any other machine nothing is told.

    Raises:
        LedgerUnavailable: the delivery must come again.
    """
    total, now = Report(), healer.clock.now()
    for system in dict.fromkeys(one.system for one in events):
        mine = [one for one in events if one.system == system]
        known = read_machines(healer.ledger, system, region)
        told = [(one, where) for one in mine if (where := _where(known, one, healer))]
        total.passed_over += len(mine) - len(told)
        suspects = {one.event.machine: _suspect(one) for one, _ in told if one.event.weight is not Weight.AHEAD}
        if suspects and not dry_run:
            change_machines(healer.ledger, system, region, now, partial(_with, new=suspects, now=now))
        outcomes = [_outcome(one, system, region, where, now, trigger, dry_run=dry_run) for one, where in told]
        if outcomes:
            total.join(healer.tell(outcomes, trigger))
    return total


def _where(known: Machines, one: Noted, healer: Healer) -> tuple[str, str] | None:
    """The scope's key and the node's name; None if it is not watched, or who told it may not speak for it."""
    for scope, nodes in known.places.items():
        node = nodes.get(one.event.machine)
        if node is not None:
            return (scope, node) if may_tell(healer.policy, one.speaker, by_hand=one.by_hand) else None
    return None


def _suspect(one: Noted) -> Suspect:
    return Suspect(one.event.at, one.event.weight is Weight.LOST)


def _with(before: Machines, new: Mapping[str, Suspect], now: float) -> Machines:
    kept = {machine: one for machine, one in before.suspects.items() if now - one.at < KEPT_S}
    for machine, one in new.items():
        old = kept.get(machine)
        # Of two events the one that proves more counts, then the later.
        kept[machine] = one if old is None or (one.surely, one.at) > (old.surely, old.at) else old
    newest = sorted(kept.items(), key=lambda item: item[1].at)[-MAX_SUSPECTS:]
    return replace(before, suspects=dict(newest))


def _outcome(
    one: Noted, system: str, region: str, where: tuple[str, str], now: float, trigger: Trigger, *, dry_run: bool
) -> Outcome:
    scope, node = where
    ahead = one.event.weight is Weight.AHEAD
    follows = "nothing is done before it happens" if ahead else "its jobs are looked at until the grace is over"
    return notice(
        stable_id("machine", system, region, one.event.machine, one.event.what, one.event.at),
        Reason.MACHINE_ANNOUNCED if ahead else Reason.MACHINE_SUSPECTED,
        f"{one.event.what} of {one.event.machine}, node {node} of {scope}: {follows}",
        trigger,
        now,
        {"system": system, "region": region},
        dry_run=dry_run,
        event_id=one.event_id,
    )
