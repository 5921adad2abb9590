"""`secondwind policy packs [NAME]`: the packs that a policy can include, and the rules of one."""

from __future__ import annotations

from typing import Any, TextIO

import msgspec
import yaml

from secondwind.plain import count
from shared.policy.packs import Pack, Packs, library

PRINTED, NO_SUCH_PACK = 0, 2
"""Exit statuses."""


def print_packs(name: str, out: TextIO, packs: Packs | None = None) -> int:
    """Write one line a pack, or the rules of one as a policy has them.

    Args:
        name: of a pack, also `name@version`; empty: all of them.
        out: where to.
        packs: those that there are; None: the library.
    """
    known = library() if packs is None else packs
    if not name:
        out.writelines(f"{pack.id:<16} {count(len(pack.rules), 'rule'):>10}  {pack.about}\n" for pack in known.values())
        return PRINTED
    pack = known.get(name.partition("@")[0])
    if pack is None or name not in {pack.name, pack.id}:
        out.write(f"no such pack; there are {', '.join(one.id for one in known.values())}\n")
        return NO_SUCH_PACK
    out.write(as_yaml(pack))
    return PRINTED


def as_yaml(pack: Pack) -> str:
    """The rules of a pack as they are written below `rules:` of a policy."""
    rules = [_written(rule) for rule in pack.rules]
    ignored = "".join(f"#   - {yaml.safe_dump(line, width=1000).splitlines()[0]}\n" for line in pack.ignore_lines)
    head = f"# {pack.id}: {pack.about}\n" + (f"# ignore_lines:\n{ignored}" if ignored else "")
    return head + yaml.safe_dump({"rules": rules}, sort_keys=False, allow_unicode=True, width=1000)


def _written(rule: Any) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(rule)
    told["match"] = {name: value for name, value in told["match"].items() if value is not None}
    last = ("attempts", "cooldown", "delay_s", "same_text", "beside_live", "max_lost_h", "why")
    return {name: told[name] for name in (*(one for one in told if one not in last), *last) if name in told}
