"""Misspelt settings are told by name, and never with their value."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import functions.sweep.index as sweep
from shared.domain.errors import SettingsError
from shared.settings import environment, read_settings, unknown_names
from shared.settings.spelling import ELSEWHERE, MAX_CHARS, MAX_TOLD, NAMES

ROOT = Path(__file__).resolve().parents[3]
VALUE = "planted-4711"


@pytest.mark.parametrize(
    ("name", "closest"),
    [
        ("SECONDWIND_OUTCOME_PROJEKT", "SECONDWIND_OUTCOME_PROJECT"),
        ("SECONDWIND_LEDGER", "SECONDWIND_LEDGER_URL"),
        ("SECONDWIND_TIMEZONE", "SECONDWIND_TIME_ZONE"),
        ("SECONDWIND_MOD", "SECONDWIND_MODE"),
        ("SECONDWIND_POLICY", "SECONDWIND_POLICY_FILE"),
        ("SECONDWIND_EHPC_ENPOINT", "SECONDWIND_EHPC_ENDPOINT"),
        ("SECOND_WIND_MODE", "SECONDWIND_MODE"),
        ("SecondWind_Mode", "SECONDWIND_MODE"),
        ("SECONDWINDMODE", "SECONDWIND_MODE"),
    ],
)
def test_a_misspelt_name_is_told_with_the_closest(name: str, closest: str) -> None:
    """One unknown variable, and what was probably meant."""
    (found,) = unknown_names({name: VALUE, "PATH": "/bin", "SECONDWIND_MODE": "auto"})
    assert (found.name, found.closest) == (name, closest)
    assert VALUE not in str(found)


def test_known_names_are_not_told() -> None:
    """Neither a setting, nor a variable of the emitters, nor anybody else's."""
    others = ("PATH", "FC_REGION", "SECOND", "WIND_SECONDWIND_MODE", "")
    assert unknown_names(dict.fromkeys([*NAMES, *ELSEWHERE, *others], VALUE)) == []


def test_the_names_are_those_that_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list has exactly what `read_settings` asks for, and the emitters' has exactly what they read."""
    asked: list[str] = []
    monkeypatch.setattr(environment._Reader, "optional", lambda _self, name, _parse: asked.append(name))
    with pytest.raises(SettingsError):
        read_settings({}, "cn-hangzhou")
    assert sorted(asked) == sorted(NAMES)
    files = [path for path in (ROOT / "emitters").rglob("*") if path.is_file() and path.suffix != ".pyc"]
    texts = "".join(path.read_text(encoding="utf-8") for path in files)
    assert set(re.findall(r"SECONDWIND_[A-Z_]*[A-Z]", texts)) - set(NAMES) == ELSEWHERE


@given(st.dictionaries(st.text(max_size=80).map(lambda text: f"SECONDWIND_{text}"), st.just(VALUE), max_size=40))
def test_any_name_is_told_bounded_and_printable(environ: dict[str, str]) -> None:
    """Whatever characters a name has, what is told is short and one line, and has no value."""
    told = unknown_names(environ)
    assert len(told) <= MAX_TOLD
    for one in told:
        assert len(one.name) <= MAX_CHARS
        assert one.name.isascii()
        assert one.name.isprintable()
        assert one.closest in NAMES


def test_initialize_warns_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """One warning with every unknown name and its closest; also where the settings are bad because of it. No value."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SECONDWIND_OUTCOME_PROJEKT", VALUE)
    monkeypatch.setenv("SECONDWIND_MOD", VALUE)
    with caplog.at_level(logging.WARNING), pytest.raises(SettingsError, match="SECONDWIND_OUTCOME_PROJECT"):
        sweep.initialize(SimpleNamespace(region="cn-hangzhou"))
    (record,) = caplog.records
    for word in (
        "SECONDWIND_MOD (closest: SECONDWIND_MODE)",
        "SECONDWIND_OUTCOME_PROJEKT (closest: SECONDWIND_OUTCOME_PROJECT)",
    ):
        assert word in record.message
    assert VALUE not in caplog.text


def test_initialize_does_not_warn_of_good_names(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """With settings alone nothing is said."""
    monkeypatch.delenv("FC_FUNC_CODE_PATH", raising=False)
    for name in [name for name in os.environ if name.startswith("SECONDWIND_")]:
        monkeypatch.delenv(name)
    good = {"OUTCOME_PROJECT": "sw-logs", "OUTCOME_LOGSTORE": "outcomes", "LEDGER_URL": f"sqlite://{tmp_path}/l.db"}
    for name, value in good.items():
        monkeypatch.setenv(f"SECONDWIND_{name}", value)
    with caplog.at_level(logging.WARNING):
        sweep.initialize(SimpleNamespace(region="cn-hangzhou"))
    assert caplog.records == []
