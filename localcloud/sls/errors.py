"""Errors as Log Service answers them: a status and `{"errorCode", "errorMessage"}`.

Codes and statuses: https://www.alibabacloud.com/help/en/sls/developer-reference/error-codes and, for one
operation, its own page. Where older pages give 403 for SignatureNotMatch the newer 401 is used.
InvalidContentMD5, InvalidContentSha256 and InvalidPath are not documented: those names are this project's.
"""

from __future__ import annotations

from localcloud.wire.http import Response, json_response


class SlsError(Exception):
    """A refusal. Never carries a secret: the caller's own signature and key id are all it repeats."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{status} {code}: {message}")

    def response(self) -> Response:
        """The answer on the wire."""
        return json_response({"errorCode": self.code, "errorMessage": self.message}, self.status)


def parameter_invalid(what: str) -> SlsError:
    """400 ParameterInvalid."""
    return SlsError(400, "ParameterInvalid", what)
