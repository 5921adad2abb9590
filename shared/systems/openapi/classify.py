"""One table: what each documented error, and each way of getting no answer, proves about a call.

Sources: docs/facts/gateway-and-transport.md#gateway-codes and #no-answer, docs/facts/ehpc.md#rerun-errors,
docs/facts/schedulerx.md#business-errors (SchedulerX publishes no table). A code without a row proves nothing: a
mutating call is then UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from shared.domain.call import Effect


class Row(Struct, frozen=True, kw_only=True):
    """What an error proves."""

    effect: Effect
    """Of a mutating call."""
    read_again: bool
    """Whether a read that ended so is worth repeating later."""
    account_wide: bool = False
    """The account is refused, whatever the job: further calls are pointless now."""
    scope_wide: bool = False
    """All of the cluster, group or workspace is refused, and no other."""
    credentials: bool = False
    """The key itself is refused: nothing goes on before a person has mended it."""
    throttled: bool = False
    """The account has called that operation too often, whatever it was called about."""


class NoAnswer(str, Enum):
    """Why there is no readable answer (names are ours; docs/facts/gateway-and-transport.md#no-answer)."""

    NOT_RESOLVED = "NotResolved"
    CONNECT_FAILED = "ConnectFailed"
    CONNECT_TIMEOUT = "ConnectTimeout"
    READ_TIMEOUT = "ReadTimeout"
    TOO_LONG = "AnswerTooLong"
    CONNECTION_BROKEN = "ConnectionBroken"
    TLS_FAILURE = "TlsFailure"
    REDIRECTED = "Redirected"
    UNREADABLE_ANSWER = "UnreadableAnswer"
    DEADLINE = "Deadline"
    """No time was left to send it."""
    NO_CREDENTIALS = "NoCredentials"
    """The key is empty: nothing was sent."""
    OTHER = "TransportFailure"


_USELESS = Row(effect=Effect.NOT_DONE_USELESS, read_again=False)
_STOP = Row(effect=Effect.NOT_DONE_USELESS, read_again=False, account_wide=True)
_NOWHERE_HERE = Row(effect=Effect.NOT_DONE_USELESS, read_again=False, scope_wide=True)
_LATER = Row(effect=Effect.NOT_DONE_LATER, read_again=True)
_ENOUGH = Row(effect=Effect.NOT_DONE_LATER, read_again=True, throttled=True)
_UNKNOWN = Row(effect=Effect.UNKNOWN, read_again=True)
_KEY = Row(effect=Effect.NOT_DONE_LATER, read_again=True, account_wide=True, credentials=True)

RERUN_FAILURE = "AgentError.Job.RerunFailure"

_GATEWAY = {
    "InvalidTimeStamp": _LATER,  # the next call is signed with a new time
    "InvalidTimestamp": _LATER,
    "IllegalTimestamp": _LATER,
    "InvalidAccessKeyId": _KEY,
    "MissingAccessKeyId": _KEY,
    "InvalidSecurityToken": _KEY,
    "MissingSecurityToken": _KEY,
    "SignatureDoesNotMatch": _KEY,
    "IncompleteSignature": _KEY,
    "Forbidden": _STOP,
    "Forbidden.AccessKeyDisabled": _KEY,
    "Forbedden": _STOP,  # so the pages spell that of an operation which knows no RAM
    "NoPermission": _STOP,
    "AccessDenied": _STOP,
    "AccessForbidden": _STOP,
    "ActionUnauthorized": _STOP,
    "ResourceNotAuthorized": _STOP,
    "InsufficientBalance": _STOP,
    "InvalidProduct": _USELESS,  # the host serves no such product: the wrong region, or an endpoint that was set
    "InvalidProtocol": _USELESS,
    "MissingParameter": _USELESS,
    "InvalidParameter": _USELESS,
    "InvalidParamater": _USELESS,  # so a page spells it
    "UnsupportedParameter": _USELESS,
    "InvalidRegionId": _USELESS,
    "InvalidSignatureMethod": _USELESS,
    "InvalidOwner": _USELESS,
    "InvalidOwnerId": _USELESS,
    "InvalidOwnerAccount": _USELESS,
    "InvalidApi": _USELESS,
    "InvalidAction": _USELESS,
    "InvalidVersion": _USELESS,
    "NoSuchVersion": _USELESS,
    "UnsupportedOperation": _USELESS,
    "UnsupportedHTTPMethod": _USELESS,
}
"""What any product answers before it begins (docs/facts/gateway-and-transport.md#gateway-codes), with a status of 4xx.

A row holds for its code and whatever follows a dot, unless that has a row of its own: pages list
`InvalidSecurityToken.Expired`, services know more.
"""
_MISSING = re.compile("Missing[A-Z]")
"""So begin the codes for a parameter that a call lacks, each with the parameter's name."""
_INVALID = "Invalid"
"""So begin those for one that is not valid; but whatever else is not, a product may say behind the gateway."""
_THROTTLED = "Throttling"
"""So begin the codes of calls that are refused before the product, with whatever status."""

_SERVICE = {
    # gateway, any product: what a 5xx or a twin of the call leaves open, and a thing that is not there
    "InternalError": _UNKNOWN,
    "UnknownError": _UNKNOWN,
    "ServiceUnavailable": _UNKNOWN,
    "SignatureNonceUsed": _UNKNOWN,  # a twin with the same nonce may have been executed
    "Forbidden.InstanceNotFound": _USELESS,
    "Forbidden.Not.Server": _STOP,  # with HTTP 500: DataWorks has no API in that region
    # what RerunJobs publishes: docs/facts/ehpc.md#rerun-errors
    "InvalidParams": _USELESS,
    "NotEnabled": _STOP,
    "InDebt": _STOP,
    "InvalidClusterStatus": _LATER,
    "ConflictOpt": _LATER,
    "UsernameExist": _USELESS,
    "IncorrectCredential": _USELESS,
    "ClusterNotFound": _NOWHERE_HERE,
    "ManagerNotFound": _LATER,
    RERUN_FAILURE: _USELESS,  # only if service_row knows the words of a plain refusal of one job
    "AliyunError": _UNKNOWN,
    "AgentResponseTimeout": _UNKNOWN,
    "AgentError": _UNKNOWN,
    "NotAuthorized": _STOP,
    # what DataWorks publishes of who is whose member: docs/facts/dataworks.md#errors
    "Invalid.Tenant.ProjectNotExists": _NOWHERE_HERE,
    "Invalid.Tenant.UserNotInProject": _NOWHERE_HERE,
    "Invalid.Tenant.UserIsNotProjectOwnerOrAdmin": _NOWHERE_HERE,
    "Invalid.Tenant.UserNotInTenant": _STOP,
    # what SchedulerX 3 publishes beside the common ones: docs/facts/schedulerx3.md#errors
    "IllegalRequest": _USELESS,
    "NotFound": _USELESS,
    "PartFailure": _UNKNOWN,  # some were rerun, which ones is not said: unknown for each
}

_MISSING_THINGS = frozenset({"NotFound", "ClusterNotFound", "Forbidden.InstanceNotFound"})

_NO_ANSWER = {
    NoAnswer.NOT_RESOLVED: _LATER,
    NoAnswer.CONNECT_FAILED: _LATER,
    NoAnswer.CONNECT_TIMEOUT: _LATER,
    NoAnswer.READ_TIMEOUT: _UNKNOWN,
    NoAnswer.TOO_LONG: _UNKNOWN,
    NoAnswer.CONNECTION_BROKEN: _UNKNOWN,
    NoAnswer.TLS_FAILURE: _UNKNOWN,
    NoAnswer.REDIRECTED: _UNKNOWN,
    NoAnswer.UNREADABLE_ANSWER: _UNKNOWN,
    NoAnswer.DEADLINE: _LATER,
    NoAnswer.NO_CREDENTIALS: _KEY,
    NoAnswer.OTHER: _UNKNOWN,
}

_STILL_GOING = ("timed out", "timeout", "time out", "in progress")
"""OpenPBS says these of a rerun that goes on (docs/facts/pbs.md#slow-reruns): they make a refusal unknown."""

_SCHEDULER_REFUSALS = (
    # Slurm: src/common/slurm_errno.c, as src/slurmctld/job_mgr.c returns them before it touches the job
    "job is pending execution",
    "only batch jobs are accepted or processed",
    "requested operation is presently disabled",
    "invalid job id specified",
    "access/permission denied",
    "job/step already completing or completed",
    "job not heterogeneous job leader",
    "operation not permitted on individual component of heterogeneous job",
    # OpenPBS: src/lib/Liblog/pbs_messages.c, as src/server/req_rerun.c rejects with them before it asks the node
    "request invalid for state of job",
    "request invalid for finished array subjob",
    "job has finished",
    "is not rerunnable",
    "unknown job id",
    "unauthorized request",
)
"""What the schedulers say of a rerun that they did not begin, word by word (docs/facts/slurm.md#refusals,
docs/facts/pbs.md#rerun). Whatever else they say, of a lost connection or of nothing known, may hide one that goes on.
"""

_PLAIN_REFUSALS = ("is not existed", "not match groupid", "lack of ssl protect")
"""SchedulerX: the only evidence it gives, so these may narrow unknown to refused, and nothing else."""
_NO_GROUP = ("groupid not exist",)
"""One that is as true of every other job of that group."""
_TOO_MANY_REQUESTS = 429
_BAD_REQUEST, _SERVER_ERROR = 400, 500


def documented(code: str) -> bool:
    """Whether a service's code has a row."""
    return code in _SERVICE or _gateway_row(code, None) is not None


def of_something_else(code: str) -> bool:
    """Whether a code says anything else than that a thing is not there, whatever the status it comes with."""
    return documented(code) and code not in _MISSING_THINGS


def no_answer_row(why: NoAnswer) -> Row:
    """What it proves that no readable answer came."""
    return _NO_ANSWER[why]


def service_row(code: str, message: str, *, jobs: int, http_status: int | None, parameters: Iterable[str] = ()) -> Row:
    """What an error answer proves about a call that named so many jobs, and had these parameters."""
    if code == RERUN_FAILURE and (jobs != 1 or not _refused_plainly(message)):
        return _UNKNOWN
    number = as_number(code)
    if number is not None and (http_status or _SERVER_ERROR) < _SERVER_ERROR:
        return business_row(number, message)  # SchedulerX with HTTP 4xx: the SDK makes text of its numbers
    return _SERVICE.get(code) or _gateway_row(code, http_status, parameters) or _UNKNOWN


def _gateway_row(code: str, http_status: int | None, parameters: Iterable[str] = ()) -> Row | None:
    """What a common code proves; one that comes with a 5xx may have been said behind the product: nothing."""
    if code.startswith(_THROTTLED):
        return _ENOUGH
    if http_status is not None and http_status >= _SERVER_ERROR:
        return None
    bare = code.partition(".")[0]
    named = http_status is not None and bare in {_INVALID + name.partition(".")[0] for name in parameters}
    return _GATEWAY.get(code) or _GATEWAY.get(bare) or (_USELESS if named or _MISSING.match(code) else None)


def business_row(code: object, message: str) -> Row:
    """What a SchedulerX answer with `Success` false proves.

    Nothing is published, so this is judgement (docs/facts/schedulerx.md#business-errors): a `Code` from 400 to 499 is a
    refusal, as HTTP's are; of what is left unknown the known texts make refusals.
    """
    number = as_number(code)
    if isinstance(code, str):
        named = service_row(code, message, jobs=1, http_status=None)
        if named != _UNKNOWN:
            return named
    if number == _TOO_MANY_REQUESTS:
        return _LATER
    if _says(message, _NO_GROUP):
        return _NOWHERE_HERE
    if (number is not None and _BAD_REQUEST <= number < _SERVER_ERROR) or _says(message, _PLAIN_REFUSALS):
        return _USELESS
    return _UNKNOWN


def says_not_there(message: str) -> bool:
    """Whether a SchedulerX refusal of a read says that the thing does not exist."""
    return _says(message, ("is not existed",))


def as_number(code: object) -> int | None:
    """A `Code` that is a number or its text, of at most nine digits."""
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) <= 9:  # noqa: PLR2004 - said above
        return int(code)
    return None


def _refused_plainly(message: str) -> bool:
    return _says(message, _SCHEDULER_REFUSALS) and not _says(message, _STILL_GOING)


def _says(message: str, phrases: tuple[str, ...]) -> bool:
    folded = message.casefold()
    return any(phrase in folded for phrase in phrases)
