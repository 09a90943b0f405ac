"""A row and what the types of its maps lack for it, as one decision; and as one proposal, for who works without pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.errors import BadDefinition, BadQuery, nearest
from greffe.mapping.suggest.rank import question as source_of
from greffe.model.maps import CONVERSIONS, KINDS_WITH_TARGET, RepresentationMap
from greffe.release.parts import Parts
from greffe.release.review.admitting import Admission, Saying, admission
from greffe.release.review.candidates import rows_of_line
from greffe.release.review.handing_in import contents
from greffe.release.review.lacking import Lacking
from greffe.release.review.outside import Outside, claimed, outside
from greffe.release.review.pending import decisions, question
from greffe.release.review.queue import Queue, Waiting, queue
from greffe.release.review.sharing import Cells, as_decided, parts_beside, plain_kind, rows_now
from greffe.store.base import Actor

SAID: Final = (*TYPE_WORDS, *CONVERSIONS)  # what an author may be asked to say: words of axes, reasons of conversions
_NOBODY = Actor("")  # has nothing on a desk: the table is seen as it is effective


def let_in(
    catalogue: Catalogue, found: Queue, line: Waiting, cells: Cells, said: Mapping[str, str], claim: bool
) -> tuple[tuple[Saying, ...], Cells]:
    """What the maps are to say of the target of a line, and its cells with what its author claims beside. `said`: axis → word.
    Raises BadQuery with the reason where the types are not all that is in the way, or `claim` lacks."""
    asked = admission(
        catalogue, {found.table.file: rows_of_line(found.table, line, as_decided(found, line, cells))}, said
    )
    if asked.faults:
        raise _refused(line.item, asked.faults[0])
    left_out = outside(catalogue, found.table, [cells.get(f"target:{c}", "") for c in found.table.targets])
    return asked.sayings, claimed(left_out, cells, claim)


def _refused(item: str, fault: BadDefinition) -> BadQuery:
    return BadQuery(
        f"{item}: {fault.message}", file=fault.file, column=fault.column, hint=fault.hint, nearest=fault.nearest
    )


@dataclass(frozen=True)
class Led:
    """A source led to a target. `files` are what is to be proposed; `item`, `kind` of its row; `beside`: rows that become parts.
    `lacking`: the days on which its source had no row, None where a row changes."""

    item: str
    kind: str
    admission: Admission
    outside: tuple[Outside, ...]
    beside: tuple[str, ...]
    files: Mapping[str, bytes | None]
    lacking: Lacking | None = None


def lead(
    parts: Parts,
    catalogue: Catalogue,
    table: RepresentationMap,
    source: str,
    target: str,
    cells: Cells,
    said: Mapping[str, str] | None,
    claim: bool,
) -> Led:
    """Lead a source (a row id, a code, or COMPONENT=CODE,…) to a target (a code, or COMPONENT=CODE,…), with what the types of
    the maps lack for it. `cells`: kind ('' as the target asks), reason, confidence. `said` None: only look; nothing is made
    then. Raises BadQuery."""
    if cells.get("kind") and cells["kind"] not in KINDS_WITH_TARGET:
        raise BadQuery(
            f"{cells['kind']!r} is no kind of a row with a target.",
            parameter="--kind",
            nearest=nearest(cells["kind"], KINDS_WITH_TARGET),
            hint=f"One of {', '.join(KINDS_WITH_TARGET)}.",
        )
    found = queue(parts, _NOBODY, catalogue, table)
    line = found.line(source) or _line(found, source)
    wanted: dict[str, str] = line.validity() | {
        f"target:{c}": v for c, v in zip(table.targets, _targets(found, target), strict=True)
    }
    wanted |= {name: text for name, text in cells.items() if text or name == "kind"}
    wanted["kind"] = wanted.get("kind") or plain_kind(as_decided(found, line, wanted), rows_now(found))
    rows = {table.file: rows_of_line(table, line, as_decided(found, line, wanted))}
    left_out = outside(catalogue, table, [wanted[f"target:{c}"] for c in table.targets])
    others, because = parts_beside(found, {line.item: wanted})
    lacks = line.lacking if line.new else None
    if said is None:
        return Led(line.item, wanted["kind"], admission(catalogue, rows), left_out, tuple(others), {}, lacks)
    sayings, done = let_in(catalogue, found, line, wanted, said, claim)
    made = decisions(parts, catalogue, table, {}, {line.item: done, **others}, {line.item: sayings}, because)
    files = contents(parts, catalogue, {table.file: made})
    return Led(line.item, wanted["kind"], admission(catalogue, rows, said), left_out, tuple(others), files, lacks)


def _line(found: Queue, source: str) -> Waiting:
    values = tuple(source_of(found.ground, source, found.table.file))
    item = question(found.table, values)
    return (
        found.line(item)
        or next((w for w in found.lines if w.values == values), None)
        or Waiting(item, values, None, frozenset())
    )


def _targets(found: Queue, text: str) -> Sequence[str]:
    """The codes of the target columns that a text gives. Raises BadQuery."""
    table = found.table
    if "=" not in text and len(table.targets) == 1:
        return (text,)
    said = dict(part.partition("=")[::2] for part in text.split(","))
    unknown = [c for c in said if c not in table.targets]
    if unknown or set(said) != set(table.targets):
        raise BadQuery(
            f"{text!r} does not say {', '.join(c for c in table.targets if c not in said) or unknown[0]}.",
            parameter="TARGET",
            nearest=nearest(unknown[0], table.targets) if unknown else (),
            hint=f"Write {','.join(f'{c}=CODE' for c in table.targets)}.",
        )
    return tuple(said[c] for c in table.targets)


def said_of(texts: Sequence[str]) -> dict[str, str]:
    """`population=suspects` → axis and word, `flag_D=Persons are counted.` → conversion and reason. Raises BadQuery for others."""
    found = dict(text.partition("=")[::2] for text in texts)
    for axis in found:
        if axis not in SAID:
            raise BadQuery(
                f"{axis!r} is neither an axis of types nor a conversion.",
                parameter="--say",
                nearest=nearest(axis, SAID),
            )
    return found
