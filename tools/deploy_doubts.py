"""What `s.yaml` takes from the environment that may be right, and was hardly meant: told, and nothing is stopped.

Standard library only, as `tools.deploy_check`, which asks. No value is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shared.domain.regions import unheard_of

_FILLED = re.compile(r"^ *(SECONDWIND_[A-Z0-9_]+): *\$\{env\('(SW_[A-Z0-9_]+)'.*\)\}$", re.MULTILINE)
"""The functions' variables that one of `s.yaml` fills by itself, and which."""
_BESIDE = {
    "FC_REGION": "SW_REGION",
    "FC_ACCOUNT_ID": "SW_ACCOUNT",
    "SECONDWIND_OUTCOME_PROJECT": "SW_PROJECT",
    "SECONDWIND_OUTCOME_LOGSTORE": "SW_OUTCOMES",
}
"""The same of what the command line reads: other values look at something else than was deployed."""
_ECS = "ecs:Instance:"
_MACHINES = ("InstanceFailure", "SystemFailure", "SystemMaintenance", "PreemptibleInstanceInterruption", "StateChange")
"""Events about machines that are read, by what stands behind that."""


def doubts(text: str, values: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """One line each.

    Args:
        text: of `s.yaml`.
        values: the variables that it reads, as it would use them.
        environ: names and values; an empty variable counts as absent.
    """
    if values.get("SW_REGION") and (problem := unheard_of(values["SW_REGION"])):
        yield f"SW_REGION {problem}"
    events = values.get("SW_MACHINE_EVENTS", "")
    if events.startswith(_ECS) and not _are_read(events.removeprefix(_ECS)):
        yield f"SW_MACHINE_EVENTS begins no type that is read: {_ECS}{', '.join(_MACHINES)}"
    for name in sorted(name for name in environ if name.startswith("SW_") and f"'{name}'" not in text):
        yield f"{ascii(name[:64])[1:-1]} is read by nobody"
    for name, ours in {**_BESIDE, **dict(_FILLED.findall(text))}.items():
        if environ.get(name) and environ[name] != values.get(ours):
            yield f"{name} is set to something else than {ours}, and the functions get what {ours} says"


def _are_read(kinds: str) -> bool:
    return any(kind.startswith(kinds) or kinds.startswith(kind) for kind in _MACHINES)
