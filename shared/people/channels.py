"""Channels of messages as their boxes in the ledger show them."""

from __future__ import annotations

from msgspec import Struct

from shared.documents import decode_box
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.policy.notify import MessageChannel, Notify
from shared.ports import Ledger


class ChannelState(Struct, frozen=True, kw_only=True):
    """A channel as its box in the ledger shows it."""

    channel: str
    kind: str
    waiting: int
    """Things that it is still to tell."""
    problem: str
    """The code with which the last message was not taken; empty if it was."""
    problem_at: float | None
    not_before: float | None
    """Nothing is sent earlier (unix seconds)."""


def states_of(ledger: Ledger, notify: Notify) -> list[ChannelState]:
    """The channels in the order of the policy; one whose box is none of ours has `unreadable` for its problem.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    if not notify.channels:
        return []
    found = ledger.load([box_key(channel.name) for channel in notify.channels])
    return [
        _state(channel, found[key].document if (key := box_key(channel.name)) in found else None)
        for channel in notify.channels
    ]


def _state(channel: MessageChannel, document: bytes | None) -> ChannelState:
    try:
        box = Box() if document is None else decode_box(document)
    except LedgerUnavailable:
        box = Box(problem="unreadable")
    return ChannelState(
        channel=channel.name,
        kind=channel.kind.value,
        waiting=len(box.things) + sum(box.more.values()),
        problem=box.problem,
        problem_at=box.problem_at or None,
        not_before=box.not_before or None,
    )
