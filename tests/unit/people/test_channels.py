"""What people see of their channels: what waits in each box, and why nothing leaves."""

from __future__ import annotations

from typing import Any

from shared.documents import box_write
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.people.channels import ChannelState, states_of
from shared.policy.notify import ChannelKind, MessageChannel, Notify
from shared.ports import Write
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger

CHANNELS = tuple(
    MessageChannel(name=name, kind=kind, url="URL")
    for name, kind in {"chat": ChannelKind.DINGTALK, "work": ChannelKind.FEISHU, "odd": ChannelKind.WEBHOOK}.items()
)
NOTIFY = Notify(channels=CHANNELS)


def state(channel: str, kind: str, **shown: Any) -> ChannelState:
    """A channel with nothing to tell, but for what is said."""
    empty: dict[str, Any] = {"waiting": 0, "problem": "", "problem_at": None, "not_before": None}
    return ChannelState(channel=channel, kind=kind, **{**empty, **shown})


def test_channels_are_shown_in_the_policys_order_with_what_their_boxes_say() -> None:
    """What there was no room for waits as well; a box that is none of ours is told and left as it is."""
    ledger = MemoryLedger(Clock())
    box = Box(more={"a": 2, "b": 3}, problem="limit", problem_at=START, not_before=START + 9)
    ledger.save([box_write(box_key("work"), box, None, START)])
    ledger.save([Write(key=box_key("odd"), document=b"x", expected=None, due_at=None, expires_at=None)])
    assert states_of(ledger, NOTIFY) == [
        state("chat", "dingtalk"),
        state("work", "feishu", waiting=5, problem="limit", problem_at=START, not_before=START + 9),
        state("odd", "webhook", problem="unreadable"),
    ]


def test_without_channels_no_ledger_is_asked() -> None:
    """It may be out of reach."""
    ledger = MemoryLedger(Clock())
    ledger.close()
    assert states_of(ledger, Notify()) == []
