"""What is in the bundle and what is not, as tables: runtimes, ledgers, budgets, all that is left out and why."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from shared.doors import DOOR

PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
"""Debian 10's glibc 2.28, the older of the two runtimes' systems, and below."""


class Ledger(str, Enum):
    """Which ledger's client is in the bundle."""

    TABLESTORE = "tablestore"
    """Which needs none."""
    REDIS = "redis"
    NONE = "none"
    """For SQLite, which Python has."""


BUDGET_BYTES = {Ledger.TABLESTORE: 30_000_000, Ledger.REDIS: 32_500_000, Ledger.NONE: 30_000_000}
"""Unpacked. What is larger starts more slowly: the platform loads the package before the first request."""

ONLY_FOR = {"redis": Ledger.REDIS}
"""Distributions that only one ledger needs."""

LEFT_OUT = {
    "alibabacloud-tea-util": "a dependency of product SDKs; the generic call that is used here never imports it",
    "anyio": "comes with elastic-transport",
    "cffi": "cryptography needs its extension _cffi_backend alone, which is kept",
    "crc32c": "comes with tablestore",
    "dateparser": "the Log Service SDK reads times in words with it; here times are numbers",
    "elastic-transport": "comes with elasticsearch",
    "elasticsearch": "the Log Service SDK migrates indexes from it",
    "exceptiongroup": "comes with anyio",
    "flatbuffers": "comes with tablestore",
    "future": "comes with tablestore",
    "numpy": "comes with tablestore",
    "pycparser": "comes with cffi",
    "pytz": "comes with dateparser",
    "regex": "comes with dateparser",
    "sniffio": "comes with elastic-transport",
    "tablestore": "only who sets up a table needs the SDK; the ledger writes and reads its own requests",
}
"""Distributions that the functions never import, and why they are among the dependencies. Tests prove the `never`."""

KEPT_OF_LEFT_OUT = {"cffi": "_cffi_backend.*"}
"""Files that are kept all the same."""

UNUSED_FILES = (
    "*.c",
    "*.cpp",
    "*.fbs",
    "*.h",
    "*.md",
    "*.proto",
    "*.pxd",
    "*.pyi",
    "*.pyx",
    "*.typed",
    "*/test/*",
    "*/tests/*",
    "aiohttp/*.so",  # its speed is of no use: the SDK's asynchronous calls are not used; aiohttp goes on without
    "frozenlist/*.so",  # as aiohttp, which alone uses these four: each goes on without
    "multidict/*.so",
    "propcache/*.so",
    "yarl/*.so",
    "aiohttp/pytest_plugin.py",
    "aiohttp/test_utils.py",
    "aiohttp/web.py",  # its server
    "aiohttp/web_*.py",
    "aliyun/log/es_migration/*",  # imports elasticsearch, and is imported by the SDK's command line alone
    "aliyun/log/ext/*",
    "aiohttp/worker.py",  # for another server
    "apscheduler/executors/[gt]*.py",  # gevent's, Tornado's, Twisted's: each asks for a library that is not there
    "apscheduler/jobstores/[ersz]*.py",  # as those, for a store's client
    "apscheduler/jobstores/mongodb.py",
    "apscheduler/schedulers/[gqt]*.py",
    "cryptography/x509/*",  # certificates: a signature has none
    "cryptography/hazmat/primitives/serialization/pkcs*.py",  # keys beside certificates, which they import
    "dateutil/rrule.py",  # repeated dates, of which the SDK reads none
    "dateutil/tz/win.py",
    "google/protobuf/compiler/*",  # for who makes messages' classes
    "google/protobuf/descriptor_pb2.py",  # of messages about messages: upb, which reads ours, has its own
    "google/protobuf/internal/_parameterized.py",  # its tests'
    "google/protobuf/json_format.py",  # messages as JSON: the SDK's are bytes
    "urllib3/contrib/pyopenssl.py",  # asks for a library that is not there
    "urllib3/http2/connection.py",  # as that one
    "dateutil/zoneinfo/*.tar.gz",  # a copy of the time zones; ours are tzdata's
    "tzdata/zoneinfo/*.tab",
    "tzdata/zoneinfo/tzdata.zi",  # the same zones once more, as source
    "urllib3/contrib/emscripten/*",
    "redis/multidb/*",  # several servers that stand for one: the client imports them for type checkers alone
    "redis/asyncio/multidb/*",
    "redis/commands/bf/*",  # commands of a server's modules: each is imported by the method that asks for it
    "redis/commands/json/*",
    "redis/commands/search/*",
    "redis/commands/timeseries/*",
    "redis/commands/vectorset/*",
    "redis/http/*",  # asks whether one of several is well
    "redis/asyncio/http/*",
    "idna/cli.py",  # commands for a shell
    "websocket/_wsdump.py",
    "jinja2/ext.py",  # extensions, a sandbox, values instead of text: a page uses none of them
    "jinja2/meta.py",
    "jinja2/nativetypes.py",
    "jinja2/sandbox.py",
    "lz4/frame/*",  # Log Service speaks lz4 blocks
    "charset_normalizer/*.so",  # its modules once more, compiled; no answer here needs its encoding guessed
    "charset_normalizer/cli/*",
)
"""Patterns of files that a wheel has and no function needs."""

_KEPT_OF_METADATA = ("METADATA", "entry_points.txt")
_LICENCE = re.compile(r"(?i)(licen[cs]e|notice|copying|authors)")


@dataclass(frozen=True)
class Runtime:
    """A Python runtime of Function Compute."""

    name: str
    version: str
    """As in `3.12`."""

    @property
    def markers(self) -> dict[str, str]:
        """The environment that requirements are judged by. The patch level is the platform's: assume the first."""
        return {
            "implementation_name": "cpython",
            "os_name": "posix",
            "platform_machine": "x86_64",
            "platform_python_implementation": "CPython",
            "platform_system": "Linux",
            "python_full_version": f"{self.version}.0",
            "python_version": self.version,
            "sys_platform": "linux",
        }


RUNTIMES = {one.name: one for one in (Runtime("python3.12", "3.12"), Runtime("python3.10", "3.10"))}
"""https://www.alibabacloud.com/help/en/functioncompute/fc/python-environment: 3.11 and 3.13 are not offered."""


def wanted(distribution: str, ledger: Ledger) -> bool:
    """Whether anything of the distribution is in that ledger's bundle. Names are normalised (PEP 503)."""
    only = ONLY_FOR.get(distribution)
    return (only is None or only is ledger) and (distribution not in LEFT_OUT or distribution in KEPT_OF_LEFT_OUT)


def kept(distribution: str, path: PurePosixPath) -> bool:
    """Whether a file of a wheel is in the bundle; the path is relative to the bundle's root."""
    if path.parts[0].endswith(".dist-info"):
        return path.name in _KEPT_OF_METADATA or bool(_LICENCE.match(path.name)) or "licenses" in path.parts
    if distribution in KEPT_OF_LEFT_OUT and not fnmatchcase(str(path), KEPT_OF_LEFT_OUT[distribution]):
        return False
    return not any(fnmatchcase(str(path), pattern) for pattern in UNUSED_FILES)


TEMPLATES = PurePosixPath("shared/console/templates")
"""Files that pages are made of."""


def product_files(root: Path) -> list[PurePosixPath]:
    """Our own files: the modules that the doors import, at once or later, and the policy; relative to `root`."""
    ours: set[PurePosixPath] = {PurePosixPath("policy.yaml"), PurePosixPath("shared/policy/packs.json")}
    ours |= {path.relative_to(root) for path in map(PurePosixPath, (root / TEMPLATES).iterdir())}
    found = {f"functions.{name}.index" for name in DOOR}
    waiting = list(found)
    while waiting:
        for path in _files_of(root, waiting.pop()):
            if path not in ours:
                ours.add(path)
                new = set(_imported(root / path)) - found
                found |= new
                waiting += new
    return sorted(ours)


def _files_of(root: Path, module: str) -> Iterator[PurePosixPath]:
    """The file of a module of ours, if it is one, and of the packages that hold it."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        place = PurePosixPath(*parts[:length])
        for path in (place / "__init__.py", place.with_suffix(".py")):
            if (root / path).is_file():
                yield path


def _imported(source: Path) -> Iterator[str]:
    """Whatever the module imports of ours, also within functions. `from a import b` may mean the module a.b."""
    for node in _statements(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if _ours(name.name))
        elif isinstance(node, ast.ImportFrom) and node.module and _ours(node.module):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """Every statement in a block, however deep; expressions, which are most of a module, hold none."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for node in getattr(block, part, ()):
            yield node
            yield from _statements(node)


def _ours(module: str) -> bool:
    return module.partition(".")[0] in {"functions", "shared"}
