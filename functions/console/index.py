"""Invoked by an HTTP trigger: pages for people, and what they decide there."""

from __future__ import annotations

from typing import Any

from shared.web import handle_web, prepare_web


def initialize(context: Any) -> None:
    """Check settings and policy once per instance. Raises SettingsError."""
    prepare_web(context)


def handler(event: bytes, context: Any) -> dict[str, Any]:
    """One request of an HTTP trigger (v1), answered as it wants it."""
    return handle_web(event, context)
