"""Where a call of `invoke --local` goes, which ledger remembers it, and under which mode: told before it is made.

The function on this machine calls what the functions in the cloud call. An endpoint that is exported for one service
leaves the others' in place: their calls go to the real ones. Loopback is this machine; all else is outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from msgspec import Struct

from secondwind.terminal import shown
from secondwind.text_file import CannotRead, read_text
from secondwind.usage import UnusableError
from secondwind.which_ledger import name_of
from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.domain.errors import SettingsError
from shared.domain.mode import Mode
from shared.intake.body import readable
from shared.intake.carriers import GIVEN_UP, LAYERS, opened
from shared.policy.load import MAX_TEXT_BYTES, usable_policy
from shared.policy.model import Policy
from shared.settings import RedisUrl, Settings, SqliteUrl, read_settings
from shared.settings.channels import channel_secrets
from shared.systems import SYSTEMS

Ask = Callable[[str], bool]
"""Asks the person who runs the command; true: yes."""
LOG_SERVICE = "Log Service"


class WhereTo(Struct, frozen=True, kw_only=True):
    """Of one call."""

    hosts: Mapping[str, tuple[str, ...]]
    """Host with its port → which services are called there; a ledger's host too."""
    ledger: str
    mode: str
    """The mode that holds, or what stands in for it."""

    @property
    def outside(self) -> tuple[str, ...]:
        """The hosts that are not this machine."""
        return tuple(host for host in self.hosts if not is_loopback(host.partition(":")[0]))

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        """For a person; strangers' words are escaped."""
        hosts = "; ".join(f"{shown(host)} ({', '.join(names)})" for host, names in self.hosts.items())
        yield f"goes to: {hosts}"
        yield f"ledger:  {shown(self.ledger)}"
        yield f"mode:    {self.mode}{', and a dry run: nothing is restarted' if dry_run else ''}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone: `localhost`, names below it (RFC 6761), 127.0.0.0/8."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def where_to(environ: Mapping[str, str], region: str, event: Any, *, dry_run: bool = False) -> WhereTo | None:
    """Where an event goes with these settings; None where they are not usable, which the function says itself.

    Args:
        environ: the function's whole environment.
        region: the function's.
        event: the parsed event: a Log Service trigger names an endpoint of its own.
        dry_run: no channel is told anything.
    """
    try:
        settings = read_settings(environ, region)
    except SettingsError:
        return None
    called = [(settings.endpoint(system.name, region).netloc, system.name) for system in SYSTEMS]
    called += [(endpoint.netloc, LOG_SERVICE) for endpoint in (settings.sls, *_source(event))]
    if isinstance(settings.ledger, RedisUrl):
        called.append((f"{settings.ledger.host}:{settings.ledger.port}", "ledger"))
    elif not isinstance(settings.ledger, SqliteUrl):
        called.append((settings.ledger.endpoint.netloc, "ledger"))
    called += [] if dry_run else _channels(settings.policy_file, environ)
    hosts: dict[str, tuple[str, ...]] = {}
    for host, name in called:
        hosts[host] = (*(one for one in hosts.get(host, ()) if one != name), name)
    return WhereTo(hosts=hosts, ledger=name_of(settings.ledger), mode=mode_told(settings.policy_file, settings))


def let_go(going: WhereTo, *, yes: bool, ask: Ask | None) -> None:
    """Let a call leave this machine only if a person says so. Raises UnusableError."""
    if not going.outside or yes:
        return
    hosts = ", ".join(shown(host) for host in going.outside)
    if ask is None:
        raise UnusableError(f"the call leaves this machine, to {hosts}: nothing was called; --yes lets it go")
    if not ask(f"The call leaves this machine, to {hosts}. Let it go? [y/N] "):
        raise UnusableError("nothing was called")


def mode_told(policy: Path, settings: Settings | None = None) -> str:
    """The stricter of the policy's mode and the environment's; what is set by hand in the ledger may be stricter."""
    found = _policy(policy)
    if found is None:
        return "none, since the policy cannot be used"
    mode = found.mode if settings is None else settings.effective_mode(found.mode)
    if mode is not Mode.AUTO:
        return f"{mode.value}"
    unless = "" if settings is None else " unless somebody has set less in that ledger"
    return f"{mode.value}, jobs may be restarted{unless}"


def _policy(file: Path) -> Policy | None:
    try:
        return usable_policy(read_text(file, MAX_TEXT_BYTES))
    except CannotRead:
        return None


def _channels(policy: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where people are told of what is held; a channel without its variables tells nobody."""
    found = _policy(policy)
    for channel in found.notify.channels if found else ():
        with suppress(SettingsError):
            yield channel_secrets(environ, channel).address.endpoint.netloc, f"channel {channel.name}"


def _source(event: Any, layers: int = LAYERS) -> Iterator[Endpoint]:
    """Log Service as a trigger's body names it, be it in a wrapper or in the record of a call."""
    event = readable(opened(event, "$", []) if isinstance(event, str) else event)
    held = [event[name] for name in ("event", GIVEN_UP) if name in event] if isinstance(event, dict) and layers else []
    for one in held:
        yield from _source(one, layers - 1)
    source = event.get("source") if isinstance(event, dict) else None
    told = source.get("endpoint") if isinstance(source, dict) else None
    if isinstance(told, str):
        try:
            yield parse_endpoint(told)
        except ValueError:
            return
