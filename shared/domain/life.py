"""Lives of a job: one incarnation each, what a rerun ends and what an attempt is reserved for.

A life is identity: it equals only itself. Which kinds of life there are is the trade's matter, which of them a job
system shows is the system's own.
"""

from __future__ import annotations

import re
from functools import lru_cache

QUEUED = "queued"
_RUN = re.compile(r"run:(-?[0-9]{1,16})\Z")
_INSTANCE = re.compile(r"(.*)#([0-9]{1,19})\Z", re.DOTALL)
_ATTEMPT = re.compile(r"try:([0-9]{1,19})/([0-9]{1,19})(?:@[^#@]*)?\Z")


class Life:
    """One incarnation of a job; immutable.

    Attributes:
        text: its one spelling, as ledger documents keep it: `run:<start>`, `queued`, `<data time>#<instance id>`,
            `try:<instance id>/<number>`, `try:<instance id>/<number>@<mark>`.
        began: unix seconds at which its run began; None if it is not told apart by that.
        data_time: of the instance that it is; None if it is no instance.
        instance_id: the same, also of one attempt of it.
        number: of that attempt, as its system counts; None if it is no attempt.
    """

    __slots__ = ("began", "data_time", "instance_id", "number", "text")

    text: str
    began: int | None
    data_time: str | None
    instance_id: int | None
    number: int | None

    def __init__(
        self,
        text: str,
        began: int | None = None,
        data_time: str | None = None,
        instance_id: int | None = None,
        number: int | None = None,
    ) -> None:
        self.text = text
        self.began = began
        self.data_time = data_time
        self.instance_id = instance_id
        self.number = number

    @classmethod
    def run(cls, began: int) -> Life:
        """A run that began then: a job that runs again has another start."""
        return _run(began)

    @classmethod
    def queued(cls) -> Life:
        """Waiting for its turn. Two waits of one job cannot be told apart."""
        return cls(QUEUED)

    @classmethod
    def instance(cls, data_time: str, instance_id: int) -> Life:
        """An instance that the job system numbers, for the work of that data time."""
        return cls(f"{data_time}#{instance_id}", None, data_time, instance_id)

    @classmethod
    def attempt(cls, instance_id: int, number: int, mark: str | None = None) -> Life:
        """A run of an instance that may keep its id when it runs again.

        Args:
            instance_id: whose.
            number: which of its runs, at least 0.
            mark: what else tells its runs apart, without `#` and `@`; None where the number does.
        """
        text = f"try:{instance_id}/{number}" if mark is None else f"try:{instance_id}/{number}@{mark}"
        return cls(text, None, None, instance_id, number)

    @classmethod
    def read(cls, text: str) -> Life:
        """The life that a ledger document names. Text of no known form is a life of its own: equal to itself."""
        run = _RUN.match(text)
        if run is not None:
            return cls(text, int(run[1]))
        attempt = _ATTEMPT.match(text)
        if attempt is not None:
            return cls(text, None, None, int(attempt[1]), int(attempt[2]))
        instance = _INSTANCE.match(text)
        if instance is not None:
            return cls(text, None, instance[1], int(instance[2]))
        return cls(text)

    @property
    def observable(self) -> bool:
        """Whether a later look can tell it from the job's next life."""
        return self.text != QUEUED

    def attempts_since(self, earlier: Life | None) -> int:
        """By how many attempts of its instance it is later than that one; 0 where one of the two is no attempt."""
        if self.number is None or earlier is None or earlier.number is None:
            return 0
        return self.number - earlier.number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Life) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Life({self.text!r})"


@lru_cache(maxsize=1024)
def _run(began: int) -> Life:
    """Kept: each step of a delivery asks for it again."""
    return Life(f"run:{began}", began)
