"""`SECONDWIND_LEDGER_URL` in its three forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.settings import Endpoint, LedgerUrl, RedisUrl, SqliteUrl, TablestoreUrl, parse_ledger_url


@pytest.mark.parametrize(
    ("text", "ledger"),
    [
        ("sqlite:///var/lib/secondwind.db", SqliteUrl("/var/lib/secondwind.db")),
        ("sqlite:///a b/%20?x#y", SqliteUrl("/a b/%20?x#y")),
        (
            "tablestore://sw/ledger?endpoint=https://sw.cn-hangzhou.vpc.tablestore.aliyuncs.com",
            TablestoreUrl("sw", "ledger", Endpoint("https", "sw.cn-hangzhou.vpc.tablestore.aliyuncs.com", 443)),
        ),
        ("redis://h.example", RedisUrl(tls=False, host="h.example", port=6379)),
        (
            "rediss://me:p%40ss@h.example:6380/2",
            RedisUrl(tls=True, host="h.example", port=6380, database=2, user="me", password="p@ss"),
        ),
    ],
)
def test_forms(text: str, ledger: LedgerUrl) -> None:
    """Each form means what it says."""
    assert parse_ledger_url(text) == ledger


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/var/lib/x.db",
        "sqlite://x.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///var/lib/",
        "sqlite://:memory:",
        "sqlite:///a\x00b",
        "mysql://h/d",
        "tablestore://sw/ledger",
        "tablestore://sw/?endpoint=https://h",
        "tablestore://sw/no-hyphen?endpoint=https://h",
        "tablestore://sw/1st?endpoint=https://h",
        "tablestore://sw/a/b?endpoint=https://h",
        "tablestore://sw/t?endpoint=https://h&x=1",
        "tablestore://sw/t?endpoint=https://h/p",
        "redis://",
        "redis://h:99999",
        "redis://h:0",
        "redis://h/x",
        "redis://h?db=1",
        "rediss://[::1",
    ],
)
def test_bad_urls(text: str) -> None:
    """What is in none of the forms is refused."""
    with pytest.raises(ValueError, match="wants"):
        parse_ledger_url(text)


def test_password_has_no_face() -> None:
    """No way to show a Redis ledger shows its password."""
    ledger = parse_ledger_url("rediss://me:hunter22@h.example/2")
    shown = (repr(ledger), str(ledger), f"{ledger}", repr(ledger.__rich_repr__()), repr([ledger]))
    assert "h.example" in shown[0]
    assert not any("hunter22" in text for text in shown)


@given(st.sampled_from(["", "sqlite://", "sqlite:///", "tablestore://", "redis://", "rediss://u:p@"]), st.text())
def test_any_text_parses_or_is_refused_without_being_repeated(start: str, rest: str) -> None:
    """No text ends in anything but a ledger or a ValueError that keeps the value to itself."""
    try:
        parse_ledger_url(start + rest)
    except ValueError as error:
        assert str(error).startswith("wants ")  # noqa: PT017 - only some texts are bad
        assert error.__suppress_context__ or error.__context__ is None  # noqa: PT017 - as above
