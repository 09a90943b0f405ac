"""A line of values as small as a word. What it says stands beside it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 220, 44, 4
_LINE: Final = Markup('<polyline points="{}" fill="none" stroke="currentColor" stroke-width="2"/>')
_POINT: Final = Markup('<circle cx="{}" cy="{}" r="{}" fill="currentColor"/>')


def spark(values: Sequence[Decimal | None]) -> Markup:
    """The drawing; a missing value leaves a gap, since missing is not zero. Floats are places on paper only."""
    known = [v for v in values if v is not None]
    if not known:
        return Markup("")
    low, high = min(known), max(known)
    wide = (_WIDTH - 2 * _EDGE) / max(1, len(values) - 1)

    def at(place: int, value: Decimal) -> tuple[float, float]:
        part = float((value - low) / (high - low)) if high > low else 0.5
        return round(_EDGE + place * wide, 1), round(_HEIGHT - _EDGE - part * (_HEIGHT - 2 * _EDGE), 1)

    lines: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
        else:
            lines[-1].append(at(place, value))
    drawn = Markup("").join(_LINE.format(" ".join(f"{x},{y}" for x, y in line)) for line in lines if len(line) > 1)
    drawn += Markup("").join(_POINT.format(*line[0], 2) for line in lines if len(line) == 1)
    last = next(line[-1] for line in reversed(lines) if line)
    return Markup(
        '<svg class="plot spark" aria-hidden="true" focusable="false" width="{0}" height="{1}" viewBox="0 0 {0} {1}">{2}{3}</svg>'
    ).format(_WIDTH, _HEIGHT, drawn, _POINT.format(*last, 3))
