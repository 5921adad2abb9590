"""Gets what the bundle is made of: wheels for the target runtime, each checked against the hash of its pin.

Some of Alibaba Cloud's packages are published as source only. They are pure Python: a wheel is built of the checked
source by the pinned setuptools of `.venv`, without network, and refused if it is for one platform only.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename

from tools.bundle_parts import PLATFORMS, Ledger, Runtime, wanted


class BundleError(Exception):
    """The bundle cannot be made; the text says why, and what to do."""


@dataclass(frozen=True)
class Pin:
    """One line of the requirements."""

    name: str
    """Normalised (PEP 503)."""
    version: str
    hashes: frozenset[str]
    """SHA-256, hexadecimal, of every file that may be used."""

    @property
    def line(self) -> str:
        """As pip reads it."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{one}" for one in sorted(self.hashes))])


def read_pins(requirements: Path, runtime: Runtime, ledger: Ledger) -> list[Pin]:
    """The pins that hold for the runtime and that this ledger's bundle wants.

    Raises:
        BundleError: a line is no pin with hashes.
    """
    pins = []
    for line in requirements.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        written, *options = line.split("--hash=sha256:")
        requirement = Requirement(written.strip())
        versions = [one.version for one in requirement.specifier if one.operator == "=="]
        if not options or len(versions) != 1:
            raise BundleError(f"{requirements.name}: {requirement.name} is not pinned to one version with hashes")
        name = canonicalize_name(requirement.name)
        holds = requirement.marker is None or requirement.marker.evaluate(runtime.markers)
        if holds and wanted(name, ledger):
            pins.append(Pin(name, versions[0], frozenset(one.strip() for one in options)))
    return pins


def fetch_wheels(pins: list[Pin], runtime: Runtime, cache: Path) -> dict[str, Path]:
    """A wheel by distribution. What lies in the cache with the right hash is not fetched again.

    Raises:
        BundleError: pip could not get, or build, a file.
    """
    with _alone_in(cache):
        missing = [pin for pin in pins if _found(pin, cache) is None]
        if missing:
            _download(missing, runtime, cache)
        wheels = {}
        for pin in pins:
            found = _found(pin, cache)
            if found is None:
                raise BundleError(f"pip brought no file of {pin.name} {pin.version} with a hash of the requirements")
            wheels[pin.name] = found if found.suffix == ".whl" else _built(found, cache)
        return wheels


@contextmanager
def _alone_in(cache: Path) -> Iterator[None]:
    """Builds that share a cache fill it one after the other; a process that dies lets go of the lock."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _found(pin: Pin, cache: Path) -> Path | None:
    """The pin's file in the cache: a wheel rather than source, and only if its hash is one of the pin's."""
    fitting = [path for path in sorted(cache.iterdir()) if path.is_file() and _named(path) == (pin.name, pin.version)]
    for path in sorted(fitting, key=lambda path: path.suffix != ".whl"):
        if hashlib.sha256(path.read_bytes()).hexdigest() in pin.hashes:
            return path
    return None


def _named(path: Path) -> tuple[str, str] | None:
    """Normalised name and version of a distribution's file."""
    if path.suffix == ".whl":
        name, version, _, _ = parse_wheel_filename(path.name)
    elif path.name.endswith((".tar.gz", ".zip")):
        name, version = parse_sdist_filename(path.name)
    else:
        return None
    return name, str(version)


def _download(pins: list[Pin], runtime: Runtime, cache: Path) -> None:
    wanted_file = cache / "wanted.txt"
    wanted_file.write_text("".join(f"{pin.line}\n" for pin in pins), encoding="utf-8")
    target = ["--python-version", runtime.version, "--implementation", "cp"]
    target += [option for platform in PLATFORMS for option in ("--platform", platform)]
    # `--no-deps`: the pins are complete, and it lets pip take source where there is no wheel.
    _pip("download", "--require-hashes", "--no-deps", *target, "--dest", str(cache), "--requirement", str(wanted_file))


def _built(source: Path, cache: Path) -> Path:
    """A wheel of checked source. It lies in a folder named by the source's hash, so that it is built once."""
    folder = cache / hashlib.sha256(source.read_bytes()).hexdigest()
    if not folder.is_dir():
        making = folder.with_suffix(".making")
        _pip("wheel", "--no-deps", "--no-index", "--wheel-dir", str(making), str(source))
        making.rename(folder)
    (wheel,) = folder.glob("*.whl")
    if not wheel.name.endswith("-none-any.whl"):
        raise BundleError(f"{source.name} has no wheel for the runtime and is not pure Python")
    return wheel


def _pip(command: str, *arguments: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--no-build-isolation"]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "315532800"}
    pip = [sys.executable, "-m", "pip", command, *quiet, *arguments]
    done = subprocess.run(
        pip, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, text=True
    )
    if done.returncode:
        raise BundleError(f"pip {command} failed:\n{done.stdout[-2000:].strip()}")
