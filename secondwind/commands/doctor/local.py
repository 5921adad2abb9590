"""What can be seen without a call: settings, key, policy, mode, sources, time zone, kind of ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from secondwind.account import credentials_of, settings_of
from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.errors import SettingsError
from shared.domain.mode import Mode
from shared.policy.load import MAX_TEXT_BYTES, check_policy
from shared.settings import LedgerUrl, Settings, SqliteUrl, TablestoreUrl, unknown_names
from shared.settings.plaintext import SETTING, unencrypted

MAX_FAULTS = 20


def settings(environ: Mapping[str, str], region: str) -> tuple[Settings | None, list[Finding]]:
    """The settings, or a finding a fault."""
    try:
        found = settings_of(environ, region)
    except SettingsError as error:
        return None, [
            Finding(
                "settings", Level.FAIL, f"{fault.path} {fault.problem}", "put it right (docs/reference.md, Settings)"
            )
            for fault in error.faults[:MAX_FAULTS]
        ]
    return found, [Finding("settings", Level.OK, f"usable, region {region}")]


def plaintext(subject: Subject) -> Iterator[Finding]:
    """What goes over a network unencrypted because a setting allows it; what is not allowed no settings come of."""
    found = subject.settings
    places = {
        **{f"SECONDWIND_{name.upper()}_ENDPOINT": endpoint for name, endpoint in found.endpoints.items()},
        "SECONDWIND_SLS_ENDPOINT": found.sls,
        "SECONDWIND_LEDGER_URL": found.ledger,
    }
    for name, place in places.items():
        if unencrypted(place):
            said = f"{name} is unencrypted and names another machine: tokens and logs can be read on the way"
            yield Finding("plaintext", Level.WARN, said, f"use https:// or rediss://, and take {SETTING} away")


def spelling(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Variables that begin like a setting and are none."""
    for one in unknown_names(environ):
        yield Finding("settings", Level.WARN, f"{one.name} is none: nobody reads it", f"did you mean {one.closest}?")


def key(environ: Mapping[str, str]) -> tuple[Credentials | None, list[Finding]]:
    """The key, or what is missing of it. Whether it works only a service can tell."""
    try:
        found = credentials_of(environ)
    except UnusableError as error:
        return None, [Finding("key", Level.FAIL, str(error), "export them, as the functions get them from their role")]
    kind = (
        "a role's, with a token" if found.security_token else "a user's: a role's key expires by itself, this does not"
    )
    return found, [Finding("key", Level.OK if found.security_token else Level.WARN, f"there, {kind}")]


def policy(subject: Subject) -> Iterator[Finding]:
    """The file is usable; what it warns of; mode; who may speak."""
    file = subject.settings.policy_file
    try:
        with file.open("rb") as opened:
            text = opened.read(MAX_TEXT_BYTES + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        yield Finding("policy", Level.FAIL, "the file cannot be read as text", "see SECONDWIND_POLICY_FILE")
        return
    report = check_policy(text)
    for fault in report.faults[:MAX_FAULTS]:
        yield Finding("policy", Level.FAIL, str(fault), "`secondwind policy check` shows every fault")
    if report.policy is None:
        return
    yield Finding("policy", Level.OK, f"usable, version {report.policy.policy_version}")
    for warning in report.warnings[:MAX_FAULTS]:
        if warning.path != "$.sources":  # that has a line of its own below
            yield Finding("policy", Level.WARN, str(warning))
    mode = subject.settings.effective_mode(report.policy.mode)
    if mode is Mode.AUTO:
        yield Finding("mode", Level.OK, "auto: decides and acts")
    else:
        told = "decides and tells, restarts nothing" if mode is Mode.OBSERVE else "the kill switch is on"
        yield Finding("mode", Level.WARN, f"{mode.value}: {told}", "SECONDWIND_MODE or the policy's `mode`: auto heals")
    if report.policy.sources:
        yield Finding("sources", Level.OK, f"{len(report.policy.sources)} may speak")
    else:
        said = "none are listed: whoever can write to a trigger's Logstore or bus can have jobs restarted"
        yield Finding("sources", Level.WARN, said, "list them in the policy's `sources`")
    yield from _regions(subject.settings, report.policy.regions)


def _regions(settings: Settings, further: Sequence[str]) -> Iterator[Finding]:
    """A job system behind an endpoint that is set is one region's."""
    others = [region for region in further if region != settings.region]
    for setting in settings.fixed.values():
        said = f"{setting} is set: it serves {settings.region} alone"
        if others:
            said += f", failures told for {', '.join(others)} are invalid"
            yield Finding(
                "regions", Level.WARN, said, "leave the setting out, or take them from the policy's `regions`"
            )
        else:
            yield Finding("regions", Level.OK, said)


def zone(subject: Subject) -> Iterator[Finding]:
    """SchedulerX days are cut in this zone: a wrong one runs two days."""
    name = subject.settings.time_zone.key
    set_by_hand = bool(subject.environ.get("SECONDWIND_TIME_ZONE", "").strip())
    if set_by_hand or subject.options.region.startswith("cn-"):
        yield Finding("time zone", Level.OK, f"SchedulerX days are cut in {name}")
    else:
        said = f"{name} by default, and the region is not in China"
        yield Finding("time zone", Level.WARN, said, "set SECONDWIND_TIME_ZONE to the zone of your SchedulerX groups")


def ledger_kind(ledger: LedgerUrl, *, in_function: bool) -> Finding:
    """Whether what one instance reserves is seen by all."""
    if isinstance(ledger, SqliteUrl):
        if in_function:
            said = "SQLite inside Function Compute: each instance has its own, a job may be restarted twice"
            return Finding("ledger kind", Level.FAIL, said, "use tablestore:// or redis://")
        return Finding(
            "ledger kind", Level.WARN, "SQLite: for one machine only", "functions need tablestore:// or redis://"
        )
    kind = "Tablestore" if isinstance(ledger, TablestoreUrl) else "Redis: reserves only as durably as it is set up"
    return Finding("ledger kind", Level.OK, kind)


def kind_of_ledger(subject: Subject) -> Iterator[Finding]:
    """As `ledger_kind`, for the environment that is looked at."""
    yield ledger_kind(subject.settings.ledger, in_function=bool(subject.environ.get("FC_FUNC_CODE_PATH")))
