"""What comes over the wire is checked: signatures, digests, dates, checksums; and faults spoil it to order."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3.exceptions import HTTPError

from localcloud.clock import ManualClock
from localcloud.tablestore import signatures
from localcloud.tablestore.plainbuffer import RowError, crc8, encode_rows
from localcloud.tablestore.plainbuffer_reader import decode_row
from localcloud.tablestore.protobuf import Message, PbError
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from tests.support.sdk import Sdk

Refused = Callable[[Callable[[], Any]], tuple[int, str]]
AUTH = (403, "OTSAuthFailed")


def test_a_role_signs_with_its_token(connect: Callable[..., Any], refused: Refused) -> None:
    """The right token is let in; none, another or an expired one is not."""
    assert connect("STS.local", "sts-secret", sts_token="sts-token").list_table() == ()
    for token in (None, "expired"):
        assert refused(connect("STS.local", "sts-secret", sts_token=token).list_table) == AUTH


def test_wrong_keys_secrets_and_instances(connect: Callable[..., Any], refused: Refused) -> None:
    """Each is refused with the one code that Tablestore has for it."""
    for client in (connect("nobody"), connect(secret="other"), connect(instance="other")):
        assert refused(client.list_table) == AUTH


def test_a_request_of_another_day_is_refused(
    client: Sdk, service: Tablestore, sdk: Sdk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than 15 minutes away from the service's clock."""
    now = datetime.now(timezone.utc)
    monkeypatch.setattr("tablestore.protocol.utils.get_now_utc_datetime", lambda: now - timedelta(minutes=14))
    assert client.list_table() == ()
    monkeypatch.setattr("tablestore.protocol.utils.get_now_utc_datetime", lambda: now - timedelta(minutes=16))
    with pytest.raises(sdk.OTSClientError, match="15 minutes"):  # the client looks at the answer's date first
        client.list_table()
    assert [(call.status, call.code) for call in service.calls] == [(200, ""), (403, "OTSAuthFailed")]


def test_a_body_that_was_changed_on_its_way_is_refused(
    client: Sdk, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest is signed, the body is held against it."""
    send = client.connection.send_receive
    monkeypatch.setattr(
        client.connection, "send_receive", lambda path, head, body: send(path, head, body + b"\x10\x01")
    )
    assert refused(client.list_table) == AUTH


def test_requests_without_the_headers_are_refused(port: int, service: Tablestore) -> None:
    """Nothing but a POST with all the headers is looked at."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for method, path, wanted in (("POST", "/ListTable", 400), ("GET", "/ListTable", 405)):
        connection.request(method, path, body=b"", headers={"x-ots-apiversion": "2015-12-31"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == wanted
    connection.close()
    assert [call.status for call in service.calls] == [400, 405]


@pytest.mark.parametrize("spoiled", ["MD5", "signature"])
def test_the_client_refuses_answers_that_are_not_signed_rightly(
    client: Sdk, sdk: Sdk, monkeypatch: pytest.MonkeyPatch, spoiled: str
) -> None:
    """So the local service must sign as the real one does; a wrong digest or signature is seen."""
    rightly, wrong = signatures.answer_headers, "AAAAAAAAAAAAAAAAAAAAAA=="

    def wrongly(*place: Any, **more: Any) -> dict[str, str]:
        if spoiled == "signature":
            return {**rightly(*place, **more), "Authorization": f"OTS AKlocal:{wrong}"}
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(signatures, "content_md5", lambda _body: wrong)
            return rightly(*place, **more)

    assert client.list_table() == ()
    monkeypatch.setattr(signatures, "answer_headers", wrongly)
    with pytest.raises(sdk.OTSClientError, match=spoiled):
        client.list_table()


def test_the_checksum_is_the_sdks(sdk: Sdk) -> None:
    """CRC-8 as the SDK counts it, for every byte."""
    from tablestore.plainbuffer.plain_buffer_crc8 import PlainBufferCrc8  # type: ignore[import-untyped]  # no types

    assert sdk is not None
    every = bytes(range(256))
    assert crc8(every) == PlainBufferCrc8.crc_string(0, every)
    assert [crc8(bytes([byte])) for byte in every] == [PlainBufferCrc8.crc_int8(0, byte) for byte in every]


def test_no_byte_of_a_row_can_be_changed_unseen() -> None:
    """Whichever byte is another one, the checksums or the form tell."""
    whole = encode_rows([({"key": "job"}, {"n": (7, 1_800_000_000_000), "b": (b"\x01\x02", 5)})])
    right = decode_row(whole)
    for place in range(len(whole)):
        with pytest.raises(RowError):
            decode_row(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
    assert right.key == (("key", "job"),)


@given(st.binary(max_size=200))
def test_hostile_bodies_end_in_one_error(data: bytes) -> None:
    """Whatever the bytes, a message or a row, or the one error of that module."""
    with suppress(PbError):
        Message(data).texts(1)
    with suppress(RowError):
        decode_row(b"\x75\x00\x00\x00" + data)


def test_malformed_bodies_are_refused(client: Sdk, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed rightly, but no message: 400, and the service goes on."""
    encode = client.protocol.encoder.encode_request
    garbage = type("Garbage", (), {"SerializeToString": staticmethod(lambda: b"\x0a\xff")})()
    monkeypatch.setattr(client.protocol.encoder, "encode_request", lambda *_a, **_k: garbage)
    client.protocol.logger.setLevel(50)  # else the SDK prints the message, which this is none of
    assert refused(client.list_table) == (400, "OTSParameterInvalid")
    monkeypatch.setattr(client.protocol.encoder, "encode_request", encode)
    assert client.list_table() == ()


def test_faults_before_and_after_the_effect(
    client: Sdk, create: Callable[..., None], sdk: Sdk, service: Tablestore
) -> None:
    """An error, a lost answer, an empty or foreign answer: with or without the row having been written."""
    create()
    cases = [
        (FaultKind.ERROR_BEFORE_EFFECT, False),
        (FaultKind.ERROR_AFTER_EFFECT, True),
        (FaultKind.CLOSE_BEFORE_EFFECT, False),
        (FaultKind.CLOSE_AFTER_EFFECT, True),
        (FaultKind.HTML_BEFORE_EFFECT, False),
        (FaultKind.HTML_AFTER_EFFECT, True),
        (FaultKind.EMPTY_AFTER_EFFECT, True),
        (FaultKind.THROTTLED, False),
    ]
    for kind, written in cases:
        service.faults.add(Fault("PutRow", kind, status=503, code="OTSTimeout"))
        key = [("key", kind.value)]
        with pytest.raises((sdk.OTSError, HTTPError)):
            client.put_row("jobs", sdk.Row(key, [("n", 1)]), sdk.Condition("IGNORE"))
        assert (client.get_row("jobs", key)[1] is not None) is written, kind


def test_an_effect_can_come_late(
    client: Sdk, create: Callable[..., None], sdk: Sdk, service: Tablestore, clock: ManualClock
) -> None:
    """After its time, at the next call, and with its condition looked at then."""
    create()
    for key in ("late", "overtaken"):
        service.faults.add(Fault("PutRow", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=10))
        with pytest.raises(HTTPError):
            client.put_row("jobs", sdk.Row([("key", key)], [("n", 1)]), sdk.Condition("EXPECT_NOT_EXIST"))
    client.put_row("jobs", sdk.Row([("key", "overtaken")], [("n", 2)]), sdk.Condition("EXPECT_NOT_EXIST"))
    assert client.get_row("jobs", [("key", "late")])[1] is None
    clock.advance(10)
    assert client.get_row("jobs", [("key", "late")])[1].attribute_columns[0][1] == 1
    assert client.get_row("jobs", [("key", "overtaken")])[1].attribute_columns[0][1] == 2
