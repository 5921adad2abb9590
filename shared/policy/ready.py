"""A policy file that was read when the package was made: what a cold start need not read again.

`make bundle` judges the policy anyway, and puts what it understood beside the file, packs and all, and by which texts
its patterns are looked for. It counts for the very text, and for the very packs, that it was made of: whoever changes
the text is read from the text.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from shared.policy.model import Policy
from shared.policy.plain import Unfit, flattened, restored
from shared.policy.shipped import FILE, READY

ENDING = ".ready"
"""Behind the policy file's name."""


def encoded(text: bytes, policy: Policy) -> bytes:
    """What stands beside the file of that text; `policy` is what it says, with the rules of its packs."""
    from shared.policy.match import make_ready  # noqa: PLC0415 - what reads a policy does not search by it

    return msgspec.msgpack.encode((_digest(text), *flattened(policy), make_ready(policy).ready()))


def read_ready(path: Path, text: bytes) -> Policy | None:
    """The policy of the file with that text, with the rules of its packs; None if it has to be read from the text."""
    try:
        digest, kinds, tree, first = msgspec.msgpack.decode(path.with_name(path.name + ENDING).read_bytes())
        if digest != _digest(text):
            return None
        policy = restored(kinds, tree)
    except (OSError, msgspec.MsgspecError, Unfit, TypeError, ValueError):
        return None
    if not isinstance(policy, Policy):
        return None
    if first is not None:
        READY[first[0]] = first[1]
    return policy


def _digest(text: bytes) -> str:
    """Of all that the policy was made of."""
    return hashlib.sha256(hashlib.sha256(FILE.read_bytes()).digest() + text).hexdigest()
