"""Modules of an SDK as they come, beside those that were put into use."""

from __future__ import annotations

from importlib.util import find_spec, module_from_spec
from typing import Any


def anew(module: Any) -> Any:
    """A module of the SDK once more, as it comes."""
    spec = find_spec(module.__name__)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
