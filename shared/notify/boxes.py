"""A channel's box: what comes in, what is sent next, what an answer changes. Pure: now and chance are parameters.

One kind of thing may be told twice at once and then every quarter of an hour; each letter that gathers many makes the
next one wait longer, up to an hour, so that a storm is a few letters. Every letter takes along all that waits. What a
letter says is fixed until it is known to have arrived or not: a lost answer has the same letter sent again, which says
so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.messages import ID_CHARS, MAX_KNOWN, MAX_THINGS, REFILL_S, Box, Letter, Streak, Thing, What
from shared.domain.outcome import stable_id
from shared.notify.events import Told

DAY_S = 86_400.0
LIMIT = 20
"""Letters a minute and channel: what DingTalk and WeCom take (docs/facts/messages.md)."""
LIMIT_WINDOW_S = 60.0
AT_ONCE = 2
"""Letters of one kind that a storm may send before it has to wait."""
MANY = 5
"""A letter that tells more of one kind is a storm's."""
LONGEST_REFILL_S = 3600.0
GATHER_S = 60.0
"""Between two letters of one kind at least."""
MAX_DOUBTS = 3
"""A letter whose answer was lost so often is not sent again."""
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 3600.0
_ROUNDING_S = 1e-6

Quiet = Callable[[What], bool]
"""Whether this kind is not told at the moment."""


class LetterEnding(Struct, frozen=True, kw_only=True):
    """What became of a letter."""

    effect: Effect
    code: str = ""
    """Of the refusal, or how the connection broke; no secret."""
    message: str = ""
    """For people, bounded, no secret."""
    wait_s: float = 0.0
    """The channel wants no letter earlier."""


def posted(box: Box, told: Iterable[tuple[Told, tuple[str, ...] | None]], now: float) -> Box:
    """The box after outcomes, in their order: what is over is taken out, what is new comes in once.

    Args:
        box: as it is.
        told: each outcome's meaning, with the persons for whom it is here; None where it is not for this channel.
        now: unix seconds.
    """
    for one, persons in told:
        box = _without(box, one)
        if one.thing is not None and persons is not None:
            box = _with(box, replace(one.thing, persons=persons), now)
    return box


def _without(box: Box, told: Told) -> Box:
    """What waits of a failure that has gone on is not told any more."""
    if not told.goes_on:
        return box
    same = None if told.thing is None else told.thing.id
    return over(box, [one.id for one in box.things if one.failure_id == told.failure_id and one.id != same])


def _with(box: Box, thing: Thing, now: float) -> Box:
    if box.knows(thing.id) or thing.at < now - DAY_S:
        return box
    if len(box.things) < MAX_THINGS:
        return replace(box, things=(*box.things, thing))
    more = {**box.more, thing.what.value: box.more.get(thing.what.value, 0) + 1}
    return replace(box, more=more, known=_known(box, [thing], now))


def over(box: Box, ids: Iterable[str]) -> Box:
    """The box without things that are over; a letter that somebody may be sending stays as it is."""
    fixed = () if box.letter is None or not box.letter.owner else box.letter.things
    gone = frozenset(ids).difference(fixed)
    return replace(box, things=tuple(one for one in box.things if one.id not in gone)) if gone else box


def aged(box: Box, now: float) -> tuple[Box, tuple[Thing, ...]]:
    """The box without what is older than a day and has not been told, and that."""
    fixed = () if box.letter is None or not box.letter.owner else box.letter.things
    late = tuple(one for one in box.things if max(one.at, one.due_at) < now - DAY_S and one.id not in fixed)
    if not late:
        return box, ()
    kept = tuple(one for one in box.things if one not in late)
    return replace(box, things=kept, known=_known(box, late, now)), late


def sealed(box: Box, quiet: Quiet, now: float, owner: str, *, leave_s: float, answer_s: float) -> Box:
    """The box with the letter that is to leave now, in the hands of `owner`; the same box if none is.

    Args:
        box: `abandoned` has seen it.
        quiet: what is not told at the moment.
        now: unix seconds.
        owner: token of the invocation that sends it.
        leave_s: it leaves within this time, or not by this hand.
        answer_s: so long after that its answer may come.
    """
    if box.letter is not None and box.letter.owner:
        return box
    recent = tuple(moment for moment in box.sent if moment > now - LIMIT_WINDOW_S)
    if now < box.not_before or len(recent) >= LIMIT:
        return box
    if box.letter is not None and not content(box) and not box.letter.more:
        box = replace(box, letter=None)  # all of it was over before it was certain that it had arrived
    letter = box.letter or _next(box, quiet, now)
    if letter is None:
        return box
    letter = replace(letter, owner=owner, leave_by=now + leave_s, over_at=now + leave_s + answer_s)
    return replace(box, letter=letter, sent=(*recent, now))


def abandoned(box: Box, now: float) -> Box:
    """Whoever had the letter has died with it: nobody knows whether it arrived."""
    letter = box.letter
    gone = letter is not None and letter.owner and not letter.under_way(now)
    return _doubted(box, letter) if letter is not None and gone else box


def _doubted(box: Box, letter: Letter) -> Box:
    return replace(box, letter=replace(letter, owner="", leave_by=0.0, over_at=0.0, doubts=letter.doubts + 1))


def _refused(box: Box, letter: Letter, *, for_good: bool) -> Box:
    """Not told, for certain: what may have come before stays that letter, all else is gathered anew.

    What was refused for good was so for its words, or for none: they are left out the next time, and in it the time
    after that.
    """
    bare = letter.bare is not for_good
    again = replace(letter, owner="", leave_by=0.0, over_at=0.0, bare=bare) if letter.doubts else None
    return replace(box, letter=again, bare=bare)


def _next(box: Box, quiet: Quiet, now: float) -> Letter | None:
    ready = [one for one in box.things if one.due_at <= now and not quiet(one.what)]
    more = {kind: count for kind, count in box.more.items() if not quiet(What(kind))}
    kinds = {*(one.what.value for one in ready), *more}
    if not any(_may_speak(box.streaks.get(kind), now) for kind in kinds):
        return None
    ids = tuple(one.id for one in ready)
    name = stable_id("letter", *ids, sorted(more.items()), now)
    return Letter(id=name[: 2 * ID_CHARS], things=ids, more=more, bare=box.bare)


def _may_speak(streak: Streak | None, now: float) -> bool:
    if streak is None:
        return True
    return _tokens(streak, now) >= 1 - _ROUNDING_S and now >= streak.sent_at + GATHER_S


def _tokens(streak: Streak, now: float) -> float:
    return min(float(AT_ONCE), streak.tokens + max(0.0, now - streak.at) / streak.refill_s)


def _told_once_more(streak: Streak, count: int, now: float) -> Streak:
    """After a letter with so many of the kind. A storm's wait grows as long as it goes on, and is over with it."""
    tokens = _tokens(streak, now)
    refill_s = REFILL_S if tokens >= AT_ONCE - _ROUNDING_S else streak.refill_s
    if count > MANY:
        refill_s = min(2 * refill_s, LONGEST_REFILL_S)
    return Streak(max(0.0, tokens - 1), now, now, refill_s)


def content(box: Box) -> tuple[Thing, ...]:
    """What the letter on its way tells."""
    letter = box.letter
    return () if letter is None else tuple(one for one in box.things if one.id in letter.things)


def settled(box: Box, owner: str, ending: LetterEnding, now: float) -> Box:
    """The box after an answer, or none, to the letter that this owner sent; another's letter is left alone."""
    letter = box.letter
    if letter is None or letter.owner != owner:
        return box
    if ending.effect is Effect.DONE:
        taken = _delivered(box, letter, now)
        return replace(taken, failures=0, not_before=0.0, problem="", problem_at=0.0, told=False, bare=False)
    useless = ending.effect is Effect.NOT_DONE_USELESS
    box = _doubted(box, letter) if ending.effect is Effect.UNKNOWN else _refused(box, letter, for_good=useless)
    pause_s = max(ending.wait_s, min(FIRST_PAUSE_S * 2.0 ** min(box.failures, 10), LONGEST_PAUSE_S))
    since = box.problem_at if box.problem else now
    return replace(
        box, failures=box.failures + 1, not_before=now + pause_s, problem=ending.code or "no_code", problem_at=since
    )


def doubtful(box: Box, now: float) -> tuple[Box, Letter | None]:
    """The box without a letter whose answer was lost too often, and that: it counts as told."""
    letter = box.letter
    if letter is None or letter.owner or letter.doubts < MAX_DOUBTS:
        return box, None
    return _delivered(box, letter, now), letter


def _delivered(box: Box, letter: Letter, now: float) -> Box:
    told = [one for one in box.things if one.id in letter.things]
    more = {kind: count - letter.more.get(kind, 0) for kind, count in box.more.items()}
    streaks = {**box.streaks}
    for kind in {*(one.what.value for one in told), *letter.more}:
        count = sum(one.what.value == kind for one in told) + letter.more.get(kind, 0)
        streaks[kind] = _told_once_more(streaks.get(kind, Streak(float(AT_ONCE), now, 0.0)), count, now)
    return replace(
        box,
        things=tuple(one for one in box.things if one.id not in letter.things),
        more={kind: count for kind, count in more.items() if count > 0},
        known=_known(box, told, now),
        letter=None,
        streaks=streaks,
    )


def _known(box: Box, things: Iterable[Thing], now: float) -> dict[str, float]:
    """What is known, with these: as long as any of it could be told anew (`_with` takes in what is a day old)."""
    known = {name: at for name, at in box.known.items() if at > now - 2 * DAY_S}
    known.update({one.id: max(one.at, one.due_at) for one in things})
    surplus = len(known) - MAX_KNOWN
    return known if surplus <= 0 else dict(sorted(known.items(), key=lambda item: item[1])[surplus:])
