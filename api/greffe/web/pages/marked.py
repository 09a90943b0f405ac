"""A series with the points that something is said about marked: as small as a line of a table, or large with its numbers.

A marked point is larger, of another shape and has an upright through it: it is not told by colour alone. A missing value
leaves a gap: it is not zero. What is drawn also stands in words, and on the page of the finding in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

Value = tuple[str, Decimal | None]  # period, figure
Write = Callable[[Decimal], str]


@dataclass(frozen=True)
class Paper:
    """Room of a drawing. `words`: periods and numbers are written on it."""

    width: int
    height: int
    left: int
    right: int
    edge: int
    words: bool


SMALL: Final = Paper(180, 44, 8, 8, 8, False)
LARGE: Final = Paper(720, 240, 16, 16, 34, True)


def marked(values: Sequence[Value], at: Collection[str], label: str, write: Write, paper: Paper = SMALL) -> Markup:
    """The drawing; empty where no value is. `at`: periods whose points are marked; `label`: for who does not see it."""
    if all(v is None for _, v in values):
        return Markup("")
    y = heights([v for _, v in values], paper.height, paper.edge)
    step = (paper.width - paper.left - paper.right) / max(1, len(values) - 1)
    across = [round(paper.left + n * step, 1) for n in range(len(values))]

    drawn = [_line(values, across, y)]
    for x, (period, value) in zip(across, values, strict=True):
        if period in at:
            drawn.append(_mark(x, None if value is None else y(value), paper))
    if paper.words:
        drawn.append(_words(values, at, across, y, write, paper))
    return Markup(
        '<svg class="plot marked" role="img" aria-label="{2}" width="{0}" height="{1}" viewBox="0 0 {0} {1}" '
        'xmlns="http://www.w3.org/2000/svg">{3}</svg>'
    ).format(paper.width, paper.height, label, Markup().join(drawn))


def heights(values: Sequence[Decimal | None], height: int, edge: int) -> Callable[[Decimal], float]:
    """Where a value lies from the top, between the edges: from the least to the largest, in the middle when all are one.
    Floats are places on paper only."""
    known = [v for v in values if v is not None]
    low, high = min(known), max(known)

    def y(value: Decimal) -> float:
        part = float((value - low) / (high - low)) if high > low else 0.5
        return round(height - edge - part * (height - 2 * edge), 1)

    return y


def _line(values: Sequence[Value], across: Sequence[float], y: Callable[[Decimal], float]) -> Markup:
    """The way through the values, broken where one is missing; a value alone is a dot."""
    path, pen = [], False
    for place, (_, value) in enumerate(values):
        if value is None:
            pen = False
            continue
        alone = not pen and (place + 1 == len(values) or values[place + 1][1] is None)
        path.append(f"{'L' if pen else 'M'}{across[place]} {y(value)}{'h.1' if alone else ''}")
        pen = True
    return Markup('<path class="line" d="{}"/>').format("".join(path))


def _mark(x: float, y: float | None, paper: Paper) -> Markup:
    """A diamond on an upright; the upright alone where the value is missing."""
    upright = Markup('<path class="at" d="M{} 1V{}"/>').format(x, paper.height - 1 - (20 if paper.words else 0))
    if y is None:
        return upright
    size = 6 if paper.words else 5
    return upright + Markup('<path class="point" d="M{} {}l{s} {s}l-{s} {s}l-{s} -{s}z"/>').format(x, y - size, s=size)


def _words(
    values: Sequence[Value],
    at: Collection[str],
    across: Sequence[float],
    y: Callable[[Decimal], float],
    write: Write,
    paper: Paper,
) -> Markup:
    """First, last and marked periods below; marked values and the extremes beside their points."""
    known = {p: v for p, v in values if v is not None}
    told = {max(known, key=lambda p: known[p]), min(known, key=lambda p: known[p]), *at}
    found = []
    for place, (x, (period, value)) in enumerate(zip(across, values, strict=True)):
        side = "start" if place == 0 else "end" if place + 1 == len(values) else "middle"
        if period in at or place in (0, len(values) - 1):
            near = any(p in at and 0 < abs(across[n] - x) < 60 for n, (p, _) in enumerate(values))
            if period in at or not near:
                found.append(_text(x, paper.height - 6, side, period))
        if period in told and value is not None:
            found.append(_text(x, max(y(value) - 10, 12), side, write(value)))
    return Markup().join(found)


def _text(x: float, y: float, side: str, text: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, side, text)
