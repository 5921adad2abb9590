"""The console behind an HTTP trigger of Function Compute: its event becomes a request, a response what it wants.

An event handler behind an HTTP trigger gets `version`, `rawPath`, `headers`, `queryParameters`, `body`,
`isBase64Encoded` and `requestContext`, and answers `statusCode`, `headers`, `body`, `isBase64Encoded`
(https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/http-trigger-invoking-function).

Who looks is proved by a token of the identity provider, in `Authorization: Bearer` or the cookie `secondwind_token`.
The gateway may check it before (`authType: jwt`); here it is checked whatever the gateway did, and claims that it hands
on as headers are not read: anybody can send a header.
"""

from __future__ import annotations

import base64
import logging
import os
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
from msgspec import Struct

from shared.configuration import Configuration, configuration_of, prepare
from shared.console.app import answer
from shared.console.http import Refused, WebRequest, WebResponse, text_response
from shared.console.site import NightRows, Site
from shared.console.visitor import Visitor
from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable
from shared.domain.links import CHANNEL
from shared.gates_now import gates_of
from shared.openers.ledger import open_ledger
from shared.ports import Clock
from shared.reading.jwt import BadToken, claims_of
from shared.reality import SystemClock
from shared.settings import read_credentials
from shared.start import timeout_of

MAX_EVENT_BYTES = 1024 * 1024
LOOK_LEAVES_S = 5.0
"""Of an invocation, for the page behind a look at a job."""
TOKEN_COOKIE = "secondwind_token"  # noqa: S105 - a cookie's name
_LOG = logging.getLogger(__name__)


class _Http(Struct):
    method: str = ""
    sourceIp: str = ""  # noqa: N815 - as the event has it


class _RequestContext(Struct):
    domainName: str = ""  # noqa: N815 - as above
    http: _Http = msgspec.field(default_factory=_Http)


class _HttpEvent(Struct):
    rawPath: str = "/"  # noqa: N815 - as above
    headers: dict[str, str] = {}
    queryParameters: dict[str, str] = {}  # noqa: N815 - as above; msgspec copies it
    body: str = ""
    isBase64Encoded: bool = False  # noqa: N815 - as above
    requestContext: _RequestContext = msgspec.field(default_factory=_RequestContext)  # noqa: N815 - as above


def prepare_web(context: Any) -> None:
    """As `prepare`; warns of what the console lacks. Raises SettingsError."""
    prepare(context)
    configuration = configuration_of(context)
    console = configuration.settings.console
    if console.link_key is None:
        _LOG.warning("SECONDWIND_LINK_SECRET is not set: no link is believed and no page has a form")
    if not console.issuer_keys:
        _LOG.warning("SECONDWIND_CONSOLE_JWKS is not set: nobody signs in, links alone work")
    if not configuration.policy.people:
        _LOG.warning("the policy has no `people`: nobody may look or act")


def handle_web(event: bytes, context: Any) -> dict[str, Any]:
    """One request. What goes wrong with the ledger or the Logstore is a page that says so.

    Raises:
        SettingsError: as `prepare`.
    """
    try:
        request = read_request(event)
    except Refused as refused:
        return _event_of(text_response(f"{refused.says}\n", status=refused.status))
    clock = SystemClock()
    configuration = configuration_of(context)
    credentials = read_credentials(context, os.environ)
    until = clock.now() + timeout_of(context)
    ledger_url = configuration.settings.ledger
    try:
        with closing(open_ledger(ledger_url, credentials, clock, lambda: until - clock.now())) as ledger:
            site = Site(
                ledger=ledger,
                policy=configuration.policy,
                now=clock.now(),
                key=configuration.settings.console.link_key,
                zone=configuration.settings.time_zone,
                gates=lambda failure: gates_of(
                    failure,
                    ledger,
                    configuration.settings,
                    credentials,
                    configuration.policy,
                    clock,
                    until - LOOK_LEAVES_S,
                ),
                night=_night(configuration, credentials, clock),
            )
            return _event_of(answer(site, request, visitor_of(request, configuration, clock.now())))
    except LedgerUnavailable as error:
        _LOG.warning("the ledger cannot be read: %s", error)
        return _event_of(text_response("The ledger cannot be read now. It may be repeated.\n", status=503))


def read_request(event: bytes) -> WebRequest:
    """The request that an event holds. Raises Refused if it is none."""
    if len(event) > MAX_EVENT_BYTES:
        raise Refused(413, "This is too large.")
    try:
        told = msgspec.json.decode(event, type=_HttpEvent, strict=False)
        body = base64.b64decode(told.body, validate=True) if told.isBase64Encoded else told.body.encode()
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Refused(400, "This is no request of an HTTP trigger.") from None
    headers = {name.lower(): value for name, value in told.headers.items()}
    headers.setdefault("host", told.requestContext.domainName)
    return WebRequest(
        method=told.requestContext.http.method.upper(),
        path=told.rawPath,
        query={name: [value] for name, value in told.queryParameters.items()},
        headers=headers,
        body=body,
        source=told.requestContext.http.sourceIp[:64],
    )


def visitor_of(request: WebRequest, configuration: Configuration, now: float) -> Visitor | None:
    """Who a token proves to be there; None: nobody."""
    console = configuration.settings.console
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer.strip() if scheme.lower() == "bearer" else request.cookie(TOKEN_COOKIE)
    if not token or not console.issuer_keys:
        return None
    try:
        name = claims_of(token, console.issuer_keys, console.audience, now, console.issuer).sub
    except BadToken as error:
        _LOG.info("a token was not believed: %s", error)
        return None
    if name.startswith(CHANNEL) or not name.isprintable():
        return None
    return Visitor(name=name, how="console, signed in", source=request.source, people=configuration.policy.people)


def _night(configuration: Configuration, credentials: Credentials, clock: Clock) -> Callable[[], NightRows]:
    settings = configuration.settings

    def read() -> NightRows:
        from shared.openers.night import night_of  # noqa: PLC0415 - HTTP and mail, 10 ms, for the pages of a night alone
        from shared.sls.outcomes import OutcomeLog  # noqa: PLC0415 - as above

        log = OutcomeLog(
            endpoint=settings.sls.url,
            project=settings.outcome_project,
            logstore=settings.outcome_logstore,
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
            security_token=credentials.security_token,
        )
        return night_of(log, clock)

    return read


def _event_of(made: WebResponse) -> dict[str, Any]:
    headers = {**made.all_headers(), "Strict-Transport-Security": "max-age=31536000"}
    return {
        "statusCode": made.status,
        "headers": headers,
        "isBase64Encoded": False,
        "body": made.body.decode("utf-8", "replace"),
    }
