"""The signature check, judged by the official SDK's own signer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timezone
from urllib.parse import urlencode

import pytest

from localcloud.clock import ManualClock
from localcloud.wire import acs3
from localcloud.wire.acs3 import Verifier
from localcloud.wire.http import ApiError, Request
from localcloud.wire.signing import SKEW_S_MAX, Credential

LASTING = Credential("ak", "secret")
TEMPORARY = Credential("STS.ak", "sts-secret", "token")
Signed = Callable[..., Request]


@pytest.fixture
def verifier(clock: ManualClock) -> Verifier:
    """Knows a lasting and a temporary key."""
    return Verifier(clock, [LASTING, TEMPORARY])


@pytest.fixture
def signed(clock: ManualClock) -> Signed:
    """Makes a request as the SDK would, signed by its own code."""
    from alibabacloud_tea_openapi.utils import Utils
    from darabonba.request import DaraRequest

    numbers = iter(range(1_000))

    def made(
        *,
        query: dict[str, str] | None = None,
        body: bytes = b"",
        credential: Credential = LASTING,
        skew_s: float = 0,
        extra: dict[str, str] | None = None,
    ) -> Request:
        moment = datetime.fromtimestamp(clock.now() + skew_s, tz=timezone.utc)
        headers = {
            "host": "127.0.0.1:1",
            "x-acs-action": "RerunJobs",
            "x-acs-version": "2018-04-12",
            "x-acs-date": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": f"nonce-{next(numbers)}",
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            **({"x-acs-security-token": credential.security_token} if credential.security_token else {}),
            **(extra or {}),
        }
        official = DaraRequest()
        official.method, official.pathname, official.query, official.headers = (
            "POST",
            "/",
            query or {},
            headers,
        )
        headers["authorization"] = Utils.get_authorization(
            official,
            "ACS3-HMAC-SHA256",
            headers["x-acs-content-sha256"],
            credential.access_key_id,
            credential.access_key_secret,
        )
        return Request("POST", "/", urlencode(query or {}), headers, body)

    return made


def refusal(verifier: Verifier, request: Request) -> tuple[int, str]:
    """Status and code with which the request is refused."""
    with pytest.raises(ApiError) as caught:
        verifier.verify(request)
    return caught.value.status, caught.value.code


def changed(request: Request, **headers: str) -> Request:
    """The same request with other headers; `_` stands for `-`."""
    return replace(request, headers={**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"Jobs": '[{"Id":"12[3].scheduler"}]', "ClusterId": "ehpc-hz-x"},
        {"Name": "two words", "Star": "a*b~c_d-e.f", "Plus": "1+1=2", "Empty": "", "Z": "作业/é&?#%20"},
    ],
)
def test_official_signature_is_accepted(verifier: Verifier, signed: Signed, query: dict[str, str]) -> None:
    """What the SDK signs is accepted, also with blanks sent as `+`, reserved characters and other scripts."""
    assert verifier.verify(signed(query=query)) == LASTING


def test_signed_body_is_accepted(verifier: Verifier, signed: Signed) -> None:
    """A form body is covered by its hash."""
    assert verifier.verify(signed(body=b"DataTime=10%3A00%3A00&Name=a+b")) == LASTING


def test_wrong_secret_is_refused(verifier: Verifier, signed: Signed) -> None:
    """A known key with another secret does not match."""
    request = signed(credential=Credential("ak", "guess"))
    assert refusal(verifier, request) == (400, "SignatureDoesNotMatch")


def test_unknown_key_is_refused(verifier: Verifier, signed: Signed) -> None:
    """A key that nobody has is 404."""
    request = signed(credential=Credential("who", "secret"))
    assert refusal(verifier, request) == (404, "InvalidAccessKeyId.NotFound")


def test_every_signed_part_is_protected(verifier: Verifier, signed: Signed) -> None:
    """Changing the method, path, query, a header or the body after signing is found out."""
    request = signed(query={"ClusterId": "a"}, body=b"x=1")
    forged = [
        replace(request, method="GET"),
        replace(request, path="/other"),
        replace(request, query="ClusterId=b"),
        replace(request, body=b"x=2"),
        changed(request, host="elsewhere"),
        changed(request, x_acs_action="StopJobs"),
        changed(request, x_acs_signature_nonce="another"),
    ]
    assert {refusal(verifier, one) for one in forged} == {(400, "SignatureDoesNotMatch")}
    assert verifier.verify(request) == LASTING


def test_body_hash_is_compared_with_the_body(verifier: Verifier, signed: Signed) -> None:
    """A rightly signed hash of another body does not do."""
    request = signed(body=b"x=1")
    assert refusal(verifier, replace(request, body=b"x=2")) == (400, "SignatureDoesNotMatch")


@pytest.mark.parametrize("skew_s", [-900, 900])
def test_date_may_be_fifteen_minutes_off(verifier: Verifier, signed: Signed, skew_s: float) -> None:
    """Fifteen minutes of clock skew are allowed, both ways."""
    assert verifier.verify(signed(skew_s=skew_s)) == LASTING


@pytest.mark.parametrize("skew_s", [-901, 901])
def test_date_may_not_be_further_off(verifier: Verifier, signed: Signed, skew_s: float) -> None:
    """Beyond that the request has expired."""
    assert refusal(verifier, signed(skew_s=skew_s)) == (400, "InvalidTimeStamp.Expired")


def test_date_must_be_a_date(verifier: Verifier, signed: Signed) -> None:
    """Any other spelling is refused."""
    assert refusal(verifier, signed(extra={"x-acs-date": "yesterday"})) == (400, "InvalidTimeStamp.Format")


def test_nonce_serves_once(verifier: Verifier, signed: Signed) -> None:
    """The same bytes a second time are refused."""
    request = signed()
    verifier.verify(request)
    assert refusal(verifier, request) == (400, "SignatureNonceUsed")


def test_wrong_signature_spends_no_nonce(verifier: Verifier, signed: Signed) -> None:
    """A stranger cannot use up the nonce of a rightful request."""
    request = signed(query={"ClusterId": "a"})
    refusal(verifier, replace(request, query="ClusterId=b"))
    assert verifier.verify(request) == LASTING


def test_nonces_are_forgotten_at_the_bound(verifier: Verifier, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory for nonces is bounded; the oldest goes first."""
    monkeypatch.setattr(acs3, "NONCES_KEPT", 2)
    requests = [signed() for _ in range(3)]
    for request in requests:
        verifier.verify(request)
    assert len(verifier._nonces) == 2
    assert refusal(verifier, requests[2]) == (400, "SignatureNonceUsed")


def test_nonces_are_forgotten_when_their_date_has_passed(
    verifier: Verifier, signed: Signed, clock: ManualClock
) -> None:
    """A nonce is kept as long as its request could be accepted, and not for ever."""
    verifier.verify(signed())
    clock.advance(3 * SKEW_S_MAX)
    verifier.verify(signed())
    assert len(verifier._nonces) == 1


def test_temporary_key_needs_its_token(verifier: Verifier, signed: Signed) -> None:
    """A temporary key works with its token; without it, or with another, it is refused."""
    assert verifier.verify(signed(credential=TEMPORARY)) == TEMPORARY
    bare = signed(credential=replace(TEMPORARY, security_token=""))
    assert refusal(verifier, bare) == (400, "MissingSecurityToken")
    wrong = signed(credential=replace(TEMPORARY, security_token="other"))
    assert refusal(verifier, wrong) == (400, "InvalidSecurityToken.MismatchWithAccessKey")
    needless = signed(credential=replace(LASTING, security_token="token"))
    assert refusal(verifier, needless) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_unsigned_request_is_refused(verifier: Verifier, signed: Signed) -> None:
    """No Authorization, one that is not ACS3, or an x-acs header that it leaves out: refused."""
    request = signed()
    bare = replace(request, headers={k: v for k, v in request.headers.items() if k != "authorization"})
    assert refusal(verifier, bare) == (400, "MissingAccessKeyId")
    assert refusal(verifier, changed(request, authorization="Basic YTpi")) == (400, "IncompleteSignature")
    smuggled = changed(request, x_acs_security_token="unsigned")
    assert refusal(verifier, smuggled) == (400, "IncompleteSignature")


def test_too_many_parameters_are_refused(verifier: Verifier, signed: Signed) -> None:
    """More than 1,000 parameters are not even sorted."""
    request = signed(query={f"P{number}": "" for number in range(1_001)})
    assert refusal(verifier, request) == (400, "InvalidParameter")


def test_credential_hides_its_secrets() -> None:
    """A credential that lands in a log shows neither secret nor token."""
    assert "sts-secret" not in repr(TEMPORARY)
    assert "'token'" not in repr(TEMPORARY)
