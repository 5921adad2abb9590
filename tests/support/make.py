"""What a fixture that makes things gives: a function of whatever differs from the ordinary one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")
Make = Callable[..., Made]
"""`Make[Case]`: makes cases; what the call does not say is as the fixture's docstring tells."""
