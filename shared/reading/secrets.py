"""Keys and passwords that programs print: what is kept or told of a stranger's text shows none."""

from __future__ import annotations

import re

_HIDDEN = "***"
_NAMED = re.compile(
    r"(?i)((?:pass(?:word|wd|phrase)?|secret|token|credential|api[_-]?key|access[_-]?key(?:[_-]?(?:id|secret))?"
    r"|authorization|signature)[\w-]{0,32}[\"']?\s{0,4}[:=]\s{0,4}[\"']?)(?:(?:bearer|basic|acs)\s{1,4})?[^\s\"',;&)]{1,4096}"
)
"""`password=…`, `"AccessKeySecret": "…"`, `Authorization: Bearer …`."""
_IN_URL = re.compile(r"(://[^\s:/@]{0,128}):[^\s/@]{1,256}@")
_KEY_ID = re.compile(r"\bLTAI[A-Za-z0-9]{8,26}\b|\bSTS\.[A-Za-z0-9]{8,64}")
"""As Alibaba Cloud writes ids of access keys (https://help.aliyun.com/zh/ram/user-guide/create-an-accesskey-pair)."""
_WORDS = ("pass", "secret", "token", "credential", "api", "access", "authorization", "signature")
"""With one of them each name begins; of what is not ASCII more signs than their small letters pass for theirs."""


def without_secrets(text: str) -> str:
    """The text with `***` for what its own words call a secret. Linear in the text."""
    if _may_name(text):
        text = _NAMED.sub(rf"\1{_HIDDEN}", text)
    if "://" in text and "@" in text:
        text = _IN_URL.sub(rf"\1:{_HIDDEN}@", text)
    return _KEY_ID.sub(_HIDDEN, text) if "LTAI" in text or "STS." in text else text


def _may_name(text: str) -> bool:
    """Whether `_NAMED` can match: most texts are told from those that it has to look through in a tenth of the time."""
    if "=" not in text and ":" not in text:
        return False
    small = text.lower()
    return not text.isascii() or any(word in small for word in _WORDS)
