"""Variables that look like settings and are none: nobody reads them, and nobody is told unless it is here."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.messages import VARIABLE_PREFIX
from shared.settings.environment import PREFIX
from shared.settings.variables import VARIABLES

NAMES = tuple(variable.name for variable in VARIABLES)
"""Every setting that `read_settings` reads."""
ELSEWHERE = frozenset(
    {"SECONDWIND_CLUSTER_ID", "SECONDWIND_REGION", "SECONDWIND_REPORT_DIR", "SECONDWIND_EMITTERS_CONF"}
)
"""Read by the emitters on a cluster's nodes."""
MAX_CHARS = 64
MAX_TOLD = 20


class Unknown(Struct, frozen=True):
    """A variable that nobody reads."""

    name: str
    """ASCII, printable, bounded."""
    closest: str
    """The setting that is spelt most like it."""

    def __str__(self) -> str:
        return f"{self.name} (closest: {self.closest})"


def unknown_names(environ: Mapping[str, str]) -> list[Unknown]:
    """Variables that begin like a setting, in any case and with or without underscores, and are none; sorted.

    Values are not looked at. At most `MAX_TOLD`.
    """
    found = [name for name in environ if _looks_like_one(name) and name not in NAMES and name not in ELSEWHERE]
    return [Unknown(_printable(name), _closest(name)) for name in sorted(found)[:MAX_TOLD]]


def _looks_like_one(name: str) -> bool:
    if name.startswith(VARIABLE_PREFIX):
        return False  # a policy's `notify` names them; `doctor` says which of those are missing
    return name[:MAX_CHARS].upper().replace("_", "").startswith(PREFIX.rstrip("_"))


def _closest(name: str) -> str:
    """By what follows the prefix, which all have."""
    from difflib import get_close_matches  # noqa: PLC0415 - for a slip alone

    told = name[:MAX_CHARS].upper().replace("SECOND_WIND", "SECONDWIND").removeprefix(PREFIX.rstrip("_")).lstrip("_")
    parts = [known.removeprefix(PREFIX) for known in NAMES]
    return PREFIX + get_close_matches(told, parts, n=1, cutoff=0.0)[0]


def _printable(name: str) -> str:
    return "".join(char if " " < char <= "~" else "?" for char in name[:MAX_CHARS])
