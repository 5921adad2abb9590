"""Narrowing a report to some of the failures. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from shared.report.courses import Course, Row, scope_of
from shared.systems import SYSTEMS

ONLY = ("system", "scope", "owner", "failure_class", "rule", "job_id")
"""What a report can be narrowed to; a scope is its key, or one of its parts, as a cluster's id."""


def is_meant(course: Course, only: Mapping[str, str]) -> bool:
    """Whether a failure is one of those."""
    fields = {**course.place, **course.told}
    return all(_fits(name, wanted, fields, course.scope) for name, wanted in only.items())


def place_is_meant(row: Row, only: Mapping[str, str]) -> bool:
    """Whether an outcome about no failure belongs to it: by its place; one that names none is about everything."""
    place = {name: wanted for name, wanted in only.items() if name in {"system", "scope"}}
    return not row.get("system") or all(_fits(name, wanted, row, scope_of(row)) for name, wanted in place.items())


def _fits(name: str, wanted: str, fields: Mapping[str, str], scope: str) -> bool:
    if name != "scope":
        return fields.get(name) == wanted
    return scope == wanted or any(fields.get(part) == wanted for part in SYSTEMS.places[2:])
