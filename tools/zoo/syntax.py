"""Python found and replaced by its meaning: syntax trees are compared, and only what was found is written anew.

Before Python 3.12 a syntax tree tells wrong places inside f-strings: they are found as a whole, never in part.
"""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple, TypeAlias

_GIVEN = {*dir(builtins), "__file__", "__path__"}
_BLOCKS = ("body", "orelse", "handlers", "finalbody")
_Piece: TypeAlias = ast.expr | ast.stmt | ast.keyword


class Found(NamedTuple):
    """What was found, from the first node's beginning to the last one's end, and the text that takes its place."""

    first: _Piece
    last: _Piece
    put: str


def found_in(symbol: ast.stmt, find: str, replace: str) -> list[Found]:
    """Where that Python is in the symbol.

    Args:
        symbol: a statement of a parsed module.
        find: an expression; statements that follow one another; `name=value`, which is an argument of a call or a
            statement; or `key: value`, an entry of a dict.
        replace: the same kind of Python. An entry keeps its key; in place of an expression that is a statement of its
            own, statements may be put.

    Raises:
        SyntaxError: one of the two is no such Python.
    """
    find, replace = textwrap.dedent(find).strip(), textwrap.dedent(replace).strip()
    root = ast.Module(body=[symbol], type_ignores=[])
    entry = _entry(find)
    if entry is not None:
        return list(_entries(root, *entry, replace))
    wanted = ast.parse(find).body
    if not wanted:
        raise SyntaxError("there is nothing to find")
    if isinstance(wanted[0], ast.Expr) and len(wanted) == 1 and _expression(replace):
        value = wanted[0].value
        alike = [node for node in _nodes(root) if isinstance(node, ast.expr) and _same(node, value)]
        return [Found(node, node, f"({replace})") for node in alike]
    if not isinstance(wanted[0], ast.Assign):
        ast.parse(replace)  # in place of an argument also more than one can be put, which is no statement
    return [*_statements(root, wanted, replace), *_arguments(root, wanted, replace)]


def strings_with(symbol: ast.stmt, text: str, replace: str) -> list[Found]:
    """The strings of the symbol that hold the text, each as often as it does."""
    return [
        Found(node, node, repr(node.value.replace(text, replace)))
        for node in _nodes(symbol)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for _ in range(node.value.count(text))
    ]


def replaced(source: str, found: Found) -> str:
    """The source with what was put; all the rest of it stays as it is written.

    Raises:
        SyntaxError: an `elif` was found, in whose place no statement can stand.
    """
    lines = source.encode().split(b"\n")
    begins = list(accumulate((len(line) + 1 for line in lines), initial=0))
    decorators = getattr(found.first, "decorator_list", [])
    first_line = min([found.first.lineno, *(decorator.lineno for decorator in decorators)])
    start = begins[first_line - 1] + found.first.col_offset
    end = begins[(found.last.end_lineno or first_line) - 1] + (found.last.end_col_offset or 0)
    text, put = source.encode(), found.put
    if isinstance(found.first, ast.stmt):
        if text.startswith(b"elif", start):
            raise SyntaxError("what is found begins with an elif: find its condition, or what it does")
        put = textwrap.indent(put, " " * found.first.col_offset).lstrip()
    return (text[:start] + put.encode() + text[end:]).decode()


def symbols(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """(dotted name, what defines it) of functions, classes, and what modules and classes assign; outer ones first."""
    yield from _symbols(tree.body, "", local=False)


def unknown_names(tree: ast.Module) -> set[str]:
    """Names, and members of `self`, that are read and that nothing in the module binds."""
    read, bound = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            (read if isinstance(node.ctx, ast.Load) else bound).add(f"self.{node.attr}")
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
            bound.add(node.name or "")
    return read - bound - {f"self.{name}" for name in bound} - _GIVEN


def _symbols(body: list[ast.stmt], outer: str, *, local: bool) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield outer + node.name, node
            yield from _symbols(node.body, f"{outer}{node.name}.", local=not isinstance(node, ast.ClassDef))
            continue
        if isinstance(node, ast.Assign | ast.AnnAssign) and not local:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            yield from ((outer + name, node) for name in names)
        for block in _BLOCKS:
            yield from _symbols(getattr(node, block, []), outer, local=local)


def _nodes(root: ast.AST) -> Iterator[ast.AST]:
    yield root
    if not isinstance(root, ast.JoinedStr):
        for child in ast.iter_child_nodes(root):
            yield from _nodes(child)


def _statements(root: ast.AST, wanted: list[ast.stmt], replace: str) -> Iterator[Found]:
    for node in _nodes(root):
        for block in (getattr(node, name, []) for name in _BLOCKS):
            # An expression with branches has a body as well, which is no list.
            for start in range(len(block) - len(wanted) + 1 if isinstance(block, list) else 0):
                some = block[start : start + len(wanted)]
                if all(map(_same, some, wanted)):
                    yield Found(some[0], some[-1], replace)


def _arguments(root: ast.AST, wanted: list[ast.stmt], replace: str) -> Iterator[Found]:
    match wanted:
        case [ast.Assign(targets=[ast.Name(id=name)], value=value)]:
            for node in _nodes(root):
                if isinstance(node, ast.keyword) and node.arg == name and _same(node.value, value):
                    yield Found(node, node, replace)


def _entries(root: ast.AST, key: ast.expr, value: ast.expr, replace: str) -> Iterator[Found]:
    other_key, put = _entry(replace) or (None, None)
    if other_key is None or put is None or not _same(key, other_key):
        raise SyntaxError("an entry is replaced by one with the same key")
    for node in _nodes(root):
        if isinstance(node, ast.Dict):
            for there, what in zip(node.keys, node.values, strict=True):
                if there is not None and _same(there, key) and _same(what, value):
                    yield Found(what, what, f"({ast.unparse(put)})")


def _entry(text: str) -> tuple[ast.expr, ast.expr] | None:
    """Key and value, if the text is one entry of a dict."""
    try:
        found = ast.parse(f"{{{text}\n}}", mode="eval").body
    except SyntaxError:
        return None
    match found:
        case ast.Dict(keys=[ast.expr() as key], values=[value]):
            return key, value
    return None


def _expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return False
    return True


def _same(one: ast.AST, other: ast.AST) -> bool:
    return type(one) is type(other) and ast.dump(one) == ast.dump(other)
