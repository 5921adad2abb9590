"""The library of ready rules: `rules/<subject>.yaml`, each rule with lines that it must match and that it must not.

A subject is a list of entries: `rule` (as in a policy), `source` (where the texts come from), `samples` and `not`
(messages), `told` and `not_told` (other fields of a failure). Ambiguous evidence is never `infrastructure`.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, TextIO

import msgspec
import yaml
from msgspec import Struct

from shared.policy import yamltree
from shared.systems import SYSTEMS

SUBJECTS = (
    "scheduler",
    "gpu",
    "storage",
    "schedulerx",
    "memory",
    "licence",
    "environment",
    "python",
    "java",
    "collectives",
    "crash",
    "mpi",
    "network",
    "killed",
)
"""In the order in which they belong into a policy: what proves its cause comes before what only follows from one."""


class Entry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"others": "not"}):
    """One ready rule. Every entry has a line or a failure that it must match, and one that it must not."""

    rule: dict[str, Any]
    """As a policy has it."""
    source: str
    """URL of what documents the texts or codes."""
    samples: tuple[str, ...] = ()
    """Messages that the rule matches."""
    others: tuple[str, ...] = ()
    """`not` in the file: messages that it does not match."""
    told: tuple[dict[str, str], ...] = ()
    """Fields of `job-failure/1` that it matches."""
    not_told: tuple[dict[str, str], ...] = ()
    """Fields that it does not match."""

    @property
    def name(self) -> str:
        """The rule's."""
        return str(self.rule["name"])

    @property
    def system(self) -> str:
        """The system that its failures are of: the rule's, the first one for a rule that is for all."""
        return str(self.rule["match"].get("system", SYSTEMS.names[0]))

    @property
    def must_match(self) -> tuple[dict[str, str], ...]:
        """Fields of failures, messages among them, that the rule matches."""
        return (*({"message": sample} for sample in self.samples), *self.told)

    @property
    def must_not_match(self) -> tuple[dict[str, str], ...]:
        """Fields of failures that it does not match."""
        return (*({"message": other} for other in self.others), *self.not_told)


@cache
def entries(subject: str) -> tuple[Entry, ...]:
    """The entries of a subject, in order. Raises KeyError for a subject that is not there."""
    if subject not in SUBJECTS:
        raise KeyError(subject)
    text = (resources.files("secondwind.commands.policy") / "rules" / f"{subject}.yaml").read_text(encoding="utf-8")
    root, faults = yamltree.parse(text)
    if root is None or faults:
        raise ValueError(f"rules/{subject}.yaml: {'; '.join(map(str, faults))}")
    return msgspec.convert(plain(root), type=tuple[Entry, ...])


def library() -> tuple[Entry, ...]:
    """Every entry, in the order in which they belong into a policy."""
    return tuple(entry for subject in SUBJECTS for entry in entries(subject))


def plain(node: yamltree.Node) -> Any:
    """A tree as lists, dicts and values."""
    if isinstance(node, yamltree.Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, yamltree.Listing):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, yamltree.Scalar) else None


def print_rules(subject: str, out: TextIO) -> int:
    """Write the rules of a subject, or of all; exit status 0, or 2 for a subject that is not there."""
    if subject and subject not in SUBJECTS:
        out.write(f"no such subject; there are {', '.join(SUBJECTS)}\n")
        return 2
    out.writelines(f"  # {name}\n\n{as_yaml(entries(name))}\n" for name in ((subject,) if subject else SUBJECTS))
    return 0


def as_yaml(chosen: tuple[Entry, ...]) -> str:
    """The rules as they are pasted below `rules:` of a policy, each with its source and its samples as comments."""
    return "\n".join(_pasted(entry) for entry in chosen)


def _pasted(entry: Entry) -> str:
    notes = [entry.source, *(f"matches: {sample}" for sample in entry.samples)]
    notes += [f"matches: {', '.join(f'{name} {value}' for name, value in told.items())}" for told in entry.told]
    rule = yaml.safe_dump([entry.rule], sort_keys=False, allow_unicode=True, width=1000)
    return "".join(f"  # {note}\n" for note in notes) + "".join(f"  {line}\n" for line in rule.splitlines())
