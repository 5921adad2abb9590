"""The mutants of a module: each is the module with one slip in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from tools.mutants.slips import slips
from tools.zoo.syntax import Found, replaced

_NOT_RUN = frozenset({"annotation", "returns", "decorator_list"})
"""Of decorators those that we have only say how long an answer is kept, or how a class is laid out."""
_CONDITIONS = frozenset({"test", "ifs", "guard"})
_KEEPERS = frozenset({"cache", "lru_cache"})
_SHAPE = frozenset({"frozen", "slots", "kw_only", "gc"})
"""What a class says of itself that only type checkers and careless code would miss."""


class Mutant(Struct, frozen=True):
    """One change to one module."""

    place: str
    """`package.module:Class.function`, or `package.module:NAME` for what a module assigns; else `package.module:`."""
    line: int
    lines: tuple[int, ...]
    """A test has to run one of these to see it; empty if importing the module does."""
    was: str
    """The lines that change, without their indentation, joined by a space."""
    becomes: str
    text: str
    """The whole module with the change."""
    kept: bool = False
    """What the function answers is kept for the next who asks: a test may see it and run no line of it."""

    @property
    def diff(self) -> str:
        """What a person reads."""
        return f"{self.place} (line {self.line})\n  - {self.was}\n  + {self.becomes}"


class _Where(Struct, frozen=True):
    """What surrounds a piece of Python."""

    symbol: str = ""
    lines: tuple[int, ...] = ()
    kept: bool = False


def mutants_of(module: str, text: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its text.

    Args:
        module: its dotted name.
        text: what stands in it.

    Raises:
        SyntaxError: it is not Python.
    """
    made = []
    for found, where in _changes(ast.parse(text), _Where()):
        mutated = replaced(text, found)
        was, becomes = _difference(text, mutated, found)
        place, line = f"{module}:{where.symbol}", found.first.lineno
        made.append(Mutant(place, line, where.lines, was, becomes, mutated, kept=where.kept))
    return sorted(made, key=lambda one: one.line)


def _changes(node: ast.AST, where: _Where) -> Iterator[tuple[Found, _Where]]:
    for name, value in ast.iter_fields(node):
        if name in _NOT_RUN or _is_for_readers(node):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.JoinedStr) or (isinstance(child, ast.keyword) and child.arg in _SHAPE):
                continue  # before Python 3.12 a syntax tree tells wrong places inside an f-string
            if isinstance(child, ast.AST):
                around = _around(child, where)
                if isinstance(child, ast.expr | ast.stmt):
                    puts = slips(child, tested=name in _CONDITIONS)
                    yield from ((Found(child, child, put), around) for put in puts)
                yield from _changes(child, around)


def _around(child: ast.AST, where: _Where) -> _Where:
    match child:
        case ast.FunctionDef(name=name, body=body, decorator_list=said):
            # What stands in its head is run at import, but only who calls it can see that.
            kept = any(getattr(getattr(one, "func", one), "id", "") in _KEEPERS for one in said)
            return _Where(f"{where.symbol}.{name}".lstrip("."), _lines(body[0], body[-1]), kept)
        case ast.ClassDef(name=name):
            return _Where(f"{where.symbol}.{name}".lstrip("."))
        case ast.stmt() if where.lines:
            return _Where(where.symbol, _head(child), where.kept)
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if not where.symbol:
            return _Where(name)
    return where


def _head(statement: ast.stmt) -> tuple[int, ...]:
    """The lines of a statement; of one with blocks those before its first block."""
    body = getattr(statement, "body", None)
    if not body:
        return (statement.lineno,) if isinstance(statement, ast.Match) else _lines(statement, statement)
    return tuple(range(statement.lineno, max(body[0].lineno, statement.lineno + 1)))


def _lines(first: ast.stmt, last: ast.stmt) -> tuple[int, ...]:
    return tuple(range(first.lineno, (last.end_lineno or last.lineno) + 1))


def _is_for_readers(node: ast.AST) -> bool:
    """Nothing of it is ever run."""
    if isinstance(node, ast.ClassDef):
        return any(getattr(base, "id", "") == "Protocol" for base in node.bases)
    return isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"


def _difference(text: str, mutated: str, found: Found) -> tuple[str, str]:
    old, new = text.splitlines(), mutated.splitlines()
    begin, end = found.first.lineno - 1, found.last.end_lineno or found.first.lineno
    return _joined(old[begin:end]), _joined(new[begin : len(new) - (len(old) - end)])


def _joined(lines: list[str]) -> str:
    return " ".join(line.strip() for line in lines)
