"""As whom RAM knows whoever acts, where a key of theirs is used: asked of STS, which needs no right for it."""

from __future__ import annotations

from collections.abc import Callable

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.settings import TablestoreUrl, parse_ledger_url
from shared.systems.openapi import ApiCall, Caller, OpenApi, Reply

STS = Endpoint("https", "sts.aliyuncs.com", 443)
"""https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-endpoint"""
TIME_S = 3.0
_CALL = ApiCall(action="GetCallerIdentity", version="2015-04-01", parameters={}, mutates=False)
"""https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity"""
UNKNOWN = "RAM identity not known: STS did not tell"


def ram_identity(credentials: Credentials, connect: Callable[[Credentials], Caller] | None = None) -> str:
    """The ARN of the key's user or role; else that it is not known. Never raises; a dead network costs seconds."""
    reply = (connect or _connect)(credentials).call(_CALL)
    arn = reply.body.get("Arn") if isinstance(reply, Reply) else None
    return arn if isinstance(arn, str) and arn.isprintable() and arn else UNKNOWN


def is_alibaba_cloud(ledger_url: str) -> bool:
    """Whether the ledger is one that a RAM identity reaches: Tablestore at its own host, and no stand-in of it."""
    try:
        url = parse_ledger_url(ledger_url)
    except ValueError:
        return False
    return isinstance(url, TablestoreUrl) and url.endpoint.host.endswith(".aliyuncs.com")


def _connect(credentials: Credentials) -> Caller:
    return OpenApi(credentials, STS, remaining_s=lambda: TIME_S)
