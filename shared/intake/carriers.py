"""What carries an announcement: JSON as text, Base64, a queue's message, a web request, one in another.

EventBridge undoes nothing of what a producer's SDK has done, so a message may come as an object, as JSON text, as
Base64 of it, or as text of such text; and a queue may hold a whole CloudEvent, or Function Compute's record of a call
that it gave up. All of it is opened, a few layers deep.
https://www.alibabacloud.com/help/en/functioncompute/fc/advanced-features-of-triggers,
https://www.alibabacloud.com/help/en/fc/user-guide/result-callback,
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md#31-handling-of-data
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from shared.domain.errors import Fault, InputError
from shared.intake.body import Bad, flaws, parse, parse_foreign, parse_text, readable
from shared.reading.text import below, escaped

LAYERS = 4
"""How deep one may stand in another; each takes a pass over what is left."""
DATA = ("data", "data_base64")
"""Members of an event that hold what it tells: one of them."""
GIVEN_UP = "requestPayload"
"""Member in which Function Compute's record of an asynchronous call that it gave up has the call's body."""
CARRIERS = ("messageBody", "body", "value", GIVEN_UP)
"""Members of `data` in which a queue's message (`messageBody`, `body`), a web request (`body`), a record of Kafka
(`value`) or of a call has its payload."""
CONTENT = "content"
"""The field of a log that may hold the announcement as one JSON object."""
MAY_CARRY = (*DATA, *CARRIERS, CONTENT)
"""Members of an announcement that may hold another one."""
_TO_USUAL = str.maketrans("-_", "+/")
_MARK = b"\xef\xbb\xbf"
_STARTS = ("{", '"', "[")
_JSON = re.compile(rb'[ \t\r\n]*(?:[{"]|\[[ \t\r\n]*[{"])')
"""How an object, text, or an array of these begins."""


def parse_delivered(body: bytes) -> Any:
    """As `parse`, of a body that may also be Base64, as a queue's own API hands over a message."""
    plain = body.lstrip().startswith(tuple(map(str.encode, _STARTS)))
    return parse((None if plain else _carried(body.decode("latin-1"))) or body)


def data_of(event: dict[str, Any], path: str, faults: list[Fault]) -> tuple[Any, str]:
    """The event's `data`, or what `data_base64` carries in its place, and where it stands."""
    if one_of(DATA, event, path, faults) != "data_base64":
        where = below(path, "data")
        return opened(event.get("data"), where, faults), where
    where = below(path, "data_base64")
    raw = _unwrapped(event["data_base64"])
    if raw is None:
        faults.append(Fault(where, "is no Base64"))
        return Bad("is no Base64", ""), where
    text = raw.decode("ascii", "ignore")
    return opened(text if _carried(text) else _parsed(raw, where, faults), where, faults), where


class Unpacked(Struct, frozen=True):
    """What was at the bottom."""

    found: Any
    """As it was found."""
    path: str
    time: Any = None
    """Of the innermost event around it, as it spells it. A call's record is as old as the call: the queue or bus that
    it came to since may have got it hours later."""
    event: Mapping[str, Any] = {}
    """That event, if one was carried."""
    event_path: str = ""


def unpacked(record: Any, found: Any, where: str, faults: list[Fault]) -> Unpacked:
    """Down to the record that announces."""
    time, event, event_path = None, {}, ""
    for _ in range(LAYERS):
        if not isinstance(record, dict) or announces_itself(record):
            break
        if carrier := one_of(CARRIERS, record, where, faults):
            inner = below(where, carrier)
            time = (record.get("timestamp") if carrier == GIVEN_UP else None) or time
            found, where = opened(record[carrier], inner, faults), inner
        elif "specversion" in record and any(name in record for name in DATA):
            time, event, event_path = record.get("time") or time, record, where
            found, where = data_of(record, where, faults)
        else:
            break
        record = readable(found)
    return Unpacked(found, where, time, event, event_path)


def announces_itself(record: dict[str, Any]) -> bool:
    """Whether the fields stand here, and nothing is to be opened."""
    return "system" in record or "schema" in record


def one_of(names: tuple[str, ...], members: dict[str, Any], path: str, faults: list[Fault]) -> str:
    """The first of these that is there, with a fault for each further one; empty if none is."""
    there = [name for name in names if members.get(name) is not None] or [name for name in names if name in members]
    faults.extend(Fault(below(path, name), f"is there beside {there[0]}; wanted one of them") for name in there[1:])
    return there[0] if there else ""


def opened(value: Any, path: str, faults: list[Fault]) -> Any:
    """The value that stands there, or the one in the text, plain or as Base64, that stands there."""
    for layer in range(LAYERS):
        if not isinstance(value, str) or (layer and not carries(value)):
            break
        value = _parsed(_carried(value) or value, path, faults)
    return value


def carries(text: str) -> bool:
    """Whether the text looks like JSON of an object, an array or text, or is Base64 of such JSON."""
    return text.lstrip("\ufeff \t\r\n").startswith(_STARTS) or _carried(text) is not None


def _carried(text: str) -> bytes | None:
    """The JSON that Base64 carries, be it wrapped several times; None if it carries none."""
    wrapped: str | None = text
    for _ in range(LAYERS):
        raw = _unwrapped(wrapped)
        if raw is None:
            return None
        if _JSON.match(raw.removeprefix(_MARK)):
            return raw
        wrapped = raw.decode("ascii") if raw.isascii() else None
    return None


def _unwrapped(value: Any) -> bytes | None:
    """The bytes that Base64 text carries, with line breaks, of the alphabet for URLs or without its end; else None."""
    if not isinstance(value, str) or not value.isascii():
        return None
    text = "".join(value.split()).translate(_TO_USUAL).rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        return None


def _parsed(carried: str | bytes, where: str, faults: list[Fault]) -> Any:
    try:
        value = parse_text(carried, where) if isinstance(carried, str) else parse_foreign(carried, where)
    except InputError as error:
        faults.extend(error.faults)
        return Bad("holds no JSON", carried if isinstance(carried, str) else escaped(carried))
    faults.extend(flaws(value, where))
    return value
