"""How many observations each release changed, added and took away, as a small drawing; its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from greffe.release.quality import Vintage
from greffe.web.quality_words import WORDS

_BAR, _GAP, _HEIGHT, _BASE, _LEFT = 14, 26, 120, 140, 8
# Changed, added, gone: they differ in brightness too, for eyes and printers that see no colours.
_FILLS: Final = ("#0b4f9c", "#7fb2e5", "#8a1c00")


def plot(vintages: Sequence[Vintage], lang: str) -> str:
    """The drawing, oldest release first; the largest bar is as high as the drawing."""
    w, found = WORDS[lang], list(reversed(vintages))
    counts = [(v.whole.changed, v.whole.added, v.whole.gone) for v in found]
    most = max((n for three in counts for n in three), default=0) or 1
    step = 3 * _BAR + _GAP
    width = max(_LEFT + step * len(found), 330)
    bars = []
    for place, (vintage, three) in enumerate(zip(found, counts, strict=True)):
        x = _LEFT + place * step
        for number, (count, fill) in enumerate(zip(three, _FILLS, strict=True)):
            height = -(-count * _HEIGHT // most)  # whole pixels, upwards: what is there shows
            bars.append(
                f'<rect x="{x + number * _BAR}" y="{_BASE - height}" width="{_BAR - 2}" height="{height}" fill="{fill}"/>'
            )
        bars.append(
            f'<text x="{x}" y="{_BASE + 16}" font-size="12" fill="currentColor">#{vintage.release.number}</text>'
        )
    for number, (name, fill) in enumerate(zip(("changed", "added", "gone"), _FILLS, strict=True)):
        x = _LEFT + number * 110
        bars.append(f'<rect x="{x}" y="{_BASE + 28}" width="12" height="12" fill="{fill}"/>')
        bars.append(f'<text x="{x + 18}" y="{_BASE + 38}" font-size="12" fill="currentColor">{escape(w[name])}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="plot-title plot-text" width="{width}" '
        f'height="{_BASE + 50}" viewBox="0 0 {width} {_BASE + 50}"><title id="plot-title">{escape(w["by_release"])}</title>'
        f'<desc id="plot-text">{escape(w["plot"])}</desc>{"".join(bars)}</svg>'
    )
