"""What the package brings along for its policy: where its packs are, and what was worked out of its patterns."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).with_name("packs.json")
"""The packs (`shared.policy.packs`)."""
READY: dict[str, bytes] = {}
"""States of `shared.policy.matching.early` by the digest of their patterns."""
