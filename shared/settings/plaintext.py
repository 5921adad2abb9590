"""Where keys, tokens and passwords would cross a network unencrypted: refused, unless a setting allows it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from shared.domain.endpoint import Endpoint
from shared.settings.ledger_url import LedgerUrl, RedisUrl, TablestoreUrl

P = TypeVar("P", bound=Endpoint | LedgerUrl)
SETTING = "SECONDWIND_PLAINTEXT"
ALLOW, REFUSE = "allow", "refuse"
_LOOPBACK = re.compile(r"127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}|(?:[a-z0-9-]+\.)*localhost")
"""https://www.rfc-editor.org/rfc/rfc6761#section-6.3: names below `localhost` never leave the machine."""
PROBLEM = (
    "is unencrypted and names another machine: whoever is on the way reads tokens and logs. Use https:// or rediss://; "
    f"{SETTING}={ALLOW} allows it all the same"
)


def unencrypted(place: Endpoint | LedgerUrl | None) -> bool:
    """Whether what is sent there can be read on the way to another machine."""
    if isinstance(place, TablestoreUrl):
        place = place.endpoint
    if isinstance(place, RedisUrl):
        return not place.tls and not on_this_machine(place.host)
    return isinstance(place, Endpoint) and place.scheme == "http" and not on_this_machine(place.host)


def on_this_machine(host: str) -> bool:
    """Whether the host, in lower case, is a loopback address or a name that stands for one."""
    return _LOOPBACK.fullmatch(host) is not None


def checked(place: P, environ: Mapping[str, str]) -> P:
    """The place. Raises ValueError, whose text shows no value, where it is unencrypted and that is not allowed."""
    if unencrypted(place) and environ.get(SETTING, "").strip() != ALLOW:
        raise ValueError(PROBLEM)
    return place


def allows_plaintext(text: str) -> bool:
    """What the setting says. Raises ValueError."""
    if text not in {ALLOW, REFUSE}:
        raise ValueError(f"wants {ALLOW} or {REFUSE}")
    return text == ALLOW
