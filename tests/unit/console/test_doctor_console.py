"""The doctor says what the console lacks, once somebody has begun to set it up."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from secondwind.commands.doctor.console import console
from shared.domain.endpoint import Endpoint
from shared.domain.link_key import LinkKey
from shared.settings.console import ConsoleSettings

PEOPLE = "version: 1\npeople: [{who: ann}]\n"
KEY, URL = LinkKey((b"k" * 32,)), Endpoint("https", "sw.example.com", 443)


@pytest.mark.parametrize(
    ("policy", "its", "levels", "said"),
    [
        ("version: 1\n", {}, ["skip"], "not set up"),
        ("version: 1\n", {"link_key": KEY, "url": URL}, ["warn", "ok"], "names no `people`"),
        (PEOPLE, {}, ["ok", "warn", "warn", "ok"], "SECONDWIND_LINK_SECRET is not set"),
        (PEOPLE, {"link_key": KEY}, ["ok", "warn", "ok"], "SECONDWIND_CONSOLE_URL is not set"),
        (PEOPLE, {"link_key": KEY, "url": URL}, ["ok", "ok"], "nobody signs in"),
        ("version: 2\n", {"link_key": KEY}, [], ""),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, policy: str, its: dict[str, Any], levels: list[str], said: str
) -> None:
    """Nothing of it set up is no fault: the command line works without."""
    file = tmp_path / "policy.yaml"
    file.write_text(policy, encoding="utf-8")
    subject: Any = SimpleNamespace(settings=SimpleNamespace(policy_file=file, console=ConsoleSettings(**its)))
    findings = list(console(subject))
    assert [finding.level.value for finding in findings] == levels
    assert said in " ".join(finding.said for finding in findings)


def test_a_file_that_cannot_be_read_is_another_checks(tmp_path: Path) -> None:
    """Which says so."""
    subject: Any = SimpleNamespace(settings=SimpleNamespace(policy_file=tmp_path / "none", console=ConsoleSettings()))
    assert list(console(subject)) == []
