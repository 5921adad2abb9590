"""A large value as the key of a memo."""

from __future__ import annotations

from typing import Generic, TypeVar

_T = TypeVar("_T")


class Itself(Generic[_T]):
    """Equals only a key of the very same object: a policy is told apart without comparing its hundreds of rules.

    A memo that has it as a key keeps the object alive, so that no other one can take its place.
    """

    __slots__ = ("it",)

    def __init__(self, it: _T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and other.it is self.it
