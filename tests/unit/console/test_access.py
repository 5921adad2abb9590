"""Pages for everybody: named fields, headings in order, tables with heads, contrast in light and dark (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from shared.console.app import PAGES, answer
from shared.console.http import WebRequest
from shared.console.render import style
from shared.console.site import NightRows, Site
from shared.console.visitor import Visitor
from shared.policy.model import Policy
from tests.support.clock import START
from tests.support.memory_ledger import MemoryLedger
from tests.unit.console.conftest import BOSS, KEY, RULE
from tests.unit.console.test_hostile_pages import everywhere
from tests.unit.console.test_tonight import rows
from tests.unit.people.conftest import held

_VOID = {"meta", "link", "input", "rect", "br"}
_NAMED = {"button", "a", "h1", "h2", "h3", "title", "label", "caption", "summary", "th", "legend"}


class Node:
    """An element."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    @property
    def name(self) -> str:
        """The text within."""
        return self.text.strip() + "".join(child.name for child in self.children)

    def all(self) -> list[Node]:
        """This and what is within, in order."""
        return [self, *(inner for child in self.children for inner in child.all())]


class Document(HTMLParser):
    """A page as a tree; what is not closed as it was opened is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = Node("", {})
        self._open = [self.root]
        self.feed(page)
        assert len(self._open) == 1, [one.tag for one in self._open]
        self.nodes = self.root.all()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in _VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].text += data

    def every(self, *tags: str) -> list[Node]:
        """The elements of these names."""
        return [node for node in self.nodes if node.tag in tags]


@pytest.fixture
def pages(ledger: MemoryLedger) -> dict[str, Document]:
    """Each page with something on it, and the one of an error."""
    token = everywhere(ledger, "a text")
    policy = Policy(version=1, rules=(RULE,), people=(BOSS,))
    site = Site(ledger=ledger, policy=policy, now=START + 1, key=KEY, night=lambda: NightRows(rows(30)))
    boss = Visitor(name="boss", how="console", people=(BOSS,))
    asked: dict[str, dict[str, list[str]]] = {path: {} for path in (*PAGES, "/nowhere") if path != "/metrics"}
    asked |= {"/case": {"id": [held(1).failure_id]}, "/link": {"t": [token]}}
    return {
        path: Document(answer(site, WebRequest(method="GET", path=path, query=query), boss).body.decode())
        for path, query in asked.items()
    }


def test_every_page_has_a_language_a_title_and_one_heading_and_skips_none(pages: dict[str, Document]) -> None:
    """Also landmarks, and a link over what is the same on each page."""
    titles = set()
    for path, page in pages.items():
        (html,) = page.every("html")
        assert html.attributes["lang"] == "en", path
        titles.add(page.every("title")[0].name)
        assert [len(page.every(tag)) for tag in ("h1", "main", "header", "footer")] == [1] * 4, path
        levels = [int(node.tag[1]) for node in page.every("h1", "h2", "h3", "h4")]
        assert levels[0] == 1, path
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels)), (path, levels)
        assert page.every("a")[0].attributes == {"class": "skip", "href": "#main"}, path
        (viewport,) = [node for node in page.every("meta") if node.attributes.get("name") == "viewport"]
        assert "user-scalable" not in viewport.attributes["content"]
    assert len(titles) == len(pages)


def test_every_field_has_a_label_and_every_control_a_name(pages: dict[str, Document]) -> None:
    """By which it is called; an id stands once."""
    for path, page in pages.items():
        ids = [node.attributes["id"] for node in page.nodes if "id" in node.attributes]
        assert len(ids) == len(set(ids)), path
        labels = {node.attributes.get("for") for node in page.every("label")}
        for field in page.every("input", "select", "textarea"):
            if field.attributes.get("type") != "hidden":
                assert field.attributes["id"] in labels, (path, field.attributes)
        for node in page.every(*_NAMED):
            assert node.name.strip(), (path, node.tag)
        for node in page.nodes:
            for pointer in ("aria-labelledby", "for"):
                assert node.attributes.get(pointer, ids[0]) in ids, (path, node.attributes)
        for button in page.every("button"):
            assert button.attributes["type"] == "submit", path


def test_tables_pictures_and_what_scrolls_are_named(pages: dict[str, Document]) -> None:
    """Heads with a scope, a caption, a title for a picture; what scrolls can be reached with the keyboard."""
    assert pages["/"].every("svg")
    for path, page in pages.items():
        for table in page.every("table"):
            assert [node for node in table.all() if node.tag == "caption"], path
        assert all(node.attributes.get("scope") in {"col", "row"} for node in page.every("th")), path
        for picture in page.every("svg"):
            assert picture.attributes["role"] == "img"
            assert picture.children[0].tag == "title"
        for node in page.nodes:
            if node.tag == "pre" or node.attributes.get("class") == "scroll":
                assert (node.attributes["tabindex"], node.attributes["role"]) == ("0", "region"), path
                assert node.attributes["aria-label"], path


def test_where_one_is_is_told_not_by_colour_alone(pages: dict[str, Document]) -> None:
    """The page's own entry is marked for whoever does not see it."""
    for path in ("/", "/held", "/open", "/breakers", "/nodes", "/modes", "/rules"):
        (here,) = [node for node in pages[path].every("a") if node.attributes.get("aria-current") == "page"]
        assert here.attributes["href"] == path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(scheme: str) -> None:
    """4.5 to 1 for text (WCAG 1.4.3), 3 to 1 for lines and rims that tell something (1.4.11)."""
    sheet = style().decode()
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    colours = {name: value for block in (blocks if scheme == "dark" else blocks[:1]) for name, value in _colours(block)}
    for ink in ("ink", "link", "bad", "good", "warn", "no"):
        for paper in ("paper", "soft"):
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    assert _contrast(colours["on-button"], colours["button"]) >= 4.5
    for line in ("line", "button"):
        assert _contrast(colours[line], colours["paper"]) >= 3, line
    assert "outline: 3px" in sheet


def _colours(block: str) -> list[tuple[str, str]]:
    return re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)


def _contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_moments_are_told_on_the_clocks_of_the_zone(ledger: MemoryLedger) -> None:
    """On every page, wherever in it; for machines they stand in UTC beside."""
    token = everywhere(ledger, "a text")
    policy, zone = Policy(version=1, rules=(RULE,), people=(BOSS,)), ZoneInfo("Asia/Kathmandu")
    site = Site(ledger=ledger, policy=policy, now=START + 1, key=KEY, night=lambda: NightRows(rows(30)), zone=zone)
    boss = Visitor(name="boss", how="console", people=(BOSS,))
    for path, query in (*((path, {}) for path in ("/", "/held", "/open", "/breakers", "/modes")), _CASE, _link(token)):
        page = answer(site, WebRequest(method="GET", path=path, query=query), boss).body.decode()
        moments = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', page)
        assert len(moments) > 1, path
        for utc, told in moments:
            assert f"{datetime.fromisoformat(utc.replace('Z', '+00:00')).astimezone(zone):%d %b %H:%M}" == told, path


_CASE = ("/case", {"id": [held(1).failure_id]})


def _link(token: str) -> tuple[str, dict[str, list[str]]]:
    return "/link", {"t": [token]}
