"""What the queries of `secondwind setup` count, asked of rows in SQLite with the functions of Log Service's SQL added.

Log Service's own SQL is not at hand. What is shown is the queries' meaning; that its dialect takes them is not.
"""

from __future__ import annotations

import re
import sqlite3
from datetime import datetime
from typing import Any

import pytest

from secondwind.commands.setup import queries
from shared.domain.outcome import Outcome, rfc3339
from shared.systems import SYSTEMS

NOW = 1_767_225_600.0


class MaxBy:
    """max_by(value, key)."""

    def __init__(self) -> None:
        self.best: tuple[Any, Any] | None = None

    def step(self, value: Any, key: Any) -> None:
        """One row."""
        if key is not None and (self.best is None or key > self.best[0]):
            self.best = (key, value)

    def finalize(self) -> Any:
        """The value at the largest key."""
        return self.best[1] if self.best else None


class CountIf:
    """count_if(condition)."""

    def __init__(self) -> None:
        self.count = 0

    def step(self, condition: Any) -> None:
        """One row."""
        self.count += bool(condition)

    def finalize(self) -> int:
        """How many."""
        return self.count


class Percentile:
    """approx_percentile(value, share), exact."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.share = 0.0

    def step(self, value: Any, share: float) -> None:
        """One row."""
        self.share = share
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """The value below which that share lies."""
        found = sorted(self.values)
        return found[min(int(self.share * len(found)), len(found) - 1)] if found else None


def told(failure: str, verdict: str, at_s: float, **more: str) -> dict[str, str]:
    """One outcome, `at_s` seconds before now."""
    open_ones = {"unknown", "deferred", "held"}
    final = more.pop("final", "false" if verdict in open_ones else "true")
    return Outcome(
        outcome_id=more.pop("outcome_id", f"{failure}-{verdict}-{at_s}"),
        failure_id=failure,
        final=final,
        at=rfc3339(NOW - at_s),
        verdict=verdict,
        reason=more.pop("reason", "accepted"),
        place={name: more.pop(name) for name in ("system", "cluster_id", "namespace", "group_id") if name in more},
        **more,
    ).fields()


def ask(query: str, *rows: dict[str, str]) -> list[dict[str, Any]]:
    """The rows of the answer."""
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.create_aggregate("max_by", 2, MaxBy)  # type: ignore[arg-type]  # typeshed wants integers only
    base.create_aggregate("count_if", 1, CountIf)
    base.create_aggregate("approx_percentile", 2, Percentile)  # type: ignore[arg-type]  # as above
    base.create_function("concat", -1, lambda *parts: None if None in parts else "".join(parts))
    base.create_function("from_iso8601_timestamp", 1, lambda text: text)
    base.create_function(
        "to_unixtime", 1, lambda text: text and datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    )
    base.create_function("now", 0, lambda: rfc3339(NOW))
    names = [*(name for name in Outcome.__struct_fields__ if name != "place"), *SYSTEMS.places]
    columns = ", ".join(f'"{name}"' for name in names)
    base.execute(f"CREATE TABLE everything ({columns})")
    marks = ", ".join("?" * len(names))
    base.executemany(
        f"INSERT INTO everything VALUES ({marks})",  # noqa: S608 - names of our own
        [[row.get(name) for name in names] for row in rows],
    )
    search, _, sql = query.partition(" | ")
    where = re.sub(r"(\w+): (\w+)", r"ifnull(\1, '') = '\2'", search)  # what has no such field is found by `not`
    base.execute(f"CREATE VIEW log AS SELECT * FROM everything WHERE {where}")  # noqa: S608 - a query of our own
    if " FROM " not in sql:
        head, group, tail = sql.partition(" GROUP BY ")
        sql = f"{head} FROM log{group}{tail}"
    return [dict(row) for row in base.execute(sql)]


def only(query: str, *rows: dict[str, str]) -> dict[str, Any]:
    """The one row of the answer."""
    (found,) = ask(query, *rows)
    return found


def test_healed_without_a_human() -> None:
    """Two of four: not what a person touched, not what failed again; duplicates and dry runs do not matter."""
    rows = [
        told("a", "rerun", 100),
        told("a", "duplicate", 50),
        told("b", "unknown", 100, reason="answer_lost"),
        told("b", "rerun", 10, reason="observed_restart"),
        told("c", "rerun", 100, trigger="manual"),
        told("d", "rerun", 100),
        told("d", "rerun", 10, reason="seen_failed"),
        told("e", "ineligible", 100),
        told("f", "invalid", 100),
        told("g", "would_rerun", 100, dry_run="true"),
        told("h", "suppressed", 100, reason="breaker_opened", cluster_id="c1"),
    ]
    assert only(queries.HEALED, *rows) == {"healed_percent": 50.0, "failures": 4}
    assert only(queries.HEALED)["healed_percent"] is None


def test_time_to_rerun_counts_from_the_first_outcome_to_the_first_rerun() -> None:
    """A rerun at once is 0 s, one after an unknown result as long as that took; what was seen later adds nothing."""
    rows = [
        told("a", "rerun", 100),
        told("a", "rerun", 10, reason="seen_restarted"),
        told("b", "unknown", 400),
        told("b", "rerun", 100),
        told("c", "unknown", 900),
    ]
    found = only(queries.TIME_TO_RERUN, *rows)
    assert (found["failures"], found["longest_s"]) == (2, 300.0)
    assert found["half_within_s"] in {0.0, 300.0}


@pytest.mark.parametrize("query", [queries.BY_VERDICT, queries.BY_REASON, queries.BY_CLUSTER, queries.BY_RULE])
def test_what_was_written_twice_counts_once(query: str) -> None:
    """Outcomes are counted by their id."""
    row = told("a", "rerun", 100, outcome_id="x", cluster_id="c", rule="r")
    assert only(query, row, row)["outcomes"] == 1
    assert only(query, row, told("a", "rerun", 50, cluster_id="c", rule="r"))["failures"] == 1


def test_clusters_and_groups_share_a_chart() -> None:
    """A cluster by its id, a group by namespace and id, neither as `-`."""
    rows = [
        told("a", "rerun", 1, cluster_id="ehpc-1"),
        told("b", "rerun", 1, namespace="n", group_id="g"),
        told("c", "invalid", 1),
    ]
    assert {row["of_cluster"] for row in ask(queries.BY_CLUSTER, *rows)} == {"ehpc-1", "n/g", "-"}


def test_open_failures_are_those_whose_last_outcome_is_not_final() -> None:
    """An answered unknown is not open any more; a redelivery's duplicate closes none; what is observed is none."""
    rows = [
        told("c", "held", 300, mode="observe"),
        told("a", "unknown", 300),
        told("a", "rerun", 10),
        told("b", "deferred", 300),
        told("b", "duplicate", 10),
    ]
    assert [row["failure_id"] for row in ask(queries.OPEN_NOW, *rows)] == ["b"]


def test_unclassified_is_what_no_rule_names_or_nobody_understands() -> None:
    """Counted by why and what was said."""
    rows = [
        told("a", "suppressed", 5, reason="no_rule", message="nothing fits"),
        told("b", "suppressed", 5, reason="no_rule", message="nothing fits"),
        told("c", "invalid", 5, reason="not_understood", message="no JSON"),
        told("d", "rerun", 5),
    ]
    found = {(row["why"], row["said"]): row["failures"] for row in ask(queries.UNCLASSIFIED, *rows)}
    assert found == {("no_rule", "nothing fits"): 2, ("not_understood", "no JSON"): 1}


def test_a_breaker_is_open_until_it_says_closed() -> None:
    """By cluster: what was said last decides, and the failures that it held back are counted."""
    rows = [
        told("o", "suppressed", 90, reason="breaker_opened", cluster_id="c1"),
        told("a", "suppressed", 80, reason="breaker_open", cluster_id="c1"),
        told("b", "suppressed", 70, reason="breaker_open", cluster_id="c2"),
        told("p", "suppressed", 60, reason="breaker_closed", cluster_id="c2"),
    ]
    assert only(queries.ALERT_BREAKER, *rows)["open_breakers"] == 1
    shown = {row["of_cluster"]: (row["last_reason"], row["held_back"]) for row in ask(queries.BREAKERS, *rows)}
    assert shown == {"c1": ("breaker_open", 1), "c2": ("breaker_closed", 1)}


@pytest.mark.parametrize(
    ("rows", "alarms"),
    [
        ([told("a", "unknown", 601)], 1),
        ([told("a", "unknown", 599)], 0),
        ([told("a", "unknown", 1800), told("a", "unknown", 60)], 1),
        ([told("a", "unknown", 1800), told("a", "rerun", 60)], 0),
        ([told("a", "unknown", 1800, final="true", reason="no_evidence")], 0),
        ([told("a", "unknown", 1800), told("a", "duplicate", 60)], 1),
    ],
)
def test_unknown_for_ten_minutes(rows: list[dict[str, str]], alarms: int) -> None:
    """Counted from the first unknown outcome, until another follows or it is final."""
    assert only(queries.ALERT_UNKNOWN, *rows)["unknown_failures"] == alarms


def test_refused_and_invalid() -> None:
    """Refused failures by id; invalid outcomes as a share of all, none of nothing."""
    rows = [told("a", "refused", 5), told("b", "invalid", 5), told("c", "rerun", 5), told("d", "rerun", 5)]
    assert only(queries.ALERT_REFUSED, *rows, rows[0])["refused_failures"] == 1
    assert only(queries.ALERT_INVALID, *rows, rows[1]) == {"invalid_percent": 25.0, "outcomes": 4}
    assert only(queries.ALERT_INVALID) == {"invalid_percent": None, "outcomes": 0}


@pytest.mark.parametrize(
    ("rows", "alarms"),
    [
        ([told("a", "deferred", 7201)], 1),
        ([told("a", "deferred", 7199)], 0),
        ([told("a", "unknown", 9000), told("a", "unknown", 60, trigger="sweep")], 0),
        ([told("a", "held", 9000)], 0),
        ([told("a", "deferred", 9000), told("a", "rerun", 60, trigger="sweep")], 0),
    ],
)
def test_nothing_sweeps(rows: list[dict[str, str]], alarms: int) -> None:
    """An open failure without any outcome for two hours; what waits for a person does not count."""
    assert only(queries.ALERT_UNSWEPT, *rows)["unswept_failures"] == alarms
