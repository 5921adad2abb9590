"""Modules that an SDK imports and we never use: put off until something of them is used, and then loaded as they are.

A name that is taken from such a module stands for the real one: called, asked for a member or asked whether something
is its instance, it loads the module and passes on. Some SDKs do more while they are imported: an object that they make
of a class is made when something is asked of it, and a class that inherits from one gets its real base when it is used.
What is named like an exception is loaded at once, since Python wants real classes behind `except`: the whole module, or
that part of it alone which is known to need no other. So is what is named like a constant: a number or a text may go
where nothing can stand for it. A function is called at once, unless whoever puts its module off knows its answer.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from types import MappingProxyType, ModuleType
from typing import Any, Union

_AT_ONCE = ("Error", "Exception", "Warning", "Exit", "Interrupt")
_EXCEPTIONS = {"asyncio": "asyncio.exceptions"}
"""Parts that have a module's exceptions and import nothing of it."""
_WITHOUT_DICT = {"asyncio": ("BaseProtocol", "Protocol", "BufferedProtocol", "DatagramProtocol", "SubprocessProtocol")}
"""A module's classes whose instances have no `__dict__`: Python gives an heir another base of the same layout alone."""
_Function = Callable[..., Any]
_KNOWN: dict[str, _Function] = {}
_OF_TYPING = ("__typing_", "__parameters__", "__origin__")


def put_off(*names: str, together: bool = False, known: Mapping[str, _Function] = MappingProxyType({})) -> None:
    """Let the next import of each of these modules wait; one that is loaded already stays as it is.

    `together`: they are of one package and take parts of one another while they are imported. Once one is used all are
    loaded, in the order in which the package met them.

    `known`: by `module.function`, what answers in its place; with `NotImplemented` where it cannot.

    Said before each use of an SDK, so what waits already is not put off again: each finder costs every later import.
    """
    waiting = {name for finder in sys.meta_path if isinstance(finder, _Finder) for name in finder.names}
    wanted = {name for name in names if name not in sys.modules} - waiting
    _KNOWN.update(known)
    if wanted:
        sys.meta_path.insert(0, _Finder(wanted, together=together))
    if "asyncio" in wanted:
        # Each line of a log would ask which of its tasks is running, and load it to hear that there is none.
        vars(logging)["logAsyncioTasks"] = False


class _Finder:
    """Finds a module that waits in the place of one that was put off, once; who wants a part of one has it loaded."""

    def __init__(self, names: set[str], *, together: bool) -> None:
        self.names = names
        self._together = together
        self._met: list[_WaitingModule] = []

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: Any = None) -> ModuleSpec | None:
        """Part of `importlib`'s protocol, as the two below."""
        if name in self.names:
            self.names.discard(name)
            # Past this finder: asked for a part of what waits, it would load the whole.
            real = PathFinder.find_spec(name, path) or find_spec(name)
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
        there = sys.modules.get(spec.name)
        if there is not None:
            return there
        module = _WaitingModule(spec.name)
        if self._together:
            module.__dict__["_together"] = self
            self._met.append(module)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is run yet."""

    def all_met(self) -> list[_WaitingModule]:
        """Those that wait together; each is to be loaded now, and none of their names waits any more."""
        met, self._met = self._met, []
        self.names.clear()
        for module in met:
            if sys.modules.get(module.__name__) is module:
                del sys.modules[module.__name__]
        return met


class _Alone:
    """Finds a part that was loaded before the whole, once, as if it were loaded now: the whole has it as its own."""

    def __init__(self, part: ModuleType) -> None:
        self._part = part

    def find_spec(self, name: str, _path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Part of `importlib`'s protocol, as the two below."""
        if name != self._part.__name__:
            return None
        sys.meta_path.remove(self)
        return ModuleSpec(name, self, origin=self._part.__file__)  # type: ignore[arg-type] # as above

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        """The part itself."""
        return self._part

    def exec_module(self, _module: ModuleType) -> None:
        """It has been run."""


class _WaitingModule(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if self.__dict__.get("_real") is None:
            if name.startswith("__"):
                raise AttributeError(name)
            if not (name.endswith(_AT_ONCE) or name.isupper()):
                return _WaitingName(self, name)
            alone = self._exceptions()
            if hasattr(alone, name):
                return getattr(alone, name)
        return getattr(self._loaded(), name)

    def _exceptions(self) -> ModuleType | None:
        """The part that has them, loaded by itself; None where no such part is known."""
        path = _EXCEPTIONS.get(self.__name__)
        known: ModuleType | None = self.__dict__.get("_alone")
        spec = self.__spec__ if path is not None and known is None else None
        found = PathFinder.find_spec(path or "", spec.submodule_search_locations) if spec is not None else None
        if found is not None and found.loader is not None:
            known = self.__dict__["_alone"] = module_from_spec(found)
            found.loader.exec_module(known)
        return known

    def _loaded(self) -> ModuleType:
        finder: _Finder | None = self.__dict__.pop("_together", None)
        for module in finder.all_met() if finder is not None else ():
            module._load()  # noqa: SLF001 - of its kind
        return self._load()

    def _load(self) -> ModuleType:
        real: ModuleType | None = self.__dict__.get("_real")
        if real is None:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            alone = self.__dict__.get("_alone")
            if alone is not None:
                sys.meta_path.insert(0, _Alone(alone))
            real = self.__dict__["_real"] = importlib.import_module(self.__name__)
            for path, understudy in self.__dict__.pop("_understudies", {}).items():
                _replace(understudy, _member(real, path))
        return real

    def _understudy(self, path: str) -> type:
        """A base class until the real one is there."""
        understudies: dict[str, type] = self.__dict__.setdefault("_understudies", {})
        if path not in understudies:
            own = {"__slots__": ()} if path in _WITHOUT_DICT.get(self.__name__, ()) else {}
            understudies[path] = _Understudied(path.rpartition(".")[2], (), {"_waits_for": self, **own})
        return understudies[path]


def _member(module: ModuleType, path: str) -> Any:
    found: Any = module
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _replace(understudy: type, real: type) -> None:
    heirs: list[Any] = understudy.__subclasses__()
    for heir in heirs:
        heir.__bases__ = tuple(real if base is understudy else base for base in heir.__bases__)


class _Understudied(type):
    """Of classes whose base is not loaded yet: what they do not have themselves is the real base's."""

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        """Make one, with its real base."""
        cls._load_base()
        return super().__call__(*arguments, **options)

    def __getattr__(cls, name: str) -> Any:
        if not (name.startswith("__") and name.endswith("__")) and cls._load_base():
            return getattr(cls, name)
        raise AttributeError(name)

    def _load_base(cls) -> bool:
        """False: it has its real one."""
        waiting = [base.__dict__["_waits_for"] for base in cls.__mro__ if "_waits_for" in base.__dict__]
        for module in waiting:
            module._loaded()  # noqa: SLF001 - its own module
        return bool(waiting)


class _WaitingName:
    """A function or class of a module that waits."""

    def __init__(self, module: _WaitingModule, path: str) -> None:
        self._module, self._path = module, path

    def _real(self) -> Any:
        return _member(self._module._loaded(), self._path)  # noqa: SLF001 - its own module

    def _waits(self) -> bool:
        return self._module.__dict__.get("_real") is None

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if self._waits():
            known = _KNOWN.get(f"{self._module.__name__}.{self._path}")
            if known is not None and (answer := known(*arguments, **options)) is not NotImplemented:
                return answer
            if _is_a_class(self._path.rpartition(".")[2]):
                return _WaitingThing(lambda: self._real()(*arguments, **options))
        return self._real()(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith(_OF_TYPING):
            raise AttributeError(name)  # where it stands in an annotation, it is a class as any other
        if self._waits() and _is_a_class(name):
            return _WaitingName(self._module, f"{self._path}.{name}")
        return getattr(self._real(), name)

    def __getitem__(self, item: Any) -> Any:
        return self._real()[item]

    def __or__(self, other: Any) -> Any:
        return Union[self, other]  # noqa: UP007 - `|` is what is asked here; in annotations, which nobody may ever read

    def __ror__(self, other: Any) -> Any:
        return Union[other, self]  # noqa: UP007 - as above

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, self._real())

    def __subclasscheck__(self, kind: type) -> bool:
        return issubclass(kind, self._real())

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self._module._understudy(self._path),) if self._waits() else (self._real(),)  # noqa: SLF001 - as above


def _is_a_class(name: str) -> bool:
    """By its spelling: a function may do anything when it is called, so it is called at once."""
    return name[:1].isupper() and not name.isupper() and not name.endswith(_AT_ONCE)


class _WaitingThing:
    """An object of a class that waits: made when anything is asked of it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.__dict__["_make"] = make

    def _it(self) -> Any:
        if "_made" not in self.__dict__:
            self.__dict__["_made"] = self.__dict__.pop("_make")()
        return self.__dict__["_made"]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._it(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._it(), name, value)

    def __bool__(self) -> bool:
        return bool(self._it())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._it())

    def __contains__(self, one: object) -> bool:
        return one in self._it()

    @property  # type: ignore[misc] # so that it is an instance of what it will be
    def __class__(self) -> type:
        return type(self._it())


def _passed_on(name: str) -> Callable[..., Any]:
    def pass_on(self: _WaitingThing, *arguments: Any, **options: Any) -> Any:
        return getattr(self._it(), name)(*arguments, **options)

    return pass_on


_OPERATORS = "call next len getitem setitem delitem enter exit await aiter anext aenter aexit eq hash"
for _name in (*_OPERATORS.split(), "repr", "str"):
    setattr(_WaitingThing, f"__{_name}__", _passed_on(f"__{_name}__"))
