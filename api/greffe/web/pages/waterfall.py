"""From one figure to another as a drawing: a bar for each of the two, and what each step adds or takes between them.

Fractions become floats for places on the paper only; the same numbers stand in a table beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from markupsafe import Markup

_LEFT, _BAR, _RIGHT, _ROW, _TOP = 290, 330, 130, 30, 8
_LONGEST: Final = 42  # characters of a label
_ROOM: Final = Fraction(1, 8)  # of the span, beyond its ends
LEFT_OVER: Final = "left"  # what has no known reason


@dataclass(frozen=True)
class Bar:
    """A line of the drawing: from `begin` to `end`, `amount` as it is written. kind: total, left, or '' for a step."""

    label: str
    begin: Fraction
    end: Fraction
    amount: str
    kind: str = ""

    @property
    def style(self) -> str:
        """The class of its bar."""
        return self.kind or ("up" if self.end >= self.begin else "down")


def starts_at(bars: Sequence[Bar]) -> Fraction:
    """Where the axis begins: at zero, unless all levels lie close together far from it."""
    levels: list[Fraction] = [v for b in bars for v in (b.begin, b.end)]
    low, high = min(levels), max(levels)
    if low <= 0 or high == low or (high - low) * 3 >= high:
        return min((low, Fraction(0)))
    return max((low - (high - low) * 3, Fraction(0)))


def drawn(bars: Sequence[Bar], title: str, text: str) -> Markup:
    """The drawing, first figure above. `title` and `text` are for whoever does not see it."""
    first = starts_at(bars)
    last = max(v for b in bars for v in (b.begin, b.end))
    span = (last - first) or Fraction(1)

    def x(value: Fraction) -> float:
        return round(_LEFT + float((max(value, first) - first) / (span * (1 + _ROOM / 2))) * _BAR, 1)

    lines = []
    for place, bar in enumerate(bars):
        y = _TOP + place * _ROW
        ends = sorted((x(first if bar.kind == "total" else bar.begin), x(bar.end)))
        lines.append(
            Markup(
                '<g><title>{}: {}</title><text x="0" y="{}">{}</text><rect class="{}" x="{}" y="{}" width="{}" height="18"/>'
                '<text class="amount" x="{}" y="{}">{}</text></g>'
            ).format(
                bar.label, bar.amount, y + 14, _short(bar.label), bar.style, ends[0], y, max(round(ends[1] - ends[0], 1), 1.5),
                round(ends[1] + 6, 1), y + 14, bar.amount,
            )
        )  # fmt: skip
        if place + 1 < len(bars):
            lines.append(Markup('<path class="join" d="M{0} {1}V{2}"/>').format(x(bar.end), y + 18, y + _ROW))
    width, height = _LEFT + _BAR + _RIGHT, _TOP + len(bars) * _ROW
    hatch = Markup(
        '<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path class="hatch" d="M0 0V7"/></pattern></defs>'
    )
    return Markup(
        '<svg class="plot waterfall" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}" xmlns="http://www.w3.org/2000/svg" '
        'aria-label="{2}. {3}">{4}{5}</svg>'
    ).format(width, height, title, text, hatch, Markup().join(lines))


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
