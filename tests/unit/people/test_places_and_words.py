"""Names of clusters and jobs as people type them, and plain text for terminals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondwind.places import Job, parse_job, parse_scope
from secondwind.table import table
from secondwind.terminal import count, duration, moment, shown
from shared.domain.keys import job_key
from shared.sls.outcomes import query_of
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group

PART = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(PART, PART, PART)
def test_what_a_list_prints_can_be_typed(first: str, second: str, job_id: str) -> None:
    """Every printable cluster, group and job comes back as itself from its key, whatever signs are in it."""
    for scope in (
        Cluster(region="cn-hangzhou", cluster_id=first),
        Group(region="cn-hangzhou", namespace=first, group_id=second),
    ):
        assert parse_scope(scope.key) == scope
        assert parse_job(job_key(scope, job_id)) == Job(scope=scope, job_id=job_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ehpc",
        "ehpc/cn-hangzhou",
        "ehpc/cn-hangzhou/",
        "ehpc/cn-hangzhou/a/b",
        "ehpc/evil.example.com/a",
        "schedulerx/cn-hangzhou/a",
        "EHPC/cn-hangzhou/a",
        "ehpc/cn-hangzhou/a%1Bb",
        "ehpc/cn-hangzhou/" + "a" * 257,
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """Too few parts, too many, no region, no letters, too long: the error says what is wanted, and repeats nothing."""
    with pytest.raises(ValueError, match="as `breaker list` prints it") as refused:
        parse_scope(text)
    assert "evil" not in str(refused.value)


def test_an_ehpc_number_means_the_job_on_any_server() -> None:
    """Without its server part it means all jobs of that number; with it, one, and what was told without."""
    cluster = Cluster(region="cn-hangzhou", cluster_id="c")
    number, whole = Job(scope=cluster, job_id="1"), Job(scope=cluster, job_id="1.a")
    assert [number.means(other) for other in ("1", "1.a", "1.b", "11", "11.a")] == [True, True, True, False, False]
    assert [whole.means(other) for other in ("1", "1.a", "1.b")] == [True, True, False]
    group = Job(scope=Group(region="cn-hangzhou", namespace="n", group_id="g"), job_id="1")
    assert [group.means(other) for other in ("1", "1.a")] == [True, False]


@given(st.text(max_size=60))
def test_a_value_cannot_change_the_query(value: str) -> None:
    """Between its quotes a value has neither quote nor backslash, wildcard nor line end; else it is left out."""
    query = query_of({"job_id": value})
    if query != "schema: secondwind-outcome/1":
        assert query == f'schema: secondwind-outcome/1 and job_id: "{value}"'
        assert not set(value) & set('"\\*?\r\n')
        assert value.isprintable()


def test_plain_values_are_searched_for() -> None:
    """Ids as the systems have them do go into the query, in a fixed order."""
    query = query_of({"job_id": "12[3].scheduler", "cluster_id": "ehpc-hz-1"})
    assert query == 'schema: secondwind-outcome/1 and cluster_id: "ehpc-hz-1" and job_id: "12[3].scheduler"'


@given(st.text(max_size=2000))
def test_shown_text_is_one_line_that_can_only_be_read(text: str) -> None:
    """Printable, bounded, and unchanged where it was harmless."""
    out = shown(text)
    assert out.isprintable()
    assert len(out.encode()) <= 400 + len(" …".encode())
    if text.isprintable() and len(text.encode("utf-8", "replace")) <= 400:
        assert out == text


def test_moments_and_durations() -> None:
    """As people write them; none, and what no calendar has, is a dash."""
    assert moment(0) == "1970-01-01 00:00:00Z"
    assert [moment(None), moment(1e300), moment(float("nan"))] == ["-", "-", "-"]
    assert [duration(s) for s in (-1, 45, 720, 12_600, 200_000)] == ["0 s", "45 s", "12 min", "3.5 h", "2.3 d"]
    assert [count(1, "failure"), count(0, "failure")] == ["1 failure", "0 failures"]


def test_a_tables_columns_stand_below_one_another() -> None:
    """Each column as wide as its widest cell, nothing behind the last, strangers' cells escaped."""
    assert table(("a", "b"), [("long", "x\x1b"), ("s", "y")]) == ["a     b", "long  x\\x1b", "s     y"]
