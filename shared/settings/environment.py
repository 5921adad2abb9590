"""The environment, checked once. An empty variable counts as absent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.domain.errors import Fault, SettingsError
from shared.domain.job import REGION_PATTERN
from shared.domain.link_key import parse_link_key
from shared.domain.mode import Mode
from shared.reading.jwt import parse_jwks
from shared.settings.console import ConsoleSettings, parse_audience
from shared.settings.ledger_url import LedgerUrl, parse_ledger_url
from shared.settings.plaintext import PROBLEM, allows_plaintext, unencrypted
from shared.systems import SYSTEMS
from shared.systems.system import System

PREFIX = "SECONDWIND_"
BUNDLE_ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds `functions/`: the repository, or the bundle in Function Compute."""

# https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-createlogstore
PROJECT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")
LOGSTORE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]\Z")
_PROJECT_WANTED = "wants a project name: 3 to 63 lower-case letters, digits and hyphens, no hyphen at either end"
_LOGSTORE_WANTED = (
    "wants a Logstore name: 3 to 63 lower-case letters, digits, hyphens and underscores, "
    "a letter or digit at either end"
)
_REGIONAL_HOST = re.compile(r"\.((?:cn|ap|us|eu|me|na)-[a-z0-9-]+)\.aliyuncs\.com\Z")
DEFAULT_ZONE = "Asia/Shanghai"
_MAX_ZONE_CHARS = 64

T = TypeVar("T")
P = TypeVar("P", Endpoint, LedgerUrl)


class Settings(Struct, frozen=True, kw_only=True):
    """What the environment says. Its secrets, a ledger's password and the link key, show themselves in no repr."""

    region: str
    """The function's own."""
    endpoints: dict[str, Endpoint] = {}
    """By job system, as set, for the function's own region; of one that is not here each region's own holds."""
    sls: Endpoint
    """Log Service of the outcome project."""
    outcome_project: str
    outcome_logstore: str
    ledger: LedgerUrl
    policy_file: Path
    """Absolute. Whether it is there has not been looked at."""
    mode: Mode | None
    """None: the policy's."""
    time_zone: ZoneInfo
    console: ConsoleSettings = ConsoleSettings()

    @property
    def fixed(self) -> Mapping[str, str]:
        """Job systems whose endpoint is set, each with the variable that sets it."""
        return _variables_of(tuple(self.endpoints))

    def serves(self, system: str, region: str) -> bool:
        """Whether that job system can be called for that region.

        Behind an endpoint that is set there is one list of jobs, whatever region a call is meant for: under two regions
        each job of it would have two ledger documents, and one failure two reruns.
        """
        return region == self.region or system not in self.endpoints

    def endpoint(self, system: str, region: str) -> Endpoint:
        """Where a job system of that region is called. Check the region first: it becomes part of the host.

        Raises:
            ValueError: it cannot be called for that region, see `serves`.
        """
        if not self.serves(system, region):
            raise ValueError(f"{self.fixed[system]} serves {self.region} alone, not {region}")
        return self.endpoints.get(system) or SYSTEMS.named(system).endpoint(region)

    def effective_mode(self, policy_mode: Mode) -> Mode:
        """The stricter of the policy's mode and `SECONDWIND_MODE`."""
        return policy_mode if self.mode is None else policy_mode.stricter(self.mode)


def read_settings(environ: Mapping[str, str], region: str, *, default_ledger: str = "") -> Settings:
    """The settings.

    Args:
        environ: names and values.
        region: the FC context's.
        default_ledger: URL for a local command; empty in a function, where one must be set.

    Raises:
        SettingsError: names every bad setting, and shows no value.
    """
    reader = _Reader({"SECONDWIND_LEDGER_URL": default_ledger, **_present(environ)})
    if not re.match(REGION_PATTERN, region):
        reader.faults.append(Fault("FC_REGION", "wants a region id such as cn-hangzhou"))
    endpoint = _within(region, reader.encrypted(parse_endpoint))
    endpoints = {system.name: reader.optional(endpoint_variable(system), endpoint) for system in SYSTEMS}
    sls = reader.optional("SECONDWIND_SLS_ENDPOINT", endpoint)
    project = reader.required("SECONDWIND_OUTCOME_PROJECT", _named(PROJECT_NAME, _PROJECT_WANTED))
    logstore = reader.required("SECONDWIND_OUTCOME_LOGSTORE", _named(LOGSTORE_NAME, _LOGSTORE_WANTED))
    ledger = reader.required("SECONDWIND_LEDGER_URL", reader.encrypted(parse_ledger_url))
    policy_file = reader.optional("SECONDWIND_POLICY_FILE", _path)
    mode = reader.optional("SECONDWIND_MODE", _mode)
    time_zone = reader.optional("SECONDWIND_TIME_ZONE", parse_zone)
    console = _console(reader)
    if reader.faults or project is None or logstore is None or ledger is None:
        raise SettingsError(reader.faults)
    return Settings(
        region=region,
        endpoints={name: place for name, place in endpoints.items() if place is not None},
        sls=sls or Endpoint("https", f"{region}-intranet.log.aliyuncs.com", 443),
        outcome_project=project,
        outcome_logstore=logstore,
        ledger=ledger,
        policy_file=policy_file or BUNDLE_ROOT / "policy.yaml",
        mode=mode,
        time_zone=time_zone or ZoneInfo(DEFAULT_ZONE),
        console=console,
    )


def _console(reader: _Reader) -> ConsoleSettings:
    keys = reader.optional("SECONDWIND_CONSOLE_JWKS", parse_jwks) or ()
    audience = reader.optional("SECONDWIND_CONSOLE_AUDIENCE", parse_audience) or ""
    if keys and not audience:
        problem = "is required with SECONDWIND_CONSOLE_JWKS: else a token for any other application would do"
        reader.faults.append(Fault("SECONDWIND_CONSOLE_AUDIENCE", problem))
    return ConsoleSettings(
        link_key=reader.optional("SECONDWIND_LINK_SECRET", parse_link_key),
        url=reader.optional("SECONDWIND_CONSOLE_URL", reader.encrypted(parse_endpoint)),
        issuer_keys=keys,
        audience=audience,
        issuer=reader.optional("SECONDWIND_CONSOLE_ISSUER", parse_audience) or "",
    )


def _within(region: str, parse: Callable[[str], Endpoint]) -> Callable[[str], Endpoint]:
    """The same, but the platform's host of another region is bad.

    In the ledger its jobs would be jobs of the function's own region, and two functions on one ledger, each in a region
    of its own, would rerun one job twice.
    """

    def checked(text: str) -> Endpoint:
        place = parse(text)
        found = _REGIONAL_HOST.search(place.host)
        if found is not None and found[1] != region:
            problem = "is of another region than the function: list that region in the policy's `regions`"
            raise ValueError(f"{problem}, and leave this out")
        return place

    return checked


@lru_cache(maxsize=8)
def _variables_of(names: tuple[str, ...]) -> dict[str, str]:
    return {name: endpoint_variable(SYSTEMS.named(name)) for name in names}


def endpoint_variable(system: System) -> str:
    """The setting that says where a job system is called."""
    return f"{PREFIX}{system.name.upper()}_ENDPOINT"


def _present(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if value.strip()}


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.faults: list[Fault] = []
        self._environ = environ
        self._plaintext = self.optional("SECONDWIND_PLAINTEXT", allows_plaintext)

    def optional(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The value, or None if it is absent or bad. `parse` raises ValueError, whose text shows no value."""
        text = self._environ.get(name, "").strip()
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.faults.append(Fault(name, str(error)))
            return None

    def encrypted(self, parse: Callable[[str], P]) -> Callable[[str], P]:
        """The same, but a place that is not encrypted on its way is bad, unless a setting allows it."""

        def checked(text: str) -> P:
            place = parse(text)
            if unencrypted(place) and not self._plaintext:
                raise ValueError(PROBLEM)
            return place

        return checked

    def required(self, name: str, parse: Callable[[str], T]) -> T | None:
        """As `optional`, but absence is a fault."""
        if not self._environ.get(name, "").strip():
            self.faults.append(Fault(name, "is required"))
        return self.optional(name, parse)


def _named(pattern: re.Pattern[str], wanted: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not pattern.match(text):
            raise ValueError(wanted)
        return text

    return parse


def _path(text: str) -> Path:
    if not text.isprintable():
        raise ValueError("wants the path of a file")
    return BUNDLE_ROOT / text  # an absolute path stays what it is


def _mode(text: str) -> Mode:
    try:
        return Mode(text)
    except ValueError:
        raise ValueError("wants one of " + ", ".join(mode.value for mode in Mode)) from None


def parse_zone(text: str) -> ZoneInfo:
    """A time zone by its name. Raises ValueError, whose text does not repeat it."""
    wanted = "wants an IANA time zone such as Asia/Shanghai"
    if len(text) > _MAX_ZONE_CHARS:
        raise ValueError(wanted)
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of zones
        raise ValueError(wanted) from None
