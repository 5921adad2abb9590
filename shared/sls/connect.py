"""The client of Log Service: its SDK is loaded with the first call, and of it only what a pull or a put needs."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

from shared.meanwhile import expect
from shared.put_off import put_off
from shared.sls.calls import Access

_OTHER_CALLS = """
    async_sql_pb2 async_sql_response cursor_response cursor_time_response get_async_sql_request getcontextlogsresponse
    gethistogramsrequest gethistogramsresponse getlogsresponse listlogstoresrequest listlogstoresresponse
    listtopicsrequest listtopicsresponse machine_group_detail metering_mode_response multimodal_config_response
    object_response resource_policy scheduled_sql shipper_config store_view store_view_response
    submit_async_sql_request tag_response
"""
"""Modules of requests and answers that the functions do not exchange; those of which the SDK takes all names at once
(`import *`) cannot wait."""
NEVER_USED = (
    "aliyun.log.logclient_operator",  # copying whole projects, in processes of its own
    "aliyun.log.logger_hanlder",  # a handler of `logging`; so the SDK spells it
    "dateutil.parser",
    "dateutil.tz",
    "google.protobuf.text_format",  # printing
    "google.protobuf.internal.python_message",  # messages in Python, where the compiled ones are not to be had
    "requests",  # the SDK's own transport, and all that is below it
    *(f"aliyun.log.{name}" for name in _OTHER_CALLS.split()),
)
"""What the SDK (aliyun-log-python-sdk 0.9.52) imports and neither a pull nor a put touches; used, it is loaded."""
OF_PULLS = (
    "aliyun.log.proto",  # log groups as messages, and protobuf below it: what is put is encoded by `_signing`
    "calendar",
)
"""What the first pull loads, and no put."""
_SDK = f"{__package__}._client"


def connect(access: Access, endpoint: str) -> Any:
    """A client (`_client.Client`) of the service there."""
    return _client_class()(access, endpoint)


def expected() -> None:
    """Something will be put: the client is loaded while the first answer of somebody else is waited for."""
    if _SDK not in sys.modules:
        expect(_SDK, _client_class)


@cache
def _client_class() -> Any:
    """Kept: on a machine that has just slept even to import what is loaded takes longer than to sign a request."""
    if _SDK not in sys.modules:
        put_off(*NEVER_USED, *OF_PULLS)
    from shared.sls._client import Client  # noqa: PLC0415 - 0.2 s that only a caller pays

    return Client
