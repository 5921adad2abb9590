"""Invokes a function of a Function Compute 2.0 service through its official SDK (aliyun-fc2 2.5.2).

The SDK writes all request headers, the security token among them, to the root logger when a call fails, and sets that
logger up to print if nobody has: the name `logging` in its modules is replaced by one that is silent. Its session,
which would repeat failed connects for half a minute, follow redirects with the token and obey proxies, is replaced by
one that sends one request. FC 3.0 has no services: its functions are invoked by `fc3`.
"""

from __future__ import annotations

import json
from typing import Any

import fc2.auth
import fc2.client
import requests

from secondwind.compute.call import SERVER_FAILED, Call, FunctionAnswer, NotInvoked, answer_of
from secondwind.compute.transport import NOTHING_RAN, why_no_answer

TIMEOUTS_S = (5.0, 610.0)
"""To connect, and to wait for an answer."""
_Sdk: Any = fc2.Client


class _Silence:
    """Stands in for the module `logging`, of which the SDK uses these two."""

    @staticmethod
    def debug(*_arguments: Any) -> None:
        """Writes nothing."""

    @staticmethod
    def error(*_arguments: Any) -> None:
        """Writes nothing."""


def _one_request(method: str, url: str, **options: Any) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, allow_redirects=False, **options)


fc2.client.logging = fc2.auth.logging = _Silence
fc2.client.requestWithTry = _one_request


class _Client(_Sdk):  # type: ignore[misc]  # the SDK publishes no types
    """Keeps the answer: the exception of a function that raised has neither its log nor its kind."""

    answer: Any = None

    def _do_request(self, *arguments: Any, **options: Any) -> Any:
        self.answer = super()._do_request(*arguments, **options)
        return self.answer


def invoke(call: Call) -> FunctionAnswer:
    """InvokeFunction, once. Raises NotInvoked."""
    keys = call.credentials
    client = _Client(
        endpoint=call.endpoint.url,
        accessKeyID=keys.access_key_id,
        accessKeySecret=keys.access_key_secret,
        securityToken=keys.security_token,
        Timeout=TIMEOUTS_S,
    )
    headers = {"x-fc-invocation-type": "Async" if call.asynchronous else "Sync"}
    if not call.asynchronous:
        headers["x-fc-log-type"] = "Tail"
    if call.task_id:
        headers["x-fc-stateful-async-invocation-id"] = call.task_id  # FC 2.0's name of x-fc-async-task-id
    try:
        client.invoke_function(call.service, call.function, call.event, headers, call.qualifier or None)
    except fc2.FcError as error:
        if client.answer is None:
            raise _refused(error) from None  # the exception's context holds the headers
    except Exception as error:  # noqa: BLE001 - requests, urllib3 and the SDK's own reading of the answer
        raise _unanswered(error) from None
    return answer_of(client.answer.status_code, client.answer.content, client.answer.headers)


def _refused(error: Any) -> NotInvoked:
    try:
        message = str(json.loads(error.message).get("ErrorMessage", ""))
    except (ValueError, AttributeError):
        message = ""
    # Refusals below 500 are made before the function is called; 500 and above may come after it.
    late = error.status_code >= SERVER_FAILED
    return NotInvoked(str(error.err_code) or "Refused", message, status=error.status_code, may_have_run=late)


def _unanswered(error: Exception) -> NotInvoked:
    why = why_no_answer(error)
    return NotInvoked(why.value, "no answer that could be read", may_have_run=why not in NOTHING_RAN)
