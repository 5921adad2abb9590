"""Writes what is made from the policy's model: policy.schema.json and the reference tables in docs/policy.md."""

from __future__ import annotations

from pathlib import Path

from secondwind.commands.policy.schema import FILE, as_json
from tools.policy_reference import with_tables

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write both."""
    (ROOT / FILE).write_text(as_json(), encoding="utf-8")
    guide = ROOT / "docs" / "policy.md"
    guide.write_text(with_tables(guide.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
