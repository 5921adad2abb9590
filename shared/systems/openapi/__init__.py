"""Signed calls to Alibaba Cloud's OpenAPI (RPC style, ACS3-HMAC-SHA256), and what their failures prove."""

from shared.systems.openapi.calls import ApiCall, Caller, CallFailed, ClockThatHears, Reply
from shared.systems.openapi.client import OpenApi
from shared.systems.openapi.failed import bounded, refused, unreadable

__all__ = [
    "ApiCall",
    "CallFailed",
    "Caller",
    "ClockThatHears",
    "OpenApi",
    "Reply",
    "bounded",
    "refused",
    "unreadable",
]
