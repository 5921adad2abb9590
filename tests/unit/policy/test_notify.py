"""`notify` in a policy: what is wrong with it is said with its place; quiet hours and the day of the digest."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from shared.domain.messages import What
from shared.policy.load import check_policy, load_policy
from shared.policy.notify import DIGEST_LATE_S, Notify, Quiet, digest_day, quiet_until

HEAD = "version: 1\nnotify:\n  channels:\n"
OPS = "    - {name: ops, kind: dingtalk, url: SECONDWIND_NOTIFY_URL}\n"


def faults(text: str) -> list[str]:
    """Of a policy whose `notify` is that."""
    return [f"{fault.path}: {fault.problem}" for fault in check_policy(text).faults]


@pytest.mark.parametrize(
    ("rest", "place", "problem"),
    [
        ("    - {name: ops, kind: dingtalk}\n", "channels[0].url", "is missing"),
        ("    - {name: ops, kind: pager, url: SECONDWIND_NOTIFY_URL}\n", "channels[0].kind", "wants one of"),
        ("    - {name: ops, kind: dingtalk, url: https://x}\n", "channels[0].url", "environment variable"),
        ("    - {name: ops, kind: dingtalk, url: ALIBABA_CLOUD_ACCESS_KEY_ID}\n", "channels[0].url", "variable"),
        ("    - {name: ops, kind: webhook, url: SECONDWIND_NOTIFY_URL}\n", "channels[0]", "wants secret"),
        (
            "    - {name: ops, kind: wecom, url: SECONDWIND_NOTIFY_URL, secret: SECONDWIND_NOTIFY_S}\n",
            "channels[0]",
            "without secret",
        ),
        ("    - {name: ops, kind: eventbridge, url: SECONDWIND_NOTIFY_URL}\n", "channels[0]", "bus"),
        (OPS + OPS, "channels[1].name", "has this name"),
        (OPS + "  routes:\n    - {to: [opps]}\n", "routes[0].to", "there is no channel opps"),
        (
            OPS.replace("}", ", quiet: {from: '08:00', to: '08:00'}}"),
            "channels[0]",
            "nothing would ever be told",
        ),
        (OPS.replace("}", ", quiet: {from: '8', to: '08:00'}}"), "channels[0].quiet.from", "time of day"),
        (OPS + "  digest_at: '24:00'\n", "digest_at", "time of day"),
        (OPS + "  zone: Mars/Base\n", "zone", "knows no time zone"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(rest: str, place: str, problem: str) -> None:
    """Each fault, and nothing else."""
    (found,) = faults(HEAD + rest)
    assert found.startswith(f"$.notify.{place}:")
    assert problem in found


def test_what_leads_nowhere_is_warned_of() -> None:
    """A channel without a route, a route that fits nothing, a digest for nobody."""
    text = (
        HEAD
        + OPS
        + OPS.replace("name: ops", "name: idle")
        + "  routes:\n    - {to: [ops], what: [breaker_opened], owners: ann}\n  digest_at: '08:30'\n"
    )
    warnings = [warning.path for warning in check_policy(text).warnings if "notify" in warning.path]
    assert warnings == ["$.notify.channels[1]", "$.notify.routes[0]", "$.notify.digest_at"]


def test_a_policy_without_channels_tells_nobody() -> None:
    """The default."""
    assert load_policy("version: 1\n").notify == Notify()


def at(text: str, zone: str = "Asia/Shanghai") -> float:
    """A local moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_a_policy_names_its_variables_once() -> None:
    """Addresses and secrets; without routes the digest goes to whoever there is."""
    notify = load_policy(HEAD + OPS + OPS.replace("ops", "day").replace("}", ", secret: SECONDWIND_NOTIFY_S}")).notify
    assert notify.variables == ("SECONDWIND_NOTIFY_URL", "SECONDWIND_NOTIFY_S")
    assert [channel and channel.name for channel in map(notify.channel, ("day", "no"))] == ["day", None]
    digest = check_policy(HEAD + OPS + "  digest_at: '08:30'\n").warnings
    assert not [warning for warning in digest if "notify" in warning.path]


def test_without_a_time_there_is_no_digest() -> None:
    """On no day."""
    assert digest_day(Notify(), at("2026-01-05 08:30")) == ""


def test_what_is_never_quiet_is_told_at_night() -> None:
    """As is everything where nothing is quiet."""
    but = Quiet(begins="22:00", ends="07:00", but=(What.HELD,))
    assert quiet_until(but, What.HELD, at("2026-01-05 23:00")) is None
    assert quiet_until(None, What.HELD, at("2026-01-05 23:00")) is None


NIGHT = Quiet(begins="22:00", ends="07:00")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-01-05 21:59:59", None),
        ("2026-01-05 22:00", "2026-01-06 07:00"),
        ("2026-01-06 06:59:59", "2026-01-06 07:00"),
        ("2026-01-06 07:00", None),
    ],
)
def test_quiet_hours_cross_midnight(now: str, until: str | None) -> None:
    """Their end is told; what `but` names is told at any hour."""
    assert quiet_until(NIGHT, What.HELD, at(now)) == (None if until is None else at(until))


def test_quiet_hours_are_local_also_when_clocks_change() -> None:
    """An hour of a spring night is missing: quiet ends at seven by the clock on the wall."""
    quiet = Quiet(begins="22:00", ends="07:00", zone="Europe/Berlin")
    assert quiet_until(quiet, What.HELD, at("2026-03-28 23:00", "Europe/Berlin")) == at(
        "2026-03-29 07:00", "Europe/Berlin"
    )


def test_the_digest_has_a_day_and_is_not_sent_hours_late() -> None:
    """Before its time there is none; in the afternoon there is none any more."""
    notify = Notify(digest_at="08:30")
    moments = ["2026-01-05 08:29:59", "2026-01-05 08:30", "2026-01-05 12:29", "2026-01-05 12:31"]
    assert [digest_day(notify, at(one)) for one in moments] == ["", "2026-01-05", "2026-01-05", ""]


@pytest.mark.parametrize(
    ("route", "told"),
    [
        ("{to: [ops]}", True),
        ("{to: [ops], clusters: a}", True),
        ("{to: [ops], owners: ann}", False),
        ("{to: [ops], what: [digest]}", True),
        ("{to: [ops], what: [held]}", False),
        ("{to: [ops], what: [held, digest]}", True),
        ("{to: [ops], what: [held]}, {to: [ops], what: [digest]}", True),
    ],
)
def test_the_digest_goes_where_a_route_leads_it(route: str, *, told: bool) -> None:
    """It is about no job, so a route that asks for an owner is none for it."""
    found = check_policy(f"{HEAD}{OPS}  routes: [{route}]\n  digest_at: '08:30'\n")
    assert found.policy is not None, found.faults
    assert ("$.notify.digest_at" not in [warning.path for warning in found.warnings]) is told


@pytest.mark.parametrize(("late_s", "due"), [(-1, False), (0, True), (DIGEST_LATE_S - 1, True), (DIGEST_LATE_S, False)])
def test_a_digest_is_due_from_its_time_on_for_some_hours(late_s: float, *, due: bool) -> None:
    """To the second."""
    notify = Notify(digest_at="08:30", zone="Asia/Shanghai")
    begins = datetime(2026, 1, 5, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    assert digest_day(notify, begins + late_s) == ("2026-01-05" if due else "")
