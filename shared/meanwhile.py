"""What a cold start loads while it waits for an answer anyway: what will be used, as far as is known by then.

A job system takes longer to answer than the patterns of all packs take to be made ready, or the SDK of Log Service to
be loaded. Whoever needs what is not there yet makes it as ever, and what fails here fails there again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

_EXPECTED: dict[str, Callable[[], object]] = {}


def expect(name: str, make: Callable[[], object]) -> None:
    """This will be used: made already, it costs nothing. Of one name the last is kept."""
    _EXPECTED[name] = make


def use_wait() -> None:
    """Make what is expected, the first first.

    Nobody asks whether the answer has come meanwhile: of TLS that cannot be seen (a server's tickets come first), and
    what is made here is not made later.
    """
    while _EXPECTED:
        with suppress(Exception):  # also where another thread has just taken the last one
            _EXPECTED.pop(next(iter(_EXPECTED)))()
