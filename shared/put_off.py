"""Modules that an SDK imports and we never use: put off until something of them is used, and then loaded as they are.

A name that is taken from such a module stands for the real one: called, asked for a member, inherited from or asked
whether something is its instance, it loads the module and passes on. What is named like an exception is loaded at once,
since Python wants real classes behind `except`.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

_AT_ONCE = ("Error", "Exception", "Warning", "Exit", "Interrupt")


def put_off(*names: str) -> None:
    """Let the next import of each of these modules wait; one that is loaded already stays as it is."""
    wanted = [name for name in names if name not in sys.modules]
    if wanted:
        sys.meta_path.insert(0, _Finder(frozenset(wanted)))


class _Finder:
    """Finds a module that waits in the place of one that was put off, once; who wants a part of one has it loaded."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = set(names)

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: Any = None) -> ModuleSpec | None:
        """Part of `importlib`'s protocol, as the two below."""
        if name in self._names:
            self._names.discard(name)
            real = find_spec(name)
            if real is None:
                return None
            found = ModuleSpec(name, self, origin=real.origin)  # type: ignore[arg-type] # has what a loader needs
            found.submodule_search_locations = real.submodule_search_locations
            return found
        parent = sys.modules.get(name.rpartition(".")[0])
        if isinstance(parent, _WaitingModule):
            parent._loaded()  # noqa: SLF001 - its own module
            if name in sys.modules:  # the whole has imported its part
                return ModuleSpec(name, self)  # type: ignore[arg-type] # as above
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module that waits, or the part that is there."""
        return sys.modules.get(spec.name) or _WaitingModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run yet."""


class _WaitingModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if self.__dict__.get("_real") is None:
            if name.startswith("__"):
                raise AttributeError(name)
            if not name.endswith(_AT_ONCE):
                return _WaitingName(self, name)
        return getattr(self._loaded(), name)

    def _loaded(self) -> ModuleType:
        real: ModuleType | None = self.__dict__.get("_real")
        if real is None:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            real = self.__dict__["_real"] = importlib.import_module(self.__name__)
        return real


class _WaitingName:
    """A function or class of a module that waits."""

    def __init__(self, module: _WaitingModule, name: str) -> None:
        self._module, self._name = module, name

    def _real(self) -> Any:
        return getattr(self._module._loaded(), self._name)  # noqa: SLF001 - its own module

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._real()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real(), name)

    def __getitem__(self, item: Any) -> Any:
        return self._real()[item]

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, self._real())

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._real(),)
