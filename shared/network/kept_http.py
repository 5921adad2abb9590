"""HTTP connections of the process, kept between requests for a few seconds: how every SDK's requests leave.

What an SDK has signed is sent as it is: once, to the host that it names, past every proxy, and no redirect is followed.
A connection that was idle for `shared.network.idle.IDLE_S`, or whose end has been told, is not used again.

No peer is trusted with our memory or time: an answer has a length at most, and question and answer together a time,
however little comes at once. What is cut off so may have arrived, as any request without an answer.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from urllib.parse import urlsplit

from shared.meanwhile import use_wait
from shared.network.http_answer import HttpAnswer
from shared.network.http_bounds import Bounded, Bounds
from shared.network.http_line import PORTS, HttpLine, NoWholeAnswer, Place, Snag

__all__ = ["Begun", "NoWholeAnswer", "Snag", "begin", "drop_connections", "exchange"]

MOST_KEPT = 16
"""Idle connections to one place."""
_TARGET = re.compile(r"/[!-~]*", re.ASCII)


def exchange(method: str, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds) -> HttpAnswer:
    """Send one request once, and read its answer.

    Args:
        method: in capitals.
        url: absolute, as it goes out: nothing is quoted here.
        headers: as they go out; the length is added if it is not there.
        body: may be empty.
        bounds: of time, from now on, and of the answer.

    Raises:
        NoWholeAnswer: there is no answer, or not all of it.
        ValueError: this is no request: nothing was sent.
    """
    return begin(method, url, headers, body, bounds).answer()


def begin(method: str, url: str, headers: Mapping[str, str], body: bytes, bounds: Bounds) -> Begun:
    """The first half of an exchange: send the request. Its time goes on while somebody does something else.

    Raises:
        NoWholeAnswer: there will be no answer.
        ValueError: as `exchange`.
    """
    bounded = Bounded(bounds)
    place, target = _split(url)
    line = _taken(place) or HttpLine(place, min(bounds.connect_s, bounds.total_s))
    try:
        line.send(method, target, headers, body, bounded)
    except BaseException as error:
        _lost(place, line, error)
        raise
    return Begun(place, line, bounded)


class Begun:
    """A request that was sent: `answer` or `drop`, once. Until then nothing else is sent on its connection."""

    def __init__(self, place: Place, line: HttpLine, bounded: Bounded) -> None:
        self._place, self._line, self._bounded = place, line, bounded

    def answer(self) -> HttpAnswer:
        """Wait for it, not idly where something is expected to be used. Raises NoWholeAnswer."""
        use_wait()
        try:
            answer = self._line.receive(self._bounded)
        except BaseException as error:
            _lost(self._place, self._line, error)
            raise
        _given(self._place, self._line, keep=answer.keeps)
        return answer

    def drop(self) -> None:
        """Nobody wants the answer: its connection serves no other request."""
        self._line.close()


def drop_connections(place: Place | None = None) -> None:
    """Keep none of those that are idle now, to that place or to any."""
    with _LOCK:
        lines = [line for one in ([place] if place else list(_KEPT)) for line in _KEPT.pop(one, [])]
    for line in lines:
        line.close()


@lru_cache(maxsize=64)  # most of what is asked is asked again and again
def _split(url: str) -> tuple[Place, str]:
    scheme, mark, rest = url.partition("://")
    netloc, _, target = rest.partition("/")
    if not mark or not _TARGET.fullmatch(f"/{target}"):
        raise ValueError("this URL cannot be sent as it is")
    return _place(scheme.lower(), netloc), f"/{target}"


@lru_cache(maxsize=64)
def _place(scheme: str, netloc: str) -> Place:
    parts = urlsplit(f"{scheme}://{netloc}")
    if scheme not in PORTS or not parts.hostname or parts.username is not None:
        raise ValueError("no host, or no HTTP")
    return scheme, parts.hostname, parts.port or PORTS[scheme]


_KEPT: defaultdict[Place, list[HttpLine]] = defaultdict(list)
_LOCK = Lock()


def _begin_as_a_child() -> None:
    """After a fork: an answer on a connection that both have may be the other's."""
    global _LOCK  # noqa: PLW0603 - somebody may have held it
    _LOCK = Lock()
    _KEPT.clear()


os.register_at_fork(after_in_child=_begin_as_a_child)


def _taken(place: Place) -> HttpLine | None:
    """A kept connection that may be used again, the last used first; those that may not are closed on the way."""
    while True:
        with _LOCK:
            line = lines.pop() if (lines := _KEPT.get(place)) else None
            over = _stale_ones() if line is None else []
        for one in over:
            one.close()
        if line is None or line.usable:
            return line
        line.close()


def _stale_ones() -> list[HttpLine]:
    """Taken out of what is kept, to whatever place."""
    found = []
    for place, lines in list(_KEPT.items()):
        fresh = [line for line in lines if not line.stale]
        found += [line for line in lines if line not in fresh]
        if fresh:
            _KEPT[place] = fresh
        else:
            del _KEPT[place]
    return found


def _lost(place: Place, line: HttpLine, error: BaseException) -> None:
    """There is no whole answer on it."""
    line.close()
    if isinstance(error, NoWholeAnswer) and error.snag is Snag.BROKEN:
        drop_connections(place)  # its neighbours may be as dead, and whoever asks again wants an answer


def _given(place: Place, line: HttpLine, *, keep: bool) -> None:
    with _LOCK:
        kept = _KEPT[place]
        if keep:
            kept.append(line)
            if len(kept) <= MOST_KEPT:
                return
            line = kept.pop(0)
    line.close()
