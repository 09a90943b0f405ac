"""Debian's Chromium on a running service: what people see, by mouse and by keyboard, judged by axe."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from page_checks import Judge
from playwright.sync_api import Browser, Page, sync_playwright
from site_tools import PASSWORD, Site, copied, with_passwords

from greffe.release.lifecycle import dataflow_named, make_draft
from greffe.store.base import Actor

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"),
    *(
        "--font-render-hinting=none",
        "--disable-lcd-text",
        "--force-color-profile=srgb",
    ),  # letters alike on every machine
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pictures are taken first, in whatever order files are named: the other tests change what is shown."""
    places = [n for n, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    own = sorted((items[n] for n in places), key=lambda item: item.path.name != "test_appearance.py")
    for place, item in zip(places, own, strict=True):
        items[place] = item


@pytest.fixture(scope="session")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demonstration, served; what a test writes stays for the tests after it: use things of your own."""
    home = copied(demo_home, tmp_path_factory.mktemp("site") / "var")
    running = Site(home, with_passwords(home))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def first_draft(site: Site) -> str:
    """A draft that waits, of a dataflow that no other test drafts."""
    flow = dataflow_named(site.parts, "ESTAT_CRIM_PRIS_CAP")
    return make_draft(site.parts, Actor("camille"), flow, lambda stage: None, origin="real", reason="A story").id


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


@pytest.fixture(scope="session")
def judge() -> Judge:
    """What must hold of every page (tests/helpers/page_checks.py)."""
    return Judge()


@pytest.fixture
def accessible(judge: Judge) -> Callable[[Page], None]:
    """Asserts that axe finds nothing on a page, in light and in dark, and that it fits 320 pixels."""
    return judge.accessible
