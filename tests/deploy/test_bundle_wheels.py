"""Which wheels a bundle is made of: pinned, hashed, of its runtime, and written nowhere else."""

from __future__ import annotations

import hashlib
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.deploy.conftest import KINDS
from tools import bundle
from tools.bundle_parts import ONLY_FOR, RUNTIMES, Ledger
from tools.bundle_wheels import BundleError, Pin, fetch_wheels, read_pins

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


@pytest.mark.parametrize("ledger", list(Ledger))
@pytest.mark.parametrize("name", sorted(KINDS))
def test_pins_are_of_the_runtime_and_the_ledger(name: str, ledger: Ledger) -> None:
    """Markers are judged by the target, not by this Python; another ledger's client is not even fetched."""
    pins = {pin.name: pin for pin in read_pins(REQUIREMENTS / "bundle.txt", RUNTIMES[name], ledger)}
    assert ("async-timeout" in pins) == (name == "python3.10")
    assert {only for only in ONLY_FOR if only in pins} == {only for only, wants in ONLY_FOR.items() if wants is ledger}
    assert "numpy" not in pins
    assert all(re.fullmatch("[0-9a-f]{64}", one) for pin in pins.values() for one in pin.hashes)


def test_the_bundle_has_the_versions_that_the_tests_run_with() -> None:
    """Every pin of the bundle is a pin of the development environment too, with the same hashes."""
    runtime = RUNTIMES["python3.12"]
    for ledger in Ledger:
        everything = read_pins(REQUIREMENTS / "all.txt", runtime, ledger)
        tested = {(pin.name, pin.version, pin.hashes) for pin in everything}
        bundled = read_pins(REQUIREMENTS / "bundle.txt", runtime, ledger)
        assert {(pin.name, pin.version, pin.hashes) for pin in bundled} <= tested


def test_a_pin_without_hash_or_version_is_refused(tmp_path: Path) -> None:
    """What could be anything is never fetched."""
    for line in ("six==1.17.0", "six>=1 --hash=sha256:00"):
        (tmp_path / "bundle.txt").write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(BundleError, match="six is not pinned"):
            read_pins(tmp_path / "bundle.txt", RUNTIMES["python3.12"], Ledger.NONE)


def test_a_cached_wheel_with_another_hash_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was changed in the cache counts as missing; without network the build fails, and does not take it."""
    (tmp_path / "six-1.17.0-py2.py3-none-any.whl").write_bytes(b"changed")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    pin = Pin("six", "1.17.0", frozenset({hashlib.sha256(b"published").hexdigest()}))
    with pytest.raises(BundleError, match="six"):
        fetch_wheels([pin], RUNTIMES["python3.12"], tmp_path)


def test_a_cached_wheel_with_the_right_hash_needs_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the cache has is taken from there: pip is not even started."""
    wheel = tmp_path / "six-1.17.0-py2.py3-none-any.whl"
    wheel.write_bytes(b"published")
    monkeypatch.setattr(subprocess, "run", lambda *_a, **_k: pytest.fail("a process was started"))
    pin = Pin("six", "1.17.0", frozenset({hashlib.sha256(b"published").hexdigest()}))
    assert fetch_wheels([pin], RUNTIMES["python3.12"], tmp_path) == {"six": wheel}


@pytest.mark.parametrize("name", ["../evil.py", "/evil.py", "x-1.data/../../evil.py"])
def test_no_wheel_writes_outside_of_the_bundle(tmp_path: Path, name: str) -> None:
    """A name that leads elsewhere stops the build."""
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
        wheel.writestr(name, b"")
    with pytest.raises(BundleError, match="outside"):
        bundle._unpack({"x": tmp_path / "x.whl"}, tmp_path / "folder")


def test_two_distributions_cannot_write_one_file(tmp_path: Path) -> None:
    """Which of two different files would win depends on nothing that anybody pinned, so neither does."""
    for name, content in (("a", b"1"), ("b", b"2")):
        with zipfile.ZipFile(tmp_path / f"{name}.whl", "w") as wheel:
            wheel.writestr("same.py", content)
    with pytest.raises(BundleError, match=r"different files same\.py"):
        bundle._unpack({name: tmp_path / f"{name}.whl" for name in "ab"}, tmp_path / "folder")
