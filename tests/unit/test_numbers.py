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

from tests.unit.numbers_of_policy import NUMBERS_OF_POLICY
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
        "KEPT_FOR_S": 86_400.0,
        "MAX_TOKENS": 100_000,
        "MAX_DIGITS": 20,
    },
    "shared.domain.link_key": {"MIN_SECRET_CHARS": 32, "MAX_SECRET_CHARS": 256, "MAX_SECRETS": 4},
    "shared.domain.links": {"MAX_TOKEN_CHARS": 3072, "SHOWN_ID_CHARS": 12, "_NONCE_BITS": 32},
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
    "shared.domain.regions": {"_LIKE": 0.75, "_MAX_CHARS": 64},
    "shared.domain.room": {
        "LARGEST_BYTES": 2_000_000,
        "WAITING_BYTES": 1_000_000,
        "ACTING_BYTES": 1_600_000,
        "LEAST_TELLINGS": 64,
        "SHORT_CHARS": 128,
    },
    "shared.domain.runs": {"SKEW_S": 30.0, "START_TOLERANCE_S": 1.0},
    "shared.domain.settlement": {"THROTTLE_WAIT_S": 60.0},
    "shared.domain.shares": {"BUCKET_S": 60, "MAX_TOKENS": 16_000},
    "shared.domain.spelled_secrets": {"LAYERS": 4, "HEAD": 12, "_LEAST_ENCODED": 10, "_OWN_FROM": (0, 2, 3)},
    "shared.domain.transitions": {"MAX_MARKS": 20, "MAX_TELLINGS": 4096, "WATCH_S": 86_400.0},
    "shared.heal.act": {"ROOM_TO_CALL_S": 2.0},
    "shared.heal.admission": {"CONTENDED_WAIT_S": 5.0},
    "shared.heal.canary": {"TRIES": 3},
    "shared.heal.chunk": {"TRIES": 3},
    "shared.heal.item": {"CHUNK": 100, "MOST_KEPT": 100},
    "shared.heal.decider": {"UNREAD_WAIT_S": 60.0},
    "shared.heal.fetch": {"MOST_A_CHUNK": 20, "MOST_S": 5.0, "MOST_WAIT_S": 600.0},
    "shared.heal.limits": {"TRIES": 3, "PACE_WAIT_S": 60.0},
    "shared.heal.looks": {"MOST_SCOPES": 100, "LEAST_TIME_S": 6.0, "TELLING_S": 0.001},
    "shared.heal.nodes": {"TRIES": 3, "ROOM_S": 15.0, "_NAME_BYTES": 64},
    "shared.heal.report": {"TRIES": 3, "OWED_BYTES": 500_000, "STRUCK_TOGETHER": 500},
    "shared.heal.ruled": {"CONTROLS_S": 5.0},
    "shared.heal.settle": {"TRIES": 3},
    "shared.heal.writer": {"MAX_REFUSED": 16},
    "shared.network.http_bounds": {"HEAD_BYTES": 65_536, "PART_BYTES": 16_384},
    "shared.network.idle": {"IDLE_S": 4.0},
    "shared.intake.announcement": {
        "MAX_EXTRA_FIELDS": 32,
        "MAX_EXTRA_NAME_CHARS": 64,
        "MAX_KEY_BYTES": 768,
        "_ROUNDED_S": 1.0,
    },
    "shared.intake.body": {
        "MAX_BYTES": 33_554_432,
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
    "shared.ledger._tablestore_cells": {
        "_KEY": 1,
        "_DATA": 2,
        "_CELL": 3,
        "_NAME": 4,
        "_VALUE": 5,
        "_TIMESTAMP": 7,
        "_DELETED": 8,
        "_ROW_SUM": 9,
        "_CELL_SUM": 10,
        "_INTEGER": 0,
        "_DOUBLE": 1,
        "_BOOLEAN": 2,
        "_STRING": 3,
        "_BLOB": 7,
        "_LONGEST_NAME": 255,
    },
    "shared.ledger._tablestore_crc": {"_PERIOD": 127, "_SHORT": 48, "_FEW": 16, "_PART": 1016},
    "shared.ledger._tablestore_link": {
        "TRIES": 3,
        "PAUSES_S": (0.1, 0.4),
        "TIMEOUT_S": 5.0,
        "MOST_BYTES": 16_000_000,
        "LEAST_S": 0.25,
        "_FIRST_SERVER_ERROR": 500,
    },
    "shared.ledger._tablestore_messages": {
        "_VARINT": 0,
        "_FIXED64": 1,
        "_BYTES": 2,
        "_FIXED32": 5,
        "_CONTINUES": 128,
        "_LONGEST": 10,
        "_SHORT": 64,
        "_FEW": 128,
        "_PUT": 1,
        "_DELETE": 3,
        "_EXISTS": 1,
        "_EXISTS_NOT": 2,
        "_EQUAL": 1,
        "_ONE_COLUMN": 1,
        "_YES": 1,
        "_FORWARD": 0,
        "_ONE_VERSION": 1,
    },
    "shared.ledger._tablestore_signing": {"MOST_OFF_S": 900},
    "shared.ledger._tablestore_rows": {
        "KEY_BYTES_MAX": 1024,
        "DOCUMENT_BYTES_MAX": 2_097_152,
        "_NS": 1_000_000_000,
        "_FURTHEST": 9_223_372_036_854_775_806,
    },
    "shared.ledger._tablestore_table": {"READ_ROWS_MAX": 100, "READS_AT_ONCE": 5, "WRITE_ROWS_MAX": 200},
    "shared.ledger.tablestore": {"WRITE_BYTES_MAX": 3_500_000, "PURGE_TIME_S": 10.0},
    "shared.ledger.tablestore_setup": {"READY_S": 120.0, "POLL_S": 2.0},
    "shared.ledger.redis": {"VALUE_BYTES_MAX": 536_870_848, "LOOKED_AT": 1000, "TOLD": 10},
    "shared.ledger.redis_link": {"MAX_WAIT_S": 5.0},
    "shared.ledger._sqlite_kept": {"BUSY_TIMEOUT_S": 10.0, "REST_S": 0.5},
    "shared.ledger.sqlite": {
        "VALUE_BYTES_MAX": 999_000_000,
        "PURGE_S": 60.0,
        "MODE": 0o600,
        "_KEYS_A_QUERY": 500,
        "_FEW_KEYS": 8,
        "_SWITCHES": 20,
    },
    "shared.people.holds": {"MIN_PREFIX": 6},
    "shared.people.modes": {"MAX_ACTS": 200},
    "shared.people.walk": {"TRIES": 3, "BATCH": 100, "PAGE": 1000},
    "shared.ranges": {"SLICE_RECORDS": 10_000, "SLICE_BYTES": 10_000_000, "LOGS_A_LOOK": 5_000, "ROOM_S": 10.0},
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
    "shared.sls.calls": {"MOST_PAGE_BYTES": 32_000_000, "MOST_PAIRS": 1_000_000, "TRIES": 2, "LEAST_TIME_S": 1.0},
    "shared.sls.source": {"PULL_GROUPS": 1000, "FIRST_GROUPS": 10, "PAGE_BYTES": 4_000_000, "GARBLED_DELIVERIES": 4},
    "shared.sls.batches": {"MAX_PUT_BYTES": 4_900_000, "MAX_PUT_LOGS": 4096, "SHORT_BYTES": 1024, "_FIELD_BYTES": 16},
    "shared.sls._client": {
        "CONNECT_TIMEOUT_S": 3.0,
        "READ_TIMEOUT_S": 10.0,
        "TOTAL_TIMEOUT_S": 30.0,
        "_OK": 200,
        "_SERVER_FAILED": 500,
        "_TOO_LARGE": 413,
    },
    "shared.sls._signing": {"_TEXT": 2, "_NUMBER": 0, "_FIXED": 5, "_ONE_BYTE": 128, "_SHORT": 127},
    "shared.sls.newest": {"MOST_PAGES": 200, "LAST_PAGE_S": 10.0},
    "shared.sls.outcomes": {
        "PAGE": 100,
        "MINUTE_S": 60,
        "PAGES_MAX": 1000,
        "ANSWER_BYTES_MAX": 67_108_864,
        "TIMEOUT_S": 10.0,
        "PAGE_S": 30.0,
        "TRIES": 3,
        "SAID_BYTES": 16_384,
        "SHOWN_CHARS": 200,
        "_OK": 200,
        "MAX_DIGITS": 19,
    },
    "shared.intake.weighing": {"MAX_WEIGHT": 1_600_000, "MAX_MEMBERS": 10_000, "MAX_OPEN": 64, "_SHOWN_CHARS": 200},
    "shared.sweep": {"PAGE": 25, "PORTION_BYTES": 12_000_000},
    "shared.sweep_turns": {
        "MAX_DOCUMENTS": 10_000,
        "MANY": 100,
        "MAX_PENDING": 500,
        "MAX_HINTS": 10_000,
        "OLDEST_PAGES": 5,
        "ROUND_PAGES": 5,
        "AT_ONCE": 12,
        "ROOM_S": 6.0,
    },
    **NUMBERS_OF_POLICY,
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
