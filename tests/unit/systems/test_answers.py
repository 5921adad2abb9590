"""What an answer with HTTP 2xx means: yes only where nothing in it says no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.call import Effect
from shared.systems.dataworks import wire as dataworks
from shared.systems.ehpc import wire as ehpc
from shared.systems.openapi import CallFailed, Reply
from shared.systems.openapi.classify import RERUN_FAILURE, business_row
from shared.systems.openapi.results import by_code, by_success
from shared.systems.openapi.said import hidden, text_of
from shared.systems.schedulerx3 import wire as schedulerx3
from tests.support.openapi import Play
from tests.unit.systems.schedulerx3_service import HERE

USELESS, LATER, UNKNOWN = Effect.NOT_DONE_USELESS, Effect.NOT_DONE_LATER, Effect.UNKNOWN


def answer(request_id: str = "r", **members: Any) -> Reply:
    """One with HTTP 200."""
    return Reply(body={"RequestId": request_id, **members}, request_id=request_id, status=200)


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Code": ""},
        {"Code": None},
        {"Code": "200"},
        {"Code": 200, "Success": True},
        {"Success": "true"},
        {"Message": "m"},
    ],
)
def test_what_says_no_no_and_has_a_request_id_is_a_yes(members: dict[str, Any]) -> None:
    """Codes that are none, and a `Success` that is one."""
    reply = answer(**members)
    assert by_code(reply) is reply


@pytest.mark.parametrize(
    ("members", "code", "message", "effect"),
    [
        ({"Code": "InDebt", "Message": "m"}, "InDebt", "m", USELESS),
        ({"ErrorCode": "InDebt", "ErrorMessage": "m"}, "InDebt", "m", USELESS),
        ({"ErrorCode": "Throttling.User", "Success": False}, "Throttling.User", "", LATER),
        ({"Code": "", "ErrorCode": "Odd"}, "Odd", "", UNKNOWN),
        ({"Code": "Odd", "ErrorCode": "InDebt"}, "Odd", "", UNKNOWN),
        ({"Code": "200", "ErrorCode": "InDebt"}, "InDebt", "", USELESS),
        ({"Success": False, "Message": "m"}, "UnreadableAnswer", "Success is False: m", UNKNOWN),
        ({"Success": "false", "ErrorMessage": "m"}, "UnreadableAnswer", "Success is false: m", UNKNOWN),
        ({"Success": {}}, "UnreadableAnswer", "Success is None: ", UNKNOWN),
        ({"Code": ["InDebt"], "Message": ["m"]}, "", "", UNKNOWN),
        ({"Code": {"a": 1}}, "", "", UNKNOWN),
        ({"Code": 403, "Message": "m"}, "403", "m", USELESS),
        ({"request_id": ""}, "UnreadableAnswer", "the answer has no request id", UNKNOWN),
    ],
)
def test_what_says_no_in_whatever_member_is_no_yes(
    members: dict[str, Any], code: str, message: str, effect: Effect
) -> None:
    """However well it looks: what says that nothing was done, or says it in no way that can be read."""
    said = by_code(answer(**members))
    assert isinstance(said, CallFailed)
    assert (said.code, said.message, said.effect) == (code, message, effect)
    assert (said.request_id, said.http_status) == (members.get("request_id", "r"), 200)


@pytest.mark.parametrize("code", [200, "200", None, ""])
def test_success_decides_where_there_is_one(code: object) -> None:
    """With the code of a success; without one only where the service has samples of that."""
    reply = answer(Success=True, Code=code)
    assert by_success(reply, without_code=True) is reply
    assert (by_success(reply) is reply) is (code in (200, "200"))


@pytest.mark.parametrize("code", [{}, [], {"x": "y"}, "odd", 403, 0])
def test_success_with_another_code_is_neither_yes_nor_no(code: object) -> None:
    """Whatever that is."""
    said = by_success(answer(Success=True, Code=code), without_code=True)
    assert isinstance(said, CallFailed)
    assert (said.code, said.effect) == ("UnreadableAnswer", UNKNOWN)


def test_unless_it_is_said_one_job_was_named() -> None:
    """Of that a scheduler's plain words are a no."""
    said = by_code(answer(Code="AgentError.Job.RerunFailure", Message="Job is pending execution for job 4"))
    assert isinstance(said, CallFailed)
    assert said.effect is USELESS


@pytest.mark.parametrize("ask", [dataworks.ask, ehpc.ask])
@pytest.mark.parametrize(("jobs", "effect"), [(1, USELESS), (2, UNKNOWN)])
def test_a_no_to_several_jobs_proves_nothing_of_one(
    fake_api: Play, ask: Callable[..., Any], jobs: int, effect: Effect
) -> None:
    """Also where it comes with HTTP 200: others of them may run anew."""
    no = answer(Code=RERUN_FAILURE, Message="Invalid job id specified")
    assert ask(fake_api(lambda _: no), "RerunJobs", {}, jobs=jobs).effect is effect


def test_a_call_names_one_job_where_nobody_says_more() -> None:
    """Of one a plain refusal is the last word."""
    said = by_code(answer(Code=RERUN_FAILURE, Message="Invalid job id specified"))
    assert isinstance(said, CallFailed)
    assert said.effect is business_row(RERUN_FAILURE, "Invalid job id specified").effect is USELESS


def test_a_yes_of_schedulerx_3_needs_no_code(fake_api: Play) -> None:
    """Its samples have none."""
    assert schedulerx3.ask(fake_api(lambda _: answer(Success=True)), "GetJobExecution", HERE, {}) == answer(
        Success=True
    )


def test_only_what_may_be_shown_is_shown() -> None:
    """Text, numbers and truth values, without secrets as deep as services speak; nothing of what is deeper."""

    def hide(text: str) -> str:
        return text.replace("secret", "***")

    told = {"id": {"Success": True, "Message": "a secret", "n": 7, "deeper": {"x": "secret"}}}
    assert hidden(told, hide)["id"] == {"Success": True, "Message": "a ***", "n": 7, "deeper": {"x": "***"}}
    assert hidden({"a": {"b": {"c": {"d": "secret"}}}}, hide) == {"a": {"b": {"c": {"d": "secret"}}}}
    assert [text_of({"m": one}, "m") for one in ("t", 7, True, None, {"x": 1}, ["t"])] == ["t", "7", "True", "", "", ""]
