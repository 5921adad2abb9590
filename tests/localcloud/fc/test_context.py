"""The two kinds of context have exactly the fields that the platform documents for them."""

from __future__ import annotations

import pytest

from localcloud.fc.instance.context import make_context


def test_older_kind() -> None:
    """3.10 has credentials, service, tracing and camelCase aliases; `to_json` shows the secret."""
    context = make_context("3.10", request_id="r", credentials={"access_key_id": "i", "access_key_secret": "s"})
    assert (context.request_id, context.requestId) == ("r", "r")
    assert (context.credentials.access_key_id, context.credentials.accessKeySecret) == ("i", "s")
    assert context.credentials.security_token == ""
    assert isinstance(context.function.timeout, int)
    assert context.retry_count == 0
    assert context.tracing.span_context is None
    assert context.service.log_project == ""
    assert context.to_json()["credentials"]["accessKeySecret"] == "s"


def test_newer_kind() -> None:
    """3.12 has no credentials, no service and no `to_json`, whatever it is given."""
    context = make_context("3.12", request_id="r", credentials={"access_key_id": "i"}, log_project="p")
    for name in ("credentials", "service", "to_json", "requestId"):
        assert not hasattr(context, name)
    assert (context.log_project, context.log_store) == ("p", "")
    assert (context.function.qualifier, context.function.version_id) == ("LATEST", "LATEST")


def test_no_third_kind() -> None:
    """A kind that the platform does not offer is refused."""
    with pytest.raises(ValueError, match=r"3\.11"):
        make_context("3.11", request_id="r")  # type: ignore[arg-type]  # that is the point
