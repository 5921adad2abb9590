"""The numbers that decide: whoever changes one changes it here as well, on purpose.

Bounds are met by other tests at whatever value they have; that it is this value, nothing else would say.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.numbers_of_systems import NUMBERS_OF_SYSTEMS
from tools.mutants.rooms import ROOMS

ROOT = Path(__file__).resolve().parents[2]

NUMBERS: dict[str, dict[str, Any]] = {
    "shared.documents": {"KEPT_S": 2_592_000.0},
    "shared.domain.act": {
        "MAX_WHO_CHARS": 128,
        "MAX_IDENTITY_CHARS": 380,
        "MAX_ACTOR_CHARS": 512,
        "MAX_WHY_CHARS": 256,
    },
    "shared.domain.address": {"MAX_CHARS": 2048},
    "shared.domain.claims": {"FOLLOWS_FOR_S": 86_400.0, "REST_S": 120.0, "AGAIN_S": 300.0},
    "shared.domain.crowd": {"MAX_UNCLEAR": 16},
    "shared.domain.endpoint": {"_MAX_HOST_CHARS": 253, "_DEFAULT_PORTS": {"https": 443, "http": 80}},
    "shared.domain.failure": {"MAX_WHOLE": 100, "MAX_KINDS": 20},
    "shared.domain.hosts": {"MOST_NODES_A_FAILURE": 8},
    "shared.domain.limits": {
        "BREAKER_BUCKET_S": 60,
        "COUNT_BUCKET_S": 10,
        "PACE_WINDOW_S": 60.0,
        "MAX_WHY_CHARS": 256,
        "MAX_WHO_CHARS": 128,
        "MAX_DIGITS": 20,
    },
    "shared.domain.link_key": {"MIN_SECRET_CHARS": 32, "MAX_SECRET_CHARS": 256, "MAX_SECRETS": 4},
    "shared.domain.links": {"MAX_TOKEN_CHARS": 3072, "_NONCE_BITS": 32},
    "shared.domain.machines": {"MAX_SUSPECTS": 1000},
    "shared.domain.messages": {"MAX_THINGS": 100, "MAX_KNOWN": 20_000, "REFILL_S": 900.0, "ID_CHARS": 16},
    "shared.domain.nodes": {
        "MAX_NODES": 200,
        "MAX_HITS": 20,
        "MOST_SUSPECTS": 8,
        "MAX_OWED": 64,
        "_MESSAGE_CHARS": 2048,
    },
    "shared.domain.record": {
        "MAX_CASES": 256,
        "MAX_OPEN": 128,
        "LISTED_AT": 4_102_444_800.0,
        "BACKLOG_BYTES": 500_000,
        "OWED_RETRY_S": 60.0,
    },
    "shared.domain.room": {
        "LARGEST_BYTES": 2_000_000,
        "WAITING_BYTES": 1_000_000,
        "ACTING_BYTES": 1_600_000,
        "SHORT_CHARS": 128,
    },
    "shared.domain.runs": {"SKEW_S": 30.0, "START_TOLERANCE_S": 1.0},
    "shared.domain.settlement": {"THROTTLE_WAIT_S": 60.0},
    "shared.domain.shares": {"BUCKET_S": 60},
    "shared.domain.transitions": {"MAX_TELLINGS": 16, "WATCH_S": 86_400.0},
    "shared.heal.act": {"ROOM_TO_CALL_S": 2.0},
    "shared.heal.canary": {"TRIES": 3},
    "shared.heal.fetch": {"MOST_A_CHUNK": 20, "MOST_S": 5.0},
    "shared.heal.limits": {"TRIES": 3, "PACE_WAIT_S": 60.0, "CONTENDED_WAIT_S": 5.0},
    "shared.heal.looks": {"MOST_SCOPES": 100, "LEAST_TIME_S": 6.0},
    "shared.heal.nodes": {"TRIES": 3, "ROOM_S": 15.0, "_NAME_BYTES": 64},
    "shared.heal.report": {"TRIES": 3, "OWED_BYTES": 500_000, "STRUCK_TOGETHER": 500},
    "shared.heal.settle": {"TRIES": 3},
    "shared.heal.walk": {"CHUNK": 100, "TRIES": 3},
    "shared.http_bounds": {"HEAD_BYTES": 65_536, "PART_BYTES": 16_384},
    "shared.idle": {"IDLE_S": 4.0},
    "shared.intake.announcement": {"MAX_EXTRA_FIELDS": 32, "MAX_EXTRA_NAME_CHARS": 64, "MAX_KEY_BYTES": 768},
    "shared.intake.body": {
        "MAX_BYTES": 33_554_432,
        "MAX_CONTAINERS": 500_000,
        "MAX_COMMAS": 3_000_000,
        "MAX_DEPTH": 64,
        "MAX_DIGITS": 64,
        "MAX_FAULTS": 50,
        "SALVAGE_CHARS": 4_194_304,
    },
    "shared.intake.carriers": {"LAYERS": 4},
    "shared.intake.context": {"MAX_RAW_BYTES": 4096, "MAX_HINT_CHARS": 256, "MAX_EVENT_ID_BYTES": 1024},
    "shared.intake.event": {"MAX_ITEMS": 10_000, "SHOWN_ITEMS": 10},
    "shared.intake.manual": {"_MAX_WRAPPERS": 2},
    "shared.intake.trigger": {"MAX_CURSOR_CHARS": 256, "MAX_ENDPOINT_CHARS": 256, "MAX_SHARD": 2_147_483_647},
    "shared.intake.values": {"MAX_EXIT_CODE_CHARS": 64, "MAX_MESSAGE_BYTES": 32_768, "MAX_EVIDENCE_BYTES": 1024},
    "shared.ledger.redis": {"VALUE_BYTES_MAX": 536_870_848},
    "shared.ledger.redis_link": {"MAX_WAIT_S": 5.0},
    "shared.ledger.sqlite": {
        "BUSY_TIMEOUT_S": 10.0,
        "VALUE_BYTES_MAX": 999_000_000,
        "MODE": 0o600,
        "_KEYS_A_QUERY": 500,
        "_SWITCHES": 20,
    },
    "shared.people.holds": {"MIN_PREFIX": 6},
    "shared.people.modes": {"MAX_ACTS": 200},
    "shared.people.walk": {"TRIES": 3, "BATCH": 100, "PAGE": 1000},
    "shared.policy.belts": {"_MINUTE_S": 60, "DAY_S": 86_400.0, "LONGEST_WINDOW_S": 2_419_200.0},
    "shared.policy.blocks": {"MAX_NAME_CHARS": 64},
    "shared.policy.conditions": {
        "MAX_LISTED": 64,
        "MAX_CONDITION_CHARS": 256,
        "MAX_PATTERN_CHARS": 1024,
        "HIGHEST_SIGNAL": 64,
        "LOWEST_EXIT_CODE": -2_147_483_648,
        "HIGHEST_EXIT_CODE": 4_294_967_295,
    },
    "shared.policy.cron": {"_LONGEST_MONTHS": {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}},
    "shared.policy.decide": {"GIVE_UP_AFTER_S": 86_400.0},
    "shared.policy.discover": {"MAX_ENTRIES": 64},
    "shared.policy.early": {"FIRST_TEXTS": 256, "_GRAM": 3},
    "shared.policy.evidence": {"_SHELL_BASE": 128, "_PBS_BASE": 256},
    "shared.policy.facts": {"FIRST_PAUSE_S": 30.0, "LONGEST_PAUSE_S": 1800.0},
    "shared.policy.fetched": {"_WINDOW_CHARS": 8192, "MAX_WINDOWS": 101, "_CAUSE_CHARS": 5000, "_END_CHARS": 3500},
    "shared.policy.gates_calendar": {"LONGEST_WAIT_S": 86_400.0},
    "shared.policy.gates_case": {"BEGINS_S": 6.0},
    "shared.policy.gates_nodes": {"LOOK_AGAIN_S": 300.0},
    "shared.policy.gates_policy": {"_HOUR_S": 3600.0},
    "shared.policy.known": {"EXCERPT_BYTES": 1024, "_LOOKED_AT_CHARS": 2048},
    "shared.policy.literals": {
        "MAX_CHOICES": 32,
        "MAX_TEXT_BYTES": 48,
        "MAX_TOGETHER": 3,
        "_LONG_ENOUGH": 12,
        "_SMALL_CLASS": 6,
    },
    "shared.policy.load": {"MAX_TEXT_BYTES": 262_144, "MAX_FAULTS": 200},
    "shared.policy.match": {"_MOST_KNOWN": 512},
    "shared.policy.model": {
        "MAX_RULES": 200,
        "MAX_INCLUDED": 64,
        "MAX_IGNORED": 64,
        "MAX_BLOCKS": 64,
        "MAX_WINDOWS": 64,
        "MAX_REGIONS": 64,
        "MAX_SOURCES": 64,
        "MAX_PEOPLE": 256,
    },
    "shared.policy.notify": {"MAX_CHANNELS": 16, "MAX_ROUTES": 64, "DIGEST_LATE_S": 14_400.0},
    "shared.policy.outlook": {"_NEVER": 3},
    "shared.policy.packs": {"_NO_DELAY": {"delay_s": 0.0}},
    "shared.policy.patterns": {
        "MAX_MEMORY_BYTES": 1_048_576,
        "MAX_PROGRAM": 500,
        "MAX_WEIGHT": 10,
        "MAX_WEIGHTS": 4096,
        "MAX_SQUARES": 8_000_000,
        "MAX_PATTERNS": 2048,
        "LIGHT": 3,
    },
    "shared.policy.people": {"MAX_DEEDS": 8},
    "shared.policy.plain": {"_TUPLE": 0, "_LIST": 1, "_DICT": 2, "_SET": 3, "_FIRST_KIND": 4},
    "shared.policy.prefilter": {
        "SHORT_BYTES": 2048,
        "MAX_KNOWN": 250,
        "_MOST_KEPT": 1024,
        "_MOST_WORDS": 64,
        "_MOST_LOOKED": 1_572_864,
        "_LEAST_BYTES": 3,
        "FEW_TEXTS": 8,
    },
    "shared.policy.prices": {"MAX_PRICES": 64},
    "shared.policy.reader": {"MAX_SHOWN_CHARS": 40},
    "shared.policy.review": {"QUICK_SETTLE_S": 60},
    "shared.policy.rule": {"MAX_WHY_CHARS": 256, "MAX_DELAY_S": 43_200.0},
    "shared.policy.search": {
        "MAX_WORK": 524_288,
        "MAX_RUNS": 8000,
        "RICH_BYTES": 8000,
        "_GROUPED": 4,
        "MAX_WORDS": 1500,
        "MAX_LETTERS": 12_000,
    },
    "shared.policy.text.fingerprint": {"_DIGITS": 16},
    "shared.policy.text.normal": {"MAX_LINES": 512},
    "shared.policy.text.whole": {"MIN_WIDTH": 40, "MAX_PIECES": 16},
    "shared.policy.weight": {"_RUN": 16, "_MOST": 1_000_000},
    "shared.policy.windows": {"MAX_LASTS_S": 604_800.0, "_MINUTE_S": 60},
    "shared.policy.wordindex": {
        "_GRAM": 3,
        "_FEW": 64,
        "_MOST_LEARNED": 64,
        "_LONGEST_LEARNED": 200,
        "_MOST_KEPT": 8192,
    },
    "shared.policy.wording": {
        "_SHORT_CHARS": 1024,
        "_MOST_SHORT": 2048,
        "_MOST_LONG": 32,
        "_MOST_PLANS": 4,
        "_LONGEST_PLAN": 64,
    },
    "shared.policy.yamltree": {"MAX_DEPTH": 16, "_EXACT": 9_007_199_254_740_992.0},
    "shared.ranges": {"SLICE_RECORDS": 2000, "SLICE_BYTES": 10_000_000, "ROOM_S": 10.0},
    "shared.reading.ids": {"MAX_ID_CHARS": 128, "MAX_LONG": 9_223_372_036_854_775_807},
    "shared.reading.jwt": {
        "MAX_TOKEN_CHARS": 6144,
        "MAX_KEYS": 16,
        "LEAST_BITS": 2048,
        "MOST_BITS": 8192,
        "LEEWAY_S": 60.0,
    },
    "shared.reading.text": {
        "MAX_NAME_CHARS": 256,
        "_QUOTED_CHARS": 16,
        "_QUOTED_BYTES": 68,
        "_PATH_CHARS": 256,
        "_MOSTLY_UTF8": 4,
    },
    "shared.reading.times": {
        "FIRST_MS": 100_000_000_000.0,
        "EARLIEST_S": 100_000_000.0,
        "LATEST_S": 253_402_300_799.0,
        "_ZONES_H": {"UTC": 0, "GMT": 0, "PRC": 8, "Asia/Shanghai": 8},
    },
    "shared.side_by_side": {"LANES": 12, "PAUSE_S": 1.0},
    "shared.sls": {
        "MAX_PUT_BYTES": 4_900_000,
        "MAX_PUT_LOGS": 4096,
        "SHORT_BYTES": 1024,
        "PULL_GROUPS": 1000,
        "FIRST_GROUPS": 10,
        "PAGE_BYTES": 4_000_000,
        "MOST_PAGE_BYTES": 32_000_000,
        "TRIES": 2,
        "LEAST_TIME_S": 1.0,
        "_FIELD_BYTES": 16,
    },
    "shared.sls._client": {
        "CONNECT_TIMEOUT_S": 3.0,
        "READ_TIMEOUT_S": 10.0,
        "TOTAL_TIMEOUT_S": 30.0,
        "_OK": 200,
        "_SERVER_FAILED": 500,
        "_TOO_LARGE": 413,
    },
    "shared.sls.newest": {"MOST_PAGES": 200},
    "shared.sls.outcomes": {
        "PAGE": 100,
        "MINUTE_S": 60,
        "PAGES_MAX": 1000,
        "ANSWER_BYTES_MAX": 67_108_864,
        "TIMEOUT_S": 10.0,
        "TRIES": 3,
        "SAID_BYTES": 16_384,
        "SHOWN_CHARS": 200,
        "_OK": 200,
        "MAX_DIGITS": 19,
    },
    "shared.sweep": {
        "PAGE": 100,
        "MAX_DOCUMENTS": 5000,
        "MAX_HINTS": 10_000,
        "ROOM_S": 6.0,
        "MAX_PENDING": 500,
        "MAX_PAGES": 10,
    },
    **NUMBERS_OF_SYSTEMS,
}
"""By module."""


@pytest.mark.parametrize("module", sorted(NUMBERS))
def test_a_number_is_what_it_was_decided_to_be(module: str) -> None:
    """To the last digit."""
    there = importlib.import_module(module)
    assert {name: getattr(there, name) for name in NUMBERS[module]} == NUMBERS[module]


def _named_numbers() -> Iterator[tuple[str, str]]:
    """Module and name of each number that a module of what decides spells out for itself."""
    for path in (path for room in ROOMS for path in room.modules(ROOT)):
        module = str(path.relative_to(ROOT)).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            match statement:
                case ast.Assign(targets=targets, value=value):
                    pass
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    targets = [target]
                case _:
                    continue
            if any(isinstance(part, ast.Constant) and isinstance(part.value, int | float) for part in ast.walk(value)):
                names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
                there = importlib.import_module(module)
                yield from ((module, name) for name in names if isinstance(getattr(there, name), int | float))


def test_every_number_stands_here() -> None:
    """What decides has no number that could be changed unnoticed."""
    assert [(module, name) for module, name in _named_numbers() if name not in NUMBERS.get(module, {})] == []
