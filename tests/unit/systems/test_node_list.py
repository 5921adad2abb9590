"""The spellings of NodeList, and what is none of them."""

from __future__ import annotations

import tracemalloc

import pytest

from shared.systems.ehpc.nodes import MOST_NODES, among, listed


@pytest.mark.parametrize(
    ("written", "nodes"),
    [
        ('["compute2", "compute3"]', ("compute2", "compute3")),
        ("['compute2', 'compute3']", ("compute2", "compute3")),
        ("['compute2']", ("compute2",)),
        ("compute[002,005]", ("compute002", "compute005")),
        ("compute[002-004,7],gpu1", ("compute002", "compute003", "compute004", "compute7", "gpu1")),
        ("compute[08-11]", ("compute08", "compute09", "compute10", "compute11")),
        ("compute1", ("compute1",)),
        ("compute1.cluster.local,compute2", ("compute1.cluster.local", "compute2")),
        (["compute1"], ("compute1",)),
        ('["compute1/0*8"]', ("compute1",)),
        ("n1/0*8+n2/0*8", ("n1", "n2")),
        ('["n1/0*8+n2/0*8"]', ("n1", "n2")),
        (["n1/0+n1/1", "n2/0"], ("n1", "n2")),
        ("(n1/0*8)+(n2/0*8)", ("n1", "n2")),
        ("cn[01-03,07]-ib", ("cn01-ib", "cn02-ib", "cn03-ib", "cn07-ib")),
        ('["gpu[1-2]x[3-4]"]', ("gpu1x3", "gpu1x4", "gpu2x3", "gpu2x4")),
        ('"[\\"n1\\", \\"n2\\"]"', ("n1", "n2")),
        ("[u'n1', u'n2']", ("n1", "n2")),
        ("('n1', 'n2')", ("n1", "n2")),
        (["n1,n2", " n3 "], ("n1", "n2", "n3")),
        (["", None, "n1"], ("n1",)),
        ("n1,,n2,", ("n1", "n2")),
        ("[compute1, compute2]", ("compute1", "compute2")),
        ("['compute[002,005]', \"gpu1\"]", ("compute002", "compute005", "gpu1")),
        (["compute[1-2]", "gpu1"], ("compute1", "compute2", "gpu1")),
        ("rack[1-2]n[08-09],gpu[1-2]-ib", ("rack1n08", "rack1n09", "rack2n08", "rack2n09", "gpu1-ib", "gpu2-ib")),
        (" compute[002, 005 - 006] \n", ("compute002", "compute005", "compute006")),
        ("None", ()),
        ("[null]", ()),
        ("(null)", ()),
        ("['']", ()),
    ],
)
def test_every_documented_spelling(written: object, nodes: tuple[str, ...]) -> None:
    """Arrays of JSON, Python and Java, Slurm's expressions, and these in those."""
    assert listed(written) == nodes


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", "[]", "['a'", "a[1", "a]1[", "a[3-1]", "a[1-]", "a b", "a[1-999999]", "{}", "7", 7, "a[,]"),
        *("[" * 9_000, "1,2", "n1(x8)", "N/A", "-", "None assigned", "n[1-3:2]", "n1*8"),
        *(["n1 n2"], [{"Host": "n1"}], {"Node": ["n1"]}),
    ],
)
def test_anything_else_is_no_nodes(written: object) -> None:
    """Supporting evidence only: what cannot be read, or is more than any job has, supports nothing."""
    assert listed(written) == ()


def test_more_than_any_job_has_is_none() -> None:
    """Each part is small enough, the whole is not; names alone are read to the last one, and to the last sign."""
    names = [f"n{number:014}" for number in range(MOST_NODES)]
    text = f"{','.join(names)} "
    assert (len(text), listed(text), listed(f"{text} ")) == (65_536, tuple(names), ())
    assert (listed(names), listed([*names, "n"])) == (tuple(names), ())
    assert listed("a[1-4000],b[1-4000]") == ()
    assert listed("a[1-100]b[1-100]c[1-100]d[1-100]") == ()


def test_a_list_of_many_is_read_in_no_time() -> None:
    """The bound itself is read, and not one more."""
    assert len(listed(f"n[1-{MOST_NODES}]")) == MOST_NODES
    assert len(listed(f"n[1-{MOST_NODES - 2},8000-8001]")) == MOST_NODES
    for more in (f"n[1-{MOST_NODES + 1}]", f"n[1-{MOST_NODES},8000]", f"n[1-{MOST_NODES - 1},8000-8001]"):
        assert listed(more) == ()


def test_a_node_told_is_found_in_an_expression() -> None:
    """And another is not."""
    nodes = listed("compute[002,005]")
    assert among("compute005", nodes)
    assert not among("compute003", nodes)


@pytest.mark.parametrize(
    ("told", "proves_nothing_else"),
    [
        ("compute002,compute005", True),
        ("compute002,compute003", False),
        ("compute003 compute005", False),
        ("gpu[1,4]", True),
        ("gpu[1-4],compute003", False),
        ("(null)", True),
        ("None", True),
        ("N/A", True),
        (" compute002, ", True),
        ("Compute002.cluster.local+compute005/0*8", True),
    ],
)
def test_each_of_several_that_are_told_is_looked_for(told: str, proves_nothing_else: bool) -> None:  # noqa: FBT001
    """An expression that is told is not read, so it proves nothing."""
    assert among(told, listed("compute[002,005]")) is proves_nothing_else


def test_expressions_that_are_too_many_are_not_spelled_out() -> None:
    """Where the first fills the list the next is refused before anything is made of it."""
    text = ",".join(f"n{number}-[0-{MOST_NODES - 1}]" for number in range(50))
    tracemalloc.start()
    nodes = listed(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert nodes == ()
    assert peak < 4_000_000, "50 would take some 25 MB"
