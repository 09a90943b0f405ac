"""What must hold of every page and state, judged on one loading of it in Chromium.

axe's rules are run over the whole document with everything opened that opens. Its rule on contrast takes three quarters of its
time, and what it finds hangs on few things: so it is asked about one element of each kind (same tag, class, colours, ground
and size of letters), in light and in dark, and of a kind that it has found nothing in not again on the next page.
"""

from __future__ import annotations

import gzip
from typing import Final, Literal, TypedDict

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

STANDARDS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "best-practice"]
MOST_BYTES: Final = 200_000  # of a page and all that it loads, compressed, without fonts
NARROW: Final = 320
Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")
_AXE: Final = Axe().axe_script

_OPEN: Final = """() => { window.__shut = [...document.querySelectorAll('details:not([open])')];
  window.__shut.forEach((d) => { d.open = true; }); }"""
_SHUT: Final = "() => { window.__shut.forEach((d) => { d.open = false; }); delete window.__shut; }"
_RUN: Final = """async ([standards, dark, known]) => {
  const told = (found) => found.violations.map((v) => [v.id, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))]);
  const options = {resultTypes: ['violations'], preload: false};
  if (!dark) {
    const rules = {'color-contrast': {enabled: false}};
    const all = told(await axe.run(document, {...options, runOnly: standards, rules}));
    if (all.length) return {found: all, kinds: []};
  }
  const kinds = new Map(), grounds = new Map([[null, '']]);
  const ground = (e) => {
    if (!grounds.has(e)) grounds.set(e, getComputedStyle(e).backgroundColor + ground(e.parentElement));
    return grounds.get(e);
  };
  for (const e of document.querySelectorAll('body *')) {
    const texts = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!(texts || e.matches('input, select, textarea')) || !e.checkVisibility({visibilityProperty: true})) continue;
    const s = getComputedStyle(e);
    const kind = [e.tagName, e.className.baseVal ?? e.className, s.color, s.fill, s.fontSize, s.fontWeight, s.opacity, ground(e)].join('|');
    if (!kinds.has(kind)) kinds.set(kind, e);
  }
  known.forEach((k) => kinds.delete(k));
  if (!kinds.size) return {found: [], kinds: []};
  const values = ['color-contrast'], include = [...kinds.values()];
  return {found: told(await axe.run({include}, {...options, runOnly: {type: 'rule', values}})), kinds: [...kinds.keys()]};
}"""
_FACTS: Final = """() => {
  const path = (a) => a && new URL(a, location).pathname;
  const asking = [...document.querySelectorAll('[hx-get], [hx-post]')].filter((e) => !e.matches('a[href], form[action], form[method]'));
  const wanted = (e) => path(e.getAttribute('hx-get') ?? e.getAttribute('hx-post'));
  return {
    headings: document.querySelectorAll('h1').length,
    lang: document.documentElement.lang,
    live: document.querySelectorAll('#told[role=status][aria-live=polite]').length,
    first: document.querySelector('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')?.className,
    jumps: [...document.querySelectorAll('[tabindex]')].filter((e) => e.tabIndex > 0).map((e) => e.outerHTML.slice(0, 120)),
    // What is fetched by a script is to be had by a link, too: in its place or beside it.
    scripted: asking.filter((e) => ![...(e.closest('li, section, form, main') ?? document).querySelectorAll('a[href]')]
      .some((a) => path(a.href) === wanted(e))).map((e) => e.outerHTML.slice(0, 160)),
    unsent: [...document.forms].filter((f) => !f.querySelector('button:not([type=button]), input[type=submit]')
      && !document.querySelector(`button[form="${f.id}"]`)).map((f) => f.outerHTML.slice(0, 160)),
    loaded: performance.getEntriesByType('resource').map((r) => [r.name, r.initiatorType, r.encodedBodySize]),
  };
}"""


class Facts(TypedDict):
    """What a page says of itself."""

    headings: int
    lang: str
    live: int
    first: str
    jumps: list[str]
    scripted: list[str]
    unsent: list[str]
    loaded: list[tuple[str, str, int]]


class Judge:
    """Judges pages of one site; remembers how large assets are compressed, which never change under their address, and the
    kinds of elements that can be read, in light and in dark."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._read: dict[str, set[str]] = {scheme: set() for scheme in SCHEMES}

    def whole(self, page: Page, lang: str | None = None) -> None:
        """All of it: axe in light and dark, 320 pixels, weight, headings, what stands in for scripts, live messages."""
        self.facts(page, lang)
        self.accessible(page)

    def accessible(self, page: Page) -> None:
        """axe finds nothing with everything opened, in light and in dark, and 320 pixels are enough."""
        page.evaluate(_AXE)
        page.evaluate(_OPEN)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            self.asked(page, scheme)
        page.emulate_media(color_scheme="light")
        fits(page)
        page.evaluate(_SHUT)

    def asked(self, page: Page, scheme: Scheme) -> None:
        """axe, which the page has, finds nothing; its rules other than that on contrast are run in light alone."""
        told = page.evaluate(_RUN, [STANDARDS, scheme == "dark", sorted(self._read[scheme])])
        assert not told["found"], f"{page.url} ({scheme}): {told['found']}"
        self._read[scheme].update(told["kinds"])

    def facts(self, page: Page, lang: str | None = None) -> None:
        """What holds of every page by its markup, and its weight."""
        found: Facts = page.evaluate(_FACTS)
        said = {n: v for n, v in found.items() if n in ("jumps", "scripted", "unsent") and v}
        assert not said, f"{page.url}: {said}"
        told = {n: v for n, v in found.items() if n in ("headings", "live", "first")}
        assert told == {"headings": 1, "live": 1, "first": "skip"}, (page.url, told)
        assert lang in (None, found["lang"]), page.url
        weight = self.weight(page, found)
        assert weight < MOST_BYTES, f"{page.url} weighs {weight} bytes"

    def weight(self, page: Page, found: Facts) -> int:
        """Bytes of the page and of what it loads, each compressed, without fonts; what scripts fetched counts as it came."""
        weight = len(gzip.compress(page.content().encode()))
        for address, kind, came in found["loaded"]:
            if kind in ("xmlhttprequest", "fetch"):
                weight += came
            elif not address.endswith((".woff2", ".ttf")):
                if address not in self._sizes:
                    self._sizes[address] = len(gzip.compress(page.request.get(address).body()))
                weight += self._sizes[address]
        return weight


def fits(page: Page) -> None:
    """Nothing is wider than 320 pixels."""
    size = page.viewport_size
    page.set_viewport_size({"width": NARROW, "height": 640})
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size(size)
    assert wide <= NARROW, f"{page.url} is {wide} pixels wide on a screen of {NARROW}"
