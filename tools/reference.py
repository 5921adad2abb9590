"""Writes docs/reference.md from the code: `python -m tools.reference`. A test fails when the file differs.

Meanings are the docstrings of enum members and fields and the tables of the modules imported here.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from inspect import cleandoc
from pathlib import Path
from unittest import mock

from secondwind.commands.policy.words import said
from secondwind.parser import command_parser
from secondwind.table import markdown
from shared.domain.outcome import Outcome
from shared.domain.reasons import FINAL_UNKNOWN_REASONS, Reason
from shared.domain.verdicts import OPEN_VERDICTS, Step, Verdict
from shared.intake.announcement import ENVELOPE, EVIDENCE
from shared.policy.decide import GATES, Skip
from shared.reading.ids import Field
from shared.result import MAX_OUTCOMES
from shared.result import SCHEMA as RESULT
from shared.settings.variables import VARIABLES
from shared.systems import SYSTEMS

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference.md"
_HELP_COLUMNS = "100"
RESULT_MEMBERS = {
    "schema": f"Always `{RESULT}`.",
    "counts": "Of outcomes, one number a verdict, also where it is 0. Each failure of the delivery counts once.",
    "counts.folded": "How many further tellings of the same failures the delivery held: their outcomes are folded into "
    "the one that is counted.",
    "counts.passed_over": "How many records announce no failure and were not meant to: the other logs of the source "
    "Logstore. They have no outcome.",
    "outcomes": f"Outcome records as below, at most {MAX_OUTCOMES}: the Logstore has them all. `manual` answers with "
    "all of them, each with the next two members as well.",
    "outcomes[].gates": "`manual`: every gate that was asked: `name`, `passed`, `saw`, `wanted`.",
    "outcomes[].would_change": "`manual`: what would have to change for it to be rerun, for people.",
}
"""Of a function's answer. A test holds them against a real one."""
_HEAD = """\
# Reference

<!-- Written by `python -m tools.reference` from the code: edit docstrings, not this file. -->

The words that others may rely on. What a policy file knows is in [policy.md](policy.md#reference); what it must always
hold in [guarantees.md](guarantees.md).
"""


def reference() -> str:
    """The whole document."""
    parts = [_HEAD, _settings(), _verdicts(), _reasons(), _gates(), _announcement(), _result(), _outcome(), _commands()]
    return "\n".join(parts)


def _settings() -> str:
    rows = [(f"`{variable.name}`", variable.meaning, variable.default) for variable in VARIABLES]
    return (
        "## Settings\n\nEnvironment variables of the functions; local commands read the same. A bad one is one error "
        "at the start that names\nevery bad setting and shows no value.\n\n"
        + markdown(("name", "meaning", "default"), rows)
        + "\nLocal commands also read `FC_REGION`, `FC_ACCOUNT_ID`, and the key: `ALIBABA_CLOUD_ACCESS_KEY_ID`,\n"
        "`ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`. In a function the platform gives these.\n"
        "Variables of `s.yaml` (`SW_…`) are in [deploy.md](deploy.md#3-settings), those of the emitters in\n"
        "[emitters](../emitters/README.md).\n"
    )


def _verdicts() -> str:
    says = said(Verdict)
    rows = [(f"`{verdict.value}`", says[verdict.name], _finality(verdict)) for verdict in Verdict]
    return "## Verdicts\n\nWhat became of a failure.\n\n" + markdown(("verdict", "meaning", "final"), rows)


def _finality(verdict: Verdict) -> str:
    if verdict not in OPEN_VERDICTS:
        return "yes"
    ends = sorted(reason.value for reason in FINAL_UNKNOWN_REASONS if verdict in reason.verdicts)
    return "only with " + ", ".join(f"`{reason}`" for reason in ends) if ends else "no"


def _reasons() -> str:
    rows = [
        (
            f"`{reason.value}`",
            ", ".join(f"`{verdict.value}`" for verdict in reason.verdicts),
            reason.means,
            _who(reason),
            reason.would_change,
        )
        for reason in sorted(Reason, key=lambda reason: list(Verdict).index(reason.verdicts[0]))
    ]
    head = ("reason", "verdict", "meaning", "who says it", "what would have to change for it to be rerun")
    return "## Reasons\n\nWhy; one stable code each.\n\n" + markdown(head, rows)


def _who(reason: Reason) -> str:
    gates = ", ".join(f"`{gate}`" for gate in reason.giver.gates)
    return f"gate {gates}" if reason.giver.step is Step.GATE else reason.giver.step.value


def _gates() -> str:
    rows = [
        (f"{number}", f"`{name}`", _first_line(gate.__doc__), "yes" if skip is Skip.BY_FORCE else "no")
        for number, (name, gate, skip) in enumerate(GATES, 1)
    ]
    return (
        "## Gates\n\nAsked in this order; the first no ends it. `secondwind explain --live` and every dry run show "
        'each with what it saw\nand what it wanted. "force" is a person\'s manual invocation with `"force": true`.\n\n'
        + markdown(("", "gate", "asks", "passed by force"), rows)
    )


def _first_line(text: str | None) -> str:
    return cleandoc(text or "").partition("\n\n")[0].replace("\n", " ")


def _announcement() -> str:
    rows = [
        (
            f"`{field.name}`",
            systems,
            "yes" if field.required else "no",
            field.says,
            _first_line(field.read.__doc__),
        )
        for field, systems in _fields()
    ]
    return (
        "## job-failure/1\n\nWhat announces a failure: a CloudEvent's `data`, a log (its fields, or one JSON object in "
        "the field `content`,\nor a CloudEvent there), or an item of `jobs`. Null and empty text count as absent. "
        "Unknown fields are kept as\nevidence: 32 at most, of 1 KiB each.\n\n"
        + markdown(("field", "for", "required", "meaning", "value"), rows)
    )


def _fields() -> Iterator[tuple[Field, str]]:
    """Every field, and the job systems whose failures have it."""
    yield from ((field, "all") for field in ENVELOPE)
    yield from ((field, system.name) for system in SYSTEMS for field in system.fields)
    yield from ((field, "all") for field in EVIDENCE)


def _result() -> str:
    rows = [(f"`{name}`", meaning) for name, meaning in RESULT_MEMBERS.items()]
    return (
        f"## Result\n\n`{RESULT}`, what each function answers. A function raises only when the whole delivery must "
        "come again;\none bad record is an `invalid` outcome. A member that is not here may be added: pass it over.\n\n"
        + markdown(("member", "meaning"), rows)
    )


def _outcome() -> str:
    says = said(Outcome)
    rows = [
        row for name in Outcome.__struct_fields__ for row in (_places() if name == "place" else [(name, says[name])])
    ]
    rows = [(f"`{name}`", meaning) for name, meaning in rows]
    return (
        "## Outcome record\n\n`secondwind-outcome/1`, one log each in the outcome Logstore. Every value is text; a "
        "field without a value is absent.\n\n" + markdown(("field", "meaning"), rows)
    )


def _places() -> Iterator[tuple[str, str]]:
    """Whose job it is, a field each."""
    yield "system", " or ".join(f"`{name}`" for name in SYSTEMS.names) + "."
    yield "region", "Of the job."
    yield from ((part.field, f"{system.title}.") for system in SYSTEMS for part in system.parts)


def _commands() -> str:
    sections = [f"### {name}\n\n```\n{text.rstrip()}\n```\n" for name, text in helps()]
    return "## Command line\n\n" + "\n".join(sections)


def helps() -> Iterator[tuple[str, str]]:
    """Every command that does something, with its `--help` at 100 columns."""
    with mock.patch.dict("os.environ", {"COLUMNS": _HELP_COLUMNS, "NO_COLOR": "1"}):
        yield from _helps(command_parser())


def _helps(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001 - argparse has no public way to list its commands
    if not inner:
        text = io.StringIO()
        with redirect_stdout(text):
            parser.print_help()
        yield parser.prog, text.getvalue()
    for action in inner:
        for command in action.choices.values():
            yield from _helps(command)


def main() -> None:
    """Write the file."""
    FILE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
