"""Where a channel's host is, found within a bounded time, and judged before anything is sent there.

The address of a channel is its operator's word. It may be in a private network, where many a receiver stands; but an
address that hands out keys of the machine that asks, or that nobody but this machine's own kernel answers, is no
receiver's: whoever changed a name's record would get a signed message to where it does harm.
"""

from __future__ import annotations

import ipaddress
import socket
import threading

from shared.settings.plaintext import on_this_machine

LOOK_UP_S = 1.5
MOST_ADDRESSES = 16
"""Of a name."""
METADATA = frozenset({ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("fd00:ec2::254")})
"""What hands out a machine's keys beside the link-local ones; the first one is Alibaba Cloud's
(https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata)."""

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):  # noqa: N818 - named for what became of the address
    """No channel may lead there; nothing was sent."""


def addresses_of(host: str) -> list[str]:
    """Addresses of a host, at most `MOST_ADDRESSES`, within `LOOK_UP_S`.

    Raises:
        OSError: it has none, or the look-up takes too long.
        AddressRefused: one of them is none that a channel may have.
    """
    found = _looked_up(host)
    for text in found:
        problem = _problem(ipaddress.ip_address(text.partition("%")[0]), host)
        if problem:
            raise AddressRefused(f"the channel's host leads to {problem}")
    return found[:MOST_ADDRESSES]


def _looked_up(host: str) -> list[str]:
    """The system's look-up cannot be told when to give up: it is left behind where it hangs."""
    found: list[str] = []
    problems: list[OSError] = []

    def look_up() -> None:
        try:
            found.extend(str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            problems.append(error if isinstance(error, OSError) else OSError("no name"))

    hand = threading.Thread(target=look_up, daemon=True)
    hand.start()
    hand.join(LOOK_UP_S)
    if problems:
        raise problems[0]
    if hand.is_alive() or not found:
        raise TimeoutError("the look-up of a name takes too long")
    return list(dict.fromkeys(found))


def _problem(address: Ip, host: str) -> str:
    """What is wrong with an address, for people; empty if nothing is."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        address = mapped
    if address in METADATA or address.is_link_local:
        return "where a machine's own keys are handed out"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "an address that nobody has"
    return "this machine, under another name" if address.is_loopback and not on_this_machine(host) else ""
