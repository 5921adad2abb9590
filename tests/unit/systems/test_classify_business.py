"""What SchedulerX says in answers that are no: numbers, words, and which of them prove a refusal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.call import Effect
from shared.systems.openapi.classify import as_number, business_row, says_not_there, service_row

USELESS, LATER, UNKNOWN = Effect.NOT_DONE_USELESS, Effect.NOT_DONE_LATER, Effect.UNKNOWN

# By docs/facts/schedulerx.md#business-errors a `Code` from 400 to 499 is a refusal
BUSINESS = [
    (400, "jobId=92583 is not existed", USELESS),
    (400, "jobid: 92583 not match groupId: testSchedulerx.defaultGroup", USELESS),
    (404, "groupid not exist groupId: g namespace: n", USELESS),
    (403, "Your request is denied as lack of ssl protect.", USELESS),
    (499, "anything", USELESS),
    ("400", "anything", USELESS),
    (399, "anything", UNKNOWN),
    (200, "anything", UNKNOWN),
    (0, "anything", UNKNOWN),
    (-1, "system error", UNKNOWN),
    (41090002, "no permission", UNKNOWN),
    (500, "anything", UNKNOWN),
    ("503", "anything", UNKNOWN),
    (None, "anything", UNKNOWN),
    (True, "anything", UNKNOWN),
    ("odd", "anything", UNKNOWN),
    (None, "jobId=92583 is not existed", USELESS),
    (500, "jobId=92583 is not existed", USELESS),
    (429, "slow down", LATER),
    ("Throttling.User", "slow down", LATER),
    ("NotFound", "anything", USELESS),
    ("IllegalRequest", "anything", USELESS),
    ("NoPermission", "anything", USELESS),
    ("InvalidClusterStatus", "anything", LATER),
    ("InternalError", "anything", UNKNOWN),
    ("InternalError", "jobId=92583 is not existed", USELESS),
    ("AgentError.Job.RerunFailure", "anything", UNKNOWN),
]


@pytest.mark.parametrize(("code", "message", "effect"), BUSINESS)
def test_what_a_business_refusal_proves(code: object, message: str, effect: Effect) -> None:
    """Numbers decide, as numbers or as text; the known texts only narrow what is left unknown."""
    assert business_row(code, message).effect is effect


@pytest.mark.parametrize(
    ("code", "status", "effect"),
    [
        ("400", 400, USELESS),
        ("429", 429, LATER),
        ("500", 500, UNKNOWN),
        ("400", 502, UNKNOWN),
        ("500", 400, UNKNOWN),
    ],
)
def test_a_business_refusal_with_an_http_error_is_judged_the_same(code: str, status: int, effect: Effect) -> None:
    """The SDK makes text of the number; HTTP 5xx proves nothing whatever the body says."""
    assert service_row(code, "anything", jobs=1, http_status=status).effect is effect


@pytest.mark.parametrize("code", [404, 500, None])
def test_a_group_that_is_not_there_refuses_all_of_its_jobs(code: object) -> None:
    """And a job that is not there, or is of another group, only itself; "later" stays later."""
    assert business_row(code, "groupid not exist groupId: g namespace: n").scope_wide
    assert not business_row(code, "jobid: 1 not match groupId: g").scope_wide
    assert business_row(429, "groupid not exist").effect is LATER


def test_only_one_phrase_means_not_there() -> None:
    """The documented text for a job that does not exist, in any case; a wrong group is something else."""
    assert says_not_there("jobId=1 IS NOT EXISTED")
    assert not says_not_there("groupid not exist groupId: g namespace: n")


@given(st.one_of(st.booleans(), st.none(), st.floats(), st.text(max_size=12), st.lists(st.integers())))
def test_a_number_is_a_number_or_its_digits(code: object) -> None:
    """Truth values, fractions and digits of other scripts are no numbers."""
    number = as_number(code)
    assert number is None or (isinstance(code, str) and code.isascii() and int(code) == number)
