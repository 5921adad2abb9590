"""The night in a few lines, for the digest. Pure: made of a report."""

from __future__ import annotations

from shared.notify.draft import Fact
from shared.report.fate import Fate
from shared.report.model import NightReport

NIGHT_S = 86_400.0
"""What a digest is about: the day up to it."""
MOST_NAMED = 5
_SHOWN = (
    (Fate.HELD, "wait for your yes or no"),
    (Fate.UNKNOWN, "in doubt"),
    (Fate.WAITING, "go on by themselves"),
    (Fate.HEALED, "healed"),
    (Fate.WOULD_HOLD, "would be held"),
    (Fate.WOULD_HEAL, "would be healed"),
    (Fate.WOULD_WAIT, "would wait"),
    (Fate.FAILED_AGAIN, "failed again after a rerun"),
    (Fate.REFUSED, "refused"),
    (Fate.SUPPRESSED, "left alone"),
    (Fate.INVALID, "not understood"),
)


def night_lines(report: NightReport) -> tuple[Fact, ...]:
    """What a person needs in the morning, the most urgent first."""
    counts = [f"{report.fates[fate]} {says}" for fate, says in _SHOWN if report.fates.get(fate)]
    facts = [Fact("failures", f"{report.failures}: {', '.join(counts)}" if counts else "none")]
    opened = [line.scope for line in report.breakers if line.open]
    suspects = [f"{line.node} of {line.scope}" for line in report.nodes if line.suspect]
    waiting = [one.job for one in report.open if one.fate is Fate.HELD]
    facts += [Fact("open breakers", _named(opened))] if opened else []
    facts += [Fact("held", _named(waiting))] if waiting else []
    facts += [Fact("suspected nodes", _named(suspects))] if suspects else []
    facts += [Fact("channels", " | ".join(report.channels[:MOST_NAMED]))] if report.channels else []
    hours = report.hours
    if hours.lost.counted or hours.waiting.counted:
        said = f"{hours.waiting.hours:.1f} saved against waiting until {hours.morning}, {hours.lost.hours:.1f} lost"
        facts.append(Fact("hours", said))
    return tuple(facts)


def _named(names: list[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")
