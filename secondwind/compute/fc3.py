"""Invokes a function of Function Compute 3.0 through its official SDK (alibabacloud-fc20230330 4.8.3).

One call is one request: the SDK's retry is off unless asked for, and importing this module tames its core for the
process, as far as calls go its usual way: it follows no redirect, uses no proxy of the environment, and stays silent
under `DEBUG=sdk`, where it would print every header, the security token among them. A function's error is status 200
with the header `x-fc-error-type`; it raises nothing
(https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-invokefunction).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import (
    GetFunctionRequest,
    InvokeFunctionHeaders,
    InvokeFunctionRequest,
    ListTriggersRequest,
)
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.core import DaraCore
from darabonba.runtime import RuntimeOptions
from requests.exceptions import TooManyRedirects

from secondwind.compute.call import SERVER_FAILED, Call, FunctionAnswer, NotInvoked, answer_of
from secondwind.compute.transport import NOTHING_RAN, why_no_answer
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint

CONNECT_TIMEOUT_MS = 5_000
READ_TIMEOUT_MS = 610_000
"""A function may take its time: ten minutes and the way."""


class _OneRequestSessions(dict[str, Any]):
    """The SDK's sessions by its own key. Each that it stores sends one request a call."""

    def __setitem__(self, key: str, session: Any) -> None:
        send = session.send

        def send_once(request: Any, **settings: Any) -> Any:
            response = send(request, **{**settings, "allow_redirects": False, "proxies": {}})
            if response.is_redirect:
                raise TooManyRedirects("the endpoint answered with a redirect", response=response)
            return response

        session.send = send_once
        super().__setitem__(key, session)


# Both are state of the SDK's modules, so this is done once, when this module is loaded.
DaraCore._sessions = _OneRequestSessions()  # noqa: SLF001 - the SDK passes no redirect setting on; tests watch the wire
# With DEBUG=sdk this logger writes the authorization and the token to standard error. A filter outlives dictConfig.
logging.getLogger("darabonba-core").addFilter(lambda _: False)


def client(endpoint: Endpoint, credentials: Credentials) -> Any:
    """The SDK's client for that endpoint."""
    return Client(
        Config(
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
            security_token=credentials.security_token or None,
            protocol=endpoint.scheme,
            endpoint=endpoint.netloc,
            user_agent="second-wind",
        )
    )


def runtime(read_timeout_ms: int = READ_TIMEOUT_MS) -> Any:
    """How long a call may take."""
    return RuntimeOptions(connect_timeout=CONNECT_TIMEOUT_MS, read_timeout=read_timeout_ms)


def invoke(call: Call) -> FunctionAnswer:
    """InvokeFunction, once. Raises NotInvoked."""
    headers = InvokeFunctionHeaders(
        x_fc_invocation_type="Async" if call.asynchronous else "Sync",
        x_fc_log_type="None" if call.asynchronous else "Tail",
        x_fc_async_task_id=call.task_id or None,
    )
    request = InvokeFunctionRequest(body=call.event, qualifier=call.qualifier or None)
    try:
        told = client(call.endpoint, call.credentials).invoke_function_with_options(
            call.function, request, headers, runtime()
        )
        body = told.body.read()
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises, the call may have left
        raise not_invoked(error) from None  # the SDK's chain holds the request with its headers
    return answer_of(told.status_code, body, told.headers)


def described(client: Any, function: str, timeout_ms: int) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """A function's environment and its triggers (GetFunction, ListTriggers). Raises NotInvoked."""
    options = runtime(timeout_ms)
    try:
        found = client.get_function_with_options(function, GetFunctionRequest(), {}, options).body
        listed = client.list_triggers_with_options(function, ListTriggersRequest(), {}, options).body
    except Exception as error:  # noqa: BLE001 - as below
        raise not_invoked(error) from None
    triggers = [one.to_map() for one in listed.triggers or ()]
    return dict(found.environment_variables or {}), triggers


def not_invoked(error: Exception) -> NotInvoked:
    """What an exception of the SDK tells."""
    if not isinstance(error, AlibabaCloudException) or not isinstance(error.status_code, int):
        return _unanswered(error)
    data = error.data if isinstance(error.data, dict) else {}
    # Refusals below 500 are made before the function is called; 500 and above may come after it.
    late = error.status_code >= SERVER_FAILED
    code = str(data.get("Code") or "Refused")
    return NotInvoked(code, str(data.get("Message") or ""), status=error.status_code, may_have_run=late)


def _unanswered(error: Exception) -> NotInvoked:
    why = why_no_answer(error)
    return NotInvoked(why.value, "no answer that could be read", may_have_run=why not in NOTHING_RAN)
