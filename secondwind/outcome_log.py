"""The outcome Logstore that the environment names, and the key for it, for commands that read outcomes back."""

from __future__ import annotations

from collections.abc import Mapping

from secondwind.usage import UnusableError
from shared.domain.errors import SettingsError
from shared.settings import Settings, read_credentials, read_settings
from shared.sls.outcomes import OutcomeLog

DEFAULT_REGION = "cn-hangzhou"
_NAMED = (
    "SECONDWIND_SLS_ENDPOINT",
    "SECONDWIND_OUTCOME_PROJECT",
    "SECONDWIND_OUTCOME_LOGSTORE",
    "SECONDWIND_TIME_ZONE",
)


def log_settings(environ: Mapping[str, str], region: str) -> Settings:
    """The settings as far as the Logstore is concerned; the ledger among them is none. Raises UnusableError."""
    own = {name: environ[name] for name in _NAMED if environ.get(name)}
    try:
        # The ledger of these settings is never opened: what else the environment lacks does not matter here.
        return read_settings({**own, "SECONDWIND_LEDGER_URL": "sqlite:///unused"}, region or DEFAULT_REGION)
    except SettingsError as error:
        raise UnusableError(str(error)) from None


def outcome_log(environ: Mapping[str, str], region: str) -> OutcomeLog:
    """The outcome Logstore. Raises UnusableError."""
    settings = log_settings(environ, region)
    try:
        keys = read_credentials(None, environ)
    except SettingsError as error:
        raise UnusableError(str(error)) from None
    return OutcomeLog(
        endpoint=settings.sls.url,
        project=settings.outcome_project,
        logstore=settings.outcome_logstore,
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=keys.security_token,
    )
