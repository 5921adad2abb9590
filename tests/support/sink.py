"""The outcome Logstore of tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.errors import SinkUnavailable


@dataclass
class Sink:
    """The outcome Logstore (`shared.ports.OutcomeSink`): keeps every row that it took."""

    down: bool = False
    rows: list[dict[str, str]] = field(default_factory=list)
    sightings: list[dict[str, str]] = field(default_factory=list)
    """Rows that only tell what became of a rerun: kept apart, so that tests of decisions need not name them."""
    puts: int = 0

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Takes all, or is down."""
        self.puts += 1
        if self.down:
            raise SinkUnavailable("down")
        for record in records:
            (self.sightings if record["reason"].startswith("seen_") else self.rows).append(dict(record))

    def told(self) -> list[tuple[str, str]]:
        """(verdict, reason) of every row, repeats dropped."""
        unique = {row["outcome_id"]: row for row in self.rows}
        return [(row["verdict"], row["reason"]) for row in unique.values()]
