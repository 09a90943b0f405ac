"""A line of values as small as a word. What it says stands beside it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from greffe.web.pages.marked import heights

_WIDTH, _HEIGHT, _EDGE = 220, 44, 4
_LINE: Final = Markup('<polyline points="{}" fill="none" stroke="currentColor" stroke-width="2"/>')
_POINT: Final = Markup('<circle cx="{}" cy="{}" r="{}" fill="currentColor"/>')


def spark(values: Sequence[Decimal | None]) -> Markup:
    """The drawing; a missing value leaves a gap, since missing is not zero."""
    if all(v is None for v in values):
        return Markup("")
    y = heights(values, _HEIGHT, _EDGE)
    wide = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)

    lines: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append((round(_EDGE + place * wide, 1), y(value)))
    drawn = Markup("").join(_LINE.format(" ".join(f"{x},{y}" for x, y in line)) for line in lines if len(line) > 1)
    drawn += Markup("").join(_POINT.format(*line[0], 2) for line in lines if len(line) == 1)
    last = next(line[-1] for line in reversed(lines) if line)
    return Markup(
        '<svg class="plot spark" aria-hidden="true" focusable="false" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}{3}</svg>'
    ).format(_WIDTH, _HEIGHT, drawn, _POINT.format(*last, 3))
