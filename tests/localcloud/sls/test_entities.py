"""Saved searches, dashboards and alert rules of the local Log Service, through the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PROJECT = "sw-project"
KINDS = pytest.mark.parametrize(
    ("kind", "name_field", "code"),
    [
        ("savedsearch", "savedsearchName", "SavedSearch"),
        ("dashboard", "dashboardName", "Dashboard"),
        ("alert", "name", "Job"),
    ],
)


def refused(call: Callable[[], object]) -> str:
    """The error code of a call that must fail."""
    from aliyun.log import LogException

    with pytest.raises(LogException) as error:
        call()
    return str(error.value.get_error_code())


@KINDS
def test_a_life(connect: Callable[..., Any], kind: str, name_field: str, code: str) -> None:
    """Created, read back as it was sent, listed, changed, deleted; a second creation and absence have their codes."""
    client = connect()
    create, get, update, delete, listed = (
        getattr(client, f"{verb}_{kind}") for verb in ("create", "get", "update", "delete", "list")
    )
    detail = {name_field: "mine", "configuration": {"a": [1, {"é": None}]}}
    assert refused(lambda: get(PROJECT, "mine")) == f"{code}NotExist"
    assert refused(lambda: update(PROJECT, detail)) == f"{code}NotExist"
    create(PROJECT, detail)
    assert get(PROJECT, "mine").get_entity() == detail
    assert refused(lambda: create(PROJECT, detail)) == f"{code}AlreadyExist"
    assert listed(PROJECT).get_total() == 1
    update(PROJECT, {name_field: "mine", "changed": True})
    assert get(PROJECT, "mine").get_entity() == {name_field: "mine", "changed": True}
    delete(PROJECT, "mine")
    assert refused(lambda: delete(PROJECT, "mine")) == f"{code}NotExist"
    assert listed(PROJECT).get_total() == 0


@KINDS
def test_refusals(connect: Callable[..., Any], kind: str, name_field: str, code: str) -> None:
    """A wrong key, a project that is not there, a body or name that is none."""
    del code
    detail = {name_field: "mine"}
    assert refused(lambda: getattr(connect(secret="wrong"), f"create_{kind}")(PROJECT, detail)) == "SignatureNotMatch"
    create = getattr(connect(), f"create_{kind}")
    assert refused(lambda: create("sw-nowhere", detail)) == "ProjectNotExist"
    assert refused(lambda: create(PROJECT, "[]")) == "ParameterInvalid"
    assert refused(lambda: create(PROJECT, "{")) == "PostBodyInvalid"
    assert refused(lambda: create(PROJECT, {name_field: 7})) == "ParameterInvalid"
    assert refused(lambda: create(PROJECT, {name_field: "a/b"})) == "ParameterInvalid"


def test_answers_are_dated_by_the_service(connect: Callable[..., Any]) -> None:
    """Each answer has the service's time, by which clients can judge their own clock."""
    from email.utils import parsedate_to_datetime

    answer = connect().get_project(PROJECT)
    assert parsedate_to_datetime(answer.get_header("date")).year >= 2026
