"""Acts of people: who did it and why, as an outcome tells it."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from shared.domain.failure import Trigger

MAX_WHO_CHARS = 128
"""Of the name that somebody goes by."""
MAX_IDENTITY_CHARS = 380
MAX_ACTOR_CHARS = 512
"""Of a name with the identity behind it."""
MAX_WHY_CHARS = 256
UNEXPLAINED = "no reason given"
"""What the outcome of an act says that nobody explained: whoever reads it later has somebody to ask."""


class Way(str, Enum):
    """From where a person acted."""

    COMMAND_LINE = "command_line"
    """A command, on a machine that reaches the ledger."""
    FUNCTION = "function"
    """A body sent to the function `manual`."""
    CONSOLE = "console"
    """A page of the console, signed in."""
    LINK = "link"
    """A link out of a message."""


class Signed(Struct, frozen=True, kw_only=True):
    """What stands beside the name that somebody gave themselves."""

    identity: str = ""
    """As which the machine and RAM know them; at most 380 characters are kept. Empty: not known, or the same name."""
    way: Way | None = None
    """From where; None: not known."""
    why: str = ""
    """In their words; empty: they gave none."""
    via: Trigger = Trigger.MANUAL
    """The door through which they acted; by hand where it was the command line."""

    @property
    def reason(self) -> str:
        """The field `why` of an outcome: at most 256 characters, never empty."""
        return self.why[:MAX_WHY_CHARS] or UNEXPLAINED

    def actor(self, by: str) -> str:
        """The field `actor` of an outcome: `ann`, `ann (system user root, acs:ram::1:user/ann)`."""
        return f"{by[:MAX_WHO_CHARS]} ({self.identity[:MAX_IDENTITY_CHARS]})" if self.identity else by[:MAX_ACTOR_CHARS]


UNSIGNED = Signed()
