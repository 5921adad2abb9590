"""Opens the way of messages for one invocation: into the boxes, and out of them through robots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.notify import CaseLinks, Messenger, Robot, TellingSink
from shared.policy.notify import Channel, Notify
from shared.ports import Chance, Clock, Ledger, OutcomeSink
from shared.settings.channels import channel_secrets


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of one invocation."""

    sink: OutcomeSink
    """Where its outcomes go."""
    messenger: Messenger | None
    """None: the policy names no channel."""

    def leave(self, *, always: bool) -> None:
        """Send what is due: `always`, or only if this invocation has something to tell. Never raises."""
        told = isinstance(self.sink, TellingSink) and self.sink.posted
        if self.messenger is not None and (told or always):
            self.messenger.send()


def open_messages(
    notify: Notify,
    sink: OutcomeSink,
    ledger: Ledger,
    clock: Clock,
    chance: Chance,
    robots: Callable[[Channel], Robot],
    hard_deadline: float,
    links: CaseLinks | None = None,
) -> Messages:
    """The way of messages; with no channel it is the sink alone, and costs nothing."""
    if not notify.channels:
        return Messages(sink, None)
    telling = TellingSink(sink, ledger, notify, clock)
    messenger = Messenger(
        ledger=ledger,
        sink=sink,
        notify=notify,
        robots=robots,
        clock=clock,
        chance=chance,
        hard_deadline=hard_deadline,
        links=links,
    )
    return Messages(telling, messenger)


def open_robot(channel: Channel, environ: Mapping[str, str], credentials: Credentials) -> Robot:
    """A channel's robot; one whose variables cannot be used says so to whoever sends."""
    from shared.robots import Silent, robot_of  # noqa: PLC0415 - HTTP, TLS and mail, which only a message needs

    try:
        secrets = channel_secrets(environ, channel)
    except SettingsError as error:
        return Silent(str(error))
    return robot_of(channel, secrets.address, secrets.secret, credentials)
