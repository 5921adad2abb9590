"""Who may do what with the console and by links, `people` in a policy: no entry, no act."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Annotated

from msgspec import Meta

from shared.domain.job import Scope
from shared.domain.links import CHANNEL, HoldAnswer
from shared.policy.conditions import Globs, Places, Texts, listed
from shared.policy.globs import glob_test
from shared.policy.places import names_places, place_fits, speaks_for

MAX_DEEDS = 8


class Deed(str, Enum):
    """What somebody may do."""

    APPROVE = "approve"
    """Say yes to a held failure."""
    REJECT = "reject"
    """Say no to one."""
    BREAKER = "breaker"
    """Open and close breakers, and decide what becomes of what waits behind them."""
    MODE = "mode"
    """Set a mode and take it back; only from an entry that names no places."""
    NODE = "node"
    """Clear a node that is suspected."""


_Deeds = Annotated[
    tuple[Deed, ...], Meta(max_length=MAX_DEEDS, description="a list of approve, reject, breaker, mode, node")
]
_Answers = Annotated[tuple[HoldAnswer, ...], Meta(max_length=MAX_DEEDS, description="a list of approve and reject")]


class Person(Places, frozen=True, kw_only=True):
    """Somebody who may look, and do what is listed, in the places that are named; in every place if none is."""

    who: Globs
    """As the identity provider names them (`sub`), or `channel:<name>`: whoever gets the messages of a channel. A glob
    that does not begin with `channel:` fits no channel."""
    may: _Deeds = ()
    """Empty: look only."""
    own_jobs: _Answers = ()
    """What they may say to held failures of jobs of their own: those whose owner, as the job system lists it, is the
    name that they go by, or one of `accounts`. With this and no `may` they see these alone."""
    accounts: Texts | None = None
    """Further names of one person: as job systems call the owner of their jobs. SchedulerX tells none."""
    regions: Globs | None = None

    @property
    def everywhere(self) -> bool:
        """Whether no places are named."""
        return self.systems is None and self.regions is None and not names_places(self)

    def is_for(self, who: str) -> bool:
        """Whether somebody of that name is meant."""
        globs = [glob for glob in listed(self.who) if glob.startswith(CHANNEL) is who.startswith(CHANNEL)]
        return glob_test(globs)(who)

    def has_place(self, scope: Scope) -> bool:
        """Whether the cluster or group is theirs."""
        return place_fits(self.regions, scope.region) and speaks_for(self, scope)

    def owns(self, who: str, owner: str) -> bool:
        """Whether a job of that owner is theirs."""
        return bool(owner) and (owner == who or owner in listed(self.accounts))

    def allows(self, who: str, deed: Deed, owner: str) -> bool:
        """Whether they may do that to a job of that owner in a place of theirs."""
        own = deed in {Deed(one.value) for one in self.own_jobs}
        return deed in self.may or (own and self.owns(who, owner))

    def shows(self, who: str, owner: str) -> bool:
        """Whether they may look at a job of that owner in a place of theirs."""
        return bool(self.may) or not self.own_jobs or self.owns(who, owner)


def may(people: Iterable[Person], who: str, deed: Deed, scope: Scope, owner: str = "") -> bool:
    """Whether they may do that in a cluster or group, or to a job of that owner.

    `owner`: as the job system lists it (`Case.held_owner`), never as told; empty: nobody's.
    """
    return any(one.allows(who, deed, owner) and one.has_place(scope) for one in people if one.is_for(who))


def may_everywhere(people: Iterable[Person], who: str, deed: Deed) -> bool:
    """Whether they may do what concerns every place: set a mode."""
    return any(deed in one.may and one.everywhere for one in people if one.is_for(who))


def sees(people: Iterable[Person], who: str, scope: Scope, owner: str = "") -> bool:
    """Whether they may look at what happens in a cluster or group (`owner` empty), or to a job of that owner."""
    return any(one.shows(who, owner) and one.has_place(scope) for one in people if one.is_for(who))


def looks(people: Iterable[Person], who: str) -> bool:
    """Whether they may look at more than jobs of their own."""
    return any(one.shows(who, "") for one in people if one.is_for(who))


def known(people: Iterable[Person], who: str) -> bool:
    """Whether there is any entry for somebody of that name."""
    return any(one.is_for(who) for one in people)
