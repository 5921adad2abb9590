"""The arguments of `secondwind invoke`: on this machine, or through Function Compute."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from secondwind.text_file import STANDARD_INPUT
from secondwind.who import add_by
from shared.doors import DOOR

_REMOTE = ("service", "qualifier", "endpoint", "region", "account", "task_id")
_STATUSES = (
    "Exit status: 0 the function returned (or an asynchronous call was taken), 1 it raised, 2 the call cannot be made "
    "as asked, 5 it returned and something in the event was `invalid`; with --via also 3 refused or out of reach, "
    "nothing ran, 4 no answer, it may have run."
)


def register(commands: Any) -> None:
    """Add the command."""
    invoke = commands.add_parser(
        "invoke",
        help="run one event file through its function",
        description="Runs one event file through its function and prints the function's answer. Without --via here and "
        "now: without SECONDWIND_*_ENDPOINT in the environment a local cloud is started for the call; with one, calls "
        "go there, and it asks before they leave this machine. With --via at Function Compute, where it is deployed.",
        epilog=_STATUSES,
    )
    invoke.add_argument(
        "event_file",
        type=Path,
        metavar="EVENT_FILE",
        help="-: standard input; or the name of a function that a timer starts: discover",
    )
    where = invoke.add_mutually_exclusive_group()
    where.add_argument("--local", action="store_true", help="run the function on this machine: the default")
    where.add_argument("--via", choices=("fc3", "fc2"), help="invoke the deployed one: FC 3.0, or a service of FC 2.0")
    invoke.add_argument("--dry-run", action="store_true", help="decide, tell, and rerun nothing")
    invoke.add_argument(
        "--function", default="", metavar="NAME", help="default: the one that takes such events; --via: deployed name"
    )
    add_by(invoke)
    invoke.add_argument("--why", default="", metavar="TEXT", help="of a body that forces: told with it in the outcome")
    invoke.add_argument(
        "--shift-times",
        action="store_true",
        help="move a recorded event's times, and a trigger's range, to those of the `secondwind cloud` that it goes to",
    )
    invoke.add_argument(
        "--yes", action="store_true", help="without --via: do not ask before the call leaves this machine"
    )
    remote = invoke.add_argument_group("with --via")
    remote.add_argument("--async", dest="asynchronous", action="store_true", help="do not wait for the answer")
    remote.add_argument("--task-id", default="", metavar="ID", help="with --async: a second call with it runs nothing")
    remote.add_argument("--service", default="", metavar="NAME", help="fc2: the service; default secondwind")
    remote.add_argument("--qualifier", default="", metavar="NAME", help="version or alias; default LATEST")
    remote.add_argument("--endpoint", default="", metavar="URL", help="else https://ACCOUNT.REGION.fc.aliyuncs.com")
    remote.add_argument("--region", default="", metavar="ID", help="default: FC_REGION")
    remote.add_argument("--account", default="", metavar="ID", help="default: FC_ACCOUNT_ID")
    invoke.set_defaults(run=lambda chosen: _run(invoke, chosen))


def _run(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> int:
    if chosen.via:
        return _run_deployed(chosen)
    if chosen.asynchronous or any(getattr(chosen, name) for name in _REMOTE):
        parser.error("--async, --task-id, --service, --qualifier, --endpoint, --region, --account go with --via")
    if chosen.function and chosen.function not in DOOR:
        parser.error(f"argument --function: {chosen.function!r}: without --via one of {', '.join(DOOR)}")
    return _run_here(chosen)


def _run_deployed(chosen: argparse.Namespace) -> int:
    from secondwind.commands.invoke import via  # noqa: PLC0415 - the SDKs only where they are wanted

    wanted = via.ViaRequest(
        event_file=chosen.event_file,
        via=via.Via(chosen.via),
        function=chosen.function,
        service=chosen.service or "secondwind",
        qualifier=chosen.qualifier,
        endpoint=chosen.endpoint,
        region=chosen.region,
        account=chosen.account,
        asynchronous=chosen.asynchronous,
        task_id=chosen.task_id,
        dry_run=chosen.dry_run,
        by=chosen.by or "",
        why=chosen.why,
        shift_times=chosen.shift_times,
        quiet=chosen.quiet,
        as_json=chosen.json,
    )
    return via.run(wanted, sys.stdout, sys.stderr, os.environ)


def _run_here(chosen: argparse.Namespace) -> int:
    from secondwind.commands.invoke import local  # noqa: PLC0415 - the local cloud only where it is wanted

    wanted = local.LocalRequest(
        chosen.event_file,
        function=chosen.function or None,
        dry_run=chosen.dry_run,
        by=chosen.by or "",
        why=chosen.why,
        shift_times=chosen.shift_times,
        yes=chosen.yes,
        quiet=chosen.quiet,
        as_json=chosen.json,
    )
    ask = _ask if sys.stdin.isatty() and chosen.event_file != STANDARD_INPUT and sys.stderr.isatty() else None
    return local.run(wanted, sys.stdout, sys.stderr, os.environ, ask)


def _ask(question: str) -> bool:
    """On standard error: standard output is the answer's."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
