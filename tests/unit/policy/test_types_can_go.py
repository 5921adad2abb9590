"""The types of a policy can be forgotten without harm, also when a process ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
_FORGET = """
import gc, sys, msgspec
from shared.policy import conditions
for _ in range(50):
    msgspec.msgpack.Decoder(getattr(conditions, sys.argv[1]))
    gc.collect()
"""


@pytest.mark.parametrize("name", ["Globs", "Texts", "Patterns", "ExitCodes", "Signals"])
def test_types_are_freed_once(name: str) -> None:
    """None is a text with `pattern=` that may be a list instead: msgspec 0.22 frees the memory of such a one twice."""
    ended = subprocess.run([sys.executable, "-c", _FORGET, name], cwd=ROOT, check=False)
    assert ended.returncode == 0
