"""A module that was put off is not loaded until something of it is used, and then it is the real one."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import put_off as module
from shared.put_off import put_off

SOURCE = """
LOADED = True
class Thing:
    KIND = "thing"
    def __init__(self, size=1):
        self.size = size
    def __class_getitem__(cls, item):
        return (cls, item)
class OddError(Exception):
    pass
class Basket(list):
    pass
def add(one, two):
    return one + two
"""


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A package of that source with a part in it, put off and imported."""
    folder = tmp_path / "heavy_part"
    folder.mkdir()
    (folder / "__init__.py").write_text(SOURCE, encoding="utf-8")
    (folder / "inner.py").write_text("from heavy_part import Thing\nSIZE = Thing().size\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    finders = list(sys.meta_path)
    put_off("heavy_part")
    yield importlib.import_module("heavy_part")
    sys.meta_path[:] = finders
    for name in ("heavy_part", "heavy_part.inner"):
        sys.modules.pop(name, None)


def is_loaded() -> bool:
    """Whether the real one is there."""
    return "LOADED" in vars(sys.modules["heavy_part"])


def test_importing_and_taking_names_loads_nothing(heavy: Any) -> None:
    """As `import x` and `from x import Y` do."""
    thing = heavy.Thing
    assert not is_loaded()
    assert thing(size=3).size == 3
    assert is_loaded()


def test_a_choice_of_types_loads_nothing_and_tells_instances(heavy: Any) -> None:
    """As `x: Thing | None = None` does where annotations are worked out at once."""
    maybe, either = heavy.Thing | None, int | heavy.Thing
    assert not is_loaded()
    assert isinstance(None, maybe)
    assert isinstance(heavy.Thing(), either)
    assert isinstance(3, either)
    assert not isinstance("3", either)
    assert not isinstance(3, maybe)


def test_a_constant_is_itself_at_once(heavy: Any) -> None:
    """As a key of a dictionary nothing else would be found."""
    assert {heavy.LOADED: "there"}[True] == "there"


def test_every_use_loads_the_real_one(heavy: Any) -> None:
    """A call, a member, a base class, an instance's kind, a parameter: each as if it had never waited."""
    thing, add = heavy.Thing, heavy.add

    class Larger(thing):  # type: ignore[misc, valid-type] # a class of the real module
        pass

    assert (add(1, 2), thing.KIND, thing["x"][1], Larger(4).size) == (3, "thing", "x", 4)
    assert isinstance(Larger(), thing)
    assert issubclass(Larger, thing)
    assert not isinstance(3, thing)
    assert heavy.Thing is sys.modules["heavy_part"].Thing


def test_an_object_is_made_when_something_is_asked_of_it(heavy: Any) -> None:
    """As SDKs make some while they are imported: it is then an instance of the real class, with its operators."""
    thing, basket = heavy.Thing(size=3), heavy.Basket([1, 2])
    assert not is_loaded()
    assert (thing.size, len(basket), list(basket), basket[1], 2 in basket, bool(basket)) == (
        3,
        2,
        [1, 2],
        2,
        True,
        True,
    )
    assert isinstance(thing, heavy.Thing)
    basket[0] = thing.size = 5
    assert (basket == [5, 2], thing.size, repr(basket)) == (True, 5, "[5, 2]")


def test_a_class_gets_its_real_base_when_it_is_used(heavy: Any) -> None:
    """It is written, as SDKs do, before the base is loaded; heirs of heirs, and heirs with another base, as well."""

    class Larger(heavy.Thing):  # type: ignore[misc] # a class of the real module
        def __init__(self) -> None:
            super().__init__(size=4)

    class Largest(Larger):
        pass

    class Mixed(dict, heavy.Thing):  # type: ignore[misc, type-arg] # as above
        pass

    assert not is_loaded()
    assert Largest.KIND == "thing"
    assert is_loaded()
    assert (Largest().size, Larger.__bases__, Mixed.__mro__[2]) == (4, (heavy.Thing,), heavy.Thing)
    assert isinstance(Largest(), heavy.Thing)
    with pytest.raises(AttributeError):
        Larger.NOBODY  # noqa: B018 - asked for


def test_making_one_is_using_it(heavy: Any) -> None:
    """The first thing that happens to the class may be that one is made of it."""

    class Larger(heavy.Thing):  # type: ignore[misc] # as above
        pass

    assert Larger(7).size == 7
    assert issubclass(Larger, heavy.Thing)


def test_a_part_of_it_can_be_imported(heavy: Any) -> None:
    """The package is loaded first, as always."""
    inner = importlib.import_module("heavy_part.inner")
    assert inner.SIZE == 1
    assert inner is sys.modules["heavy_part.inner"]
    assert is_loaded()
    assert heavy.add(1, 1) == 2


def test_exceptions_are_real_at_once(heavy: Any) -> None:
    """`except` wants a class."""
    with pytest.raises(heavy.OddError, match="x"):
        raise heavy.OddError("x")


def test_a_function_whose_answer_is_known_is_not_loaded_for_it(heavy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known of it is asked of itself, and so is all once it is there."""
    monkeypatch.setattr(module, "_KNOWN", {})
    put_off(known={"heavy_part.add": lambda one, two: "known" if one == two else NotImplemented})
    assert heavy.add(1, 1) == "known"
    assert not is_loaded()
    assert heavy.add(1, 2) == 3
    assert heavy.add(1, 1) == 2


def test_a_name_that_is_not_there_is_told_as_ever(heavy: Any) -> None:
    """When it is used."""
    with pytest.raises(AttributeError, match="nobody"):
        heavy.nobody()


def test_what_is_loaded_already_stays() -> None:
    """Nobody's module is taken away."""
    finders = list(sys.meta_path)
    put_off("json")
    assert sys.meta_path == finders
    assert sys.modules["json"].loads("1") == 1


def test_what_is_put_off_again_and_again_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that stays warm says it before each call, and not all of it is ever imported."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    put_off("never_imported", "nor_this")
    once = list(sys.meta_path)
    put_off("nor_this", "never_imported")
    assert sys.meta_path == once
    put_off("never_imported", "one_more")
    assert len(sys.meta_path) == len(once) + 1


OTHERS = """
import sys
from shared.put_off import put_off
from shared.sls.connect import NEVER_USED as OF_LOGS, Access, connect
from shared.systems.openapi.client import NEVER_USED
put_off(*NEVER_USED)
import shared.systems.openapi._sdk
put_off(*OF_LOGS)
import shared.sls._client
from tests.support.http_wire import Wire, say
wire = Wire()
wire.behave = lambda handler: say(handler, 200, b'{"count": 0, "total": 0, "projects": []}', x_log_requestid="1")
print("before", "urllib3" in sys.modules)
try:
    from alibabacloud_tea_openapi.client import Client
    from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
    from darabonba.runtime import RuntimeOptions
    config = Config(access_key_id="i", access_key_secret="s", protocol="http", endpoint=wire.host)
    params = Params(action="A", version="1", protocol="HTTP", pathname="/", method="GET", auth_type="AK", style="RPC",
                    req_body_type="formData", body_type="json")
    print(Client(config).call_api(params, OpenApiRequest(query={}), RuntimeOptions())["statusCode"])
    from aliyun.log import LogClient
    logs = LogClient("http://" + wire.host, "i", "s", source="x")
    logs._isRowIp = True
    print(type(logs.list_project()).__name__)
    print(type(logs.copy_project).__name__)
finally:
    wire.close()
print("after", "urllib3" in sys.modules, len(wire.requests))
from aliyun.log.etl_core import Runner
from requests import Session
from darabonba.core import _TLSAdapter
session = Session()
session.mount("http://", _TLSAdapter())
print(isinstance(session.get_adapter("http://x"), __import__("requests").adapters.HTTPAdapter))
"""


def test_what_others_ask_of_the_sdks_in_this_process_works_as_ever() -> None:
    """Their own transport was put off, and is loaded for whoever does not come through us."""
    told = subprocess.run([sys.executable, "-c", OTHERS], capture_output=True, text=True, check=False, timeout=60)
    lines = ["before False", "200", "ListProjectResponse", "method", "after True 2", "True"]
    assert (told.stdout.splitlines(), told.stderr) == (lines, "")


WITHOUT_TASKS = """
import logging, sys
from shared.put_off import put_off
put_off("asyncio")
import asyncio
from asyncio import IncompleteReadError
logging.getLogger("x").error("told")
print("asyncio.events" in sys.modules, "asyncio.exceptions" in sys.modules)
async def cut_short():
    reader = asyncio.StreamReader()
    reader.feed_data(b"ab")
    reader.feed_eof()
    return await reader.readexactly(3)
try:
    asyncio.run(cut_short())
except IncompleteReadError as error:
    print(error.partial, asyncio.exceptions is sys.modules["asyncio.exceptions"], type(sys.modules["asyncio"]).__name__)
print([finder for finder in sys.meta_path if type(finder).__name__ == "_Alone"])
"""


def test_an_exception_of_asyncio_does_not_load_it_nor_does_a_line_of_a_log() -> None:
    """And it is the one that is raised once all of it is there."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_TASKS], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == ["False False", "b'ab' True module", "[]"]
    assert done.stderr == "told\n"


HEIRS = """
from shared.put_off import put_off
put_off("asyncio")
import asyncio
KINDS = "BaseProtocol", "Protocol", "BufferedProtocol", "DatagramProtocol", "SubprocessProtocol"
heirs = []
for kind in KINDS:
    class Slotted(getattr(asyncio, kind)):
        __slots__ = ("told",)
    class Plain(getattr(asyncio, kind)):
        pass
    heirs += [Slotted, Plain]
import tablestore
import asyncio
print([heir.__bases__[0] is getattr(asyncio, kind) for kind, heir in zip(sorted(KINDS * 2, key=KINDS.index), heirs)])
print(tablestore.encoder.__name__)
"""


def test_what_inherits_from_classes_of_asyncio_without_a_dict_gets_its_real_base() -> None:
    """As in aiohttp, which one SDK imports after another has put asyncio off."""
    done = subprocess.run([sys.executable, "-c", HEIRS], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [str([True] * 10), "tablestore.encoder"]
