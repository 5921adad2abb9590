"""The key of this invocation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.settings import read_credentials

_ENVIRON = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "env-token",
}
_FROM_ENVIRON = Credentials(access_key_id="env-id", access_key_secret="env-secret", security_token="env-token")


def _context(**credentials: str | None) -> SimpleNamespace:
    return SimpleNamespace(credentials=SimpleNamespace(**credentials))


def test_context_comes_first() -> None:
    """The context's credentials are the fresh ones, and nothing of the environment is mixed in."""
    context = _context(access_key_id="id", access_key_secret="secret", security_token=None)
    found = read_credentials(context, _ENVIRON)
    assert found == Credentials(access_key_id="id", access_key_secret="secret", security_token="")


@pytest.mark.parametrize(
    "context",
    [
        None,
        SimpleNamespace(),
        SimpleNamespace(credentials=None),
        _context(access_key_id="", access_key_secret="", security_token=""),
        _context(access_key_id="id", access_key_secret=""),
    ],
)
def test_environment_comes_second(context: object) -> None:
    """Without usable credentials in the context (Python 3.12 has none) the environment's are taken whole."""
    assert read_credentials(context, _ENVIRON) == _FROM_ENVIRON


def test_each_call_reads_afresh() -> None:
    """Renewed credentials are seen at the next call."""
    context = _context(access_key_id="id", access_key_secret="old")
    first = read_credentials(context, {})
    context.credentials.access_key_secret = "new"
    assert (first.access_key_secret, read_credentials(context, {}).access_key_secret) == ("old", "new")


def test_missing_credentials_are_named_and_not_shown() -> None:
    """Neither place has them: the variables are named, what is there is not shown."""
    with pytest.raises(SettingsError) as caught:
        read_credentials(None, {"ALIBABA_CLOUD_ACCESS_KEY_ID": "env-id"})
    assert [fault.path for fault in caught.value.faults] == ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    assert "env-id" not in str(caught.value)
