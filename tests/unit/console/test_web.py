"""The console behind an HTTP trigger: events in, answers out, and who is believed to be there."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

import functions.console.index as door
from shared.ledger.sqlite import SqliteLedger
from shared.reality import SystemClock
from tests.support.jwt import AUDIENCE, ISSUER, OTHER_ISSUER
from tests.unit.people.conftest import held, put, record_at

POLICY = """
version: 1
people:
- {who: ann, may: [approve, reject], clusters: ehpc-hz-1}
- {who: 'channel:night', may: [approve]}
rules: [{name: the-rest, match: {}, action: hold}]
"""
OURS = "https://login.example/ours"
CONTEXT = SimpleNamespace(
    region="cn-hangzhou",
    request_id="r",
    function=SimpleNamespace(timeout=30),
    credentials=SimpleNamespace(access_key_id="made-up", access_key_secret="made-up", security_token=""),
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The ledger that the function is told of."""
    (tmp_path / "policy.yaml").write_text(POLICY, encoding="utf-8")
    for name, value in {
        "OUTCOME_PROJECT": "sw-logs",
        "OUTCOME_LOGSTORE": "outcomes",
        "LEDGER_URL": f"sqlite://{tmp_path}/ledger.db",
        "POLICY_FILE": str(tmp_path / "policy.yaml"),
        "LINK_SECRET": "k" * 32,
        "CONSOLE_JWKS": ISSUER.jwks,
        "CONSOLE_AUDIENCE": AUDIENCE,
        "CONSOLE_ISSUER": OURS,
    }.items():
        monkeypatch.setenv(f"SECONDWIND_{name}", value)
    made = SqliteLedger(str(tmp_path / "ledger.db"), SystemClock())
    yield made
    made.close()


def called(where: str, method: str = "GET", form: dict[str, str] | None = None, **headers: Any) -> dict[str, Any]:
    """What the function answers to a request as Function Compute hands it on."""
    path, _, query = where.partition("?")
    body = urlencode(form or {}).encode()
    event = {
        "version": "v1",
        "rawPath": path,
        "headers": {"Host": "sw.example.com", "Content-Type": "application/x-www-form-urlencoded", **headers},
        "queryParameters": dict(pair.split("=", 1) for pair in query.split("&") if pair),
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
        "requestContext": {
            "accountId": "1",
            "domainName": "sw.example.com",
            "requestId": "r",
            "time": "2026-01-01T00:00:00Z",
            "timeEpoch": "1767225600000",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.5",
                "userAgent": "x",
            },
        },
    }
    door.initialize(CONTEXT)
    return door.handler(json.dumps(event).encode(), CONTEXT)


def token(sub: str = "ann", **more: Any) -> str:
    """That the identity provider gave."""
    return ISSUER.token(sub, SystemClock().now(), iss=OURS, **more)


def test_who_has_a_token_looks_and_answers(ledger: SqliteLedger) -> None:
    """By header or cookie; the outcome says that they were signed in, and from where."""
    now = SystemClock().now()
    key = put(ledger, held(1, opened_at=now, expires_at=now + 3600))
    answered = called("/held", Authorization=f"Bearer {token()}")
    assert answered["statusCode"] == 200
    assert answered["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "max-age" in answered["headers"]["Strict-Transport-Security"]
    page = answered["body"]
    form = {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("form_token", "case")}
    cookie = f"a=b; secondwind_token={token()}"
    told = called("/held", "POST", {**form, "answer": "reject", "why": "old"}, Cookie=cookie)
    assert "Rejected. Nothing follows" in told["body"]
    assert record_at(ledger, key).owed[0]["actor"] == "ann (console, signed in, from 203.0.113.5)"


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": f"Bearer {OTHER_ISSUER.token('ann', SystemClock().now())}"},
        {"Authorization": f"Bearer {ISSUER.token('ann', SystemClock().now() - 9000)}"},
        {"Authorization": f"Bearer {ISSUER.token('channel:night', SystemClock().now())}"},
        {"Cookie": "secondwind_token="},
        {"Authorization": f"Bearer {ISSUER.token('ann', SystemClock().now(), iss='https://login.example/theirs')}"},
        {"X-Sub": "ann", "sub": "ann", "x-fc-jwt-sub": "ann"},
    ],
)
def test_nobody_else_is_believed(headers: dict[str, Any]) -> None:
    """No header that anybody could send, no token of others, and nobody who signs in as a channel."""
    assert called("/held", **headers)["statusCode"] == 401
    assert called("/healthz", **headers)["body"] == "ok\n"


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    "event",
    [
        *[b"", b"[]", b"{", b'{"headers": 1}', b"\xff"],
        *[f'{{"body": "{body}", "isBase64Encoded": true}}'.encode() for body in ("!", "\u00e9")],
    ],
)
def test_what_is_no_request_is_told_so(event: bytes) -> None:
    """Whoever invokes the function by hand."""
    assert door.handler(event, CONTEXT)["statusCode"] == 400


@pytest.mark.usefixtures("ledger")
def test_a_ledger_out_of_reach_is_a_page_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person reads it; nothing of the inside is shown."""
    monkeypatch.setenv("SECONDWIND_LEDGER_URL", "sqlite:///nowhere/at/all.db")
    answered = called("/held", Authorization=f"Bearer {token()}")
    assert (answered["statusCode"], "nowhere" in answered["body"]) == (503, False)
