"""The way across: from a figure that we published to what the bridge puts beside it."""

from __future__ import annotations

from greffe.release.bridge import Comparison
from greffe.release.published import OURS
from greffe.validation.bridge.chains import STATES, Answer
from greffe.validation.bridge.pairs import Pair


def across(found: Comparison, flow: str, key: str, period: str) -> tuple[tuple[Pair, Answer], ...]:
    """The pairs in which one side is made of that observation, what is open first. `key`: `A.X.Y`."""
    wanted = (OURS, flow, key, period)
    pairs = [
        (pair, answer)
        for pair, answer in found.answers
        if any(
            (o.cell.body, o.cell.dataset, o.cell.key, o.cell.period) == wanted
            for figure in (pair.a, pair.b)
            for o in (*figure.computed.above, *figure.computed.below)
        )
    ]
    return tuple(sorted(pairs, key=lambda one: -STATES.index(one[1].state)))
