"""Region ids that are known, for whoever misspells one. No refusal: a new region is right as well."""

from __future__ import annotations

KNOWN = frozenset(
    (  # noqa: SIM905 - a list of literals would be a page
        "cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-wulanchabu cn-hangzhou cn-shanghai cn-nanjing cn-fuzhou "
        "cn-wuhan-lr cn-shenzhen cn-heyuan cn-guangzhou cn-chengdu cn-hongkong cn-hangzhou-finance "
        "cn-shanghai-finance-1 cn-shenzhen-finance-1 cn-beijing-finance-1 cn-north-2-gov-1 "
        "ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-5 ap-southeast-6 "
        "ap-southeast-7 ap-southeast-8 ap-south-1 us-west-1 us-east-1 us-southeast-1 na-south-1 eu-central-1 eu-west-1 "
        "me-east-1 me-central-1"
    ).split()
)
"""Of any of the services, closed ones among them
(https://www.alibabacloud.com/help/en/functioncompute/fc/product-overview/region-availability,
https://www.alibabacloud.com/help/doc-detail/140601.htm)."""
_LIKE = 0.75
"""How alike an id must be to one of these to have been meant as it."""
_MAX_CHARS = 64


def unheard_of(region: str) -> str:
    """What to say of a region id that none of these is, without the id; empty if it is one."""
    if region in KNOWN:
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - for a slip alone

    close = get_close_matches(region[:_MAX_CHARS].lower(), sorted(KNOWN), 1, _LIKE)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"is no region that is known here{hint}; a new one is right all the same"
