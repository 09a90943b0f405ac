"""How many observations each release changed, added and took away, as a small drawing; its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from greffe.release.quality import Vintage
from greffe.web.pages.words import Say

_BAR, _GAP, _HEIGHT, _BASE, _LEFT = 14, 26, 120, 140, 8
# Changed, added, gone: they differ in brightness too, for eyes and printers that see no colours.
_BARS: Final = {"changed": "#0b4f9c", "added": "#7fb2e5", "gone": "#8a1c00"}


def plot(vintages: Sequence[Vintage], say: Say) -> Markup:
    """The drawing, oldest release first; the largest bar is as high as the drawing."""
    found = list(reversed(vintages))
    counts = [(v.whole.changed, v.whole.added, v.whole.gone) for v in found]
    most = max((n for three in counts for n in three), default=0) or 1
    step = 3 * _BAR + _GAP
    width = max(_LEFT + step * len(found), 330)
    bars: list[Markup] = []
    for place, (vintage, three) in enumerate(zip(found, counts, strict=True)):
        x = _LEFT + place * step
        for number, (count, name) in enumerate(zip(three, _BARS, strict=True)):
            height = -(-count * _HEIGHT // most)  # whole pixels, upwards: what is there shows
            bars.append(_rect(name, x + number * _BAR, _BASE - height, _BAR - 2, height))
        bars.append(_text(x, _BASE + 16, f"#{vintage.release.number}"))
    for number, name in enumerate(_BARS):
        x = _LEFT + number * 110
        bars += [_rect(name, x, _BASE + 28, 12, 12), _text(x + 18, _BASE + 38, say(name))]
    return Markup(
        '<svg class="plot vintages" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="plot-title plot-text" '
        'width="{0}" height="{1}" viewBox="0 0 {0} {1}"><title id="plot-title">{2}</title><desc id="plot-text">{3}</desc>{4}</svg>'
    ).format(width, _BASE + 50, say("by_release"), say("plot"), Markup().join(bars))


def _rect(kind: str, x: int, y: int, width: int, height: int) -> Markup:
    return Markup('<rect class="{}" fill="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, _BARS[kind], x, y, width, height
    )


def _text(x: int, y: int, text: str) -> Markup:
    return Markup('<text x="{}" y="{}" font-size="12" fill="currentColor">{}</text>').format(x, y, text)
