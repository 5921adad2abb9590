"""Thousands of generated bodies at each door, as the platform hands them over: each ends in outcomes, none in a crash.

The doors are the functions' own handlers with the real intake, decision and answer; what would need a network is a
stand-in: job systems that find nothing, a ledger and a Logstore that only remember.
"""

from __future__ import annotations

import importlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from localcloud.fc.instance.context import make_context
from shared.domain.call import CallResult, Target
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.progress import Progress
from shared.domain.snapshot import Observation
from shared.ports import LogEntry, LogPage, LogRange, Stored
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.hostile import as_bytes, bent, spoil
from tests.support.clock import Clock
from tests.support.depth import deep
from tests.support.memory_ledger import MemoryLedger

RUNS, BODIES_A_RUN = deep(1, 4), 2_000
"""The bodies of a door are spread over several tests, so that both cores work."""
VERDICTS = {"ineligible", "invalid", "suppressed", "duplicate", "deferred"}


class NothingThere:
    """A job system in which nothing is found."""

    batch_size = 100

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        return [EhpcSnapshot(job_id=one.job_id, state=State.NOT_FOUND, look_begun_at=2e9) for one in failures]

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        raise AssertionError(f"nothing was found, and yet {targets} were to be rerun")


class ShortKeys(MemoryLedger):
    """A ledger that no stranger's text makes a key of, whole."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        assert all(len(key) < 2000 for key in keys)
        return super().load(keys)


class Paper:
    """A Logstore that checks what it is given, as PutLogs would."""

    def __init__(self, *_: object) -> None:
        pass

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        for record in records:
            assert record["verdict"] in VERDICTS
            assert all(record.values())
            assert sum(len(value.encode()) for value in record.values()) < 64 * 1024


class EmptyRange:
    """A source with one log that announces nothing."""

    def __init__(self, *_: object) -> None:
        pass

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        assert wanted.endpoint.endswith((".log.aliyuncs.com", "127.0.0.1:8080"))
        entries = iter([LogEntry(0, 1_700_000_000, {"level": "info"})])
        yield LogPage(since.cursor, wanted.end_cursor, since.ordinal, entries)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, bytes], dict[str, Any]]:
    """Calls a door."""
    import shared.runtime

    settings = {
        "SECONDWIND_SLS_ENDPOINT": "http://127.0.0.1:8080",
        "SECONDWIND_OUTCOME_PROJECT": "secondwind",
        "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
        "SECONDWIND_LEDGER_URL": f"sqlite://{tmp_path}/never-opened.db",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(shared.runtime, "open_ledger", lambda *_args, **_more: ShortKeys(Clock()))
    monkeypatch.setattr(shared.runtime, "SlsSink", Paper)
    monkeypatch.setattr(shared.runtime, "SlsSource", EmptyRange)
    monkeypatch.setattr(shared.runtime, "open_systems", lambda *_, **_more: lambda _system, _region: NothingThere())
    context = make_context("3.12", request_id="r")

    def invoke(door: str, body: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = importlib.import_module(f"functions.{door}.index").handler(body, context)
        return answer

    return invoke


@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("door", ["log_trigger", "event_trigger", "manual", "sweep"])
def test_any_body_ends_in_outcomes(call: Callable[[str, bytes], dict[str, Any]], door: str, run: int) -> None:
    """No body makes a handler raise; every answer is plain JSON, and every outcome is one that Log Service takes."""
    chance = random.Random(f"{door}/{run}")
    told: Counter[str] = Counter()
    for _ in range(BODIES_A_RUN):
        body = as_bytes(bent(chance))
        answer = call(door, spoil(body, chance) if chance.random() < 0.3 else body)
        json.dumps(answer, allow_nan=False)
        assert answer["schema"] == "secondwind-result/1"
        told.update({name: count for name, count in answer["counts"].items() if count})
    # The generator must reach the answers that a door can give, or it shows nothing.
    expected = {
        "log_trigger": {"invalid", "passed_over"},
        "event_trigger": {"invalid", "ineligible"},
        "manual": {"invalid", "ineligible", "passed_over"},
        "sweep": set(),
    }[door]
    assert expected <= told.keys()
