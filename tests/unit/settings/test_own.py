"""The process's variables are read anew when they have changed, and only then."""

from __future__ import annotations

import os

import pytest

from shared.settings.own import own_variables, variables


def test_a_change_of_the_environment_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another value, another variable, one less."""
    monkeypatch.setenv("SECONDWIND_OWN_TEST", "1")
    assert ("SECONDWIND_OWN_TEST", "1") in own_variables()
    monkeypatch.setenv("SECONDWIND_OWN_TEST", "2")
    assert ("SECONDWIND_OWN_TEST", "2") in own_variables()
    monkeypatch.setenv("SOMEBODY_ELSES", "2")
    assert all(name.startswith("SECONDWIND_") for name, _ in own_variables())
    monkeypatch.delenv("SECONDWIND_OWN_TEST")
    assert "SECONDWIND_OWN_TEST" not in dict(own_variables())
    assert list(own_variables()) == sorted(own_variables())


def test_all_of_them_are_as_they_are_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also the keys, which the platform renews while the process lives."""
    for value in ("old", "new"):
        monkeypatch.setenv("ALIBABA_CLOUD_SECURITY_TOKEN", value)
        assert variables()["ALIBABA_CLOUD_SECURITY_TOKEN"] == value
        assert variables() == dict(os.environ)
    monkeypatch.delenv("ALIBABA_CLOUD_SECURITY_TOKEN")
    assert "ALIBABA_CLOUD_SECURITY_TOKEN" not in variables()


def test_what_has_not_changed_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of a whole environment are decoded once a process, not once an event."""
    monkeypatch.setenv("SECONDWIND_OWN_TEST", "1")
    before = own_variables()
    assert own_variables() is before


def test_an_environment_that_keeps_no_bytes_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What CPython does inside is not relied on."""
    plain = {"SECONDWIND_OWN_TEST": "1"}
    monkeypatch.setattr(os, "environ", plain)
    assert own_variables() == (("SECONDWIND_OWN_TEST", "1"),)
    plain["SECONDWIND_OWN_TEST"] = "2"
    assert own_variables() == (("SECONDWIND_OWN_TEST", "2"),)
    assert variables() == plain
