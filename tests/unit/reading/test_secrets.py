"""What is hidden of what a text's own words call a secret."""

from __future__ import annotations

import pytest

from shared.reading.secrets import _IN_URL, _KEY_ID, _NAMED, without_secrets

TEXTS = (
    "slurmstepd: error: node failed, step 3 of 7",
    "PASSWORD = hunter2",
    "db_passwd:'x y', then more",
    "\u017fecret=hunter2",
    "to\u212aen: abc",
    "credent\u0130al: abc",
    "s\u0131gnature=abc",
    "api-key=1 and http://me:pw@host/?a=b",
    "ftp://me:pw@host",
    "mail me@host about http://host",
    "LTAI5tAbCdEfGhIj and STS.NabcdEFGH",
    "Authorization: Bearer abc.def",
    "the key LTAI5tAbCdEfGhIj alone",
    "STS.NabcdEFGH alone",
    "pass secret token credential api access authorization signature: abc",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_only_passed_over_where_nothing_could_be_hidden(text: str) -> None:
    """Whatever is looked for first, the result is that of looking through every text for each kind of secret."""
    hidden = _NAMED.sub(r"\1***", text)
    hidden = _IN_URL.sub(r"\1:***@", hidden)
    assert without_secrets(text) == _KEY_ID.sub("***", hidden)
