"""GetLogs: the part of the query language that reading logs back needs.

`*`, or `field: value and not field: "value with spaces"`: each value must be one of the field's words, or
the whole field, in any case of letters. Anything else of the language (SQL after `|`, `or`, ranges,
brackets) is refused with ParameterInvalid rather than answered wrongly:
https://www.alibabacloud.com/help/en/sls/user-guide/query-syntax.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from localcloud.sls.errors import parameter_invalid
from localcloud.sls.models import Log, LogGroup, Stored

LINES_MAX = 100
"""Most logs in one answer (https://www.alibabacloud.com/help/en/sls/developer-reference/api-getlogs)."""
_QUERY_CHARS_MAX = 10_000

_TERM = re.compile(r'\s*(not\s+)?([\w.@-]{1,128})\s*:\s*("([^"]*)"|[^\s"():|]+)\s*', re.IGNORECASE)
_AND = re.compile(r"and\s+", re.IGNORECASE)
_WORD_ENDS = re.compile(r"[\s,;=()\[\]{}?@&<>/:'\"]+")

Row = dict[str, str]
Matcher = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Search:
    """What GetLogs asks for."""

    since: int
    """Unix seconds, inclusive; of the logs' own time."""
    until: int
    """Unix seconds, exclusive."""
    query: str = "*"
    topic: str = ""
    offset: int = 0
    line: int = LINES_MAX
    reverse: bool = False


def search_from(body: Any) -> Search:
    """The search in a GetLogs body. Raises ParameterInvalid."""
    if not isinstance(body, dict):
        raise parameter_invalid("body is no JSON object")
    try:
        search = Search(
            since=int(body["from"]),
            until=int(body["to"]),
            query=str(body.get("query") or "*"),
            topic=str(body.get("topic") or ""),
            offset=int(body.get("offset", 0)),
            line=int(body.get("line", LINES_MAX)),
            reverse=str(body.get("reverse", False)).lower() == "true",
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise parameter_invalid("from, to, offset and line must be integers") from error
    if not (0 <= search.line <= LINES_MAX and search.offset >= 0 and search.since <= search.until):
        raise parameter_invalid(f"line is 0 to {LINES_MAX}, offset at least 0, from at most to")
    return search


def page(search: Search, found: list[Row]) -> list[Row]:
    """What a search asks for of all that it finds."""
    return found[search.offset : search.offset + search.line]


def run(search: Search, stored: Iterable[Stored]) -> list[Row]:
    """All matching logs in the order of their own time, ties as received."""
    matches = _compile(search.query)
    found: list[tuple[int, Row]] = []
    for item in stored:
        if search.topic and item.group.topic != search.topic:
            continue
        found.extend(
            (log.time, row)
            for log in item.group.logs
            if search.since <= log.time < search.until and matches(row := flatten(item.group, log))
        )
    found.sort(key=lambda pair: pair[0], reverse=search.reverse)
    return [row for _, row in found]


def flatten(group: LogGroup, log: Log) -> Row:
    """One log as a query shows it: contents, `__time__`, `__topic__`, `__source__`, `__tag__:<key>`."""
    row = {key: value.decode(errors="replace") for key, value in log.contents}
    row |= {f"__tag__:{key}": value for key, value in group.tags}
    return row | {"__time__": str(log.time), "__topic__": group.topic, "__source__": group.source}


def _compile(query: str) -> Matcher:
    text = query.strip()
    if text in ("", "*"):
        return lambda _row: True
    if len(text) > _QUERY_CHARS_MAX:
        raise parameter_invalid("the query is too long")
    terms: list[tuple[bool, str, str]] = []
    at = 0
    while True:
        term = _TERM.match(text, at)
        if term is None:
            raise parameter_invalid("the local cloud understands `*` and `field: value and field: value` only")
        value = term[3] if term[4] is None else term[4]
        terms.append((term[1] is None, term[2], value.casefold()))
        at = term.end()
        if at == len(text):
            return lambda row: all(_has(row, field, value) is wanted for wanted, field, value in terms)
        joint = _AND.match(text, at)
        if joint is None:
            raise parameter_invalid("the local cloud understands terms joined by `and` only")
        at = joint.end()


def _has(row: Row, field: str, value: str) -> bool:
    content = row.get(field)
    if content is None:
        return False
    content = content.casefold()
    return value in ("*", content) or value in _WORD_ENDS.split(content)
