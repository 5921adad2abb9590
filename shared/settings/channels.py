"""The secrets of the channels that a policy's `notify` names: addresses and keys, from the environment."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.address import Address, parse_address
from shared.domain.errors import Fault, SettingsError
from shared.policy.notify import ChannelKind, MessageChannel
from shared.settings.plaintext import checked

MIN_SECRET_CHARS = 16
MAX_SECRET_CHARS = 256


class ChannelSecrets(Struct, frozen=True):
    """Of one channel. Shows nothing."""

    address: Address
    secret: str
    """Empty where there is none."""

    def __repr__(self) -> str:
        return "ChannelSecrets(<hidden>)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Nothing, where msgspec would show rich every field."""
        return []


def channel_secrets(environ: Mapping[str, str], channel: MessageChannel) -> ChannelSecrets:
    """Address and key of a channel.

    Raises:
        SettingsError: names every bad variable, and shows no value.
    """
    faults: list[Fault] = []
    address, secret = None, ""
    try:
        address = parse_address(_value(environ, channel.url))
        checked(address.endpoint, environ)
    except ValueError as error:
        faults.append(Fault(channel.url, str(error)))
    if channel.secret is not None:
        secret = _value(environ, channel.secret)
        least = MIN_SECRET_CHARS if channel.kind is ChannelKind.WEBHOOK else 1
        if not least <= len(secret) <= MAX_SECRET_CHARS or not secret.isascii():
            problem = f"wants {least} to {MAX_SECRET_CHARS} ASCII characters" if secret else "is required"
            faults.append(Fault(channel.secret, problem))
    if faults or address is None:
        raise SettingsError(faults)
    return ChannelSecrets(address, secret)


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name, "").strip()
