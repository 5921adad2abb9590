"""The policy that is in the package for Function Compute, or that would go into one: deployed functions read no other.

`SECONDWIND_POLICY_FILE` of the environment that is looked at may name a file that no function ever sees.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from secondwind.commands.doctor.findings import Finding, Level, Subject
from shared.policy.load import MAX_TEXT_BYTES, PolicyReport, check_policy

CHECK = "packaged policy"
FILE = "policy.yaml"
PACKAGES = "build/secondwind-*.zip"
"""Where `make bundle` leaves them, one a runtime."""
_MAKE = "`make bundle` makes the package anew, and `s deploy` does so by itself"


def packaged(subject: Subject) -> Iterator[Finding]:
    """Each package's policy is usable, and is the one that lies here and was looked at."""
    here = _usable(_of_file(subject.root / FILE))
    looked_at = _usable(_of_file(subject.settings.policy_file))
    archives = sorted(subject.root.glob(PACKAGES))
    if not archives and (subject.root / FILE).resolve() == subject.settings.policy_file.resolve():
        yield Finding(CHECK, Level.SKIP, f"no package here yet; {FILE}, which was looked at, goes into it")
    elif not archives:
        yield _would_be(here, looked_at)
    for archive in archives:
        yield _package(archive, here, looked_at)


def _would_be(here: PolicyReport | None, looked_at: PolicyReport | None) -> Finding:
    if here is None or here.policy is None:
        said = f"{FILE}, which goes into the package, cannot be used"
        return Finding(CHECK, Level.FAIL, said, f"`secondwind policy check {FILE}` shows every fault")
    version = here.policy.policy_version
    if _version(looked_at) not in {"", version}:
        said = f"no package here; {FILE}, version {version}, goes into it, and not what SECONDWIND_POLICY_FILE names"
        return Finding(CHECK, Level.WARN, said, f"functions read the package's {FILE}: look at that one")
    return Finding(CHECK, Level.OK, f"no package here yet; {FILE}, version {version}, goes into it")


def _package(archive: Path, here: PolicyReport | None, looked_at: PolicyReport | None) -> Finding:
    packed = _usable(_of_archive(archive))
    if packed is None or packed.policy is None:
        return Finding(CHECK, Level.FAIL, f"{archive.name} has a policy that cannot be used, or none", _MAKE)
    version = packed.policy.policy_version
    if version != _version(here):
        said = f"{archive.name} has version {version}, and {FILE} here is another: it was changed since"
        return Finding(CHECK, Level.WARN, said, _MAKE)
    if _version(looked_at) not in {"", version}:
        said = f"{archive.name} has version {version}, not the one that SECONDWIND_POLICY_FILE names"
        return Finding(CHECK, Level.WARN, said, f"functions read the package's {FILE}: look at that one")
    return Finding(CHECK, Level.OK, f"{archive.name} has version {version}, as it is here")


def _version(report: PolicyReport | None) -> str:
    return report.policy.policy_version if report is not None and report.policy is not None else ""


def _usable(text: bytes | None) -> PolicyReport | None:
    try:
        return None if text is None else check_policy(text.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None


def _of_file(path: Path) -> bytes | None:
    try:
        with path.open("rb") as opened:
            return opened.read(MAX_TEXT_BYTES + 1)
    except OSError:
        return None


def _of_archive(path: Path) -> bytes | None:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(FILE) as opened:
            return opened.read(MAX_TEXT_BYTES + 1)
    except (OSError, KeyError, EOFError, RuntimeError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error):
        return None  # damaged, or not ours
