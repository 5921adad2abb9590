"""What a failed call without an answer proves, for the clients of `--via` and the doctor.

Importing this module also tames the OpenAPI SDK's core for the process (`shared.systems.openapi._sdk`): it follows no
redirect, uses no proxy of the environment, and stays silent under `DEBUG=sdk`, where it would print every header, the
security token among them.
"""

from __future__ import annotations

from shared.systems.openapi import _sdk
from shared.systems.openapi.classify import NoAnswer

NOTHING_RAN = frozenset({NoAnswer.NOT_RESOLVED, NoAnswer.CONNECT_FAILED, NoAnswer.CONNECT_TIMEOUT, NoAnswer.REDIRECTED})
"""With these the service certainly got nothing, or sent the caller elsewhere."""


def why_no_answer(error: Exception) -> NoAnswer:
    """What an exception of requests, urllib3 or the OpenAPI SDK's transport means."""
    told = _sdk.told(error, None)
    return told if isinstance(told, NoAnswer) else NoAnswer.OTHER
