"""Opens the way of messages for one invocation: into the boxes, and out of them through robots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.domain.failure import Trigger
from shared.heal.item import Invocation
from shared.policy.model import Policy
from shared.policy.notify import MessageChannel
from shared.ports import Clock, Ledger, OutcomeSink
from shared.reality import SystemChance
from shared.settings.channels import channel_secrets
from shared.settings.console import ConsoleSettings

if TYPE_CHECKING:
    from shared.notify import Digests, Messenger, Robot, TellingSink


class Messages(Struct, frozen=True):
    """The messages of one invocation."""

    sink: OutcomeSink
    """Where its outcomes go."""
    told: TellingSink | None = None
    """The same, where the policy names channels; so the next."""
    messenger: Messenger | None = None

    def leave(self, via: Trigger) -> None:
        """Send what is due: from the sweep always, else only if this invocation has something to tell. Never raises."""
        if self.messenger is not None and (via is Trigger.SWEEP or (self.told is not None and self.told.posted)):
            self.messenger.send(via)


def open_messages(
    policy: Policy,
    console: ConsoleSettings,
    sink: OutcomeSink,
    ledger: Ledger,
    robots: Callable[[MessageChannel], Robot],
    invocation: Invocation,
    clock: Clock,
    digests: Callable[[], Digests] | None = None,
) -> Messages:
    """The way of messages; with no channel it is the sink alone, and costs nothing, not even its modules."""
    if not policy.notify.channels:
        return Messages(sink)
    from shared.notify import HoldLinks, Messenger, TellingSink  # noqa: PLC0415 - as said above

    chance = SystemChance()
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
        request_id=invocation.request_id,
        hard_deadline=invocation.hard_deadline,
        links=links,
        digests=digests() if digests is not None else None,
    )
    telling = TellingSink(sink, ledger, policy.notify, clock)
    return Messages(telling, telling, messenger)


def open_robot(channel: MessageChannel, environ: Mapping[str, str], credentials: Credentials) -> Robot:
    """A channel's robot; one whose variables cannot be used says so to whoever sends."""
    from shared.robots import Silent, robot_of  # noqa: PLC0415 - HTTP, TLS and mail, which only a message needs

    try:
        secrets = channel_secrets(environ, channel)
    except SettingsError as error:
        return Silent(str(error))
    return robot_of(channel, secrets.address, secrets.secret, credentials)
