"""Filters that nothing fits: misspelt, they would show a quiet night."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping

from secondwind.terminal import shown
from shared.domain.outcome import SCHEMA
from shared.report.courses import scope_of
from shared.sls.outcomes import Row
from shared.systems import SYSTEMS

Values = Callable[[Row], Iterable[str]]
"""What an outcome has that a filter may ask for."""
KEPT = 10_000
"""Different values of one filter that are remembered."""
_MAX_CHARS = 256


def _scopes(row: Row) -> Iterable[str]:
    return (scope_of(row), *(row[name] for name in SYSTEMS.places[2:] if name in row))


def actor_of(row: Row) -> str:
    """Who acted, without as whom the machine knows them, which stands behind it in brackets."""
    return row.get("actor", "").partition(" (")[0]


OF: Mapping[str, Values] = {
    "cluster": _scopes,
    "owner": lambda row: [row.get("owner", "")],
    "rule": lambda row: [row.get("rule", "")],
    "actor": lambda row: [row.get("actor", ""), actor_of(row)],
}
"""By option."""


class Unmatched:
    """Looks at outcomes as they pass: which filters does none of them fit?"""

    def __init__(self, wanted: Mapping[str, str], of: Mapping[str, Values] = OF) -> None:
        self._wanted = {option: (text, of[option]) for option, text in wanted.items() if text and option in of}
        self._seen: dict[str, dict[str, None]] = {option: {} for option in self._wanted}
        self._fitted: set[str] = set()
        self._any = False

    def passing(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The same rows."""
        for row in rows:
            if row.get("schema") == SCHEMA:
                self._any = True
                self._see(row)
            yield row

    def _see(self, row: Row) -> None:
        for option, (text, values) in self._wanted.items():
            if option in self._fitted:
                continue
            found = [value for value in values(row) if value]
            if text in found:
                self._fitted.add(option)
            elif len(self._seen[option]) < KEPT:
                self._seen[option].update(dict.fromkeys(value[:_MAX_CHARS] for value in found))

    def warnings(self) -> list[str]:
        """One for each filter that none fitted, with what is most like it; where nothing passed, none."""
        return [self._said(option) for option in self._wanted if self._any and option not in self._fitted]

    def _said(self, option: str) -> str:
        text, _ = self._wanted[option]
        close = difflib.get_close_matches(text[:_MAX_CHARS], self._seen[option], 1)
        hint = f" (did you mean {shown(close[0])}?)" if close else ""
        return f"no outcome that was looked at fits --{option} {shown(text)}{hint}"
