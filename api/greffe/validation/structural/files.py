"""A file as it would be sent: its bytes, its header, its name (QR-FMT-06 to 09, QR-KEY-03)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from greffe.model.dataset_names import NAME, SHAPE
from greffe.model.findings import WARNING, Finding
from greffe.validation.structural.sides import OURS_ALONE, Side
from greffe.validation.structural.words import FILE, ORDER, said

MARK: Final = b"\xef\xbb\xbf"


def check_form(start: bytes, header: Sequence[str], theirs: Side) -> Iterator[Finding]:
    """No mark of UTF-8 in front; dimensions in the order of the structure, then time."""
    if start.startswith(MARK):
        yield said(FILE, "it begins with a byte order mark.", "il commence par une marque d’ordre des octets.")
    if theirs.structure is None:
        return
    time = (theirs.structure.time.id,) if theirs.structure.time else ()
    expected = [c for c in (*theirs.structure.dimension_ids, *time) if c in header]
    found = [c for c in header if c in expected]
    if found != expected:
        yield said(ORDER, f"the file has {', '.join(found)}; the structure {', '.join(expected)}.",
                   f"le fichier a {', '.join(found)} ; la structure {', '.join(expected)}.")  # fmt: skip
    known = [c.id for c in theirs.structure.components]
    beside = [c for c in header if c in known]
    attributes = [c.id for c in theirs.structure.attributes if c.id in header and c.id not in OURS_ALONE]
    if found == expected and [c for c in beside if c in attributes] != attributes:
        yield said(ORDER, f"the attributes of the structure are {', '.join(attributes)}.",
                   f"les attributs de la structure sont {', '.join(attributes)}.", WARNING)  # fmt: skip


def check_name(name: str, places: Collection[str], years: Collection[str]) -> Iterator[Finding]:
    """The convention of dataset names, the country and the last year of the data. `places`: codes of the area."""
    match = NAME.fullmatch(name)
    if match is None:
        yield said(FILE, f"{name} is not named as {SHAPE}.", f"{name} n’est pas nommé comme {SHAPE}.")
        return
    other = sorted(p for p in places if p[:2] != match["country"])
    if other:
        yield said(FILE, f"its name says {match['country']}, its data {', '.join(other)}.",
                   f"son nom dit {match['country']}, ses données {', '.join(other)}.")  # fmt: skip
    last = max(years, default="")
    if last and last != match["year"]:
        yield said(FILE, f"its name says {match['year']}, the last year of its data is {last}.",
                   f"son nom dit {match['year']}, la dernière année de ses données est {last}.", WARNING)  # fmt: skip
