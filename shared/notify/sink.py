"""The way into the boxes: every outcome on its way to the Logstore.

An outcome is struck from the document that owes it only when `put` has taken it, and `put` takes nothing whose message
is not in its box. So what is owed as an outcome is owed as a message too: a crash in between has the sweep begin anew,
and a box knows what it has had.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.documents import box_write, decode_box
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.notify.boxes import posted
from shared.notify.events import Told, routed, told_by
from shared.policy.notify import Notify
from shared.ports import Clock, Ledger, OutcomeSink, Write

TRIES = 5
_LOG = logging.getLogger(__name__)
_ToldHere = list[tuple[Told, tuple[str, ...] | None]]


@dataclass(slots=True)
class TellingSink:
    """An outcome sink that lets nothing pass untold (`shared.ports.OutcomeSink`)."""

    sink: OutcomeSink
    ledger: Ledger
    notify: Notify
    clock: Clock
    posted: bool = False
    """Whether anything came into a box."""

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Post what people are to be told, and write all records.

        Raises:
            SinkUnavailable: a box or the Logstore did not certainly take all; the other has what it could get.
        """
        problem = self._post(records)
        self.sink.put(records)
        if problem:
            raise SinkUnavailable(problem)

    def _post(self, records: Sequence[Mapping[str, str]]) -> str:
        """Why it is not certain that each message is in its box; empty if it is."""
        mail = _sorted(records, self.notify)
        left = list(mail)
        try:
            for _ in range(TRIES):
                left = self._save(left, mail)
                if not left:
                    return ""
        except LedgerUnavailable as error:
            return f"messages could not be kept: {error}"
        return f"others keep changing {box_key(left[0])}: messages could not be kept"

    def _save(self, names: Sequence[str], mail: Mapping[str, _ToldHere]) -> list[str]:
        """The channels whose box others have changed meanwhile."""
        now = self.clock.now()
        found = self.ledger.load([box_key(name) for name in names])
        writes: list[Write] = []
        for name in names:
            stored = found.get(box_key(name))
            try:
                before = Box() if stored is None else decode_box(stored.document)
            except LedgerUnavailable as error:
                _LOG.error("%s is left as it is, and its channel told nothing: %s", box_key(name), error)
                continue
            after = posted(before, mail[name], now)
            if after != before:
                writes.append(box_write(box_key(name), after, stored.version if stored else None, now))
        conflicts = self.ledger.save(writes) if writes else frozenset()
        self.posted = self.posted or len(conflicts) < len(writes)
        return [name for name in names if box_key(name) in conflicts]


def _sorted(records: Sequence[Mapping[str, str]], notify: Notify) -> dict[str, _ToldHere]:
    """By channel, what each outcome means for it, in their order; channels that none touches are left out."""
    mail: dict[str, _ToldHere] = {channel.name: [] for channel in notify.channels}
    for fields in records if mail else ():
        told = told_by(fields, notify)
        if told is None or (told.thing is None and not told.goes_on):
            continue
        here = {} if told.thing is None else dict(routed(told.thing, notify))
        for name in mail if told.goes_on else here:
            if name in mail:
                mail[name].append((told, here.get(name)))
    return {name: here for name, here in mail.items() if here}
