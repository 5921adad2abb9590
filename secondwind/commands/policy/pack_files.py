"""The sources of the packs, `packs/<name>.yaml`: rules with the texts that they are for, near misses, and sources.

What a pack may say besides rules is told in docs/policy.md. Read with the reader of policies, so that each fault has
its path and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from secondwind.commands.policy.pack_lists import Lists, pattern_problem, problems_of, with_lists
from shared.domain.errors import Fault
from shared.domain.failure import FailureClass
from shared.policy import yamltree
from shared.policy.conditions import PATTERN_FORMAT, Pattern, listed, patterns_of
from shared.policy.load import FORMATS
from shared.policy.matching.patterns import excess
from shared.policy.packs import Pack, PackedRule
from shared.policy.reader import Reader
from shared.policy.review.whole import has_evidence
from shared.policy.rule import Rule
from shared.systems import SYSTEMS

FOLDER = Path(__file__).resolve().parents[3] / "packs"
MAX_PACK_RULES = 200
MAX_SAMPLES = 64
MAX_SAMPLE_CHARS = 8192

_Text = Annotated[str, Meta(max_length=MAX_SAMPLE_CHARS, description=f"text of at most {MAX_SAMPLE_CHARS} characters")]


class SampleFailure(Struct, frozen=True, kw_only=True):
    """A failure by more than its message."""

    message: _Text = ""
    exit_code: int | _Text = ""
    reason: _Text = ""
    node: _Text = ""
    job_name: _Text = ""
    queue: _Text = ""
    owner: _Text = ""


_Samples = Annotated[
    tuple[_Text | SampleFailure, ...],
    Meta(min_length=1, max_length=MAX_SAMPLES, description=f"a list of 1 to {MAX_SAMPLES} messages or failures"),
]


class PackEntry(Rule, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """One rule of a pack."""

    source: Annotated[str, Meta(pattern=r"^https://[^\s]+\Z", description="the https:// address of a public page")]
    """Where its texts or codes come from."""
    samples: _Samples
    """Failures whose deciding rule, under all packs together, is this one."""
    near_misses: _Samples
    """Failures that it must not decide, even if it is the only rule."""

    @property
    def systems(self) -> tuple[str, ...]:
        """The systems that its failures are of: the rule's, the first known one for a rule that is for all."""
        return listed(self.match.system) or SYSTEMS.names[:1]


class PatternList(Struct, frozen=True, kw_only=True):
    """Patterns that rules name together; `pack_lists` tells how."""

    name: Annotated[
        str, Meta(pattern=r"^[a-z][a-z-]{0,31}\Z", description="a name of 1 to 32 small letters and hyphens")
    ]
    patterns: Annotated[
        tuple[Pattern, ...], Meta(min_length=1, max_length=64, description="a list of 1 to 64 patterns")
    ]


class PackFile(Struct, frozen=True, kw_only=True):
    """A whole file."""

    pack: Annotated[
        str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}\Z", description="a name of small letters, digits and hyphens")
    ]
    version: Annotated[int, Meta(ge=1, le=9999, description="a whole number from 1 to 9999")]
    """Raised whenever a rule changes what it does: a policy can include `name@version`."""
    about: Annotated[str, Meta(min_length=1, max_length=256, description="a sentence of at most 256 characters")]
    ignore_lines: Annotated[tuple[Pattern, ...], Meta(max_length=64, description="a list of at most 64 patterns")] = ()
    faint_lines: Annotated[tuple[Pattern, ...], Meta(max_length=64, description="a list of at most 64 patterns")] = ()
    lists: Annotated[tuple[PatternList, ...], Meta(max_length=16, description="a list of at most 16 lists")] = ()
    rules: Annotated[
        tuple[PackEntry, ...],
        Meta(max_length=MAX_PACK_RULES, description=f"a list of at most {MAX_PACK_RULES} rules"),
    ]


class PackSource(Struct, frozen=True, kw_only=True):
    """A file that could be read."""

    path: Path
    file: PackFile
    pack: Pack
    """As it is shipped."""


class FaultyPacks(Exception):  # noqa: N818 - as in `trial.files`
    """Files that cannot be used: one line a fault."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__(self.lines)


def read_packs(folder: Path = FOLDER) -> list[PackSource]:
    """Every pack of a folder, by name. Raises FaultyPacks with every fault, OSError and UnicodeDecodeError."""
    sources: list[PackSource] = []
    lines: list[str] = []
    first: dict[str, str] = {}
    read = {path: read_pack(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}
    lists = {one.name: one.patterns for file, _, _ in read.values() if file is not None for one in file.lists}
    for path, (file, root, faults) in read.items():
        if file is not None:
            faults += [*_misplaced(file, root, path, first), *_listless(file, root, lists)]
        lines += [f"{path.name}:{fault.line or 1}: {fault.path}: {fault.problem}" for fault in faults]
        if file is not None and not faults:
            whole = replace(file, rules=tuple(with_lists(rule, lists) for rule in file.rules))
            sources.append(PackSource(path=path, file=whole, pack=_shipped(whole, root)))
    rules = [rule for source in sources for rule in source.pack.rules]
    too_much = excess([pattern for rule in rules for pattern in patterns_of(rule.match)])
    if lines or too_much:
        raise FaultyPacks([*lines, *([f"all packs are too slow to decide by: {too_much}"] if too_much else [])])
    return sources


def read_pack(text: str) -> tuple[PackFile | None, yamltree.Node, list[Fault]]:
    """One pack's file, its tree, and every fault in it."""
    root, faults = yamltree.parse(text)
    if root is None:
        return None, yamltree.Broken(1), faults or [Fault("$", "the file says nothing", 1)]
    reader = Reader(formats={**FORMATS, PATTERN_FORMAT: pattern_problem})
    file = reader.read(PackFile, root)
    return (None if faults else file), root, [*faults, *reader.faults]


def _misplaced(file: PackFile, root: yamltree.Node, path: Path, first: dict[str, str]) -> Iterator[Fault]:
    """What no field alone shows; `first` has the names of all packs' rules so far."""
    if path.stem != file.pack:
        yield Fault("$.pack", f"wants the file's name, {path.stem}", yamltree.child(root, "pack").line)
    for index, (rule, node) in enumerate(zip(file.rules, yamltree.items(yamltree.child(root, "rules")), strict=True)):
        here = f"$.rules[{index}]"
        if rule.name in first:
            yield Fault(f"{here}.name", f"another rule, in {first[rule.name]}, has this name", node.line)
        first.setdefault(rule.name, f"{path.name}:{node.line}")
        if rule.match.empty:
            yield Fault(f"{here}.match", "a pack's rule asks for something", node.line)
        if not rule.why:
            yield Fault(f"{here}.why", "is missing: wants a sentence for people", node.line)
        if rule.mode is not None:
            yield Fault(f"{here}.mode", "is for the policy to say", node.line)
        if rule.failure_class is FailureClass.INFRASTRUCTURE and not has_evidence(rule.match):
            yield Fault(f"{here}.class", "ambiguous evidence is never infrastructure", node.line)


def _listless(file: PackFile, root: yamltree.Node, lists: Lists) -> Iterator[Fault]:
    """Rules that name lists as they cannot, and lists within lists."""
    for index, (rule, node) in enumerate(zip(file.rules, yamltree.items(yamltree.child(root, "rules")), strict=True)):
        for field, problem in problems_of(rule.match, lists):
            yield Fault(f"$.rules[{index}].match.{field}", problem, node.line)
    for index, one in enumerate(file.lists):
        if any(FORMATS[PATTERN_FORMAT](pattern) for pattern in one.patterns):
            yield Fault(f"$.lists[{index}]", "has patterns alone, no lists", yamltree.child(root, "lists").line)


def _shipped(file: PackFile, root: yamltree.Node) -> Pack:
    nodes = yamltree.items(yamltree.child(root, "rules"))
    rules = tuple(_packed(rule, node) for rule, node in zip(file.rules, nodes, strict=True))
    noise = {"ignore_lines": file.ignore_lines, "faint_lines": file.faint_lines}
    return Pack(name=file.pack, version=file.version, about=file.about, rules=rules, **noise)


def _packed(rule: PackEntry, node: yamltree.Node) -> PackedRule:
    fields = {name: getattr(rule, name) for name in PackedRule.__struct_fields__}
    fields["attempts"] = _given(yamltree.child(node, "attempts"), there=rule.attempts is not None)
    fields["cooldown"] = _given(yamltree.child(node, "cooldown"), there=rule.cooldown is not None)
    return PackedRule(**fields)


def _given(node: yamltree.Node, *, there: bool) -> dict[str, float] | None:
    """What is written in a mapping of numbers."""
    written: Mapping[str, float] = yamltree.plain(node) if there else {}
    return dict(written) if there else None
