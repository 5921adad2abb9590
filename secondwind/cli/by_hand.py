"""The options of the commands that work on the ledger: `breaker`, `mode`, `held`, `approve`, `reject`, `explain`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from shared.systems import SYSTEMS

STATUSES = (
    "Exit status: 0 done; 1 not done, the text says why; 2 it cannot be asked like that (usage, settings, no such "
    "ledger); 3 the ledger is out of reach, or it is not known whether it saved: repeat it."
)
PER_MINUTE = 6
"""Of a resumed backlog. Below the shipped breaker's 100 jobs in 10 minutes, with room for what fails meanwhile."""


def register(commands: Any) -> None:
    """Add the commands to the parser's."""
    _breaker(commands.add_parser("breaker", help="the emergency stop of a cluster or group", epilog=STATUSES))
    _mode(commands.add_parser("mode", help="auto, observe or off (the kill switch), by hand", epilog=STATUSES))
    held = _at_ledger(commands.add_parser("held", help="failures that wait for your yes or no", epilog=STATUSES))
    held.set_defaults(run=_held)
    for name, said, yes in (("approve", "let a held failure be healed", True), ("reject", "close it", False)):
        command = _at_ledger(commands.add_parser(name, help=said, epilog=STATUSES))
        command.add_argument("id", metavar="ID", help="of the failure, as `held` shows it: six characters at least")
        _by(command)
        command.set_defaults(run=_answer, yes=yes)
    _explain(commands.add_parser("explain", help="why a job was, or was not, rerun", epilog=STATUSES))


def _breaker(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    _at_ledger(actions.add_parser("list", help="every breaker and what waits behind it", epilog=STATUSES)).set_defaults(
        run=_breaker_list
    )
    opening = _at_ledger(actions.add_parser("open", help="stop a cluster or group now", epilog=STATUSES))
    closing = _at_ledger(actions.add_parser("close", help="let it go on", epilog=STATUSES))
    for action in (opening, closing):
        action.add_argument(
            "scope",
            metavar="SCOPE",
            help=f"as `list` prints it: {' or '.join(system.scope_form for system in SYSTEMS)}",
        )
        _by(action)
    opening.add_argument("--why", required=True, metavar="TEXT")
    opening.set_defaults(run=_breaker_open)
    closing.add_argument(
        "--backlog",
        required=True,
        choices=("drop", "resume"),
        help="what becomes of the failures that it stopped: nothing, or the sweep takes them up",
    )
    closing.add_argument(
        "--per-minute",
        type=int,
        default=PER_MINUTE,
        metavar="N",
        help="of a resumed backlog, how many are due in each minute (default %(default)s); above what the policy's "
        "breaker allows, it opens again",
    )
    closing.set_defaults(run=_breaker_close)


def _mode(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    showing = _at_ledger(actions.add_parser("show", help="what is set in the ledger", epilog=STATUSES))
    showing.set_defaults(run=_mode_show)
    setting = _at_ledger(actions.add_parser("set", help="effective on the next invocation", epilog=STATUSES))
    setting.add_argument("mode", choices=("auto", "observe", "off"), help="can only tighten what the policy says")
    setting.add_argument("--why", required=True, metavar="TEXT")
    _by(setting)
    setting.set_defaults(run=_mode_set)
    clearing = _at_ledger(actions.add_parser("clear", help="take it back", epilog=STATUSES))
    clearing.set_defaults(run=_mode_clear)
    for action in (setting, clearing):
        action.add_argument("--rule", metavar="NAME", help="only for the failures that this rule matches")


def _explain(parser: argparse.ArgumentParser) -> None:
    _at_ledger(parser)
    jobs = " or ".join(f"{system.scope_form}/<{system.job_label}>" for system in SYSTEMS)
    parser.add_argument("--job", metavar="JOB", help=jobs)
    parser.add_argument("--failure", metavar="ID", help="one failure only: its id, or six characters of it at least")
    parser.add_argument("--since", default="24h", metavar="TIME", help="how far back: 90s, 30m, 24h, 7d (default 24h)")
    parser.add_argument("--live", action="store_true", help="also decide it anew on the live job, calling nothing")
    parser.set_defaults(run=_explained, usage_error=parser.error)


def _at_ledger(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument(
        "--ledger",
        default="",
        metavar="URL",
        help="default SECONDWIND_LEDGER_URL, else the file that `invoke --local` uses",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser


def _by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", metavar="NAME", help="who acts; default: your name on this system")


def _run(chosen: argparse.Namespace, make: Any) -> int:
    """Make the work of the options and run it; what is wrong with the options is said as the rest is."""
    from secondwind.by_hand.at_ledger import UNUSABLE, Terms, run  # noqa: PLC0415 - only where it is wanted
    from secondwind.usage import UnusableError  # noqa: PLC0415 - only where it is wanted

    try:
        work = make()
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    return run(work, Terms(ledger_url=chosen.ledger, as_json=chosen.json), sys.stdout, sys.stderr)


def _who(chosen: argparse.Namespace) -> str:
    from secondwind.by_hand.at_ledger import who  # noqa: PLC0415 - as above

    return who(chosen.by)


def _breaker_list(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import breaker  # noqa: PLC0415 - as above

    return _run(chosen, lambda: breaker.show)


def _breaker_open(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import breaker  # noqa: PLC0415 - as above

    return _run(chosen, lambda: breaker.open_at(chosen.scope, chosen.why, _who(chosen)))


def _breaker_close(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import breaker  # noqa: PLC0415 - as above
    from shared.people import Backlog  # noqa: PLC0415 - as above

    backlog = Backlog(chosen.backlog)
    return _run(chosen, lambda: breaker.close_at(chosen.scope, backlog, _who(chosen), chosen.per_minute))


def _mode_show(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import mode  # noqa: PLC0415 - as above

    return _run(chosen, lambda: mode.show)


def _mode_set(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import mode  # noqa: PLC0415 - as above
    from shared.domain.mode import Mode  # noqa: PLC0415 - as above

    return _run(chosen, lambda: mode.set_to(Mode(chosen.mode), chosen.rule, chosen.why, _who(chosen)))


def _mode_clear(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import mode  # noqa: PLC0415 - as above

    return _run(chosen, lambda: mode.clear(chosen.rule))


def _held(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import held  # noqa: PLC0415 - as above

    return _run(chosen, lambda: held.show)


def _answer(chosen: argparse.Namespace) -> int:
    from secondwind.by_hand import held  # noqa: PLC0415 - as above

    return _run(chosen, lambda: held.decide(chosen.id, yes=chosen.yes, by=_who(chosen)))


def _explained(chosen: argparse.Namespace) -> int:
    from secondwind.explain import run as explain  # noqa: PLC0415 - as above

    if not (chosen.job or chosen.failure):
        chosen.usage_error("explain wants --job, --failure, or both")
    wanted = explain.Wanted(
        job=chosen.job or "",
        failure=chosen.failure or "",
        since=chosen.since,
        live=chosen.live,
        ledger_url=chosen.ledger,
        as_json=chosen.json,
    )
    return explain.run(wanted, sys.stdout, sys.stderr)
