"""What commands that look at a whole account have in common: settings, key and region, as a person's machine has them.

The settings are the functions' own (docs/reference.md#settings), but Log Service is called at its public endpoint
unless `SECONDWIND_SLS_ENDPOINT` says otherwise: the functions' default, the intranet's, answers inside a VPC only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.domain.job import REGION_PATTERN
from shared.settings import Settings, parse_ledger_url, read_credentials, read_settings

HIDDEN = "***"


def region_of(option: str, environ: Mapping[str, str]) -> str:
    """`--region`, else FC_REGION. Raises UnusableError."""
    region = option or environ.get("FC_REGION", "")
    if not re.match(REGION_PATTERN, region):
        raise UnusableError("wants --region (or FC_REGION), a region id such as cn-hangzhou")
    return region


def settings_of(environ: Mapping[str, str], region: str) -> Settings:
    """The settings. Raises SettingsError."""
    public = {"SECONDWIND_SLS_ENDPOINT": f"https://{region}.log.aliyuncs.com"}
    told = {name: value for name, value in environ.items() if name.startswith("SECONDWIND_") and value.strip()}
    return read_settings({**public, **told}, region)


def credentials_of(environ: Mapping[str, str]) -> Credentials:
    """The key. Raises UnusableError that names what is missing."""
    try:
        return read_credentials(None, environ)
    except SettingsError as error:
        missing = ", ".join(fault.path for fault in error.faults)
        raise UnusableError(f"missing in the environment: {missing}") from None


def hidden(text: str, environ: Mapping[str, str]) -> str:
    """The text without the key and without a ledger's password, whoever wrote them into it."""
    keys = Credentials(
        access_key_id=environ.get("ALIBABA_CLOUD_ACCESS_KEY_ID", ""),
        access_key_secret=environ.get("ALIBABA_CLOUD_ACCESS_KEY_SECRET", ""),
        security_token=environ.get("ALIBABA_CLOUD_SECURITY_TOKEN", ""),
    )
    text = keys.hide_in(text)
    try:
        password = getattr(parse_ledger_url(environ.get("SECONDWIND_LEDGER_URL", "")), "password", "")
    except ValueError:
        return text
    for spelling in {password, quote(password, safe="")} - {""}:
        text = text.replace(spelling, HIDDEN)
    return text
