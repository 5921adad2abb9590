"""The arguments of `secondwind notify test|list`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from secondwind import at_ledger
from secondwind.at_ledger import STATUSES, Work


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("notify", help="messages to people: test a channel, list what waits")
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    test = actions.add_parser(
        "test",
        help="send one message through a channel, now",
        description="Uses the variables that the policy's `notify` names, as they are in this environment.",
        epilog="Exit status: 0 the channel took it; 1 it did not, or nobody knows; 2 it cannot be asked like that.",
    )
    test.add_argument("channel", metavar="CHANNEL", help="its name in the policy's `notify`")
    _add_policy(test)
    test.set_defaults(run=_test)
    listing = actions.add_parser(
        "list", help="every channel: what waits, what was wrong with the last message", epilog=STATUSES
    )
    listing.add_argument(
        "--ledger", default="", metavar="URL", help="default SECONDWIND_LEDGER_URL, else the local file"
    )
    _add_policy(listing)
    listing.set_defaults(run=lambda chosen: at_ledger.run(chosen, lambda: _work(chosen)))


def _add_policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", type=Path, metavar="FILE", help="default SECONDWIND_POLICY_FILE, else policy.yaml")


def _test(chosen: argparse.Namespace) -> int:
    from secondwind.commands.notify.run import send  # noqa: PLC0415 - the policy's engine only where it is wanted

    return send(chosen.channel, chosen.policy, os.environ, sys.stdout, sys.stderr, as_json=chosen.json)


def _work(chosen: argparse.Namespace) -> Work:
    from secondwind.commands.notify.run import listing  # noqa: PLC0415 - as above

    return listing(chosen.policy, os.environ)
