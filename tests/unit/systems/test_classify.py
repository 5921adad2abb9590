"""The table of errors: every documented code has a row, and the row says what the documents say.

The lists below are written from docs/facts, page by page, not from the table.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.call import Effect
from shared.systems.openapi.classify import NoAnswer, documented, no_answer_row, service_row

USELESS, LATER, UNKNOWN = Effect.NOT_DONE_USELESS, Effect.NOT_DONE_LATER, Effect.UNKNOWN

# section, HTTP status, code, effect of a mutating call that names one job, account-wide, is a read worth repeating
DOCUMENTED = [
    ("gateway-codes", 400, "Throttling", LATER, False, True),
    ("gateway-codes", 400, "Throttling.User", LATER, False, True),
    ("gateway-codes", 400, "Throttling.Api", LATER, False, True),
    ("gateway-codes", 429, "Throttling.User", LATER, False, True),
    ("gateway-codes", 500, "InternalError", UNKNOWN, False, True),
    ("gateway-codes", 503, "UnknownError", UNKNOWN, False, True),
    ("gateway-codes", 503, "ServiceUnavailable", UNKNOWN, False, True),
    ("gateway-codes", 400, "InvalidTimeStamp.Expired", LATER, False, True),
    ("gateway-codes", 400, "SignatureNonceUsed", UNKNOWN, False, True),
    ("gateway-codes", 400, "InvalidTimeStamp.Format", LATER, False, True),
    ("gateway-codes", 400, "IllegalTimestamp", LATER, False, True),
    ("gateway-codes", 404, "InvalidAccessKeyId.NotFound", LATER, True, True),
    ("gateway-codes", 400, "InvalidAccessKeyId.Inactive", LATER, True, True),
    ("gateway-codes", 400, "InvalidAccessKeyId", LATER, True, True),
    ("gateway-codes", 400, "MissingAccessKeyId", LATER, True, True),
    ("gateway-codes", 400, "MissingSecurityToken", LATER, True, True),
    ("gateway-codes", 400, "InvalidSecurityToken.Expired", LATER, True, True),
    ("gateway-codes", 400, "InvalidSecurityToken.Malformed", LATER, True, True),
    ("gateway-codes", 400, "InvalidSecurityToken.MismatchWithAccessKey", LATER, True, True),
    ("gateway-codes", 400, "SignatureDoesNotMatch", LATER, True, True),
    ("gateway-codes", 400, "IncompleteSignature", LATER, True, True),
    ("gateway-codes", 404, "InvalidProtocol.NeedSsl", USELESS, False, False),
    ("gateway-codes", 404, "InvalidProduct.NotFound", USELESS, False, False),
    ("gateway-codes", 400, "MissingParameter", USELESS, False, False),
    ("gateway-codes", 400, "InvalidParameter", USELESS, False, False),
    ("gateway-codes", 400, "InvalidParamater", USELESS, False, False),
    ("gateway-codes", 404, "InvalidAction.NotFound", USELESS, False, False),
    ("gateway-codes", 403, "InvalidAction", USELESS, False, False),
    ("gateway-codes", 400, "NoSuchVersion", USELESS, False, False),
    ("gateway-codes", 404, "InvalidVersion", USELESS, False, False),
    ("gateway-codes", 400, "UnsupportedOperation", USELESS, False, False),
    ("gateway-codes", 403, "UnsupportedHTTPMethod", USELESS, False, False),
    ("gateway-codes", 400, "UnsupportedParameter", USELESS, False, False),
    ("gateway-codes", 404, "Forbidden.InstanceNotFound", USELESS, False, False),
    ("gateway-codes", 403, "Forbidden.RAM", USELESS, True, False),
    ("gateway-codes", 403, "Forbidden", USELESS, True, False),
    ("gateway-codes", 403, "Forbidden.RiskControl", USELESS, True, False),
    ("gateway-codes", 403, "Forbidden.UserVerification", USELESS, True, False),
    ("gateway-codes", 403, "Forbidden.AccessKeyDisabled", LATER, True, True),
    ("gateway-codes", 403, "ActionUnauthorized", USELESS, True, False),
    ("gateway-codes", 403, "NoPermission", USELESS, True, False),
    ("gateway-codes", 403, "Forbedden.NotSupportRAM", USELESS, True, False),
    ("gateway-codes", 403, "ResourceNotAuthorized.Api", USELESS, True, False),
    ("gateway-codes", 403, "AccessDenied", USELESS, True, False),
    ("gateway-codes", 403, "AccessForbidden", USELESS, True, False),
    ("gateway-codes", 400, "InsufficientBalance", USELESS, True, False),
    ("gateway-codes", 404, "InvalidApi.NotFound", USELESS, False, False),
    ("gateway-codes", 400, "MissingClusterId", USELESS, False, False),
    ("gateway-codes", 400, "MissingSignatureMethod", USELESS, False, False),
    ("gateway-codes", 400, "InvalidOwnerId", USELESS, False, False),
    ("gateway-codes", 400, "InvalidOwnerAccount", USELESS, False, False),
    ("gateway-codes", 400, "InvalidOwner", USELESS, False, False),
    ("gateway-codes", 400, "InvalidRegionId", USELESS, False, False),
    ("gateway-codes", 400, "InvalidSignatureMethod", USELESS, False, False),
    ("gateway-codes", 400, "InvalidTimestamp.Expired", LATER, False, True),
    ("gateway-codes", 500, "Forbidden.Not.Server", USELESS, True, False),
    ("rerun-errors", 400, "InvalidParams", USELESS, False, False),
    ("rerun-errors", 400, "NotEnabled", USELESS, True, False),
    ("rerun-errors", 400, "InDebt", USELESS, True, False),
    ("rerun-errors", 403, "InvalidClusterStatus", LATER, False, True),
    ("rerun-errors", 403, "ConflictOpt", LATER, False, True),
    ("rerun-errors", 403, "UsernameExist", USELESS, False, False),
    ("rerun-errors", 403, "IncorrectCredential", USELESS, False, False),
    ("rerun-errors", 404, "ClusterNotFound", USELESS, False, False),
    ("rerun-errors", 404, "ManagerNotFound", LATER, False, True),
    ("rerun-errors", 406, "AliyunError", UNKNOWN, False, True),
    ("rerun-errors", 406, "AgentResponseTimeout", UNKNOWN, False, True),
    ("rerun-errors", 406, "AgentError", UNKNOWN, False, True),
    ("rerun-errors", 407, "NotAuthorized", USELESS, True, False),
    ("rerun-errors", 409, "PartFailure", UNKNOWN, False, True),
    ("errors", 400, "Invalid.Tenant.ProjectNotExists", USELESS, False, False),
    ("errors", 400, "Invalid.Tenant.UserNotInProject", USELESS, False, False),
    ("errors", 403, "Invalid.Tenant.UserIsNotProjectOwnerOrAdmin", USELESS, False, False),
    ("errors", 403, "Invalid.Tenant.UserNotInTenant", USELESS, True, False),
    ("errors", 403, "Forbidden.NoTenant", USELESS, True, False),
    ("rerun-errors", 500, "UnknownError", UNKNOWN, False, True),
    ("rerun-errors", 503, "ServiceUnavailable", UNKNOWN, False, True),
]

# What docs/facts/gateway-and-transport.md#no-answer has, and what this house adds: nothing sent at all
TRANSPORT = [
    ("NotResolved", LATER),
    ("ConnectFailed", LATER),
    ("ConnectTimeout", LATER),
    ("ReadTimeout", UNKNOWN),
    ("AnswerTooLong", UNKNOWN),
    ("ConnectionBroken", UNKNOWN),
    ("TlsFailure", UNKNOWN),
    ("Redirected", UNKNOWN),
    ("UnreadableAnswer", UNKNOWN),
    ("TransportFailure", UNKNOWN),
    ("Deadline", LATER),
    ("NoCredentials", LATER),
]


@pytest.mark.parametrize(("section", "status", "code", "effect", "account_wide", "read_again"), DOCUMENTED)
def test_every_documented_code_has_a_row(
    *, section: str, status: int, code: str, effect: Effect, account_wide: bool, read_again: bool
) -> None:
    """A code without a row, or with another meaning, fails here, named with its section."""
    assert documented(code), f"{section}: no row for {code}"
    row = service_row(code, "The text of the document.", jobs=1, http_status=status)
    assert (row.effect, row.account_wide, row.read_again) == (effect, account_wide, read_again), section


@pytest.mark.parametrize(
    ("code", "status", "effect"),
    [
        ("InvalidClusterId", 400, USELESS),
        ("InvalidClusterId.NotFound", 404, USELESS),
        ("InvalidJobs", 400, USELESS),
        ("InvalidJobs", 500, UNKNOWN),
        ("InvalidJobs", None, UNKNOWN),
        ("InvalidJobState", 400, UNKNOWN),
        ("InvalidTask", 400, USELESS),
        ("Invalid", 400, UNKNOWN),
    ],
)
def test_a_parameter_that_the_call_has_may_be_refused_by_its_name(
    code: str, status: int | None, effect: Effect
) -> None:
    """`Invalid{ParameterName}` is the gateway's; of anything else that is not valid a product may speak, midway."""
    row = service_row(code, "", jobs=2, http_status=status, parameters=("ClusterId", "Jobs", "Task.1"))
    assert (row.effect, row.account_wide) == (effect, False)


SCOPE_WIDE = {
    "ClusterNotFound",
    "Invalid.Tenant.ProjectNotExists",
    "Invalid.Tenant.UserNotInProject",
    "Invalid.Tenant.UserIsNotProjectOwnerOrAdmin",
}


@pytest.mark.parametrize("code", sorted({code for _, _, code, *_ in DOCUMENTED}))
def test_what_a_whole_cluster_or_workspace_refuses_is_told_apart(code: str) -> None:
    """No other one is refused with it."""
    assert service_row(code, "", jobs=9, http_status=400).scope_wide is (code in SCOPE_WIDE)


CREDENTIALS = {code for _, _, code, effect, account_wide, _ in DOCUMENTED if effect is LATER and account_wide}


@pytest.mark.parametrize("code", sorted({code for _, _, code, *_ in DOCUMENTED}))
def test_what_is_wrong_with_the_key_is_told_apart(code: str) -> None:
    """Of what is certainly not done and may come about later, some waits for a person: a key does not mend itself."""
    row = service_row(code, "", jobs=1, http_status=400)
    assert row.credentials is (code in CREDENTIALS)


@pytest.mark.parametrize(
    ("status", "effect"), [(400, USELESS), (499, USELESS), (500, UNKNOWN), (0, UNKNOWN), (None, UNKNOWN)]
)
def test_a_number_proves_a_refusal_only_where_http_refuses_too(status: int | None, effect: Effect) -> None:
    """Without a status nobody knows who said it."""
    assert service_row("403", "", jobs=1, http_status=status).effect is effect


def test_an_empty_key_is_one_too() -> None:
    """Nothing was sent, and nothing will be until somebody gives a key."""
    assert [why for why in NoAnswer if no_answer_row(why).credentials] == [NoAnswer.NO_CREDENTIALS]


@pytest.mark.parametrize("code", sorted(CREDENTIALS | {"Forbidden", "NoPermission", "MissingParameter"}))
def test_what_the_gateway_refuses_it_refuses_with_a_4xx(code: str) -> None:
    """With a 5xx something behind the gateway speaks, which may have begun."""
    assert service_row(code, "", jobs=1, http_status=502).effect is UNKNOWN


@pytest.mark.parametrize(("name", "effect"), TRANSPORT)
def test_every_transport_failure_has_a_row(name: str, effect: Effect) -> None:
    """Only what provably never left is certainly not done."""
    assert no_answer_row(NoAnswer(name)).effect is effect


def test_no_transport_failure_is_left_out() -> None:
    """The list above and the names of this house are the same."""
    assert {name for name, _ in TRANSPORT} == {why.value for why in NoAnswer}


@given(code=st.text(max_size=40), message=st.text(max_size=80), jobs=st.integers(1, 100))
def test_an_undocumented_code_proves_nothing(code: str, message: str, jobs: int) -> None:
    """Whatever the text says: unknown, and a read is worth repeating."""
    row = service_row(code + "?", message, jobs=jobs, http_status=400)
    assert documented(code + "?") or (row.effect, row.read_again) == (UNKNOWN, True)


@pytest.mark.parametrize("name", [why.value for why in NoAnswer])
def test_a_service_cannot_speak_as_the_transport(name: str) -> None:
    """A code that is spelled like one of our names has no row."""
    assert service_row(name, "", jobs=1, http_status=400).effect is UNKNOWN


@pytest.mark.parametrize(
    "message",
    [
        "Failed to run the job again: Response timed out. Job rerun request still in progress for 1.s",
        "Failed to run the job again: TIMEOUT.",
        "job rerun request still in progress",
        "qrerun: Request invalid for state of job 4.s; Response timed out",
        "qrerun: Request invalid for state of job 4.s: a rerun is in progress",
        "timeout, then: qrerun: job has finished 4.s",
        "Job is pending execution (TIME OUT)",
    ],
)
def test_a_rerun_that_may_go_on_is_unknown(message: str) -> None:
    """OpenPBS refuses for lack of time while the rerun goes on, whatever else it says of the job's state."""
    assert service_row("AgentError.Job.RerunFailure", message, jobs=1, http_status=406).effect is UNKNOWN


@pytest.mark.parametrize("jobs", [2, 100])
def test_a_refusal_of_several_jobs_proves_nothing_about_one(jobs: int) -> None:
    """RerunFailure for a batch does not say whom."""
    message = "Failed to run the job again: Job is pending execution for job 4"
    assert service_row("AgentError.Job.RerunFailure", message, jobs=jobs, http_status=406).effect is UNKNOWN
    assert service_row("AgentError.Job.RerunFailure", message, jobs=1, http_status=406).effect is USELESS


@pytest.mark.parametrize(
    "message",
    [
        "Job is pending execution for job 4",
        "Only batch jobs are accepted or processed for job 4",
        "Requested operation is presently disabled for job 4",
        "Invalid job id specified for job 4",
        "Access/permission denied for job 4",
        "Job not heterogeneous job leader for job 4",
        "qrerun: Request invalid for state of job 4.s",
        "qrerun: job is not rerunnable 4.s",
        "qrerun: Unknown Job Id 4.s",
        "qrerun: Unauthorized Request  4.s",
        "Failed to run the job again: QRERUN: JOB HAS FINISHED 4.s",
    ],
)
def test_what_a_scheduler_refuses_in_its_own_words_is_refused(message: str) -> None:
    """Slurm's and OpenPBS's words for a rerun that they did not begin."""
    assert service_row("AgentError.Job.RerunFailure", message, jobs=1, http_status=406).effect is USELESS


@pytest.mark.parametrize(
    "message",
    [
        "Unexpected message received for job 184",
        "slurm_requeue error: Zero Bytes were transmitted or received",
        "Unable to contact slurm controller (connect failure)",
        "Job can not be altered now, try again later",
        "qrerun: cannot connect to server (errno=15010)",
        "Failed to run the job again.",
        "",
    ],
)
def test_a_refusal_in_other_words_proves_nothing(message: str) -> None:
    """Slurm was seen to requeue a job after "Unexpected message received" (docs/facts/slurm.md#refusals)."""
    assert service_row("AgentError.Job.RerunFailure", message, jobs=1, http_status=406).effect is UNKNOWN
