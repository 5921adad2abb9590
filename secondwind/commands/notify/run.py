"""What the commands do: one message to a channel; the boxes of the ledger, read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from secondwind.account import credentials_of
from secondwind.at_ledger import CommandResult, Work
from secondwind.machine import failed, write_json
from secondwind.table import table
from secondwind.terminal import moment, shown
from secondwind.text_file import CannotRead, read_text
from secondwind.usage import UNUSABLE, UnusableError
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.errors import PolicyError, SettingsError
from shared.notify import trial_draft
from shared.openers.robots import open_robot
from shared.people.channels import ChannelState, states_of
from shared.policy.load import MAX_TEXT_BYTES, load_policy
from shared.policy.notify import ChannelKind, MessageChannel, Notify
from shared.ports import Ledger
from shared.reality import SystemClock
from shared.settings.channels import channel_secrets
from shared.settings.environment import BUNDLE_ROOT

TAKEN, NOT_TAKEN = 0, 1
"""Exit statuses beside UNUSABLE."""
_SAID = {
    Effect.DONE: "the channel took the message",
    Effect.NOT_DONE_LATER: "not taken, and a later one may be",
    Effect.NOT_DONE_USELESS: "refused: somebody has to mend the channel",
    Effect.UNKNOWN: "no usable answer: nobody knows whether it arrived",
}


def send(name: str, file: Path | None, environ: Mapping[str, str], out: TextIO, err: TextIO, *, as_json: bool) -> int:
    """Send one message; the exit status."""
    try:
        channel = _channel(notify_of(file, environ), name)
        channel_secrets(environ, channel)
        credentials = _credentials(channel, environ)
    except (UnusableError, SettingsError) as error:
        return failed(shown(str(error), 4096), UNUSABLE, out, err, as_json=as_json)
    now = SystemClock().now()
    ending = open_robot(channel, environ, credentials).post(trial_draft(name, now), now)
    said = _SAID[ending.effect]
    if as_json:
        body = {"channel": name, "taken": ending.effect is Effect.DONE, "code": ending.code, "message": ending.message}
        write_json({**body, "effect": ending.effect.value}, out)
    else:
        about = ": ".join(part for part in (ending.code, ending.message) if part)
        out.write(f"{name} ({channel.kind.value}): {said}{f' ({shown(about)})' if about else ''}\n")
    return TAKEN if ending.effect is Effect.DONE else NOT_TAKEN


def listing(file: Path | None, environ: Mapping[str, str]) -> Work:
    """Every channel of the policy with what its box says. Raises UnusableError."""
    notify = notify_of(file, environ)

    def work(ledger: Ledger, now: float) -> CommandResult:
        del now
        states = states_of(ledger, notify)
        head = ("channel", "kind", "waiting", "last message", "since", "nothing before")
        rows = [
            (
                one.channel,
                one.kind,
                str(one.waiting),
                shown(one.problem) or "taken, or none yet",
                moment(one.problem_at),
                moment(one.not_before),
            )
            for one in states
        ]
        lines = table(head, rows) if rows else ["the policy names no channel: nobody is told anything"]
        return CommandResult(lines=lines, body={"channels": [_fields(one) for one in states]})

    return work


def notify_of(file: Path | None, environ: Mapping[str, str]) -> Notify:
    """The `notify` of a policy file. Raises UnusableError."""
    path = file or BUNDLE_ROOT / (environ.get("SECONDWIND_POLICY_FILE", "").strip() or "policy.yaml")
    try:
        return load_policy(read_text(path, MAX_TEXT_BYTES)).notify
    except CannotRead as error:
        raise UnusableError(str(error)) from None
    except PolicyError as error:
        raise UnusableError(f"{path}: {error.faults[0]}: `secondwind policy check` shows every fault") from None


def _fields(state: ChannelState) -> dict[str, object]:
    return {name: getattr(state, name) for name in state.__struct_fields__}


def _channel(notify: Notify, name: str) -> MessageChannel:
    channel = notify.channel(name)
    if channel is None:
        known = ", ".join(one.name for one in notify.channels) or "none"
        raise UnusableError(f"the policy's notify has no channel {name}; it has: {known}")
    return channel


def _credentials(channel: MessageChannel, environ: Mapping[str, str]) -> Credentials:
    """Only EventBridge is called with a key."""
    if channel.kind is ChannelKind.EVENTBRIDGE:
        return credentials_of(environ)
    return Credentials(access_key_id="", access_key_secret="")
