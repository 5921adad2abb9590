"""Scenario files: what they make, what they refuse, and how a recording is moved to the present."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from localcloud.scenario import ScenarioError, read_story, story_of
from localcloud.story import Story

NOW = 1_800_000_000.7


def moved(text: str) -> str:
    """The text as a story of that morning moves it to NOW."""
    return story_of({"moment": "2026-01-05T10:16:00Z"}).moved(text.encode(), NOW).decode()


@pytest.mark.parametrize(
    ("recorded", "played"),
    [
        ('"time": "2026-01-05T10:15:30.120Z"', '"time": "2027-01-15T07:59:30.120Z"'),
        ('"aliyunpublishtime": "2026-01-05T18:15:31.179PRC"', '"aliyunpublishtime": "2027-01-15T15:59:31.179PRC"'),
        ('"occurred_at": "2026-01-05T18:15:30+08:00"', '"occurred_at": "2027-01-15T15:59:30+08:00"'),
        ('"started_at": 1767600000', '"started_at": 1799991840'),
        (r"{\"started_at\": \"1767600000\"}", r"{\"started_at\": \"1799991840\"}"),
        ('"occurred_at": 1767549641500', '"occurred_at": 1799941481500'),
        ('"data_time": "2026-01-05 02:00:00"', '"data_time": "2026-01-05 02:00:00"'),
        ('"occurred_at": "2026-01-04T10:15:59Z"', '"occurred_at": "2026-01-04T10:15:59Z"'),
        ('"occurred_at": "2026-01-05T10:16:01Z"', '"occurred_at": "2026-01-05T10:16:01Z"'),
        ('"job_id": 1767600000', '"job_id": 1767600000'),
        ('"started_at": 17676000001', '"started_at": 17676000001'),
        ('"time": "2026-01-05T25:15:30Z"', '"time": "2026-01-05T25:15:30Z"'),
    ],
)
def test_a_recording_is_moved(recorded: str, played: str) -> None:
    """Times of the day before the moment move by the same whole seconds; all else stays, byte for byte."""
    assert moved(recorded) == played


def test_without_a_moment_nothing_is_moved() -> None:
    """A story that tells no moment moves no time."""
    assert Story().moved(b'"time": "2026-01-05T10:15:30Z"', NOW) == b'"time": "2026-01-05T10:15:30Z"'


@pytest.mark.parametrize(
    ("raw", "paths"),
    [
        ([], ["$"]),
        ("text", ["$"]),
        ({"moment": "2026-01-05T10:16:00"}, ["$.moment"]),
        ({"colour": "red"}, ["$"]),
        ({"clusters": {}}, ["$.clusters"]),
        ({"clusters": [7]}, ["$.clusters[0]"]),
        ({"clusters": [{"id": "a", "jobs": [{"id": "1", "runs": ["fly"]}]}]}, ["$.clusters[0].jobs[0].runs[0]"]),
        (
            {"clusters": [{"id": "a", "scheduler": "lsf", "jobs": [{}]}]},
            ["$.clusters[0].jobs[0]", "$.clusters[0].scheduler"],
        ),
        ({"clusters": [{"id": "a"}, {"id": "a"}]}, ["$"]),
        ({"clusters": [{"id": "a", "jobs": [{"id": "1"}, {"id": "1"}]}]}, ["$"]),
        ({"groups": [{"namespace": "n", "id": "g", "jobs": [{"id": 0}]}]}, ["$.groups[0].jobs[0].id"]),
        (
            {"groups": [{"namespace": "n", "id": "g", "jobs": [{"id": 1, "instances": [{"data_time": "today"}]}]}]},
            ["$.groups[0].jobs[0].instances[0].data_time"],
        ),
        (
            {"logstores": [{"project": "P", "name": "logs"}, {"name": 1}]},
            ["$.logstores[0].project", "$.logstores[1].name"],
        ),
    ],
)
def test_every_fault_has_its_path(raw: Any, paths: list[str]) -> None:
    """One fault an element, each with the path of what is wrong."""
    with pytest.raises(ScenarioError) as caught:
        story_of(raw)
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == paths


@pytest.mark.parametrize("text", [b"a: [", b"\xff\xfe\x00", b"x" * ((1 << 20) + 1)])
def test_a_file_that_is_no_yaml_is_one_fault(tmp_path: Path, text: bytes) -> None:
    """Broken, binary and oversized files are told, not raised as something else."""
    file = tmp_path / "world.yaml"
    file.write_bytes(text)
    with pytest.raises(ScenarioError) as caught:
        read_story(file)
    assert len(caught.value.faults) == 1
