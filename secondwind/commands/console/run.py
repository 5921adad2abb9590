"""Serves the console until somebody interrupts it."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from secondwind.commands.console.server import LoopbackServer
from secondwind.machine import failed, write_json
from secondwind.outcome_log import outcome_log
from secondwind.terminal import shown
from secondwind.text_file import CannotRead, read_text
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import LedgerTerms, ledger_of
from secondwind.who import identity, who
from shared.console.app import answer
from shared.console.http import WebRequest, WebResponse
from shared.console.site import NightRows, Site
from shared.console.visitor import Visitor
from shared.domain.errors import LedgerUnavailable, PolicyError, SettingsError
from shared.domain.failure import Failure
from shared.domain.gate import Gate
from shared.domain.link_key import LinkKey, parse_link_key
from shared.gates_now import gates_of
from shared.openers.night import night_of
from shared.policy.load import MAX_TEXT_BYTES, load_policy
from shared.policy.model import Policy
from shared.ports import Clock, Ledger
from shared.settings import read_credentials, read_settings
from shared.settings.environment import BUNDLE_ROOT, DEFAULT_ZONE, parse_zone

OUT_OF_REACH = 3
LOOK_S = 20.0
"""For a look at one job."""


def run(chosen: argparse.Namespace) -> int:
    """Serve; the exit status."""
    terms = LedgerTerms(ledger_url=chosen.ledger, as_json=chosen.json, quiet=chosen.quiet)
    try:
        visitor = Visitor(name=who(chosen.by), how=_how(who(chosen.by)), holds_key=True)
        policy = policy_here()
        with ledger_of(terms) as (_, name):
            pass  # there is one, and it answers
        night, untold = night_here(os.environ, chosen.region, terms.clock)
        server = serving(terms, policy, visitor, chosen.port, night)
    except UnusableError as error:
        return failed(str(error), UNUSABLE, sys.stdout, sys.stderr, as_json=chosen.json)
    except LedgerUnavailable as error:
        return failed(shown(str(error)), OUT_OF_REACH, sys.stdout, sys.stderr, as_json=chosen.json)
    if not chosen.quiet:
        sys.stderr.write(f"ledger: {shown(name)}\n")
        sys.stderr.write(f"outcomes: not read ({shown(untold)})\n" if untold else "")
    with server, suppress(KeyboardInterrupt):  # it is meant to be ended so
        tell(server, as_json=chosen.json, opens=chosen.open)
        server.serve_forever()
    return 0


def serving(
    terms: LedgerTerms,
    policy: Policy,
    visitor: Visitor,
    port: int = 0,
    night: Callable[[], NightRows] | None = None,
) -> LoopbackServer:
    """A server of the pages, bound and not yet serving.

    Forms are signed with a key of this process alone; links are believed that SECONDWIND_LINK_SECRET has signed.

    Raises:
        UnusableError: that is no usable secret, or the port is taken.
    """
    zone = zone_here(terms.environ)
    key = LinkKey((secrets.token_bytes(32), *_link_secrets(terms.environ)))

    def answers(request: WebRequest, session: bool) -> WebResponse:  # noqa: FBT001 - as the server calls it
        with ledger_of(terms) as (ledger, _):
            gates = gates_here(terms, ledger, policy)
            now = terms.clock.now()
            site = Site(ledger=ledger, policy=policy, now=now, key=key, night=night, gates=gates, zone=zone)
            return answer(site, request, visitor if session else None)

    try:
        return LoopbackServer(port, answers, lambda link: _next_link(link, quiet=terms.quiet))
    except OSError as error:
        raise UnusableError(f"--port {port}: {error.strerror}") from None


def _link_secrets(environ: Mapping[str, str]) -> tuple[bytes, ...]:
    text = environ.get("SECONDWIND_LINK_SECRET", "").strip()
    try:
        return parse_link_key(text).secrets if text else ()
    except ValueError as error:
        raise UnusableError(f"SECONDWIND_LINK_SECRET {error}") from None


def night_here(environ: Mapping[str, str], region: str, clock: Clock) -> tuple[Callable[[], NightRows] | None, str]:
    """What reads the outcomes of the last day, where the settings name their Logstore; else why nothing does."""
    try:
        log = outcome_log(environ, region)
    except UnusableError as error:
        return None, str(error)

    return lambda: night_of(log, clock), ""


def gates_here(terms: LedgerTerms, ledger: Ledger, policy: Policy) -> Callable[[Failure], Sequence[Gate]] | None:
    """What asks every gate anew, where the settings and a key for the job systems are there."""
    environ, clock = terms.environ, terms.clock
    try:
        settings = read_settings({**environ, "SECONDWIND_LEDGER_URL": "sqlite:///unused"}, environ.get("FC_REGION", ""))
        credentials = read_credentials(None, environ)
    except SettingsError:
        return None
    return lambda failure: gates_of(failure, ledger, settings, credentials, policy, clock, clock.now() + LOOK_S)


def zone_here(environ: Mapping[str, str]) -> ZoneInfo:
    """In which moments are shown. Raises UnusableError."""
    try:
        return parse_zone(environ.get("SECONDWIND_TIME_ZONE", "").strip() or DEFAULT_ZONE)
    except ValueError as error:
        raise UnusableError(f"SECONDWIND_TIME_ZONE {error}") from None


def policy_here() -> Policy:
    """The policy of this machine: SECONDWIND_POLICY_FILE, else the one beside `functions/`. Raises UnusableError."""
    file: Path = BUNDLE_ROOT / (os.environ.get("SECONDWIND_POLICY_FILE", "").strip() or "policy.yaml")
    try:
        return load_policy(read_text(file, MAX_TEXT_BYTES))
    except CannotRead as error:
        raise UnusableError(str(error)) from None
    except PolicyError as error:
        raise UnusableError(f"{file} is no usable policy: {error}") from None


def _how(name: str) -> str:
    known_as = identity(name, "")
    return f"console on this machine, {known_as}" if known_as else "console on this machine"


def tell(server: LoopbackServer, *, as_json: bool = False, opens: bool = False) -> None:
    """Say where it is; open it in a browser if that is wanted."""
    if as_json:
        write_json({"url": server.url, "link": server.link}, sys.stdout)
    else:
        sys.stdout.write(f"console: {server.link}\nThe link opens one session. End with Ctrl-C.\n")
    sys.stdout.flush()
    if opens:
        webbrowser.open(server.link)


def _next_link(link: str, *, quiet: bool) -> None:
    if not quiet:
        sys.stderr.write(f"that link is used; for another browser: {link}\n")
        sys.stderr.flush()
