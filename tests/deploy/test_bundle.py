"""What a bundle is: the same bytes each time, within its budget, and nothing that does not run."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from shared.console.render import rendered
from tests.deploy.conftest import KINDS, Unpacked
from tests.support.depth import of_today
from tools import bundle
from tools.bundle_elf import stripped
from tools.bundle_parts import (
    BUDGET_BYTES,
    LEFT_OUT,
    RUNTIMES,
    TEMPLATES,
    UNUSED_FILES,
    Ledger,
    kept,
    product_files,
)
from tools.bundle_wheels import BundleError
from tools.test_elsewhere import interpreters

UNCHECKED_HASH = 0b01
"""Flags in a byte-code file's header (PEP 552)."""
IMPORTS_ALL = """
import functions.log_trigger.index, functions.event_trigger.index, functions.manual.index, functions.sweep.index
import functions.discover.index
import shared.sls._client, shared.systems.openapi._sdk, shared.ledger.tablestore, shared.ledger.redis_link, sys
import redis
print(*{name.split(".")[0] for name in sys.modules})
"""
DATA = {"policy.yaml", "packs.json"}
REFUSED: dict[str, Any] = {"visitor": None, "says": "<b> & \u202e", "here": "/"}
"""What a page is made of."""


def test_two_builds_are_the_same_bytes(unpacked: Unpacked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second build elsewhere, at another time and with another hash seed, makes the same archive."""
    if unpacked.kind not in of_today(sorted(KINDS.values())):
        pytest.skip("the other runtime has its turn today")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    again = bundle.build(RUNTIMES[f"python{unpacked.kind}"], Ledger.TABLESTORE, tmp_path)
    assert again.archive.read_bytes() == unpacked.bundle.archive.read_bytes()


def test_the_archive_is_the_folder(unpacked: Unpacked) -> None:
    """What s.yaml uploads and what was measured are one: same names, same bytes, one date, readable by all."""
    with zipfile.ZipFile(unpacked.bundle.archive) as archive:
        entries = archive.infolist()
        assert [one.filename for one in entries] == sorted(one.filename for one in entries)
        assert {(one.date_time, one.external_attr >> 16) for one in entries} == {((1980, 1, 1, 0, 0, 0), 0o100644)}
        packed = {one.filename: archive.read(one) for one in entries}
    folder = unpacked.bundle.folder
    assert packed == {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    assert sum(len(content) for content in packed.values()) == unpacked.bundle.unpacked_bytes


def test_the_bundle_is_within_its_budget(unpacked: Unpacked) -> None:
    """At most 30 MB with Tablestore, whose SDK is not there."""
    sizes = {path.relative_to(unpacked.folder).parts[0]: 0 for path in _files(unpacked.folder)}
    for path in _files(unpacked.folder):
        sizes[path.relative_to(unpacked.folder).parts[0]] += path.stat().st_size
    assert sum(sizes.values()) == unpacked.bundle.unpacked_bytes <= 30_000_000
    assert not [name for name in sizes if name.startswith(("crc32c", "flatbuffers", "tablestore"))]


def test_the_bundle_for_redis_is_within_its_budget(unpacked: Unpacked, tmp_path: Path) -> None:
    """The largest of the three can be built as well: no other test builds it."""
    if unpacked.kind != max(KINDS.values(), key=lambda kind: int(kind.partition(".")[2])):
        pytest.skip("the other runtime's is larger")
    made = bundle.build(RUNTIMES[f"python{unpacked.kind}"], Ledger.REDIS, tmp_path)
    assert (made.folder / "redis" / "client.pyc").is_file()
    assert unpacked.bundle.unpacked_bytes < made.unpacked_bytes <= BUDGET_BYTES[Ledger.REDIS]


def test_a_bundle_over_its_budget_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build fails, and says by how much and what weighs most."""
    runtime = next((one for one in RUNTIMES.values() if next(interpreters(one.version), None)), None)
    if runtime is None:
        pytest.skip("this machine has no Python of Function Compute's")
    monkeypatch.setattr(bundle, "fetch_wheels", lambda *_: {})  # our own files alone
    monkeypatch.setattr(bundle, "_pages", lambda *_: None)  # which cannot be loaded
    monkeypatch.setattr(bundle, "_patterns", lambda *_: b"")  # nor these
    monkeypatch.setitem(BUDGET_BYTES, Ledger.NONE, 100_000)
    told = r"larger than its budget\n.* MB unpacked \(budget 0\).*\nlargest, in MB: shared "
    with pytest.raises(BundleError, match=told):
        bundle.build(runtime, Ledger.NONE, tmp_path)


def test_only_what_runs_is_in_the_bundle(unpacked: Unpacked) -> None:
    """Of ours what the doors import, the policy, the packs, the pages; no tests, stubs, nor what is left out."""
    paths = [path.relative_to(unpacked.folder) for path in _files(unpacked.folder)]
    pages = {path.as_posix() for path in paths if path.is_relative_to(TEMPLATES.as_posix())}
    ours = pages | {path.as_posix() for path in paths if path.suffix == ".py" or path.name in DATA}
    assert ours == {path.as_posix() for path in product_files(bundle.ROOT)}
    assert "shared/ledger/tablestore_setup.py" not in ours
    assert {path.parts[0] for path in paths} & {
        "secondwind",
        "localcloud",
        "tests",
        "numpy",
        "elasticsearch",
        "regex",
        "pip",
    } == set()
    code = [path.as_posix() for path in paths if not path.parts[0].endswith(".dist-info")]
    assert [path for path in code if any(fnmatchcase(path, pattern) for pattern in UNUSED_FILES)] == []
    assert [path for path in paths if path.suffix in {".so", ".pyc"} and "darwin" in path.name] == []


def test_our_own_byte_code_is_not_checked_against_sources(unpacked: Unpacked) -> None:
    """Each source of ours has byte-code for this very Python that is loaded whatever the source's date."""
    command = "import importlib.util as u; print(u.MAGIC_NUMBER.hex(), u.cache_from_source('x.py').split('.', 1)[1])"
    told = subprocess.run([unpacked.python, "-c", command], capture_output=True, text=True, check=True)
    magic, ending = told.stdout.split()
    sources = [path for path in _files(unpacked.folder) if path.suffix == ".py"]
    assert sources
    for source in sources:
        head = (source.parent / "__pycache__" / f"{source.stem}.{ending}").read_bytes()[:8]
        assert head == bytes.fromhex(magic) + UNCHECKED_HASH.to_bytes(4, "little")


def test_byte_code_names_the_place_in_the_cloud(unpacked: Unpacked) -> None:
    """Byte-code has the path under which Function Compute unpacks it, and no path of the machine that built it."""
    (compiled,) = (unpacked.folder / "shared" / "__pycache__").glob("result.*.pyc")
    assert b"/code/shared/result.py" in compiled.read_bytes()
    places = [str(bundle.ROOT).encode(), str(unpacked.bundle.folder).encode()]
    assert [path for path in _files(unpacked.folder) if any(place in path.read_bytes() for place in places)] == []


def test_a_page_is_served_without_what_compiles_templates(unpacked: Unpacked) -> None:
    """It was compiled when the package was made, and says what its template says."""
    served = (
        "import sys; sys.path.insert(0, sys.argv[1]); from shared.console.render import rendered\n"
        f"print(rendered('refused', **{REFUSED!r}), type(sys.modules['jinja2.compiler']).__name__)"
    )
    command = [unpacked.python, "-I", "-S", "-B", "-c", served, str(unpacked.folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == f"{rendered('refused', **REFUSED)} _WaitingModule\n"
    templates = [path for path in (bundle.ROOT / TEMPLATES).iterdir() if path.suffix == ".html"]
    assert len(list((unpacked.folder / TEMPLATES).with_name("compiled").iterdir())) == len(templates)


def test_what_is_left_out_is_never_imported() -> None:
    """With everything installed, all that the functions load leaves the left-out alone."""
    told = subprocess.run(
        [sys.executable, "-c", IMPORTS_ALL], capture_output=True, text=True, check=True, cwd=bundle.ROOT
    )
    tops = importlib.metadata.packages_distributions()
    loaded = {
        re.sub(r"[-_.]+", "-", distribution).lower()
        for top in told.stdout.split()
        for distribution in tops.get(top, [])
        if top != "_cffi_backend"
    }
    assert {"cryptography", "redis"} <= loaded
    assert loaded & set(LEFT_OUT) == set()


def test_metadata_and_licences_stay() -> None:
    """A distribution keeps what `importlib.metadata` and its licence need, and no record of an installation."""
    place = PurePosixPath("six-1.17.0.dist-info")
    there = [
        name for name in ("METADATA", "RECORD", "WHEEL", "LICENSE", "licenses/LICENSE") if kept("six", place / name)
    ]
    assert there == ["METADATA", "LICENSE", "licenses/LICENSE"]


def test_a_stripped_library_loads_and_is_no_larger(unpacked: Unpacked) -> None:
    """Every library of the bundle ends after its last segment, and stripping it again changes nothing."""
    libraries = [path for path in _files(unpacked.folder) if path.suffix == ".so"]
    assert libraries
    for library in libraries:
        content = library.read_bytes()
        assert stripped(content) == content
        assert stripped(content + b"debug") == content


@pytest.mark.parametrize("change", [b"", b"\x7fELF\x01\x01", b"\xcf\xfa\xed\xfe" * 32])
def test_what_is_no_library_of_the_platform_is_refused(change: bytes) -> None:
    """Nothing, a 32-bit library and one of another system are told, not shipped."""
    with pytest.raises(ValueError, match="no 64-bit"):
        stripped(change)


def test_a_library_cut_short_is_refused(unpacked: Unpacked) -> None:
    """A file that ends within a segment would crash the loader: it is told here."""
    library = next(path for path in _files(unpacked.folder) if path.suffix == ".so").read_bytes()
    with pytest.raises(ValueError, match="ends within a segment"):
        stripped(library[:-1])


def test_a_missing_python_is_told_with_the_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the runtime's Python there is no byte-code, hence no bundle; the message says what to do."""
    monkeypatch.setattr(bundle, "interpreters", lambda _version: iter(()))
    with pytest.raises(BundleError, match=r"Python 3\.12.*python3\.10"):
        bundle.build(RUNTIMES["python3.12"], Ledger.NONE, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_broken_policy_is_not_packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build ends before anything is fetched or replaced, and says what is wrong with line and path."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "policy.yaml").write_text("version: 1\nmode: autoo\nrules: []\n", encoding="utf-8")
    (root / "policy.tests.yaml").write_text("tests: []\n", encoding="utf-8")
    monkeypatch.setattr(bundle, "ROOT", root)
    with pytest.raises(BundleError, match=r"policy\.yaml:2: \$\.mode"):
        bundle.build(RUNTIMES["python3.12"], Ledger.NONE, tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_make_has_the_same_words() -> None:
    """`make bundle RUNTIME=… LEDGER=…` is how people and s.yaml build it."""
    make = shutil.which("make")
    if make is None:
        pytest.skip("this machine has no make")
    dry = subprocess.run(
        [make, "-n", "-o", "setup", "bundle", "RUNTIME=python3.10", "LEDGER=none"],
        cwd=bundle.ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "-m tools.bundle --runtime python3.10 --ledger none" in dry.stdout


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
