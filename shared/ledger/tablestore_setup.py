"""Makes the ledger's table and its two indexes. Part of setting up, never of handling a failure.

    create_table(Place(endpoint="https://sw.cn-hangzhou.ots.aliyuncs.com", instance="sw", table="ledger"), credentials)

What a table is asked for and described with the official SDK writes and reads; its transport is not used. Needs
`ots:CreateTable`, `ots:DescribeTable` and, to see that the table serves, `ots:BatchGetRow` and `ots:GetRange`.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, LedgerUnavailable, SettingsError
from shared.ledger import _tablestore_rows as rows
from shared.ledger._tablestore_cells import Bound
from shared.ledger._tablestore_link import Link, Place, TableCallFailed, TableFailure
from shared.ledger._tablestore_messages import MessageError
from shared.ledger._tablestore_table import Table

READY_S = 120.0
"""A new table serves after about a minute, says the SDK's own documentation of `create_table`."""
POLL_S = 2.0
_DEFINED = [(rows.DUE, "INTEGER"), (rows.EXPIRES, "INTEGER")]
_KEY = [(rows.KEY, "STRING")]


def create_table(
    place: Place,
    credentials: Credentials,
    *,
    sleep: Callable[[float], None] = time.sleep,
    ticks: Callable[[], float] = time.monotonic,
) -> bool:
    """Make the table if it is not there, and wait until it serves; True if it was made.

    Args:
        place: endpoint, instance and table.
        credentials: of whoever sets up.
        sleep: how waiting is done.
        ticks: seconds that only ever rise.

    Raises:
        SettingsError: a table of that name is there, and is no ledger of this form. It is left alone.
        LedgerUnavailable: Tablestore did not answer, or the table does not serve after two minutes.
    """
    deadline = ticks() + READY_S
    link = Link(place, credentials, lambda: deadline - ticks(), sleep)
    table = Table(place, link)
    try:
        made = _made(place, link)
        _compare(place, _described(place, link))
        while not _serves(place, table, link):
            sleep(POLL_S)
    except TableCallFailed as error:
        raise table.unavailable(error) from error
    finally:
        link.close()
    return made


def has_table(
    place: Place,
    credentials: Credentials,
    *,
    sleep: Callable[[float], None] = time.sleep,
    ticks: Callable[[], float] = time.monotonic,
) -> bool:
    """Whether the ledger's table is there, with its indexes. Arguments as `create_table`; needs `ots:DescribeTable`.

    Raises:
        SettingsError: a table of that name is there, and is no ledger of this form.
        LedgerUnavailable: Tablestore did not answer.
    """
    deadline = ticks() + READY_S
    link = Link(place, credentials, lambda: deadline - ticks(), sleep)
    try:
        _compare(place, _described(place, link))
    except TableCallFailed as error:
        if error.code == "OTSObjectNotExist":
            return False
        raise Table(place, link).unavailable(error) from error
    finally:
        link.close()
    return True


def _made(place: Place, link: Link) -> bool:
    try:
        _described(place, link)
    except TableCallFailed as error:
        if error.code != "OTSObjectNotExist":
            raise
    else:
        return False
    meta, options, throughput, indexes = _wanted(place)
    wanted = _encoded("CreateTable", meta, options, throughput, None, indexes)
    try:
        link.call("CreateTable", wanted, lambda _: None)
    except TableCallFailed as error:
        # Somebody else was faster, or the answer was lost: what is there now is compared with what is wanted.
        if error.code != "OTSObjectAlreadyExist" and error.failure is not TableFailure.UNKNOWN:
            raise
        return False
    return True


@cache
def sdk() -> Any:
    """The SDK's module, loaded at the first call and quiet."""
    logging.getLogger("tablestore").setLevel(logging.ERROR)  # it warns that its compiled codec does not load
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as the first line
        import tablestore  # type: ignore[import-untyped]  # noqa: PLC0415 - it publishes no types; 0.5 s, only if used
    return tablestore


def _encoded(operation: str, *what: Any) -> bytes:
    encoder = sdk().encoder.OTSProtoBufferEncoder("utf-8")
    return bytes(encoder.encode_request(operation, *what).SerializeToString())


def _described(place: Place, link: Link) -> Any:
    def read(answer: bytes) -> Any:
        decoder = sdk().decoder.OTSProtoBufferDecoder("utf-8")
        try:
            return decoder.decode_response("DescribeTable", answer, "")[0]
        except Exception:  # noqa: BLE001 - the SDK lets through whatever protobuf raises
            raise MessageError("no description of a table") from None

    return link.repeating("DescribeTable", _encoded("DescribeTable", place.table), read)


def _wanted(place: Place) -> tuple[Any, Any, Any, list[Any]]:
    meta = sdk().TableMeta(place.table, _KEY, _DEFINED)
    options = sdk().TableOptions(time_to_live=-1, max_version=1)
    throughput = sdk().ReservedThroughput(sdk().CapacityUnit(0, 0))  # pay for what is used
    indexes = [
        sdk().SecondaryIndexMeta(place.due_index, [rows.DUE, rows.KEY], [rows.EXPIRES]),
        sdk().SecondaryIndexMeta(place.expiry_index, [rows.EXPIRES, rows.KEY], []),
    ]
    return meta, options, throughput, indexes


def _compare(place: Place, description: Any) -> None:
    meta, options, _, indexes = _wanted(place)
    there = {one.index_name: (one.primary_key_names, one.defined_column_names) for one in description.secondary_indexes}
    problems = {
        "its primary key is not one STRING named key": description.table_meta.schema_of_primary_key
        != meta.schema_of_primary_key,
        "it lets documents expire by itself": description.table_options.time_to_live != options.time_to_live,
        "it keeps several versions": description.table_options.max_version != options.max_version,
        "its indexes are others": any(
            there.get(one.index_name) != (one.primary_key_names, one.defined_column_names) for one in indexes
        ),
    }
    faults = [
        Fault("SECONDWIND_LEDGER_URL", f"the table {place.table} is no ledger: {problem}")
        for problem, so in problems.items()
        if so
    ]
    if faults:
        raise SettingsError(faults)


def _serves(place: Place, table: Table, link: Link) -> bool:
    """Whether table and indexes answer; LedgerUnavailable if they do not and there is no time to wait."""
    try:
        table.read(["no such document"], [rows.VERSION])
        for index, column in ((place.due_index, rows.DUE), (place.expiry_index, rows.EXPIRES)):
            start = [(column, Bound.LEAST), (rows.KEY, Bound.LEAST)]
            next(table.scan(index, start, (column, 0), 1), None)
    except LedgerUnavailable:
        if not link.has_time(2 * POLL_S):
            raise
        return False
    return True
