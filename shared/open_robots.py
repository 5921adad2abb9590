"""Opens the way of messages for one invocation: into the boxes, and out of them through robots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.notify import Digests, HoldLinks, Messenger, Robot, TellingSink
from shared.policy.model import Policy
from shared.policy.notify import MessageChannel
from shared.ports import Ledger, OutcomeSink
from shared.reality import SystemChance, SystemClock
from shared.settings.channels import channel_secrets
from shared.settings.console import ConsoleSettings


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
            self.messenger.send(night=always)


def open_messages(
    policy: Policy,
    console: ConsoleSettings,
    sink: OutcomeSink,
    ledger: Ledger,
    robots: Callable[[MessageChannel], Robot],
    hard_deadline: float,
    digests: Digests | None = None,
) -> Messages:
    """The way of messages; with no channel it is the sink alone, and costs nothing."""
    clock, chance = SystemClock(), SystemChance()
    if not policy.notify.channels:
        return Messages(sink, None)
    links = None
    if console.link_key is not None and console.url is not None:
        links = HoldLinks(console.link_key, console.url.url, policy.people, chance, bool(console.issuer_keys))
    messenger = Messenger(
        ledger=ledger,
        sink=sink,
        notify=policy.notify,
        robots=robots,
        clock=clock,
        chance=chance,
        hard_deadline=hard_deadline,
        links=links,
        digests=digests,
    )
    return Messages(TellingSink(sink, ledger, policy.notify, clock), messenger)


def open_robot(channel: MessageChannel, environ: Mapping[str, str], credentials: Credentials) -> Robot:
    """A channel's robot; one whose variables cannot be used says so to whoever sends."""
    from shared.robots import Silent, robot_of  # noqa: PLC0415 - HTTP, TLS and mail, which only a message needs

    try:
        secrets = channel_secrets(environ, channel)
    except SettingsError as error:
        return Silent(str(error))
    return robot_of(channel, secrets.address, secrets.secret, credentials)
