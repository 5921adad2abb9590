"""What does not change while a process lives: settings and policy, checked once, read anew where they have changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.errors import Fault, PolicyError, SettingsError
from shared.openers.ledger import check_client
from shared.policy.itself import Itself
from shared.policy.model import Policy
from shared.policy.ready import read_ready
from shared.settings import Settings, SqliteUrl, read_settings, unknown_names
from shared.settings.own import own_variables

_LOG = logging.getLogger(__name__)


class Configuration(Struct, frozen=True):
    """What does not change while a process lives."""

    settings: Settings
    policy: Policy


def prepare(context: Any) -> None:
    """Check settings, policy and the ledger's client before the first delivery.

    What a decision needs of the policy is made ready by the first one: most deliveries that find nothing, a sweep's,
    a period's, a page's, never decide. Warns of variables that nobody reads.

    Raises:
        SettingsError: every bad setting by name; a policy that cannot be used is one of them.
    """
    if unknown := unknown_names(os.environ):
        _LOG.warning("not a setting, so nobody reads it: %s", ", ".join(map(str, unknown)))
    configuration = configuration_of(context)
    for setting in configuration.settings.fixed.values() if configuration.policy.regions else ():
        _LOG.warning("%s serves the function's own region alone: failures told for another are invalid", setting)
    ledger = configuration.settings.ledger
    check_client(ledger)
    if isinstance(ledger, SqliteUrl) and os.environ.get("FC_FUNC_CODE_PATH"):
        _LOG.warning(
            "the SQLite ledger %s lives and dies with this instance: other instances do not see its reservations",
            ledger.path,
        )


_ONE_AT_A_TIME = Lock()
"""Two threads that read the packs for the first time at once have crashed msgspec, and the work would be double."""


def configuration_of(context: Any) -> Configuration:
    """Settings and policy as they are now. Raises SettingsError."""
    region = str(getattr(context, "region", "") or os.environ.get("FC_REGION", ""))
    settings = _settings(own_variables(), region)
    try:
        seen = os.stat(settings.policy_file)  # noqa: PTH116 - a path object costs as much again
    except OSError:
        raise _bad_policy("the file cannot be read") from None
    with _ONE_AT_A_TIME:
        return Configuration(settings, _policy(Itself(settings), seen.st_mtime_ns, seen.st_size))


@lru_cache(maxsize=4)
def _settings(environ: Iterable[tuple[str, str]], region: str) -> Settings:
    return read_settings(dict(environ), region)


@lru_cache(maxsize=4)
def _policy(settings: Itself[Settings], modified_ns: int, size: int) -> Policy:
    """One object as long as nothing changes: all that is made ready for it is known by it."""
    del modified_ns, size  # only there so that a changed file is read anew
    policy = _read_policy(settings.it.policy_file)
    return replace(policy, mode=settings.it.effective_mode(policy.mode))


def _read_policy(path: Path) -> Policy:
    try:
        text = path.read_bytes()
        ready = read_ready(path, text)
        if ready is not None:
            return ready
        from shared.policy.load import load_policy  # noqa: PLC0415 - YAML and its reader, where nothing was read before

        return load_policy(text.decode("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise _bad_policy("the file cannot be read") from None
    except PolicyError as error:
        raise SettingsError([Fault("SECONDWIND_POLICY_FILE", str(fault)) for fault in error.faults]) from error


def _bad_policy(problem: str) -> SettingsError:
    return SettingsError([Fault("SECONDWIND_POLICY_FILE", problem)])
