"""In which region something happened that the platform itself tells.

Jobs may have names that are unique in their region alone: one of the same number at home is another job. The platform
does not write a region beside the job, so the envelope's word is taken; announcements name their own, and the envelope
is then only whoever carried them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from shared.domain.errors import Fault
from shared.intake import values
from shared.reading.text import below, bounded, quoted

_ATTRIBUTE = "aliyunregionid"
_SUBJECT = re.compile(r"acs[.:][a-z0-9-]{1,64}:([^:]{1,64}):")
"""Begin of a platform event's `subject`: `acs.ehpc:<region>:<account>:…`
(https://www.alibabacloud.com/help/doc-detail/181428.html)."""


def region_of(event: Mapping[str, Any], path: str, faults: list[Fault]) -> str | None:
    """The region that a platform's event names; None if it names none, or, with a fault, none that can be told."""
    named = {name: text for name, text in _named(event) if text}
    wrong = [Fault(below(path, name), problem) for name, text in named.items() if (problem := _flaw(text))]
    if wrong:
        faults.extend(wrong)
        return None
    regions = list(dict.fromkeys(named.values()))
    if len(regions) > 1:
        problem = f"is of {quoted(regions[1])}, and {_ATTRIBUTE} is {quoted(regions[0])}"
        faults.append(Fault(below(path, "subject"), problem))
        return None
    return regions[0] if regions else None


def _named(event: Mapping[str, Any]) -> list[tuple[str, Any]]:
    subject = _SUBJECT.match(bounded(event.get("subject")))
    return [(_ATTRIBUTE, event.get(_ATTRIBUTE)), ("subject", subject[1] if subject else None)]


def _flaw(text: Any) -> str:
    try:
        values.region(text)
    except ValueError as error:
        return str(error)
    return ""
