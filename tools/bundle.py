"""Builds the code package of the six functions: `python -m tools.bundle [--runtime python3.12] [--ledger tablestore]`.

The same sources and pins make the same bytes wherever the same Pythons build them: dependencies are the pinned wheels
for the runtime and its platform, checked by hash; files are in one order and have one date; byte-code is compiled by
the runtime's own Python version, found on this machine, and is not checked against sources when it is loaded; what that
version makes of our regular expressions is kept beside it (`shared.ready_patterns`).
Dependencies come as byte-code alone, which halves them; our own sources are there too, so that a stack trace shows our
lines.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from shared.policy.load import load_policy
from shared.policy.ready import ENDING, encoded
from shared.ready_patterns import FILE
from tools.bundle_elf import stripped
from tools.bundle_parts import BUDGET_BYTES, RUNTIMES, Ledger, Runtime, kept, product_files
from tools.bundle_wheels import BundleError, fetch_wheels, read_pins
from tools.packaged_policy import judged
from tools.test_elsewhere import interpreters

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
CODE_IN_CLOUD = "/code"
"""Where Function Compute unpacks the package: what stack traces name."""
_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX_DATE = 315_532_800
_FILE_MODE = 0o100644 << 16
_SHOWN_PARTS = 8
_COMPILER = """
import compileall, py_compile, sys
folder, code = sys.argv[1:]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
names = sys.stdin.read().split("\\0")
for name in names:
    legacy = not name.startswith(("functions/", "shared/")) or name.startswith("shared/console/compiled/")
    done = compileall.compile_file(
        f"{folder}/{name}", quiet=1, force=True, legacy=legacy, stripdir=folder, prependdir=code, invalidation_mode=mode
    )
    if not done:
        sys.exit(f"{name} cannot be compiled")
"""

_PAGES = """
import sys
folder = sys.argv[1]
sys.path.insert(0, folder)
from shared.console.render import COMPILED, environment
environment().compile_templates(COMPILED, extensions=["html"], zip=None, ignore_errors=False)
"""
_RECORDER = """
import importlib, sys
folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
import functions
from shared.ready_patterns import recorded

def load():
    from shared.put_off import put_off
    from shared.sls.connect import NEVER_USED as of_logs
    from shared.systems.openapi.client import NEVER_USED as of_calls
    put_off(*of_logs, *of_calls)
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:  # of a ledger's client that is not in this package
            if (error.name or "").partition(".")[0] in {"shared", "functions"}:
                raise
    from shared.console.render import environment
    environment().lexer  # its patterns are made when the first page is

sys.stdout.buffer.write(recorded(load))
"""


@dataclass(frozen=True)
class Bundle:
    """What was built."""

    folder: Path
    archive: Path
    unpacked_bytes: int
    budget_bytes: int

    @property
    def digest(self) -> str:
        """SHA-256 of the archive."""
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()

    def told(self) -> Iterator[str]:
        """Size and budget, and what weighs most, for people."""
        size, budget, packed = self.unpacked_bytes / 1e6, self.budget_bytes / 1e6, self.archive.stat().st_size / 1e6
        yield f"{self.archive.name}: {size:.1f} MB unpacked (budget {budget:.0f}), {packed:.1f} MB packed"
        weights: Counter[str] = Counter()
        for path in _files(self.folder):
            weights[path.relative_to(self.folder).parts[0]] += path.stat().st_size
        parts = [f"{name} {weight / 1e6:.1f}" for name, weight in weights.most_common(_SHOWN_PARTS)]
        yield f"largest, in MB: {', '.join(parts)}"
        yield f"sha256 {self.digest}"


def build(runtime: Runtime, ledger: Ledger, output: Path = BUILD, *, cache: Path = BUILD / "wheels") -> Bundle:
    """Build one bundle: a folder and a zip of it, named `secondwind-<runtime>` in `output`.

    Args:
        runtime: where it is to run.
        ledger: the ledger whose client it has.
        output: whatever of that name was there is replaced.
        cache: keeps wheels from one build to the next; network is needed for what is not there.

    Raises:
        BundleError: it cannot be built, its policy is not fit to be packaged, or it is larger than its budget.
    """
    fit, said = judged(ROOT)
    if not fit:
        raise BundleError(f"{said}this policy is not packaged as it is")
    python = next(interpreters(runtime.version), None)
    if python is None:
        raise BundleError(
            f"byte-code for {runtime.name} is made by Python {runtime.version}, and this machine has none on its PATH "
            f"or under pyenv. Install it, or choose another runtime: {', '.join(RUNTIMES)}"
        )
    folder = output / f"secondwind-{runtime.name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pins = read_pins(ROOT / "requirements" / "bundle.txt", runtime, ledger)
    _unpack(fetch_wheels(pins, runtime, cache / runtime.name), folder)
    for own in product_files(ROOT):
        _write(folder / own, (ROOT / own).read_bytes())
    policy = (ROOT / "policy.yaml").read_bytes()
    _write(folder / f"policy.yaml{ENDING}", encoded(policy, load_policy(policy.decode())))
    _pages(folder, python)
    _compile(folder, python)
    _write(folder / FILE, _patterns(folder, python))
    for path in sorted(folder.rglob("*"), reverse=True):
        os.utime(path, (_UNIX_DATE, _UNIX_DATE))
    archive = folder.with_name(f"{folder.name}.zip")
    _pack(folder, archive)
    made = Bundle(folder, archive, sum(path.stat().st_size for path in _files(folder)), BUDGET_BYTES[ledger])
    if made.unpacked_bytes > made.budget_bytes:
        raise BundleError("\n".join(["the bundle is larger than its budget", *made.told()]))
    return made


def _unpack(wheels: Mapping[str, Path], folder: Path) -> None:
    for name, wheel in sorted(wheels.items()):
        with zipfile.ZipFile(wheel) as files:
            for one in sorted(files.infolist(), key=lambda one: one.filename):
                place = _place(PurePosixPath(one.filename))
                if not one.is_dir() and place is not None and kept(name, place):
                    _write(folder / place, _trimmed(place, files.read(one)))


def _place(path: PurePosixPath) -> PurePosixPath | None:
    """Where a wheel's file belongs below the root; None for scripts, headers and data files (PEP 427)."""
    if path.is_absolute() or ".." in path.parts:
        raise BundleError(f"a wheel wants to write outside of the bundle: {path}")
    if not path.parts[0].endswith(".data"):
        return path
    return PurePosixPath(*path.parts[2:]) if path.parts[1] in {"purelib", "platlib"} else None


def _trimmed(place: PurePosixPath, content: bytes) -> bytes:
    """The file without what nothing reads: debug sections, and the long description in a distribution's metadata."""
    if place.name == "METADATA" and place.parts[0].endswith(".dist-info"):
        return content.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n"
    if place.suffix == ".so":
        try:
            return stripped(content)
        except ValueError as error:
            raise BundleError(f"{place} is not for the runtime's platform: {error}") from error
    return content


def _write(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() != content:
        raise BundleError(f"two distributions have different files {path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _compile(folder: Path, python: str) -> None:
    """Byte-code for every module; what nobody wrote here loses its source then. One process, one order, one seed."""
    names = [path.relative_to(folder).as_posix() for path in _files(folder) if path.suffix == ".py"]
    done = subprocess.run(
        [python, "-s", "-B", "-c", _COMPILER, str(folder), CODE_IN_CLOUD],
        input="\0".join(names),
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(f"compiling failed:\n{done.stdout[-2000:].strip()}")
    for name in names:
        if (folder / name).with_suffix(".pyc").exists():
            (folder / name).unlink()


def _pages(folder: Path, python: str) -> None:
    """The console's templates as modules: an instance need not compile those of its first page."""
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", _PAGES, str(folder)],
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(f"its pages cannot be compiled:\n{done.stderr.decode(errors='replace')[-2000:].strip()}")


def _patterns(folder: Path, python: str) -> bytes:
    """What the runtime's Python makes of the regular expressions of all modules that the doors may load."""
    modules = [
        path.with_suffix("").as_posix().replace("/", ".") for path in product_files(ROOT) if path.suffix == ".py"
    ]
    done = subprocess.run(
        [python, "-I", "-S", "-B", "-c", _RECORDER, str(folder), *(name.removesuffix(".__init__") for name in modules)],
        env={"PYTHONHASHSEED": "0", "PATH": os.defpath},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(f"its modules cannot be loaded:\n{done.stderr.decode(errors='replace')[-2000:].strip()}")
    return done.stdout


def _files(folder: Path) -> list[Path]:
    """Every file, in the order of the names within the archive."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=Path.as_posix)


def _pack(folder: Path, archive: Path) -> None:
    """A zip in which nothing depends on when, where or by whom it was made."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in _files(folder):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is: the mode below is read
            entry.external_attr = _FILE_MODE
            packed.writestr(entry, path.read_bytes())


def main() -> int:
    """Exit status: 0 if it was built within its budget."""
    parser = argparse.ArgumentParser(description="Builds the code package of the six functions.")
    parser.add_argument("--runtime", choices=RUNTIMES, default="python3.12")
    parser.add_argument("--ledger", choices=[one.value for one in Ledger], default=Ledger.TABLESTORE.value)
    parser.add_argument("--output", type=Path, default=BUILD, metavar="FOLDER")
    chosen = parser.parse_args()
    try:
        made = build(RUNTIMES[chosen.runtime], Ledger(chosen.ledger), chosen.output)
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    print(*made.told(), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
