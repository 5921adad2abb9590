"""Where messages are posted: a URL that names a host and what is asked of it, and shows no more than the host."""

from __future__ import annotations

import pytest

from shared.domain.address import MAX_CHARS, parse_address

HOOK = "https://oapi.dingtalk.com/robot/send?access_token=made-up"


def test_host_and_target_are_told_apart_and_the_target_is_not_shown() -> None:
    """Path and query may hold a secret."""
    address = parse_address(HOOK)
    assert (address.endpoint.host, address.target) == ("oapi.dingtalk.com", "/robot/send?access_token=made-up")
    assert parse_address("https://oapi.dingtalk.com").target == "/"
    assert "made-up" not in f"{address} {address!r} {address.__rich_repr__()}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oapi.dingtalk.com/robot",
        "ftp://oapi.dingtalk.com/robot",
        "https://user:word@oapi.dingtalk.com/",
        HOOK + "#part",
        HOOK + " x",
        HOOK + "\\x",
        HOOK + "é",
        HOOK + "\n",
        "https://[::1/",
        HOOK + "k" * MAX_CHARS,
    ],
)
def test_no_other_text_is_an_address(text: str) -> None:
    """And the fault does not repeat it."""
    with pytest.raises(ValueError, match=r"wants a URL|is required") as caught:
        parse_address(text)
    assert "made-up" not in str(caught.value)


def test_no_address_is_told_so() -> None:
    """Not that it is a bad one."""
    with pytest.raises(ValueError, match=r"^is required$"):
        parse_address("")


def test_an_address_is_as_long_as_it_may_be() -> None:
    """Just that, and not a sign more."""
    longest = HOOK + "k" * (MAX_CHARS - len(HOOK))
    assert parse_address(longest).target.endswith("k" * 1000)
    with pytest.raises(ValueError, match="wants a URL"):
        parse_address(longest + "k")
