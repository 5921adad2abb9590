"""How E-HPC's job ids are put together, as far as arrays go (docs/facts/ehpc.md#states-and-ids)."""

from __future__ import annotations

import re

_NAME = re.compile(r"([0-9]+)([\[_]?)([^.]*)")


def name_parts(job_id: str) -> tuple[str, str, str]:
    """Number, mark and index before the server part: `12[3].s` is `12`, `[`, `3]`; `12_3` is `12`, `_`, `3`.

    A plain id has neither mark nor index; of what is no job id all three are empty.
    """
    found = _NAME.match(job_id)
    return ("", "", "") if found is None else (found[1], found[2], found[3])


def is_task(job_id: str) -> bool:
    """Whether the spelling proves one element of an array: `12[3]`, `12_3`.

    Where there is no mark the index begins with no digit.
    """
    _, mark, index = name_parts(job_id)
    return (index.removesuffix("]") if mark == "[" else index).isdigit()
