"""The `context` that Function Compute hands to a Python function, in its two kinds.

Up to Python 3.10 it carries credentials and a service; from 3.12 on neither: credentials are in the
environment (https://www.alibabacloud.com/help/en/functioncompute/fc/context-1). Whether 3.12 still has
`tracing` and `retry_count` is not documented, so that kind has neither. Stands alone: the worker loads this
file by its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Literal

Kind = Literal["3.10", "3.12"]


class Context310(SimpleNamespace):
    """The older kind: every field also under its camelCase name where the platform gives one."""

    def to_json(self) -> dict[str, Any]:
        """All fields as plain values, **credentials in clear**, as the platform's own does."""
        keys = self.credentials
        return {
            "requestId": self.request_id,
            "credentials": {
                "accessKeyId": keys.access_key_id,
                "accessKeySecret": keys.access_key_secret,
                "securityToken": keys.security_token,
            },
            "function": vars(self.function),
            "service": vars(self.service),
            "region": self.region,
            "accountId": self.account_id,
            "tracing": vars(self.tracing),
        }


class Context312(SimpleNamespace):
    """The newer kind: no credentials, no service, no `to_json`."""


def make_context(  # noqa: PLR0913 - one keyword a documented field
    kind: Kind,
    *,
    request_id: str,
    handler: str = "index.handler",
    function_name: str = "function",
    memory_mb: int = 512,
    timeout_s: int = 60,
    region: str = "cn-hangzhou",
    account_id: str = "1234567890123456",
    credentials: Mapping[str, str] | None = None,
    log_project: str = "",
    log_store: str = "",
    retry_count: int = 0,
) -> Any:
    """A context of that kind.

    `credentials` has the keys `access_key_id`, `access_key_secret`, `security_token`; absent ones are
    empty. They are used only for 3.10. Raises ValueError for another kind.
    """
    function = {"name": function_name, "handler": handler, "memory": memory_mb, "timeout": timeout_s}
    shared = {"request_id": request_id, "region": region, "account_id": account_id}
    logs = {"log_project": log_project, "log_store": log_store}
    if kind == "3.12":
        newer = SimpleNamespace(**function, version_id="LATEST", qualifier="LATEST")
        return Context312(**shared, **logs, function=newer)
    if kind != "3.10":
        raise ValueError(f"no context of kind {kind!r}")
    keys = {name: (credentials or {}).get(name, "") for name in _CREDENTIALS}
    return Context310(
        **shared,
        requestId=request_id,
        accountId=account_id,
        credentials=SimpleNamespace(
            **keys,
            accessKeyId=keys["access_key_id"],
            accessKeySecret=keys["access_key_secret"],
            securityToken=keys["security_token"],
        ),
        function=SimpleNamespace(**function),
        # on FC 3 there is no service behind these names
        service=SimpleNamespace(name="", **logs, qualifier="LATEST", version_id="LATEST"),
        tracing=SimpleNamespace(span_context=None, jaeger_endpoint=None, span_baggages={}),
        retry_count=retry_count,
    )


_CREDENTIALS = ("access_key_id", "access_key_secret", "security_token")
