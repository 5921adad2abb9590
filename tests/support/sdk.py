"""Official SDKs publish no types: what a test takes of them has a name, at least."""

from __future__ import annotations

from typing import Any

Sdk = Any
"""A client of an official SDK, or its module."""
