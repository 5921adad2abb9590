"""Globs: `*` and `?`, case counts, the whole text must fit."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.globs import glob_test
from tests.support.growth import LINEAR, growth


@pytest.mark.parametrize(
    ("globs", "fits", "fails"),
    [
        (["ann"], ["ann"], ["", "Ann", "anna", "an", "xann"]),
        (["ann", "bob"], ["ann", "bob"], ["annbob", "eve"]),
        (["*"], ["ann", " ", "\n"], [""]),
        (["gpu*"], ["gpu", "gpu1", "gpu\n1"], ["", "cpu", "xgpu"]),
        (["gpu*", "cpu"], ["gpu1", "cpu"], ["cpu1"]),
        (["*gpu"], ["gpu", "xgpu"], ["gpux", ""]),
        (["a*b*c"], ["abc", "axxbyyc", "abcbc"], ["ab", "acb", "abcd"]),
        (["?"], ["a", "磁", "\n"], ["", "ab"]),
        (["a?c"], ["abc", "a磁c"], ["ac", "abbc"]),
        (["**"], ["x"], [""]),
        (["a.c", "a+c"], ["a.c", "a+c"], ["abc", "aac"]),
        (["[ab]*"], ["[ab]x"], ["a", "b"]),
        (["a\\*"], ["a\\", "a\\x"], ["a*"]),
        (["x|y*?"], ["x|yz"], ["x", "yz"]),
        (["ann", "b*b", "e?e"], ["ann", "bb", "bob", "eve"], ["ee", "b"]),
    ],
)
def test_what_a_glob_fits(globs: list[str], fits: list[str], fails: list[str]) -> None:
    """Only the two signs mean anything, also beside each other and across lines."""
    test = glob_test(globs)
    assert [text for text in fits if not test(text)] == []
    assert [text for text in fails if test(text)] == []


_SIGNS = "ab?*.\n磁["


@given(
    globs=st.lists(st.text(st.sampled_from(_SIGNS), min_size=1, max_size=8), min_size=1, max_size=4),
    text=st.text(st.sampled_from(_SIGNS + "\ud800"), max_size=8),
)
def test_as_the_standard_library_but_for_brackets(globs: list[str], text: str) -> None:
    """The same as `fnmatch` with brackets taken literally; no text and no glob raises."""
    expected = bool(text) and any(re.match(fnmatch.translate(glob.replace("[", "[[]")), text) for glob in globs)
    assert glob_test(globs)(text) is expected


def test_time_is_linear() -> None:
    """A glob that makes backtracking explode costs no more than another."""
    test = glob_test(["a*" * 100 + "b"])
    assert not test("a" * 20_000)
    assert growth(lambda size: test("a" * size), 20_000) < LINEAR
