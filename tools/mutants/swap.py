"""A slip inside a function, put into modules that are loaded already: the code of their functions is replaced.

What a module does when it is imported cannot be replaced so: who asks for that learns it, and loads everything anew.
"""

from __future__ import annotations

import functools
import gc
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType

_OF_A_FUNCTION = 0x1
"""A flag of code: that of modules and of classes does not have it."""
_KEEPS = type(functools.cache(len))


class Live:
    """The functions that are loaded now, and what they keep of earlier calls."""

    def __init__(self) -> None:
        gc.unfreeze()  # what is frozen, as the tests are once they are collected, is not listed
        everything = gc.get_objects()
        self._kept = [one for one in everything if isinstance(one, _KEEPS)]
        self._functions: defaultdict[CodeType, list[FunctionType]] = defaultdict(list)
        for one in everything:
            if isinstance(one, FunctionType):
                self._functions[one.__code__].append(one)

    def having(self, file: Path, whole: str, mutated: str) -> bool:
        """Whether functions now do what they would if the module had been loaded with the slip.

        Args:
            file: the module's, absolute.
            whole: what it was loaded from.
            mutated: the same with a slip in the body of a function.
        """
        if not any(getattr(module, "__file__", None) == str(file) for module in list(sys.modules.values())):
            return True  # who imports it reads the file, and the slip stands there
        old, new = (list(_functions(compile(text, str(file), "exec", dont_inherit=True))) for text in (whole, mutated))
        if len(old) != len(new):
            return False
        changed = [(was, becomes) for was, becomes in zip(old, new, strict=True) if _does(was) != _does(becomes)]
        if not changed or not all(was in self._functions for was, _ in changed):
            return False
        if any(inner in self._functions for was, _ in changed for inner in _inner(was)):
            return False  # one made it at import, as a test is made of a condition: it goes on with the old code
        for was, becomes in changed:
            for function in self._functions[was]:
                function.__code__ = becomes
        for one in self._kept:
            one.cache_clear()
        return True


def _functions(code: CodeType) -> Iterator[CodeType]:
    """The code of a module's functions and of its classes' methods; not of what stands in them."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            if const.co_flags & _OF_A_FUNCTION:
                yield const
            else:
                yield from _functions(const)


def _inner(code: CodeType) -> Iterator[CodeType]:
    """The code of what stands in a function, however deep."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _inner(const)


def _does(code: CodeType) -> tuple[object, ...]:
    """What it does, wherever it stands; 1, 1.0 and True are three things."""
    consts = [_does(const) if isinstance(const, CodeType) else repr(const) for const in code.co_consts]
    return (code.co_name, code.co_code, code.co_names, code.co_varnames, code.co_freevars, tuple(consts))
