"""`secondwind policy packs [NAME]`: the packs that a policy can include, and the rules of one."""

from __future__ import annotations

import sys
from typing import Any, TextIO

import yaml

from secondwind.commands.policy.words import short
from secondwind.machine import failed, write_json
from secondwind.table import table
from shared.policy.packs import Pack, PackedRule, Packs, library, written

PRINTED, NO_SUCH_PACK = 0, 2
"""Exit statuses."""
SCHEMA = "secondwind-packs/1"
_NOISE = ("ignore_lines", "faint_lines")


def print_packs(
    name: str, out: TextIO, packs: Packs | None = None, *, err: TextIO | None = None, as_json: bool = False
) -> int:
    """Write one line a pack, or the rules of one as a policy has them.

    Args:
        name: of a pack, also `name@version`; empty: all of them.
        out: where to.
        packs: those that there are; None: the library.
        err: where to say that there is no such pack; None: standard error.
        as_json: write the same as one JSON object.
    """
    known = library() if packs is None else packs
    wanted = [pack for pack in known.values() if name in {"", pack.name, pack.id}]
    if not wanted:
        said = f"no such pack; there are {', '.join(one.id for one in known.values())}"
        return failed(said, NO_SUCH_PACK, out, err or sys.stderr, as_json=as_json, form=SCHEMA)
    if as_json:
        write_json({"schema": SCHEMA, "packs": [_body(pack, rules=bool(name)) for pack in wanted]}, out)
        return PRINTED
    if not name:
        rows = [(pack.id, str(len(pack.rules)), pack.about) for pack in known.values()]
        out.writelines(f"{line}\n" for line in table(("pack", "rules", "of what"), rows))
        return PRINTED
    out.writelines(as_yaml(pack) for pack in wanted)
    return PRINTED


def _body(pack: Pack, *, rules: bool) -> dict[str, Any]:
    """A pack, with its rules or with how many there are."""
    told = [_in_order(rule) for rule in pack.rules] if rules else len(pack.rules)
    noise = {name: list(getattr(pack, name)) for name in _NOISE}
    return {"id": pack.id, "about": pack.about, "rules": told, **noise}


def as_yaml(pack: Pack) -> str:
    """The rules of a pack as they are written below `rules:` of a policy."""
    rules = [_in_order(rule) for rule in pack.rules]
    head = f"# {pack.id}: {pack.about}\n"
    for name in _NOISE:
        lines = [yaml.safe_dump(line, width=1000).splitlines()[0] for line in getattr(pack, name)]
        head += "".join(f"# {line}\n" for line in [f"{name}:", *(f"  - {line}" for line in lines)] if lines)
    return head + yaml.safe_dump({"rules": rules}, sort_keys=False, allow_unicode=True, width=1000)


def _in_order(rule: PackedRule) -> dict[str, Any]:
    told = written(rule)
    last = ("attempts", "cooldown", "delay_s", "same_text", "beside_live", "unasked", "max_lost_h", "why")
    ordered = (*(name for name in told if name not in last), *last)
    return {name: short(told[name]) for name in ordered if name in told}
