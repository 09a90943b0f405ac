"""The site of the documentation, as `make docs-site` makes it: axe in light and dark, both languages, search, the keyboard."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_checks import _AXE, SCHEMES, Judge
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".docs-venv/bin/sphinx-build"
PAGES = (
    "docs/index.html",
    "docs/tutorials/a-first-series.html",
    "docs/fr/tutorials/a-code-is-mapped.html",
    "docs/reference/formats-and-kinds.html",
    "docs/how-to/operate.html",
    "search.html?q=waiver",
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def docs_site() -> Iterator[str]:
    """The built site on a port, at the addresses that it has in `dist/`."""
    done = subprocess.run(["make", "docs-site"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    handler = functools.partial(Quiet, directory=str(ROOT / "dist/docs-site"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_and_nothing_comes_from_elsewhere(reader: Page, docs_site: str):
    asked: list[str] = []
    judge = Judge()
    reader.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        reader.emulate_media(color_scheme="light")
        reader.goto(docs_site + name)
        reader.evaluate(_AXE)
        ground = []
        for scheme in SCHEMES:
            reader.emulate_media(color_scheme=scheme)
            ground.append(reader.evaluate("getComputedStyle(document.body).backgroundColor"))
            judge.asked(reader, scheme)
        assert ground[0] != ground[1]
    assert [url for url in asked if not url.startswith((docs_site, "data:"))] == []


def test_languages_lead_to_each_other(reader: Page, docs_site: str):
    """A French page speaks French, its frame too; a page in English alone says so."""
    reader.goto(docs_site)
    reader.wait_for_url("**/docs/index.html")
    reader.get_by_role("link", name="Cette page en français").click()
    assert reader.get_attribute("html", "lang") == "fr"
    expect(reader.get_by_role("heading", name="Premiers pas")).to_be_visible()
    expect(reader.get_by_placeholder("Recherche")).to_be_visible()
    assert reader.get_by_role("link", name="Runbooks").count() == 0
    reader.get_by_role("navigation").get_by_role("link", name="This page in English").click()
    reader.get_by_role("link", name="operate", exact=True).click()
    expect(reader.get_by_text("In English only")).to_be_visible()


def test_search_by_keyboard_in_both_languages(reader: Page, docs_site: str):
    reader.goto(docs_site + "docs/index.html")
    for words, found in (("waiver", "Decide on findings"), ("dérogation", "Décider des constats")):
        box = reader.get_by_placeholder("Search")
        box.focus()
        reader.keyboard.press("Control+A")
        reader.keyboard.type(words)
        reader.keyboard.press("Enter")
        expect(reader.get_by_role("link", name=found).first).to_be_visible()


def test_the_keyboard_reaches_content_and_theme(reader: Page, docs_site: str):
    """The first stop leads past the menu; the theme is changed and kept; a wide table is scrolled."""
    reader.goto(docs_site + "docs/reference/formats-and-kinds.html")
    reader.keyboard.press("Tab")
    assert reader.evaluate("document.activeElement.textContent.trim()") == "Skip to content"
    reader.keyboard.press("Enter")
    assert reader.url.endswith("#furo-main-content")
    before = reader.get_attribute("body", "data-theme")
    reader.locator(".theme-toggle-content button").focus()
    reader.keyboard.press("Enter")
    assert reader.get_attribute("body", "data-theme") != before
    table = reader.locator(".table-wrapper").first
    assert table.get_attribute("tabindex") == "0"
    table.focus()
    reader.keyboard.press("ArrowRight")
    reader.wait_for_function("document.querySelector('.table-wrapper').scrollLeft > 0")


def test_a_broken_link_and_a_forgotten_page_end_the_build(tmp_path: Path):
    """What the strict build is for: a page, an anchor, a file that is not there, a page that no list names."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# One\n\n[a](no.md) [b](two.md#no) [c](../no.csv) [d](two.md#here)\n")
    (tmp_path / "docs/two.md").write_text("# Two\n\n## Here\n")
    command = [
        str(BUILD),
        "-q",
        "-W",
        "--keep-going",
        "-b",
        "dummy",
        "-c",
        str(ROOT / "docs/site"),
        str(tmp_path),
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.findall(r"target not found: '([^']+)'|no\.csv|not_included", done.stderr)
    for wrong in ("no.md", "no.csv", "two.md: WARNING: document isn't included in any toctree"):
        assert wrong in done.stderr
    assert "'no'" in done.stderr
    assert "'here'" not in done.stderr
