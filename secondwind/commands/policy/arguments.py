"""The arguments of `secondwind policy`: check, test, schema, packs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any


def register(commands: Any) -> None:
    """Add the commands to the parser's. Each imports what it needs when it is called."""
    policy = commands.add_parser("policy", help="work on a policy file")
    actions = policy.add_subparsers(metavar="COMMAND", required=True)

    check = actions.add_parser(
        "check", help="is the file usable?", epilog="Exit status: 0 usable, 1 faults, 2 the file cannot be read."
    )
    check.add_argument("file", type=Path, metavar="FILE", help="-: standard input")
    check.set_defaults(run=_check)

    test = actions.add_parser(
        "test",
        help="does it decide what its tests say?",
        description="Runs each test through the real decision: nothing is called and no network is asked.",
        epilog="Exit status: 0 all passed, 1 a test failed or a file is faulty, 2 a file cannot be read.",
    )
    test.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="the policy, its tests in <stem>.tests.yaml beside it; or the tests; -: tests that name their `policy`",
    )
    test.set_defaults(run=_test)

    schema = actions.add_parser(
        "schema", help="print the JSON Schema of a policy file, for editors", epilog="Exit status: 0 printed."
    )
    schema.set_defaults(run=_schema)

    packs = actions.add_parser(
        "packs",
        help="list the packs of ready rules that a policy can include, or the rules of one",
        epilog="Exit status: 0 printed, 2 no such pack.",
    )
    packs.add_argument("name", nargs="?", default="", metavar="NAME", help="the rules of one pack")
    packs.set_defaults(run=_packs)


def _check(chosen: argparse.Namespace) -> int:
    from secondwind.commands.policy.check import run  # noqa: PLC0415 - RE2 and YAML only where they are wanted

    return run(chosen.file, sys.stdout, as_json=chosen.json)


def _test(chosen: argparse.Namespace) -> int:
    from secondwind.commands.policy.trial.run import run  # noqa: PLC0415 - as above

    return run(chosen.file, sys.stdout, as_json=chosen.json)


def _schema(chosen: argparse.Namespace) -> int:
    from secondwind.commands.policy.schema import as_json  # noqa: PLC0415 - as above

    sys.stdout.write(as_json(escaped=chosen.json))
    return 0


def _packs(chosen: argparse.Namespace) -> int:
    from secondwind.commands.policy.packs import print_packs  # noqa: PLC0415 - as above

    return print_packs(chosen.name, sys.stdout, as_json=chosen.json)
