"""The console as a person has it: a real Chromium, headless, over `secondwind console` and a ledger file."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from secondwind.commands.console.run import serving
from secondwind.commands.console.server import LoopbackServer
from secondwind.which_ledger import LedgerTerms
from shared.console.visitor import Visitor
from shared.ledger.sqlite import SqliteLedger
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.people import Deed, Person
from shared.ports import Ledger
from tests.support.clock import Clock

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"
"""Kept: what the pages looked like."""
WAITS_S = 20
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BROWSER = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
_DRIVER = shutil.which("chromedriver")
SECRET = "a-secret-of-a-test-with-more-than-32-characters"
WHY_NOT = "needs Chromium and its driver: the packages chromium and chromium-driver of Debian"
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --no-proxy-server"
)


@dataclass
class Desk:
    """A console that is served, and what it is served from."""

    ledger: Ledger
    clock: Clock
    server: LoopbackServer

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        return self.server.url


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty ledger and the console over it."""
    clock, file = Clock(), tmp_path / "ledger.db"
    ledger = SqliteLedger(str(file), clock)
    ledger.load(["none"])
    terms = LedgerTerms(
        ledger_url=f"sqlite://{file}", quiet=True, environ={"SECONDWIND_LINK_SECRET": SECRET}, clock=clock
    )
    policy = Policy(
        version=1,
        rules=(Rule(name="the-rest", match=Match(), action=Action.HOLD),),
        people=(Person(who="channel:ops", may=(Deed.APPROVE, Deed.REJECT)),),
    )
    person = Visitor(name="ann", how="console on this machine", holds_key=True)
    with serving(terms, policy, person) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield Desk(ledger, clock, server)
        server.shutdown()
        thread.join()
    ledger.close()


class Page:
    """One browser of one person."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def go(self, where: str) -> str:
        """Open it; what is read there."""
        self.driver.get(where)
        return self.text

    def click(self, label: str) -> str:
        """A link or a button; what is read then."""
        quoted = f"'{label}'"
        found = self.driver.find_element(
            By.XPATH, f"//a[normalize-space()={quoted}] | //button[normalize-space()={quoted}]"
        )
        return self._next(found.click)

    def enter(self, field: str, text: str) -> str:
        """Into a field, and the key that sends its form; what is read then."""
        return self._next(lambda: self.type(field, f"{text}\n"))

    def _next(self, act: Callable[[], None]) -> str:
        was = self.driver.find_element(By.TAG_NAME, "body")
        act()
        # While a page goes, its driver has more than one error for what stood there.
        waiting = WebDriverWait(self.driver, WAITS_S, ignored_exceptions=[WebDriverException])
        waiting.until(staleness_of(was))
        return str(waiting.until(lambda _: self.text))

    def type(self, field: str, text: str) -> None:
        """Into a field, by its id."""
        self.driver.find_element(By.ID, field).send_keys(text)

    def shot(self, name: str) -> None:
        """Keep what it looks like."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.driver.save_screenshot(str(SHOTS / f"{name}.png"))


@pytest.fixture
def people(tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Makes browsers, each with a profile of its own."""
    if _BROWSER is None or _DRIVER is None:
        pytest.skip(WHY_NOT)
    made: list[webdriver.Chrome] = []

    def browser(*, width: int = 1024, script: bool = True, dark: bool = False) -> Page:
        options = webdriver.ChromeOptions()
        options.binary_location = str(_BROWSER)
        for flag in (*_FLAGS.split(), f"--user-data-dir={tmp_path / f'profile-{len(made)}'}"):
            options.add_argument(flag)
        if not script:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        driver = webdriver.Chrome(options=options, service=Service(executable_path=str(_DRIVER)))
        made.append(driver)
        # A window is never as narrow as a telephone; the view is.
        metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        if dark:
            features = [{"name": "prefers-color-scheme", "value": "dark"}]
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        return Page(driver)

    yield browser
    for driver in made:
        driver.quit()
