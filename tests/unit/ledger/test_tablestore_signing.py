"""Requests have the Tablestore SDK's signature, and what it refuses of an answer is refused."""

from __future__ import annotations

import base64
import hashlib
import runpy
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest

from shared.domain.credentials import Credentials
from shared.ledger import _tablestore_signing
from shared.ledger._tablestore_signing import Doubt, doubt_about, headers_of
from shared.ledger.tablestore_setup import sdk
from shared.network.http_answer import HttpAnswer

BODY, PATH = b"the rows", "/GetRow"
KEY = Credentials(access_key_id="LTAI", access_key_secret="s" * 100, security_token="token ")
BARE = Credentials(access_key_id="LTAI", access_key_secret="secret")
FORMAT = "%Y-%m-%dT%H:%M:%S"


def signer() -> Any:
    """The SDK's, version 2."""
    return sdk().auth.SignV2("utf-8")


@pytest.mark.parametrize("key", [KEY, BARE])
def test_a_request_has_the_sdks_headers_and_signature(key: Credentials) -> None:
    """All of them signed; no token is no header."""
    for body in (b"", BODY):
        told = headers_of("GetRow", body, "sw", key)
        context = sdk().auth.RequestContext(
            sdk().credentials.Credentials(key.access_key_id, key.access_key_secret, key.security_token or None)
        )
        protocol = sdk().protocol.OTSProtocol("sw", "utf-8", None, enable_native=False)
        wanted = protocol._make_request_headers(body, PATH, signer(), context)
        date = told["x-ots-date"]
        assert told.keys() == wanted.keys() - {"User-Agent"}
        assert abs(datetime.strptime(date, f"{FORMAT}.000Z") - datetime.utcnow()) < timedelta(seconds=60)  # noqa: DTZ003, DTZ007 - as the service has it
        del wanted["x-ots-signature"], wanted["User-Agent"]
        wanted["x-ots-date"] = date
        signer().make_request_signature_and_add_headers(PATH, wanted, context)
        assert told == wanted


def answer(
    status: int = 200, other: Mapping[str, str | None] = {}, *, key: Credentials = BARE, late_s: float = 0.0
) -> HttpAnswer:
    """An answer as the service gives it; `other`: headers that are others, or (None) are not there."""
    date = datetime.now(timezone.utc) + timedelta(seconds=late_s)
    told: dict[str, str | None] = {
        "x-ots-contentmd5": base64.b64encode(hashlib.md5(BODY).digest()).decode(),  # noqa: S324 - as the service does
        "x-ots-requestid": "0005",
        "x-ots-date": f"{date.strftime(FORMAT)}.000Z",
        "x-ots-contenttype": "protocol buffer",
        "content-type": "any",
    }
    told |= {name: value for name, value in other.items() if name.startswith("x-ots-")}
    headers = {name: value for name, value in told.items() if value is not None}
    signed = signer().make_response_signature(PATH, headers, key.access_key_secret)
    authorization = other.get("authorization", f"OTS {key.access_key_id}:{signed}")
    more = {} if authorization is None else {"authorization": authorization}
    return HttpAnswer(status, "", {**headers, **more}, BODY, keeps=True)


def refused_by_the_sdk(one: HttpAnswer) -> bool:
    """Whether it says anything against it."""
    protocol = sdk().protocol.OTSProtocol("sw", "utf-8", None, enable_native=False)
    context = sdk().auth.RequestContext(sdk().credentials.Credentials("LTAI", "secret", None))
    try:
        protocol._check_headers(one.headers, one.body, status=one.status)
        protocol._check_authorization(PATH, one.headers, one.status, signer(), context)
    except (sdk().OTSClientError, ValueError):
        return True
    return False


def doubt(one: HttpAnswer) -> Doubt | None:
    """Ours."""
    return doubt_about("GetRow", one, BARE, done=200 <= one.status < 300)


OTHER_KEY = Credentials(access_key_id="LTAI", access_key_secret="another's")
NAMES = ("x-ots-contentmd5", "x-ots-requestid", "x-ots-date", "x-ots-contenttype", "authorization")
CASES: list[tuple[Callable[[], HttpAnswer], Doubt | None]] = [
    (partial(answer), None),
    (partial(answer, 503), None),
    *((partial(answer, 200, {name: None}), Doubt.INCOMPLETE) for name in NAMES),
    *((partial(answer, 503, {name: None}), None) for name in NAMES),
    *((partial(answer, status, {"x-ots-contentmd5": "AAAA"}), Doubt.SUM) for status in (200, 503)),
    *((partial(answer, status, {"x-ots-date": "yesterday"}), Doubt.DATE) for status in (200, 503)),
    (partial(answer, 200, {"x-ots-date": "2026-02-30T00:00:00.000Z"}), Doubt.DATE),
    *((partial(answer, late_s=late), None) for late in (870.0, -870.0)),
    *((partial(answer, late_s=late), Doubt.DATE) for late in (930.0, -930.0, 86_400.0)),
    *((partial(answer, status, key=OTHER_KEY), Doubt.SIGNATURE) for status in (200, 400, 503)),
    (partial(answer, key=Credentials(access_key_id="another", access_key_secret="secret")), Doubt.SIGNATURE),
    *(
        (partial(answer, 200, {"authorization": told}), Doubt.SIGNATURE)
        for told in ("OTS LTAI", "", "é", "OTS LTAI:x:y")
    ),
]


@pytest.mark.parametrize(("made", "wanted"), CASES)
def test_an_answer_shows_what_the_sdk_wants_of_it(made: Callable[[], HttpAnswer], wanted: Doubt | None) -> None:
    """A success all of it; an error may lack it, but shows none of it wrongly."""
    one = made()
    assert (doubt(one), doubt(one) is not None) == (wanted, refused_by_the_sdk(one))


@pytest.mark.parametrize(("off_s", "wanted"), [(900, None), (-900, None), (901, Doubt.DATE), (-901, Doubt.DATE)])
def test_an_answer_is_of_the_same_quarter_of_an_hour(
    monkeypatch: pytest.MonkeyPatch, off_s: int, wanted: Doubt | None
) -> None:
    """To the second, before or behind."""
    date = datetime.fromtimestamp(1_767_225_600 + off_s, timezone.utc).strftime(f"{FORMAT}.000Z")
    one = answer(200, {"x-ots-date": date})
    monkeypatch.setattr("time.time", lambda: 1_767_225_600.0)
    assert doubt(one) is wanted


def test_an_answer_needs_no_other_headers() -> None:
    """The five are enough."""
    one = answer()
    told = {name: one.headers[name] for name in NAMES}
    assert doubt(HttpAnswer(200, "", told, BODY, keeps=True)) is None


def test_an_answer_is_for_its_operation() -> None:
    """What was said to another request counts for nothing here."""
    assert doubt_about("GetRange", answer(), BARE, done=True) is Doubt.SIGNATURE


@pytest.mark.usefixtures("md5_for_checksums_alone")
def test_requests_are_made_where_md5_is_forbidden_for_security() -> None:
    """As under FIPS 140: here it is a checksum that the service wants. The module has begun one when it is loaded."""
    told = runpy.run_path(_tablestore_signing.__file__)["headers_of"]("GetRow", BODY, "sw", KEY)
    assert told["x-ots-contentmd5"] == base64.b64encode(hashlib.md5(BODY, usedforsecurity=False).digest()).decode()
