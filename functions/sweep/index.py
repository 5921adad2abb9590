"""Invoked by a timer: what is due in the ledger."""

from __future__ import annotations

from typing import Any

from shared.configuration import prepare
from shared.runtime import handle_sweep


def initialize(context: Any) -> None:
    """Check settings and policy once per instance. Raises SettingsError."""
    prepare(context)


def handler(event: bytes, context: Any) -> dict[str, Any]:
    """One delivery, answered as `secondwind-result/1`. Raises only if the whole delivery must come again."""
    return handle_sweep(event, context)
