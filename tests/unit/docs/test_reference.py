"""docs/reference.md is what the code says, and the tables that it is made from are complete."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from secondwind.commands.policy.words import said
from shared.domain.decision import Decision
from shared.domain.errors import SettingsError
from shared.domain.gate import Gate, GateAnswer
from shared.domain.outcome import Outcome
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.heal import Report, Result
from shared.intake.announcement import fields_of
from shared.policy.decide import GATES
from shared.result import result_of
from shared.settings import Settings, environment, read_settings
from shared.settings.environment import endpoint_variable
from shared.settings.variables import VARIABLES
from shared.systems import SYSTEMS
from tools.reference import FILE, RESULT_MEMBERS, helps, reference

_SHARED = Path(__file__).resolve().parents[3] / "shared"
_LEAST = {
    "SECONDWIND_OUTCOME_PROJECT": "sw-outcomes",
    "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
    "SECONDWIND_LEDGER_URL": "sqlite:///var/lib/secondwind.db",
}


def test_the_file_is_what_the_code_says() -> None:
    """A changed setting, reason, gate, field or option wants the page written anew: `python -m tools.reference`."""
    assert FILE.read_text(encoding="utf-8") == reference()


def test_every_verdict_reason_outcome_field_and_gate_says_what_it_means() -> None:
    """No row of the page is without a meaning."""
    assert said(Verdict).keys() == {verdict.name for verdict in Verdict}
    assert said(Outcome).keys() == set(Outcome.__struct_fields__)
    assert all(field.says and field.read.__doc__ for system in SYSTEMS for field in fields_of(system))
    assert all(gate.__doc__ for _, gate, _ in GATES)


def test_the_verdicts_of_a_reason_are_those_in_the_code() -> None:
    """Wherever the code names a verdict and a reason side by side, the table has that pair."""
    pairs = {pair for file in _SHARED.rglob("*.py") for pair in _pairs(ast.parse(file.read_text(encoding="utf-8")))}
    assert len(pairs) > 40
    assert {(v, r) for v, r in pairs if Verdict[v] not in Reason[r].verdicts} == set()


def _pairs(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(verdict, reason) that are arguments of one call, or values of one tuple."""
    for node in ast.walk(tree):
        inner: list[ast.expr] = []
        if isinstance(node, ast.Call):
            inner = [*node.args, *(keyword.value for keyword in node.keywords)]
        elif isinstance(node, ast.Tuple):
            inner = node.elts
        named = [(e.value.id, e.attr) for e in inner if isinstance(e, ast.Attribute) and isinstance(e.value, ast.Name)]
        verdicts = [member for kind, member in named if kind == "Verdict" and member in Verdict.__members__]
        reasons = [member for kind, member in named if kind == "Reason"]
        if len(verdicts) == 1 and len(reasons) == 1:
            yield verdicts[0], reasons[0]


def test_the_members_of_a_result_are_those_of_a_real_one() -> None:
    """What a function answers beside verdicts and outcome fields, the page explains, and nothing else."""
    outcome = Outcome(outcome_id="o", failure_id="f", final="true", at="now", verdict="rerun", reason="accepted")
    asked = (("observed", GateAnswer("a look", "a look")),)
    decision = Decision(verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="", asked=asked, failure_id="f")
    answer = result_of(Report(results=[Result(outcome, decision, "")]), gates=True)
    named = {*answer, *(f"counts.{name}" for name in answer["counts"].keys() - {verdict.value for verdict in Verdict})}
    named |= {f"outcomes[].{name}" for name in answer["outcomes"][0].keys() - outcome.fields().keys()}
    assert named == RESULT_MEMBERS.keys()
    assert answer["outcomes"][0]["gates"][0].keys() == set(Gate.__struct_fields__)


def test_the_settings_are_those_that_are_read() -> None:
    """The table has every variable that the reader names, and no other."""
    source = Path(environment.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r"SECONDWIND_[A-Z_]+[A-Z]", source))
    assert {variable.name for variable in VARIABLES} == named | {endpoint_variable(system) for system in SYSTEMS}


def test_required_means_required() -> None:
    """Exactly what the table calls required is a fault when it is missing."""
    assert _missing({}) == {variable.name for variable in VARIABLES if variable.default.startswith("required")}


def _missing(environ: dict[str, str]) -> set[str]:
    try:
        read_settings(environ, "cn-hangzhou")
    except SettingsError as error:
        return {fault.path for fault in error.faults}
    return set()


def test_defaults_are_as_written() -> None:
    """What the table says of hosts, zone and policy file is what a function gets that sets none of them."""
    got: Settings = read_settings(_LEAST, "cn-hangzhou")
    elsewhere: Settings = read_settings(_LEAST, "cn-chengdu")
    says = {variable.name: variable.default for variable in VARIABLES}
    assert says["SECONDWIND_TIME_ZONE"] == f"`{got.time_zone.key}`"
    assert says["SECONDWIND_POLICY_FILE"] == f"`{got.policy_file.name}`"
    for region, settings in (("cn-hangzhou", got), ("cn-chengdu", elsewhere)):
        hosts = {
            "SECONDWIND_EHPC_ENDPOINT": settings.endpoint("ehpc", region).host,
            "SECONDWIND_SCHEDULERX_ENDPOINT": settings.endpoint("schedulerx", region).host,
            "SECONDWIND_SLS_ENDPOINT": settings.sls.host,
        }
        assert all(f"https://{host}`" in says[name].replace("<region>", region) for name, host in hosts.items())


def test_every_command_has_its_help() -> None:
    """The page shows each command that does something, none of those that only group others."""
    names = [name for name, _ in helps()]
    assert len(set(names)) == len(names)
    assert {"secondwind demo", "secondwind invoke", "secondwind breaker close", "secondwind policy test"} <= set(names)
    assert "secondwind breaker" not in names
    assert all("--help" in text for _, text in helps())


def test_no_docstring_leaks_into_what_people_read() -> None:
    """Helps and reference are made from docstrings: what only speaks to programmers stays out."""
    code = r"\b(?:ValueError|TypeError|KeyError|Raises|Args|Returns)\b|\braises [A-Z]"
    leaked = re.compile(code + r"|`[A-Z]\w+\.[a-z_]+`|`_\w+`")
    text = FILE.read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if leaked.search(line)] == []
    assert leaked.search("another text; raises ValueError otherwise")
