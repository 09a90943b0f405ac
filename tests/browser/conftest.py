"""Debian's Chromium on a running service: what people see, by mouse and by keyboard, judged by axe."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from site_tools import PASSWORD, Site, copied, with_passwords

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4"]


@pytest.fixture(scope="session")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, served; what a test writes stays for the tests after it: use things of your own."""
    home = copied(demo_home, tmp_path_factory.mktemp("site") / "var")
    with_passwords(home)
    running = Site(home)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Until the tests of a file are done: while Playwright runs, no other test can run a loop of its own."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page in English; relative addresses are those of the site. An error in a script fails the test."""
    context = browser.new_context(base_url=site.base, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console", lambda m: faults.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None
    )
    yield opened
    context.close()
    assert not faults, faults


@pytest.fixture(scope="session")
def sessions() -> dict[str, list[dict[str, object]]]:
    """Cookies of who has signed in before."""
    return {}


@pytest.fixture
def sign_in(page: Page, sessions: dict[str, list[dict[str, object]]]) -> Callable[[str], Page]:
    """Signs somebody of the demonstration in, by the form; a session that still holds serves again."""

    def enter(name: str) -> Page:
        if name in sessions:
            page.context.add_cookies(sessions[name])
            page.goto("/staff")
            if "/signin" not in page.url:
                return page
        page.goto("/signin")
        page.locator("input[name=name]").fill(name)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/staff**")
        sessions[name] = [c for c in page.context.cookies() if c["name"] == "greffe"]
        return page

    return enter


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """Asserts that axe finds nothing on a page, in light and in dark, and that it fits 320 pixels."""
    axe = Axe()

    def check(page: Page) -> None:
        # What differs in the dark are colours.
        for scheme, only in (("light", STANDARDS), ("dark", {"type": "rule", "values": ["color-contrast"]})):
            page.emulate_media(color_scheme=scheme)
            found = axe.run(page, options={"runOnly": only})
            told = [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found.response["violations"]]
            assert not told, f"{page.url} ({scheme}): {told}"
        size = page.viewport_size
        page.set_viewport_size({"width": 320, "height": 640})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 320, f"{page.url} is {wide} pixels wide on a screen of 320"
        page.set_viewport_size(size)

    return check
