"""What a recipient is likely to ask of a delivery, foreseen: a detector is a function and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from greffe.transmission.foreseen.bodies import bodies
from greffe.transmission.foreseen.breaks import breaks, changes
from greffe.transmission.foreseen.law import law
from greffe.transmission.foreseen.look import Foreseen, Look
from greffe.transmission.foreseen.repeats import repeats
from greffe.transmission.foreseen.shares import shares

# Kind of question → who finds it.
DETECTORS: Final[Mapping[str, Callable[[Look], Iterator[Foreseen]]]] = {
    "break": breaks, "change": changes, "share": shares, "repeat": repeats, "bodies": bodies, "law": law,
}  # fmt: skip


def foreseen(looks: Iterable[Look]) -> tuple[Foreseen, ...]:
    """Every question, the likeliest first."""
    found = [one for look in looks for detector in DETECTORS.values() for one in detector(look)]
    return tuple(sorted(found, key=lambda f: (-f.weight, f.flow, f.period, f.cells)))
