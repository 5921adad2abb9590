"""What single members of an answer say, as text that may be shown: whatever else stands there says nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SAID = ("Code", "Message", "RequestId", "Success", "ErrorCode", "ErrorMessage", "SuccessInfo")
"""Members in which a service speaks of the call, and may quote it; the others are what was asked for."""
_LEVELS = 3
"""So deep may what is said stand in one of them (docs/facts/dataworks.md#rerun); what is deeper is not shown."""


def hidden(value: Any, hide: Callable[[str], str], levels: int = _LEVELS) -> Any:
    """The value, each text in it without secrets."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict) and levels:
        return {name: hidden(member, hide, levels - 1) for name, member in value.items()}
    return value


def text_of(members: Mapping[str, Any], name: str) -> str:
    """A member that is text, a number or a truth value, as text; empty if it is none of these."""
    value = members.get(name)
    return str(value) if isinstance(value, str | int | float) else ""
