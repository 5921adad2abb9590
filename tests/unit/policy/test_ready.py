"""A policy that was read beforehand is the policy that its text says, or it is not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.errors import PolicyError
from shared.policy.load import load_policy, written_policy
from shared.policy.ready import ENDING, encoded, read_ready

SHIPPED = (Path(__file__).parents[3] / "policy.yaml").read_bytes()
EVERY = b"""
version: 1
mode: observe
regions: [cn-shanghai]
breaker: null
max_lost_h: 12
rate: {max_jobs: 20, window_s: 60}
classes: {infrastructure: {max: 5}}
thrash: {max_failures: 5, window_s: 3600}
same_text: {max: 2, window_s: 3600}
ignore_lines: ["NCCL INFO"]
include: [mpi, gpu@1]
rules:
  - {name: a, match: {message: "(?i)lost", exit_code: [1, "137-139"], signal: SIGKILL}, action: hold, delay_s: 5}
  - {name: b, match: {}, action: ignore, attempts: {max: 1}, cooldown: {base_s: 3}}
"""


@pytest.mark.parametrize("text", [SHIPPED, EVERY])
def test_a_ready_policy_is_the_one_that_its_text_says(tmp_path: Path, text: bytes) -> None:
    """Rule by rule, packs and all, with the same version."""
    path = tmp_path / "policy.yaml"
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(text, written_policy(text.decode())))
    read, ready = load_policy(text.decode()), read_ready(path, text)
    assert ready == read
    assert ready is not None
    assert ready.policy_version == read.policy_version
    assert [type(rule) for rule in ready.rules] == [type(rule) for rule in read.rules]


def test_a_changed_text_is_read_from_the_text(tmp_path: Path) -> None:
    """One byte is enough: what somebody has edited is what holds."""
    (tmp_path / f"policy.yaml{ENDING}").write_bytes(encoded(SHIPPED, written_policy(SHIPPED.decode())))
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is not None
    assert read_ready(tmp_path / "policy.yaml", SHIPPED + b" ") is None


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x82\xa6digest\xa1x\xa7written\x80"])
def test_without_one_or_with_a_broken_one_the_text_is_read(tmp_path: Path, content: bytes | None) -> None:
    """What cannot be understood is as if it were not there."""
    if content is not None:
        (tmp_path / f"policy.yaml{ENDING}").write_bytes(content)
    assert read_ready(tmp_path / "policy.yaml", SHIPPED) is None


def test_a_faulty_text_says_nothing() -> None:
    """With its faults, as whoever reads the whole policy is told them."""
    with pytest.raises(PolicyError):
        written_policy("version: 2\n")
