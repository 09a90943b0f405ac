"""Pages held against reference pictures.

A picture is made the same everywhere: our own DejaVu for every letter, no movement, what differs between two builds of the
demonstration (days, instants, checksums, numbers of drafts) written as nought before it is taken. Both are brought to half their
size in grey, which takes the edges of letters away, and a difference counts where a patch of 8 by 8 points changes its tone.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
from journey_tools import ROOT
from PIL import Image
from playwright.sync_api import Page, Route

REFERENCE: Final = ROOT / "tests" / "browser" / "reference"
FONTS: Final = ROOT / "api" / "greffe" / "web" / "pages" / "fonts"
HEIGHT: Final = 1400  # points of a page that are looked at
PATCH: Final = 4  # points of the halved picture
TONE: Final = 16  # of 255: a patch that changes by less is the same
MOST: Final = 0.0015  # share of patches that may differ: a word, but no row of figures
RENEW: Final = "GREFFE_RENEW_REFERENCE=1 .venv/bin/python -m pytest -q tests/browser/test_appearance.py -k looks"
_STYLE: Final = """
@font-face { font-family: Reference; src: url(/reference.ttf); }
@font-face { font-family: Reference; font-weight: 600 900; src: url(/reference-bold.ttf); }
.badge { display: none !important; } /* how much waits depends on the day */
* { font-family: Reference !important; caret-color: transparent !important; }
*, *::before, *::after { animation: none !important; transition: none !important; }
"""
_SAME: Final = r"""() => {
  const nought = (t) => t.replace(/[0-9a-f]/g, '0');
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n; (n = walk.nextNode());) {
    n.data = n.data.replace(/\b[0-9a-f]{8,64}\b/g, nought).replace(/\b20\d\d-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?/g, nought);
  }
}"""


def prepare(page: Page) -> None:
    """The test's own letters and style, from now on. The context has to be one that bypasses the pages' policy."""

    def font(route: Route) -> None:
        route.fulfill(path=FONTS / ("DejaVuSans-Bold.ttf" if "bold" in route.request.url else "DejaVuSans.ttf"))

    page.route("**/reference*.ttf", font)


def taken(page: Page) -> Image.Image:
    """The page as it stands, as a reference is kept: half its size, in sixteen greys."""
    page.add_style_tag(content=_STYLE)
    page.evaluate(_SAME)
    page.evaluate("() => document.fonts.ready")
    page.wait_for_function("() => !document.querySelector('.htmx-request') && document.fonts.check('16px Reference')")
    width = page.viewport_size["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": HEIGHT}
    with_page = page.screenshot(clip=clip, full_page=True, animations="disabled")
    return halved(with_page)


def halved(png: bytes) -> Image.Image:
    """In grey at half the size, in sixteen tones: what a file keeps."""
    with Image.open(io.BytesIO(png)) as whole:
        grey = whole.convert("L").reduce(2)
    return grey.point(lambda v: min(255, (v + 8) // 17 * 17))


def differing(one: Image.Image, other: Image.Image) -> tuple[float, Image.Image]:
    """The share of patches that changed their tone (1 for another size), and the picture of them: red on grey."""
    if one.size != other.size:
        return 1.0, other.convert("RGB")
    a, b = (np.asarray(i.reduce(PATCH), dtype=np.int16) for i in (one, other))
    changed = np.abs(a - b) > TONE
    marks = Image.fromarray((changed * 160).astype(np.uint8)).resize(other.size, Image.Resampling.NEAREST)
    red = Image.new("RGB", other.size, (220, 0, 0))
    return float(changed.mean()), Image.composite(red, other.convert("RGB"), marks)


def held_against_reference(image: Image.Image, name: str, folder: Path, *, renew: bool) -> None:
    """Asserts that a page looks as its reference; else the picture and the difference are put into a folder, and the message says
    how references are renewed."""
    kept = REFERENCE / f"{name}.png"
    if renew:
        REFERENCE.mkdir(exist_ok=True)
        image.convert("P", palette=Image.Palette.ADAPTIVE, colors=16).save(kept, optimize=True)
        return
    assert kept.is_file(), f"There is no reference {kept}. It is made by: {RENEW}"
    with Image.open(kept) as reference:
        share, difference = differing(reference.convert("L"), image)
    if share > MOST:
        actual, shown = folder / f"{name}.png", folder / f"{name}-difference.png"
        image.save(actual)
        difference.save(shown)
        raise AssertionError(
            f"{name} does not look as its reference: {share:.2%} of it differ (at most {MOST:.2%}). Now: {actual}; "
            f"the difference in red: {shown}. When it is meant so: {RENEW}"
        )
