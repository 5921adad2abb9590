"""What a slip of the hand might write in place of one piece of Python.

| what stands there | what is written |
|---|---|
| `<` `<=` `>` `>=` | the same with the other side of its edge |
| `==` `in` `is` and their contraries | the contrary |
| a condition | its contrary |
| `a and b`, `a or b` | each without one of them |
| `not a` | `a` |
| a number, `True`, `False` | one more; the other |
| `+` `-` `*` `/` `//` `%` `&` `|` | another of them |
| `min` `max` `any` `all` | the other |
| `f(x, name=y)` | `f(x)` |
| a call as a statement, `raise` | nothing |
| `break`, `continue` | the other |

Strings stay: text for people does not decide.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def slips(node: Any, *, tested: bool) -> Iterator[str]:
    """Python to stand in place of the node.

    Args:
        node: an expression or a statement.
        tested: it is the condition of something.
    """
    if tested and isinstance(node, ast.Name | ast.Attribute | ast.Call | ast.Subscript | ast.NamedExpr):
        yield f"(not {ast.unparse(node)})"
    match node:
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield "pass"
        case ast.Break():
            yield "continue"
        case ast.Continue():
            yield "break"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() | float() as value):
            yield str(value + 1)
        case ast.Name(id=name, ctx=ast.Load()) if name in _NAMES:
            yield _NAMES[name]
        case ast.expr():
            yield from (f"({ast.unparse(other)})" for other in _others(node))


def _others(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            for number, operator in enumerate(operators):
                other = _COMPARED[type(operator)]()
                yield ast.Compare(left, [*operators[:number], other, *operators[number + 1 :]], comparators)
        case ast.BoolOp(op=which, values=values):
            for rest in _each_left_out(values):
                yield ast.BoolOp(which, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=reckoned, right=right) if type(reckoned) in _RECKONED:
            if not (_is_text(left) or _is_text(right)):
                yield ast.BinOp(left, _RECKONED[type(reckoned)](), right)
        case ast.Call(func=called, args=arguments, keywords=keywords):
            for kept in _each_left_out(keywords):
                yield ast.Call(called, arguments, kept)


def _each_left_out(values: Sequence[Any]) -> Iterator[list[Any]]:
    for number in range(len(values)):
        yield [*values[:number], *values[number + 1 :]]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
