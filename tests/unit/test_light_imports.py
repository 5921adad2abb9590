"""What a command does not need it does not load: a list of holds starts without the policy's pattern engine."""

from __future__ import annotations

import subprocess
import sys

import pytest

SHOWN = "import sys, {module}; print(sorted(set(sys.modules) & {unwanted!r}))"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("shared.people", {"re2", "yaml", "shared.heal.corridor", "shared.policy.decide", "alibabacloud_tea_openapi"}),
        ("shared.documents", {"re2", "yaml", "shared.policy.model", "alibabacloud_tea_openapi"}),
        ("shared.systems", {"re2", "yaml", "alibabacloud_tea_openapi", "shared.systems.openapi"}),
        ("shared.runtime", {"alibabacloud_tea_openapi", "aliyun", "tablestore", "redis"}),
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str, unwanted: set[str]) -> None:
    """In a process of its own, for this one has loaded everything."""
    code = SHOWN.format(module=module, unwanted=unwanted)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
