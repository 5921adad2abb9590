"""Any bytes at any door end in an answer, and one bad record costs no other.

A seeded generator bends whole bodies (the files of `events/`) in ways that a random byte rarely finds, thousands
for each door; Hypothesis adds bytes and JSON values of its own and shrinks what it finds.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.failure import Intake, Unreadable
from shared.intake import Context, read_events, read_logs, read_manual, read_trigger
from shared.ports import LogEntry, LogRange
from tests.hostile import HOSTILE, NAMES, RAW, as_bytes, bent, spoil
from tests.support.depth import deep

RUNS, BODIES_A_RUN = 4, deep(400, 2_000)
REGIONS = {"cn-hangzhou", "cn-beijing"}
CONTEXT = Context(
    region="cn-hangzhou",
    further_regions=frozenset({"cn-beijing"}),
    now=1767610000.0,
    request_id="req-1",
    sls_endpoint="http://127.0.0.1:8080",
    outcome_project="demo-outcomes",
    outcome_logstore="outcomes",
)
RANGE = LogRange(endpoint="x", project="p", logstore="l", shard=0, begin_cursor="MQ==", end_cursor="Mg==")


def _good(job: int) -> dict[str, Any]:
    return {
        "system": "ehpc",
        "cluster_id": "ehpc-hz-demo1",
        "job_id": f"{job}.good",
        "occurred_at": 1767608130,
    }


def _check(intake: Intake, seen: Counter[str]) -> None:
    """What holds for every answer of every door."""
    for failure in intake.failures:
        assert failure.scope.region in REGIONS
        assert failure.occurred_at <= CONTEXT.now
        assert len(failure.message.encode()) <= 32 * 1024
        assert len(failure.extra) <= 32
        assert all(len(text.encode()) <= 1024 for text in failure.extra.values())
        msgspec.json.encode(failure)
    for bad in intake.unreadable:
        _check_unreadable(bad)
    seen.update(failures=len(intake.failures), unreadable=len(intake.unreadable), passed_over=intake.passed_over)


def _check_unreadable(bad: Unreadable) -> None:
    assert 0 < len(bad.faults) <= 51
    assert all(len(str(fault)) < 600 for fault in bad.faults)
    assert len(bad.raw.encode()) <= 4096
    assert len(bad.event_id.encode()) <= 1024
    assert all(len(text) <= 256 for text in bad.hints.values())
    assert bad.hints.get("region", "cn-hangzhou") in REGIONS
    msgspec.json.encode(bad)


def _check_range(wanted: LogRange | Unreadable, seen: Counter[str]) -> None:
    if isinstance(wanted, Unreadable):
        _check_unreadable(wanted)
        seen["trigger_unreadable"] += 1
        return
    scheme, _, host = wanted.endpoint.partition("://")
    assert (scheme, host) == ("http", "127.0.0.1:8080") or (scheme == "https" and host.endswith(".log.aliyuncs.com"))
    assert not set(host) - set("abcdefghijklmnopqrstuvwxyz0123456789.:-")
    seen["ranges"] += 1


def _log(value: Any, chance: random.Random) -> dict[str, str | bytes]:
    """The value as a log: in `content`, or its members as fields, some of them bytes."""
    if not isinstance(value, dict) or chance.random() < 0.4:
        raw = as_bytes(value)
        return {"content": raw if chance.random() < 0.3 else raw.decode("utf-8", "surrogateescape")}
    members = value.get("data") if isinstance(value.get("data"), dict) else value
    fields: dict[str, str | bytes] = {}
    for name, member in (members or {}).items():
        text = member if isinstance(member, str) else as_bytes(member).decode("utf-8", "surrogateescape")
        fields[name] = chance.randbytes(6) if chance.random() < 0.03 else text
    return fields


def _jobs(intake: Intake) -> list[str]:
    return [failure.job_id for failure in intake.failures]


def _try_doors(value: Any, chance: random.Random, seen: Counter[str]) -> None:
    """The value between two good records at each door, and then alone with its bytes spoilt."""
    array = as_bytes([_good(1), value, _good(2)])
    by_event = read_events(array, CONTEXT)
    logs: list[Mapping[str, str | bytes]] = [_good_log(1), _log(value, chance), _good_log(2)]
    entries = [LogEntry(n, 1767608130, log) for n, log in enumerate(logs)]
    by_log = read_logs(entries, RANGE, CONTEXT)
    wrapped = as_bytes({chance.choice(["jobs", "event"]): [_good(1), value, _good(2)]})
    by_hand = read_manual(wrapped, CONTEXT).intake
    for intake in (by_event, by_log, by_hand):
        _check(intake, seen)
        assert (_jobs(intake)[0], _jobs(intake)[-1]) == ("1.good", "2.good")
        of_no_failure = len(intake.noted) + len(intake.reruns) + intake.passed_over
        assert len(intake.failures) + len(intake.unreadable) + of_no_failure >= 3, "an array may hold several"
    alone = as_bytes(value)
    _check_range(read_trigger(alone, CONTEXT), seen)
    spoilt = spoil(alone, chance)
    _check(read_events(spoilt, CONTEXT), seen)
    _check_range(read_trigger(spoilt, CONTEXT), seen)
    by_hand_alone = read_manual(chance.choice((alone, spoilt)), CONTEXT)
    _check(by_hand_alone.intake, seen)
    for wanted in by_hand_alone.ranges:
        _check_range(wanted, seen)


def _good_log(job: int) -> dict[str, str]:
    return {name: str(value) for name, value in _good(job).items()}


@pytest.mark.drawn
@pytest.mark.parametrize("seed", range(RUNS))
def test_bent_bodies_end_in_answers(seed: int) -> None:
    """8,000 bent bodies a door: no exception, bounded answers, allowed regions and hosts, good neighbours kept."""
    chance = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(BODIES_A_RUN):
        _try_doors(bent(chance), chance, seen)
    # The generator must reach each kind of answer often, or it shows nothing.
    assert seen["failures"] > 6 * BODIES_A_RUN
    assert min(seen["unreadable"], seen["passed_over"], seen["trigger_unreadable"]) > BODIES_A_RUN / 4
    assert seen["ranges"] > BODIES_A_RUN / 100


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from([*HOSTILE, *RAW]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6),
    max_leaves=20,
)
QUICK = settings(
    max_examples=deep(100, 250), deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)


@QUICK
@given(JSON_VALUES, st.randoms(use_true_random=False))
def test_any_json_value_ends_in_answers(value: Any, chance: random.Random) -> None:
    """Values that nobody thought of hold to the same laws."""
    _try_doors(value, chance, Counter())


@QUICK
@given(st.binary(max_size=400))
def test_any_bytes_end_in_answers(body: bytes) -> None:
    """So do bytes without any structure."""
    seen: Counter[str] = Counter()
    _check(read_events(body, CONTEXT), seen)
    _check(read_manual(body, CONTEXT).intake, seen)
    _check_range(read_trigger(body, CONTEXT), seen)
    _check(read_logs([LogEntry(0, 0, {"content": body, "system": body})], RANGE, CONTEXT), seen)
