"""Errors as Tablestore answers them: an HTTP status and a protobuf `Error{code = 1, message = 2}`.

Codes, statuses and texts: https://www.alibabacloud.com/help/en/tablestore/developer-reference/error-codes. In a batch
the same message stands in the place of one row's answer.
"""

from __future__ import annotations

from localcloud.tablestore.protobuf import data_field

STATUSES = {
    "OTSParameterInvalid": 400,
    "OTSInvalidPK": 400,
    "OTSAuthFailed": 403,
    "OTSNoPermissionAccess": 403,
    "OTSConditionCheckFail": 403,
    "OTSNotEnoughCapacityUnit": 403,
    "OTSQuotaExhausted": 403,
    "OTSObjectNotExist": 404,
    "OTSTableNotReady": 404,
    "OTSMethodNotAllowed": 405,
    "OTSObjectAlreadyExist": 409,
    "OTSRowOperationConflict": 409,
    "OTSRequestBodyTooLarge": 413,
    "OTSInternalServerError": 500,
    "OTSPartitionUnavailable": 503,
    "OTSServerBusy": 503,
    "OTSServerUnavailable": 503,
    "OTSTimeout": 503,
}


class OtsError(Exception):
    """A refusal. Never carries a secret."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        self.code = code
        self.message = message
        self.status = STATUSES[code] if status is None else status
        super().__init__(f"{self.status} {code}: {message}")

    def encoded(self) -> bytes:
        """The message on the wire."""
        return data_field(1, self.code) + data_field(2, self.message)


def parameter_invalid(what: str) -> OtsError:
    """400 OTSParameterInvalid."""
    return OtsError("OTSParameterInvalid", what)
