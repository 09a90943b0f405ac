"""Debian's Chromium on a running service: what people see, by mouse and by keyboard, judged by axe."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
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

Sessions = dict[str, list[dict[str, object]]]


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


@contextmanager
def opened(browser: Browser, site: Site) -> Iterator[tuple[Page, list[str]]]:
    """A page in English in a context of its own; relative addresses are those of the site. With it errors of its scripts."""
    context = browser.new_context(base_url=site.base, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page, faults = context.new_page(), []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda m: faults.append(m.text) if m.type == "error" and "Failed to load" not in m.text else None
    )
    yield page, faults
    context.close()


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A page of the test's own. An error in a script fails the test."""
    with opened(browser, site) as (page, faults):
        yield page
    assert not faults, faults


@pytest.fixture(scope="module")
def windows(browser: Browser, site: Site) -> Iterator[Callable[[str], tuple[Page, list[str]]]]:
    """For each name a page, and errors of its scripts, until the tests of a file are done."""
    with ExitStack() as stack:
        yield cache(lambda _name: stack.enter_context(opened(browser, site)))


@pytest.fixture
def looking(windows: Callable[[str], tuple[Page, list[str]]], sessions: Sessions) -> Iterator[Callable[[str], Page]]:
    """The window of somebody, signed in ("": of the public), which a file's tests have one after another: for those that only
    look at what an address shows, whose time would be spent on windows. An error in a script fails the test."""
    faults: list[list[str]] = []

    def window(name: str) -> Page:
        page, of_page = windows(name)
        faults.append(of_page)
        if name:
            signed_in(page, name, sessions)
        return page

    yield window
    assert not any(faults), faults


@pytest.fixture(scope="session")
def sessions() -> Sessions:
    """Cookies of who has signed in before."""
    return {}


def signed_in(page: Page, name: str, sessions: Sessions) -> None:
    """Somebody of the demonstration, by the form; a session that still holds serves again."""
    if name in sessions:
        page.context.add_cookies(sessions[name])
        if page.request.get("/staff/account", max_redirects=0).status == 200:
            return
    page.goto("/signin")
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/staff**")
    sessions[name] = [c for c in page.context.cookies() if c["name"] == "greffe"]


@pytest.fixture
def sign_in(page: Page, sessions: Sessions) -> Callable[..., Page]:
    """Signs somebody in, who then sees what there is to do; without `bench` the page is wherever it was."""

    def enter(name: str, *, bench: bool = True) -> Page:
        signed_in(page, name, sessions)
        if bench:
            page.goto("/staff")
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
