"""The RAM policies allow what the code calls, and no more."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePath
from types import MappingProxyType

import pytest

from shared.systems.dataworks import scope as dataworks
from shared.systems.ehpc import scope as ehpc
from shared.systems.schedulerx import scope as schedulerx
from shared.systems.schedulerx3 import scope as schedulerx3
from tests.deploy.serverless import ENVIRONMENT
from tools import ram_policy
from tools.bundle_parts import product_files
from tools.deploy_check import ROOT

SDK_STATE = {"_session", "_isRowIp", "timeout", "total_s", "following", "__dict__"}
"""What our link to Log Service touches of its client beside calls."""


OPERATIONS = {
    scope.__name__.split(".")[2]: {name: text for name, text in vars(scope).items() if name.isupper()}
    for scope in (ehpc, schedulerx, schedulerx3, dataworks)
}
"""Constants that name operations, by the folder in which they are used."""


class UnseenCallError(Exception):
    """A call whose operation cannot be read off the source: write it so that it can, or teach this test."""


def calls_of(changed: Mapping[str, str] = MappingProxyType({})) -> set[str]:
    """Every operation that modules of the bundle can send, as `service:name`, read off their sources.

    `changed` has other sources by path.
    """
    found: set[str] = set()
    for path in _modules():
        tree = ast.parse(changed[str(path)]) if str(path) in changed else _tree(path)
        if path.parts[:2] == ("shared", "systems"):
            found |= {f"{path.parts[2]}:{name}" for name in _openapi_calls(tree, path.parts[2])}
        elif path.parts[:2] == ("shared", "sls"):
            found |= {f"log:{name}" for name in _log_calls(tree)}
        else:
            found |= {f"ots:{name}" for name in _tablestore_calls(tree)}
    return found


@cache
def _modules() -> list[PurePath]:
    """Modules of the bundle that may call a service."""
    rooms = {("shared", "systems"), ("shared", "sls")}
    modules = [path for path in product_files(ROOT) if path.suffix == ".py"]
    return [path for path in modules if path.parts[:2] in rooms or "tablestore" in path.stem]


@cache
def _tree(path: PurePath) -> ast.Module:
    return ast.parse((ROOT / path).read_bytes())


def _openapi_calls(tree: ast.Module, system: str) -> Iterator[str]:
    constants = OPERATIONS.get(system, {})
    passing_on = {
        id(node)
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef) and one.name == "ask"
        for node in ast.walk(one)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "ApiCall" and id(node) not in passing_on:
            yield _operation([keyword.value for keyword in node.keywords if keyword.arg == "action"], constants)
        if node.func.id == "ask":
            yield _operation([argument for argument in node.args if not _is_method(argument)], constants)


def _is_method(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in {"GET", "POST"}


def _operation(arguments: list[ast.expr], constants: Mapping[str, str] = MappingProxyType({})) -> str:
    for node in arguments:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name) and node.id in constants:
            return constants[node.id]
    raise UnseenCallError([ast.unparse(node) for node in arguments])


def _log_calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
            yield _operation(node.args[:1])
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self._sdk" and node.attr not in SDK_STATE:
            raise UnseenCallError(ast.unparse(node))


def _tablestore_calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"self._link.call", "self._link.repeating"}:
            yield _operation(node.args[:1])


def test_every_call_of_the_code_has_its_grant() -> None:
    """A new operation in the code needs a row, and a row that no code calls any more has to go."""
    assert calls_of() == set(ram_policy.calls())


@pytest.mark.parametrize(
    ("path", "right", "wrong", "more"),
    [
        ("shared/systems/ehpc/wire.py", "api, LIST, wanted", 'api, "DescribeJob", wanted', "ehpc:DescribeJob"),
        ("shared/systems/schedulerx/wire.py", '"GetJobInfo"', '"GetOverview"', "schedulerx:GetOverview"),
        ("shared/sls/_client.py", '"put_log_raw"', '"create_logstore"', "log:create_logstore"),
        ("shared/ledger/_tablestore_table.py", '"GetRange"', '"DeleteTable"', "ots:DeleteTable"),
    ],
)
def test_a_new_call_is_seen(path: str, right: str, wrong: str, more: str) -> None:
    """In code that calls something else, the collector finds it: the test above can fail."""
    assert more in calls_of(_changed(path, right, wrong)) - set(ram_policy.calls())


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("shared/systems/ehpc/adapter.py", "self._api, RERUN,", "self._api, chosen,"),
        ("shared/sls/_client.py", '"put_log_raw"', "chosen"),
        (
            "shared/sls/_client.py",
            "lambda: getattr(self._sdk, method)",
            "lambda: self._sdk.delete_project('x') or getattr(self._sdk, method)",
        ),
    ],
)
def test_a_call_that_cannot_be_seen_is_told(path: str, right: str, wrong: str) -> None:
    """An operation chosen at run time, or one that goes around our link, fails the test rather than hiding."""
    changed = _changed(path, right, wrong)
    with pytest.raises(UnseenCallError):
        calls_of(changed)


def test_the_templates_are_made_from_the_table() -> None:
    """The files in deploy/ram are what `python -m tools.ram_policy --write` makes."""
    files = {path.name: path.read_text(encoding="utf-8") for path in ram_policy.FOLDER.iterdir()}
    assert files == {name: ram_policy.text(document) for name, document in ram_policy.templates().items()}


def test_only_job_systems_have_every_resource() -> None:
    """A star stands where the service knows no narrower resource, and no action has one at all."""
    for document in ram_policy.templates().values():
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow"
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not any("*" in action for action in actions)
            for resource in statement.get("Resource", []):
                if resource == "*":
                    assert {action.split(":")[0] for action in actions} == {"ehpc", "edas", "mse", "dataworks"}
                else:
                    assert re.fullmatch(
                        r"acs:(log|ots|mns|fc|eventbridge):\$\{region\}:\$\{account\}:[^*]+(/\*)?", resource
                    )


def test_each_role_trusts_one_service() -> None:
    """Function Compute takes on the functions' role, Log Service the trigger's, nobody else either."""
    principals = {
        name: document["Statement"][0]["Principal"]
        for name, document in ram_policy.templates().items()
        if name.endswith("trust.json")
    }
    assert principals == {
        "function-trust.json": {"Service": ["fc.aliyuncs.com"]},
        "log-trigger-trust.json": {"Service": ["log.aliyuncs.com"]},
    }


def test_printed_policies_are_filled(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With the variables of s.yaml set no placeholder is left, and defaults are s.yaml's."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for name in ram_policy.templates():
        monkeypatch.setattr("sys.argv", ["ram_policy", name])
        assert ram_policy.main() == 0
        printed = capsys.readouterr().out
        assert json.loads(printed)["Version"] == "1"
        assert "${" not in printed
    monkeypatch.setattr("sys.argv", ["ram_policy"])
    ram_policy.main()
    assert "acs:log:cn-hangzhou:1234567890123456:project/sw-logs/logstore/job-failures" in capsys.readouterr().out


def _changed(path: str, right: str, wrong: str) -> dict[str, str]:
    source = (ROOT / path).read_text(encoding="utf-8")
    assert right in source
    return {path: source.replace(right, wrong)}


def _said(page: str, heading: str) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Rows of the table of rights below a heading: role, actions, resources."""
    below = (ROOT / "docs" / page).read_text(encoding="utf-8").split(heading, 1)[1]
    rows = re.findall(r"^\| `([^`|]+)` \| ([^|]+) \| ([^|]+) \|$", below, re.MULTILINE)
    named = re.compile(r"`([^`]+)`")
    return [(role, frozenset(named.findall(actions)), frozenset(named.findall(on))) for role, actions, on in rows]


def _allowed(name: str) -> list[tuple[frozenset[str], frozenset[str]]]:
    document = json.loads((ROOT / "deploy" / "ram" / name).read_text(encoding="utf-8"))
    return [(frozenset(one["Action"]), frozenset(one["Resource"])) for one in document["Statement"]]


@pytest.mark.parametrize(
    ("name", "value"), [("SW_PROJECT", "*"), ("SW_SOURCE", "$SOURCE"), ("SW_ACCOUNT", '1", "*'), ("SW_TABLE", "led*")]
)
def test_no_policy_is_printed_of_what_cannot_be_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    """It would be pasted before anybody asks `make deploy-check`, and allow more than one Logstore or table."""
    monkeypatch.setattr("sys.argv", ["ram_policy"])
    for one, right in {**ENVIRONMENT, name: value}.items():
        monkeypatch.setenv(one, right)
    assert ram_policy.main() == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert f"{name} cannot be right: " in printed.err
    assert value not in printed.err


def test_the_pages_policies_are_those_of_the_files() -> None:
    """Who copies the table of docs/deploy.md into RAM allows what deploy/ram allows, no more and no less."""
    said = _said("deploy.md", "What the two policies allow, in full:")
    for role, name in (("secondwind", "function-policy.json"), ("secondwind-log-trigger", "log-trigger-policy.json")):
        assert [(actions, on) for one, actions, on in said if one == role] == _allowed(name)


def test_the_ledgers_page_asks_for_the_ledgers_rights() -> None:
    """Of the table and its two indexes by name: an asterisk would open every table whose name begins so."""
    text = (ROOT / "docs" / "ledger-tablestore.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| the function's role \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE)
    said = tuple(frozenset(re.findall(r"`([^`]+)`", cell)) for cell in row)
    assert [said] == [one for one in _allowed("function-policy.json") if "ots:GetRange" in one[0]]
