"""The key of this invocation."""

from __future__ import annotations

from collections.abc import Mapping

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, SettingsError

_FIELDS = {
    "access_key_id": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "access_key_secret": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "security_token": "ALIBABA_CLOUD_SECURITY_TOKEN",
}


def read_credentials(context: object, environ: Mapping[str, str]) -> Credentials:
    """The credentials as they are now: the context's if it has them, else the environment's, never a mixture.

    Up to Python 3.10 Function Compute renews `context.credentials` while the environment's copy goes
    stale; on 3.12 there is only the environment
    (https://www.alibabacloud.com/help/en/functioncompute/fc/context-1). Call it at every invocation.
    Raises SettingsError if neither has a key id and a secret.
    """
    given = getattr(context, "credentials", None)
    found = {field: getattr(given, field, None) or "" for field in _FIELDS}
    if not (found["access_key_id"] and found["access_key_secret"]):
        found = {field: environ.get(name, "") for field, name in _FIELDS.items()}
    missing = [_FIELDS[field] for field in ("access_key_id", "access_key_secret") if not found[field]]
    if missing:
        raise SettingsError([Fault(name, "is missing, and the context has no credentials") for name in missing])
    return Credentials(**found)
