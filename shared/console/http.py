"""Requests and responses of the console, bounded, and the headers that every response has."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from msgspec import Struct

MAX_FORM_BYTES = 64 * 1024
MAX_FIELDS = 1000
MAX_QUERY_CHARS = 4096
FORM = "application/x-www-form-urlencoded"
HTML = "text/html; charset=utf-8"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    # https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP: the style sheet alone is loaded, no script runs.
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # A link's token stands in the address; `no-referrer` would hide from us where a form comes from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


class Refused(Exception):  # noqa: N818 - named for what became of the request
    """The request is answered with this status and this sentence, and nothing is done."""

    def __init__(self, status: int, says: str) -> None:
        self.status = status
        self.says = says
        super().__init__(says)


class WebRequest(Struct, frozen=True, kw_only=True):
    """One request, decoded."""

    method: str
    path: str
    query: dict[str, list[str]] = {}
    headers: dict[str, str] = {}
    """By name in lower case."""
    body: bytes = b""
    source: str = ""
    """The address that it came from, as who serves it says."""

    def asked(self, name: str) -> str:
        """The one value of the query; empty if there is none."""
        return self.query.get(name, [""])[0]

    def cookie(self, name: str) -> str:
        """The value of a cookie; empty if there is none."""
        for pair in self.headers.get("cookie", "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return ""

    def form(self) -> dict[str, list[str]]:
        """The fields of a form. Raises Refused if it is none, or too large."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            raise Refused(415, "This takes a form and nothing else.")
        if len(self.body) > MAX_FORM_BYTES:
            raise Refused(413, "This form is too large: choose fewer at once.")
        try:
            return parse_qs(self.body.decode("ascii"), max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict")
        except ValueError:
            raise Refused(400, "This form cannot be read.") from None

    def same_origin(self) -> bool:
        """Whether nothing says that another site sent it. Old browsers say nothing; the form's own token does then.

        https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
        """
        origin, fetched = self.headers.get("origin"), self.headers.get("sec-fetch-site")
        if fetched is not None:
            # No page can set it, and it holds as well where something in front of us has changed the host.
            return fetched in {"same-origin", "none"}
        return origin is None or origin.partition("://")[2] == self.headers.get("host", "")


class WebResponse(Struct, frozen=True, kw_only=True):
    """One response."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: dict[str, str] = {}

    def all_headers(self) -> dict[str, str]:
        """With those that every response has."""
        return {**HEADERS, "Content-Type": self.content_type, **self.headers}


def query_of(text: str) -> dict[str, list[str]]:
    """What stands behind the question mark; what is too long or no text says nothing."""
    if len(text) > MAX_QUERY_CHARS:
        return {}
    try:
        return parse_qs(text, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        return {}


def text_response(text: str, content_type: str = "text/plain; charset=utf-8", status: int = 200) -> WebResponse:
    """Plain text."""
    return WebResponse(status=status, body=text.encode("utf-8", "replace"), content_type=content_type)
