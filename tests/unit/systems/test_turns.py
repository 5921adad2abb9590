"""What discoveries of every job system have in common: which names an entry means, and what stops a turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from msgspec import ValidationError

from shared.domain.call import Effect
from shared.systems.discovery import lately
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.turns import StopError, answered, ended, meant, take
from tests.support.clock import Clock
from tests.support.openapi import Few


class Never:
    """No call is made (`shared.systems.openapi.Caller`)."""

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """Fails the test."""
        raise AssertionError(wanted)


def cluster(name: str) -> Cluster:
    """A scope."""
    return Cluster(region="cn-hangzhou", cluster_id=name)


def starts(glob: str, name: str) -> bool:
    """Globs here are a beginning and a star."""
    return name.startswith(glob.removesuffix("*"))


def failed(code: str) -> CallFailed:
    """A call that failed."""
    return CallFailed(effect=Effect.UNKNOWN, read_again=True, code=code, message="why")


def test_names_are_meant_beside_what_fits_a_glob() -> None:
    """Each once, those named first; a glob that fits nothing is missing."""
    found = meant(("c-b", "c-*", "d-*"), starts, lambda: ["c-a", "c-b", "e"], cluster, 0.0, ask=False)
    assert [scope.cluster_id for scope in found.scopes if isinstance(scope, Cluster)] == ["c-b", "c-a"]
    assert (found.missing, found.problem) == (("d-*",), None)


def test_nothing_is_asked_where_every_name_is_known() -> None:
    """Only who wants to know whether they are there asks."""
    found = meant(("a", "b"), starts, pytest.fail, cluster, 0.0, ask=False)
    assert ([scope.key for scope in found.scopes], found.missing) == ([cluster("a").key, cluster("b").key], ())


def test_a_listing_that_was_not_read_to_its_end_misses_nothing() -> None:
    """What it showed is meant; a name that it did not show may stand on the next page."""

    def read() -> Iterator[str]:
        yield "c-a"
        raise StopError

    found = meant(("c-*", "d"), starts, read, cluster, 0.0, ask=True)
    assert [scope.key for scope in found.scopes] == [cluster("d").key, cluster("c-a").key]
    assert (found.missing, found.problem) == ((), None)


def test_no_cluster_is_missing_for_want_of_calls() -> None:
    """The same, of a seeker: without a call left it knows of no cluster that is not there."""
    seeker = EhpcSeeker(Never(), Clock(0.0), "cn-hangzhou")
    assert seeker.scopes(Clusters(clusters=("c-1",)), starts, Few(0), ask=True).missing == ()


@pytest.mark.parametrize(
    ("code", "problem"), [("Throttling", "Throttling"), (NoAnswer.DEADLINE.value, None)], ids=["failed", "no time"]
)
def test_a_turn_stops_where_a_call_fails(code: str, problem: str | None) -> None:
    """With the reason; without time to ask nothing is wrong with the scope."""

    def read() -> None:
        answered(failed(code), 5.0)

    done, why = ended(read, 5.0)
    assert (done, why.code if why else None) == (False, problem)


def test_a_turn_stops_where_no_call_is_left_and_is_whole_where_it_is_not_stopped() -> None:
    """Neither is a problem."""
    calls = Few(1)
    assert ended(lambda: take(calls, "List"), 0.0) == (True, None)
    assert ended(lambda: take(calls, "List"), 0.0) == (False, None)


def test_an_answer_of_no_known_shape_is_a_problem() -> None:
    """And worth a repetition."""

    def read() -> None:
        raise ValidationError("expected an object")

    done, why = ended(read, 0.0)
    assert not done
    assert why is not None
    assert (why.code, why.worth_repeating) == ("MalformedAnswer", True)


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was shown too long ago, and of too many the oldest."""
    monkeypatch.setattr("shared.systems.discovery.MAX_SEEN", 2)
    assert lately({"a": 3.0, "b": 1.0, "c": 5.0, "d": 4.0}, 1.0) == {"d": 4.0, "c": 5.0}


def test_a_listing_that_fails_says_why() -> None:
    """Beside what it showed."""

    def read() -> Iterator[str]:
        yield "c-a"
        answered(failed("Throttling"), 5.0)

    found = meant(("c-*",), starts, read, cluster, 5.0, ask=False)
    assert [scope.key for scope in found.scopes] == [cluster("c-a").key]
    assert found.problem is not None
    assert (found.problem.code, found.problem.look_begun_at) == ("Throttling", 5.0)
