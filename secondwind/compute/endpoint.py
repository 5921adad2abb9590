"""Where Function Compute is, as a person says it or the environment knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from secondwind.usage import UnusableError
from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.domain.job import REGION_PATTERN
from shared.settings.plaintext import checked

_ACCOUNT = re.compile(r"[0-9]{5,32}\Z", re.ASCII)


def endpoint_of(endpoint: str, region: str, account: str, environ: Mapping[str, str]) -> Endpoint:
    """Where Function Compute is: as said, else `https://<account>.<region>.fc.aliyuncs.com`.

    Region and account default to `FC_REGION` and `FC_ACCOUNT_ID`, the names that Function Compute itself uses
    (https://www.alibabacloud.com/help/en/functioncompute/fc/environment-variables). Raises UnusableError.
    """
    if endpoint:
        try:
            return checked(parse_endpoint(endpoint), environ)
        except ValueError as error:
            raise UnusableError(f"--endpoint {error}") from None
    region, account = region or environ.get("FC_REGION", ""), account or environ.get("FC_ACCOUNT_ID", "")
    if not (re.match(REGION_PATTERN, region) and _ACCOUNT.match(account)):
        raise UnusableError("wants --endpoint, or --region and --account (or FC_REGION and FC_ACCOUNT_ID)")
    return Endpoint("https", f"{account}.{region}.fc.aliyuncs.com", 443)
