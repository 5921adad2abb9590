"""Which places a policy may name to be watched, and within which bounds."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.systems.dataworks.watch import Projects
from shared.systems.ehpc.watch import Clusters
from shared.systems.schedulerx.watch import Groups
from shared.systems.schedulerx3.watch import Apps

ID = 2**63 - 1


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [({"project_id": 1}, (1,)), ({"projects": [ID, 2]}, (ID, 2)), ({"projects": [1] * 64}, (1,) * 64)],
)
def test_workspaces_are_one_or_several(wanted: dict[str, Any], ids: tuple[int, ...]) -> None:
    """By their ids."""
    assert msgspec.convert(wanted, Projects).ids == ids


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"project_id": 1, "projects": [2]},
        {"projects": []},
        {"projects": [1] * 65},
        {"project_id": 0},
        {"project_id": ID + 1},
        {"projects": [0]},
        {"project_id": 1, "days": 0},
        {"project_id": 1, "days": 32},
    ],
)
def test_which_workspaces_must_be_clear(wanted: dict[str, Any]) -> None:
    """Neither none nor both ways, and within bounds."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wanted, Projects)


@pytest.mark.parametrize(
    ("system", "named"),
    [
        (Groups, {"namespace": "n", "groups": ["a"]}),
        (Apps, {"cluster_id": "c", "apps": ["a"]}),
        (Projects, {"project_id": 1}),
    ],
)
def test_how_far_back_is_bounded_on_both_sides(system: Any, named: dict[str, Any]) -> None:
    """As the description says, to the number."""
    name, least, most = ("days", 1, 31) if system is Projects else ("reach_h", 1, 720)
    for good in (least, most):
        assert getattr(msgspec.convert({**named, name: good}, system), name) == good
    for bad in (least - 1, most + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({**named, name: bad}, system)


@pytest.mark.parametrize(
    ("part", "name", "least", "most"),
    [("nodes", "grace_s", 60, 86_400), ("silence", "after_s", 300, 604_800), ("overdue", "after_h", 1, 8_760)],
)
def test_how_long_a_cluster_s_job_may_stand_is_bounded(part: str, name: str, least: int, most: int) -> None:
    """Each part is looked for only where it is written."""
    bare = msgspec.convert({"clusters": ["c"]}, Clusters)
    assert (bare.nodes, bare.silence, bare.overdue) == (None, None, None)
    for good in (least, most):
        read = msgspec.convert({"clusters": ["c"], part: {name: good}}, Clusters)
        assert getattr(getattr(read, part), name) == good
    for bad in (least - 1, most + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"clusters": ["c"], part: {name: bad}}, Clusters)


def test_an_application_is_watched_in_one_cluster() -> None:
    """By its id, under one of two names."""
    for name in ("cluster_id", "cluster"):
        assert msgspec.convert({name: "c", "apps": ["*"]}, Apps).of_cluster == "c"
    for wanted in ({}, {"cluster_id": "c", "cluster": "c"}, {"cluster_id": ""}, {"cluster": ""}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({**wanted, "apps": ["a"]}, Apps)
