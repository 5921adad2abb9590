"""A signed link and everybody else: whoever comes in between, wherever a process dies, one answer counts.

Whole over one held failure: each actor with each other one coming in before and after each of its saves, and with its
process killed there and the link clicked once more. The law is judged by what was really rerun, not by what was told.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared import people
from shared.domain.act import Signed
from shared.domain.errors import SecondWindError
from shared.domain.links import AnswerLink, HoldAnswer, link_to
from shared.people.holds import Hold
from shared.policy.model import Action
from tests.support.meddled_ledger import Killed, nothing
from tests.unit.people.conftest import Ward

SAVES = 6
"""No actor makes more before it is done with the case."""
ANSWERS = {("deferred", "approved"), ("suppressed", "rejected")}
Act = Callable[[Ward, Hold], None]


def by_link(said: HoldAnswer, nonce: str) -> Act:
    """Somebody clicks a link of the one message, made of what was held first."""

    def act(house: Ward, hold: Hold) -> None:
        link = link_to(hold.key, hold.case, said, "ann", expires_at=house.clock.now() + 3600, nonce=nonce)
        _used(house, link)

    return act


def by_page(*, yes: bool) -> Act:
    """Somebody sends the form of a page that showed the same."""

    def act(house: Ward, hold: Hold) -> None:
        seen = people.shown_to(
            house.ledger, link_to(hold.key, hold.case, HoldAnswer.APPROVE, "", expires_at=1e12, nonce="-")
        )
        now = house.clock.now()
        people.answer(house.ledger, seen.hold, yes=yes, by="bo", now=now)

    return act


def sweeps(house: Ward, hold: Hold) -> None:
    """The timer comes by."""
    del hold
    house.sweep()


def told_again(house: Ward, hold: Hold) -> None:
    """The failure is delivered once more."""
    del hold
    house.fail(1)


ACTS: dict[str, Act] = {
    "link approves": by_link(HoldAnswer.APPROVE, "n1"),
    "link rejects": by_link(HoldAnswer.REJECT, "n2"),
    "page approves": by_page(yes=True),
    "page rejects": by_page(yes=False),
    "sweep": sweeps,
    "told again": told_again,
}


def _used(house: Ward, link: AnswerLink) -> None:
    by, now = link.who, house.clock.now()
    people.answer_by_link(house.ledger, link, seen=link.digest, by=by, now=now, signed=Signed(identity="link"))


@pytest.mark.parametrize("first", [name for name in ACTS if "link" in name])
@pytest.mark.parametrize("other", ACTS)
def test_one_answer_counts(tmp_path: Path, first: str, other: str) -> None:
    """Between any two saves of a link's act anybody else acts, or the process dies; then everything is tried again."""
    ran = 0
    for at, after, dies in _points():
        folder = tmp_path / f"{at}-{after}-{dies}"
        folder.mkdir()
        ran += _one(folder, ACTS[first], ACTS[other], at, after=after, dies=dies)
    assert ran >= 4  # its own saves were reached


def _points() -> Iterator[tuple[int, bool, bool]]:
    return ((at, after, dies) for at in range(SAVES) for after in (False, True) for dies in (False, True))


def _one(folder: Path, first: Act, other: Act, at: int, *, after: bool, dies: bool) -> bool:
    """One history; whether the point was reached."""
    house = Ward(folder)
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    met = _meddle(house, lambda: _quietly(other, house, hold), at, after=after, dies=dies)
    _quietly(first, house, hold)
    house.ledger.before_save = house.ledger.after_save = nothing
    if not met:
        house.ledger.close()
        return False
    for again in (first, other, first):
        _quietly(again, house, hold)
        house.later(60)
        house.sweep()
    told = [one for one in house.told(1) if one in ANSWERS]
    assert len(told) == 1, (at, after, dies, house.told(1))
    assert len(house.killed) == (1 if told[0] == ("deferred", "approved") else 0), (at, after, dies, house.told(1))
    house.ledger.close()
    return True


def _meddle(house: Ward, act: Callable[[], None], at: int, *, after: bool, dies: bool) -> list[int]:
    """Let the other act at that save, and perhaps end the process there; the list is filled if it came to that."""
    count, met = [0], list[int]()

    def meddle() -> None:
        count[0] += 1
        if count[0] == at + 1:
            met.append(at)
            act()
            if dies:
                raise Killed

    setattr(house.ledger, "after_save" if after else "before_save", meddle)
    return met


def _quietly(act: Act, house: Ward, hold: Hold) -> None:
    """What is refused to somebody is no error of the history."""
    with contextlib.suppress(SecondWindError, Killed):
        act(house, hold)
