"""Every error that one room of Second Wind raises for another, and who should try again.

SecondWindError
├── SettingsError          nobody: a person corrects the settings named
├── PolicyError            nobody: a person corrects the policy, every fault is named
├── InputError             nobody: the record becomes an `invalid` outcome, its neighbours go on
├── DeliveryError          the platform: the whole delivery must come again
│   ├── SourceUnavailable      the source logs are out of reach
│   │   └── GroupGarbled           and it may be one log group's own fault: how often it was so is remembered
│   ├── RangeUnfinished        a range of logs was longer than the time; the next delivery of it goes on
│   ├── LedgerUnavailable      the ledger is out of reach, or it is not known whether it saved
│   │   ├── DocumentRefused        nobody: the ledger can never keep these documents, and has saved nothing
│   │   └── AnswerLost             the command left: the ledger may have saved
│   └── ClockOff               the function itself: it begins anew, by a clock that is right
├── SinkUnavailable        the sweep: outcomes stay owed until the Logstore takes them
├── OutcomesUnavailable    whoever wants to read them: nothing was changed
├── LogCallFailed          whoever calls Log Service, once, where it is `worth_repeating`
└── ActRefused             a person, once they have looked again: nothing was changed
    ├── UnknownId              no case has that id
    ├── AmbiguousId            several have it
    ├── NotHeld                the case waits for nobody
    ├── CaseChanged            the case is another than they were shown
    ├── Contended              others were quicker: as it is
    ├── BegunAnew              a breaker or a suspicion is another than they were shown
    ├── ModeInTheWay           what would go on would be closed for good by the mode that holds
    ├── LooserMode             somebody else's mode keeps back more, or is not the one that they were shown
    ├── LinkSpent              the link was used before
    ├── BadLink                the link proves nothing
    └── BadToken               the token proves nothing

Each is defined in the room that it is about. What else is raised is caught by whoever calls the very function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct


class SecondWindError(Exception):
    """Root of everything raised on purpose. Never carries a secret."""


class Fault(Struct, frozen=True):
    """One thing wrong with what somebody wrote: where, and what was wanted."""

    path: str
    """Where, as `$`, `$.data.job_id`, `$[3].data`: readable by a person who has the original."""
    problem: str
    """What is wrong and what was wanted; never repeats a secret or more than a few words of the original."""
    line: int | None = None
    """Line of the file, from 1, where there is a file."""

    def __str__(self) -> str:
        where = self.path if self.line is None else f"line {self.line}: {self.path}"
        return f"{where}: {self.problem}"


class _Faulty(SecondWindError):  # noqa: N818 - a base that is never raised itself
    """An error that lists every fault found, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class SettingsError(_Faulty):
    """The environment does not describe a runnable function. Names every bad setting and shows no value."""


class PolicyError(_Faulty):
    """The policy file cannot be used."""


class InputError(_Faulty):
    """A record, or a whole body, that could not be understood."""


class DeliveryError(SecondWindError):
    """The whole delivery must come again: nothing in it can be handled now."""


class SourceUnavailable(DeliveryError):  # noqa: N818 - named for the state of the world, as the tree above reads
    """The Logstore that a trigger points at cannot be read now."""


class GroupGarbled(SourceUnavailable):
    """The next log group of a range cannot be read, and nothing behind it shows that the service is well."""


class RangeUnfinished(DeliveryError):  # noqa: N818 - as above
    """No time was left to read a range to its end: how far it was handled is remembered."""


class LedgerUnavailable(DeliveryError):  # noqa: N818 - as above
    """The ledger is out of reach, or it is not known whether a write was saved."""


class DocumentRefused(LedgerUnavailable):
    """The ledger has no room for these documents and never will; nothing of the save was done."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.keys = frozenset(sizes)
        listed = ", ".join(f"{key:.128} ({size} bytes)" for key, size in sorted(sizes.items())[:3])
        super().__init__(f"{len(sizes)} documents are too large for the ledger: {listed}")


class ClockOff(DeliveryError):  # noqa: N818 - as above
    """A service tells another time than the clock by which this was begun: nothing may be decided by that clock."""

    def __init__(self, off_s: float) -> None:
        super().__init__(f"our clock is {abs(off_s):.0f} s {'behind' if off_s > 0 else 'ahead'} by a service's answer")


class SinkUnavailable(SecondWindError):  # noqa: N818 - as above
    """The outcome Logstore did not certainly take the outcomes: they stay owed."""


class ActRefused(SecondWindError):  # noqa: N818 - as above
    """What a person asks for cannot be done as they ask it; nothing was changed."""
