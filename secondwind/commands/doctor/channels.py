"""The channels that the policy's `notify` names: are their variables there, and do they take messages?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.commands.doctor.storage import SubjectClock
from secondwind.commands.notify.run import notify_of
from secondwind.terminal import moment, shown
from secondwind.usage import UnusableError
from shared.domain.errors import LedgerUnavailable, SettingsError
from shared.openers.ledger import open_ledger
from shared.people.channels import ChannelState, states_of
from shared.policy.notify import MessageChannel
from shared.settings.channels import channel_secrets

_NONE = "no channel: nobody is told of what is held, nor of an open breaker (docs/people.md)"


def channels(subject: Subject) -> Iterator[Finding]:
    """One finding or more a channel; nothing is sent."""
    try:
        notify = notify_of(subject.settings.policy_file, subject.environ)
    except UnusableError:
        return  # the check of the policy says so
    if not notify.channels:
        yield Finding("notify", Level.OK, _NONE)
        return
    try:
        opened = open_ledger(subject.settings.ledger, subject.credentials, SubjectClock(subject), subject.remaining_s)
        with closing(opened) as ledger:
            states = {one.channel: one for one in states_of(ledger, notify)}
    except (LedgerUnavailable, SettingsError):
        states = {}  # the check of the ledger says so
    for channel in notify.channels:
        yield from _channel(subject, channel, states.get(channel.name))


def _channel(subject: Subject, channel: MessageChannel, state: ChannelState | None) -> Iterator[Finding]:
    check = f"channel {channel.name}"
    try:
        channel_secrets(subject.environ, channel)
    except SettingsError as error:
        yield Finding(check, Level.FAIL, str(error), "set it where the functions get their environment, and here")
        return
    if state is not None and state.problem:
        since = f" since {moment(state.problem_at)}" if state.problem_at else ""
        said = f"takes no message{since}: {shown(state.problem)}; {state.waiting} wait"
        yield Finding(check, Level.FAIL, said, f"`secondwind notify test {channel.name}` says more")
    else:
        yield Finding(check, Level.OK, f"{channel.kind.value}, its variables are there")
