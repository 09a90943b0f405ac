"""Drawings of figures, made here so that they need no script: lines, bars, differences. What they say also stands in a table.

Series differ by colour, dash and shape of their points; a missing value leaves a gap (it is not zero); a break of a series is
a dashed upright before its period. Styles are in static/plots.css. Decimals become floats for places on the paper only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

SERIES: Final = 8  # that one drawing tells apart
_WIDTH, _HEIGHT, _TOP, _BOTTOM, _RIGHT = 760, 330, 14, 40, 16
_TICKS: Final = 5
_LABELS: Final = 12  # of the axis of periods
_SHAPES: Final = (
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0", "M-4-4h8v8h-8z", "M0-5 5 4H-5z", "M0-5.5 5.5 0 0 5.5-5.5 0z", "M0 5 5-4H-5z",
    "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z", "M-4-4 0-1 4-4v8L0 1-4 4z", "M-5-3H5L0 0 5 3H-5L0 0z",
)  # fmt: skip


@dataclass(frozen=True)
class Point:
    """A figure of a series. value None: missing. mark: letters of its statuses. breaks: the series breaks before it."""

    value: Decimal | None
    mark: str = ""
    breaks: bool = False


@dataclass(frozen=True)
class Drawn:
    """A series: its name, and its points by place on the axis (None: it has none there)."""

    name: str
    points: Sequence[Point | None]


Write = Callable[[Decimal], str]


@dataclass(frozen=True)
class Axis:
    """Values from low to high over the height. `shown`: what stands at the ticks."""

    low: float
    high: float
    ticks: Sequence[Decimal]

    def y(self, value: Decimal | float) -> float:
        """Where a value lies, from the top."""
        part = (float(value) - self.low) / (self.high - self.low)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP), 1)


def axis(values: Sequence[Decimal], *, from_zero: bool) -> Axis:
    """An axis with round ticks. It starts at zero unless all values lie within a fifth of the largest, far from it."""
    low, high = min(values, default=Decimal()), max(values, default=Decimal())
    if from_zero or low < 0 or high - low > high / 5:
        low, high = min(low, Decimal()), max(high, Decimal())
    if low == high:
        high = low + 1
    step = _step(high - low)
    first, last = math.floor(low / step), math.ceil(high / step)
    return Axis(float(first * step), float(last * step), [n * step for n in range(first, last + 1)])


def _step(width: Decimal) -> Decimal:
    """1, 2 or 5 times a power of ten, so that some five of them cover it."""
    rough = width / _TICKS
    power = Decimal(10) ** rough.adjusted()
    return next((power * n for n in (1, 2, 5) if power * n >= rough), power * 10)


def lines(
    periods: Sequence[str], series: Sequence[Drawn], title: str, text: str, write: Write, colon: str = ":"
) -> Markup:
    """A line a series. `title` and `text` are for whoever does not see it; `colon`: as the language writes it."""
    ruler = axis([p.value for s in series for p in s.points if p and p.value is not None], from_zero=False)
    left = _left(ruler, write)
    step = (_WIDTH - left - _RIGHT) / max(len(periods), 1)
    across = [round(left + step * (n + 0.5), 1) for n in range(len(periods))]
    drawn = [_line(n, one, periods, across, ruler, step, write, colon) for n, one in enumerate(series[:SERIES])]
    return _framed(periods, across, ruler, left, title, text, write, drawn)


def bars(
    periods: Sequence[str], series: Sequence[Drawn], title: str, text: str, write: Write, colon: str = ":"
) -> Markup:
    """A group of bars a period, from zero."""
    shown = series[:SERIES]
    ruler = axis([p.value for s in shown for p in s.points if p and p.value is not None], from_zero=True)
    left = _left(ruler, write)
    step = (_WIDTH - left - _RIGHT) / max(len(periods), 1)
    across = [round(left + step * (n + 0.5), 1) for n in range(len(periods))]
    width = step * 0.8 / max(len(shown), 1)
    drawn = [_bars(n, one, periods, across, ruler, step, width, write, colon) for n, one in enumerate(shown)]
    return _framed(periods, across, ruler, left, title, text, write, drawn)


def swatch(number: int, bar: bool = False) -> Markup:
    """What a legend shows of a series: its dash and its point, or the colour of its bars."""
    if bar:
        inside = Markup('<rect class="bar s{}" x="10" y="1" width="12" height="12"/>').format(number)
    else:
        inside = Markup(
            '<path class="line s{0}" d="M0 7H34"/><path class="dot s{0}" d="{1}" transform="translate(17 7)"/>'
        )
        inside = inside.format(number, _SHAPES[number])
    return Markup(
        '<svg class="swatch" width="34" height="14" viewBox="0 0 34 14" aria-hidden="true" focusable="false">{}</svg>'
    ).format(inside)


def differences(rows: Sequence[tuple[str, Decimal]], title: str, text: str, write: Write, colon: str = ":") -> Markup:
    """Bars to the left and right of zero, one a row, in the order given, each with its number."""
    most = max((abs(d) for _, d in rows), default=Decimal(1)) or Decimal(1)
    middle, half, height, right = 440, 170, 22, _WIDTH - 8
    drawn = [
        Markup(
            '<g><title>{0}{9} {1}</title><text x="8" y="{2}">{3}</text><rect class="{4}" x="{5}" y="{6}" width="{7}" '
            'height="14"/><text class="tick" x="{8}" y="{2}">{1}</text></g>'
        ).format(
            name,
            signed(d, write),
            n * height + 20,
            _short(name),
            "up" if d > 0 else "down",
            _round(middle if d > 0 else middle - float(abs(d) / most) * half),
            n * height + 9,
            _round(max(float(abs(d) / most) * half, 1)),
            right,
            colon,
        )
        for n, (name, d) in enumerate(rows)
    ]
    bottom = len(rows) * height + 12
    zero = Markup('<path class="axis" d="M{0} 4V{1}"/>').format(middle, bottom)
    return _svg(_WIDTH, bottom, title, text, [*drawn, zero])


def signed(difference: Decimal, write: Write) -> str:
    """A difference with its sign, a minus as long as a plus."""
    return f"+{write(difference)}" if difference > 0 else write(difference).replace("-", "\u2212")


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"


def _round(place: float) -> float:
    return round(place, 1)


def _left(ruler: Axis, write: Write) -> int:
    """Room for the numbers at the ticks."""
    return 16 + 8 * max(len(write(t)) for t in ruler.ticks)


def _line(
    number: int,
    one: Drawn,
    periods: Sequence[str],
    across: Sequence[float],
    ruler: Axis,
    step: float,
    write: Write,
    colon: str,
) -> Markup:
    path, pen, dots, uprights = [], False, [], []
    for place, point in enumerate(one.points):
        if point is not None and point.breaks:
            x = _round(across[place] - step / 2)
            uprights.append(f"M{x} {_TOP}V{_HEIGHT - _BOTTOM}")
        if point is None or point.value is None:
            pen = False
            continue
        x, y = across[place], ruler.y(point.value)
        path.append(f"{'L' if pen and not point.breaks else 'M'}{x} {y}")
        pen = True
        dots.append(_dot(number, _named(one.name, periods[place], point, write, colon), point, x, y))
    upright = Markup('<path class="break s{}" d="{}"/>').format(number, "".join(uprights)) if uprights else Markup()
    curve = Markup('<path class="line s{}" d="{}"/>').format(number, "".join(path)) if path else Markup()
    return upright + curve + Markup().join(dots)


def _named(name: str, period: str, point: Point, write: Write, colon: str) -> str:
    """What is told of a point, in a line: its series, its period, its value with the letters of its status."""
    assert point.value is not None
    return f"{name}, {period}{colon} {write(point.value)} {point.mark}".rstrip()


def _dot(number: int, named: str, point: Point, x: float, y: float) -> Markup:
    """A point that has a status is hollow, with its letters above."""
    mark = Markup('<text class="mark" x="{}" y="{}">{}</text>').format(x, y - 7, point.mark) if point.mark else ""
    kind = "hollow" if point.mark else "dot"
    return Markup('<path class="{} s{}" d="{}" transform="translate({} {})"><title>{}</title></path>{}').format(
        kind, number, _SHAPES[number], x, y, named, mark
    )


def _bars(
    number: int,
    one: Drawn,
    periods: Sequence[str],
    across: Sequence[float],
    ruler: Axis,
    step: float,
    width: float,
    write: Write,
    colon: str,
) -> Markup:
    found = []
    for place, point in enumerate(one.points):
        if point is None or point.value is None:
            continue
        x = _round(across[place] - step * 0.4 + number * width)
        top, bottom = sorted((ruler.y(point.value), ruler.y(0)))
        found.append(
            Markup('<rect class="bar s{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
                number, x, top, _round(max(width - 0.5, 0.5)), _round(max(bottom - top, 0.5)),
                _named(one.name, periods[place], point, write, colon),
            )
        )  # fmt: skip
        if point.mark:
            found.append(
                Markup('<text class="mark" x="{}" y="{}">{}</text>').format(_round(x + width / 2), top - 3, point.mark)
            )
        if point.breaks:
            left = _round(across[place] - step / 2)
            found.append(
                Markup('<path class="break s{}" d="M{} {}V{}"/>').format(number, left, _TOP, _HEIGHT - _BOTTOM)
            )
    return Markup().join(found)


def _framed(
    periods: Sequence[str],
    across: Sequence[float],
    ruler: Axis,
    left: int,
    title: str,
    text: str,
    write: Write,
    drawn: Sequence[Markup],
) -> Markup:
    """Axes and grid under the drawing."""
    grid = [
        Markup('<path class="grid" d="M{} {}H{}"/><text class="tick" x="{}" y="{}">{}</text>').format(
            left, ruler.y(t), _WIDTH - _RIGHT, left - 6, ruler.y(t) + 4, write(t)
        )
        for t in ruler.ticks
    ]
    every = max(-(-len(periods) // _LABELS), 1)
    below = [
        Markup('<text class="period" x="{}" y="{}">{}</text>').format(across[n], _HEIGHT - _BOTTOM + 18, period)
        for n, period in enumerate(periods)
        if (len(periods) - 1 - n) % every == 0
    ]
    return _svg(_WIDTH, _HEIGHT, title, text, [*grid, *below, *drawn])


def _svg(width: int, height: int, title: str, text: str, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="plot figures" role="img" viewBox="0 0 {0} {1}" width="{0}" height="{1}" '
        'xmlns="http://www.w3.org/2000/svg" aria-label="{2}. {3}">{4}</svg>'
    ).format(width, height, title, text, Markup().join(parts))
