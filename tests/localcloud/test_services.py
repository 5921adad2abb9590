"""A service is a folder and a line: one that is made up here is served, recorded and populated like the others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection
from typing import Any, ClassVar

import pytest
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from darabonba.runtime import RuntimeOptions

from localcloud.cloud import LocalCloud
from localcloud.ehpc.service import Ehpc
from localcloud.scenario import ScenarioError, story_of
from localcloud.service import Ground, Service
from localcloud.services import SERVICES
from localcloud.story import Element, Story
from localcloud.wire.http import Request, Response, json_response
from localcloud.wire.openapi import Operation
from localcloud.wire.server import Route
from localcloud.wire.signing import LOCAL_CREDENTIAL


class LampStory(Element, frozen=True, kw_only=True):
    """A lamp."""

    id: str
    lit: bool = False


class RoomStory(Element, frozen=True, kw_only=True):
    """A room with lamps."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"lamps": LampStory}
    id: str
    lamps: tuple[LampStory, ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """A lamp is in one room."""
        yield from (("lamp", lamp.id) for lamp in self.lamps)

    def shown(self) -> tuple[str, str]:
        """Its id."""
        return "room", self.id


class Lighting(Service):
    """Lamps, switched through the gateway and shown at a path of their own."""

    title = "Lighting"
    stories: ClassVar[Mapping[str, type[Element]]] = {"rooms": RoomStory}

    def __init__(self) -> None:
        self.lamps: dict[str, bool] = {}

    @classmethod
    def on(cls, _ground: Ground) -> Lighting:
        """Dark."""
        return cls()

    def operations(self) -> Iterable[Operation]:
        """One switch."""
        return [Operation("2030-01-01", "SwitchOn", "GET", self.switch_on, ("LampId",))]

    def routes(self) -> Iterable[Route]:
        """One page."""
        return [(lambda request: request.path == "/lamps", self)]

    def switch_on(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Let there be light."""
        self.lamps[parameters["LampId"]] = True
        return {}

    def handle(self, _request: Request) -> Response:
        """What is lit."""
        return json_response(sorted(lamp for lamp, lit in self.lamps.items() if lit))

    def populate(self, story: Story, _now: float) -> None:
        """Lamps as the story has them."""
        self.lamps |= {lamp.id: lamp.lit for room in story.of(RoomStory) for lamp in room.lamps}


WITH_LIGHTING: tuple[type[Service], ...] = (*SERVICES, Lighting)


def lit(cloud: LocalCloud) -> Any:
    """The page."""
    connection = HTTPConnection("127.0.0.1", cloud.server.port, timeout=5)
    connection.request("GET", "/lamps")
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_a_made_up_service_is_served_beside_the_others() -> None:
    """Scenario, gateway and a route of its own, and the official SDK's core switches its lamp."""
    raw = {"rooms": [{"id": "hall", "lamps": [{"id": "a", "lit": True}, {"id": "b"}]}], "clusters": [{"id": "c"}]}
    with LocalCloud(services=WITH_LIGHTING) as cloud:
        story = story_of(raw, WITH_LIGHTING)
        assert [one.shown() for one in story.elements] == [("cluster", "c (pbs, 0 jobs)"), ("room", "hall")]
        cloud.populate(story, cloud.clock.now())
        assert lit(cloud) == ["a"]
        assert list(cloud[Ehpc].clusters) == ["c"]
        key = {
            "access_key_id": LOCAL_CREDENTIAL.access_key_id,
            "access_key_secret": LOCAL_CREDENTIAL.access_key_secret,
        }
        client = Client(Config(protocol="http", endpoint=cloud.host, **key))
        params = Params(
            action="SwitchOn",
            version="2030-01-01",
            protocol="HTTP",
            pathname="/",
            method="GET",
            auth_type="AK",
            style="RPC",
            req_body_type="json",
            body_type="json",
        )
        client.call_api(params, OpenApiRequest(query={"LampId": "b"}), RuntimeOptions())
        assert lit(cloud) == ["a", "b"]
        assert [call.action for call in cloud.openapi.calls] == ["SwitchOn"]


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ({"rooms": [{"id": "hall", "lamps": [{"lit": 3}]}]}, "$.rooms[0].lamps[0].lit"),
        ({"rooms": [{"id": "hall", "colour": "red"}]}, "$.rooms[0]"),
        ({"rooms": [{"id": "x", "lamps": [{"id": "a"}]}, {"id": "y", "lamps": [{"id": "a"}]}]}, "$"),
    ],
)
def test_its_scenario_is_checked_as_the_others(raw: Any, path: str) -> None:
    """Faults have their paths, and names that are there twice are faults."""
    with pytest.raises(ScenarioError) as caught:
        story_of(raw, WITH_LIGHTING)
    assert [fault.partition(": ")[0] for fault in caught.value.faults] == [path]


def test_a_service_that_is_not_in_the_line_is_not_there() -> None:
    """Its lists are faults in a scenario, its page is 404, and nobody gets it by its class."""
    with pytest.raises(ScenarioError):
        story_of({"rooms": []})
    with LocalCloud() as cloud:
        assert lit(cloud)["Code"] == "NotFound"
        with pytest.raises(KeyError):
            cloud[Lighting]


def test_a_handler_mounted_later_goes_first() -> None:
    """So a test can put a service with settings of its own before the cloud's."""

    class Other:
        def handle(self, _request: Request) -> Response:
            return json_response("mine")

    with LocalCloud(services=WITH_LIGHTING) as cloud:
        assert lit(cloud) == []
        cloud.mount(lambda request: request.path == "/lamps", Other())
        assert lit(cloud) == "mine"
