"""What a map must say of a target before a row may lead there: types of its cells that it lacks, beside the row itself.

What is left out may be said, and goes with the row into one proposal. What is said otherwise is a mismatch: it stays one unless a
conversion covers it, which an author declares with its reason (`deviating`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from typing import Final

from greffe.catalogue.calculation_types import typed_cells
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.omissions import Held, Omission, omission, own_words
from greffe.catalogue.trial import MoreTypes, Rows, alike, faults_of, joined, with_rows
from greffe.catalogue.type_entries import with_types
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import NoType
from greffe.errors import BadDefinition, BadQuery
from greffe.model.maps import CONVERSIONS, CellType, Conversion, StructureMap
from greffe.release.parts import Parts
from greffe.release.review.deviating import Deviation, check_reasons, deviating

_ROUNDS: Final = 12  # of types that calculations on what was let in ask for in turn


@dataclass(frozen=True)
class Saying:
    """A type that a map is to declare, by the file of the map."""

    file: str
    type: CellType


@dataclass(frozen=True)
class Admission:
    """What letting rows in takes. `omissions`: cells of which a map says nothing, with what may be said of them; `deviations`:
    conversions that it would have to declare; `faults`: what would still be wrong then. With faults nothing is let in."""

    omissions: tuple[Omission, ...]
    sayings: tuple[Saying, ...]
    faults: tuple[BadDefinition, ...]
    deviations: tuple[Deviation, ...] = ()

    @property
    def offered(self) -> bool:
        """Something was left out or is counted otherwise, and nothing but that is in the way."""
        return bool(self.omissions or self.deviations) and not self.faults

    @property
    def kinds(self) -> tuple[str, ...]:
        """The conversions whose reasons an author has to give, each once."""
        return tuple(dict.fromkeys(one.kind for one in self.deviations))

    @property
    def open(self) -> tuple[str, ...]:
        """The axes that an author has to say, in the order of the types."""
        return tuple(axis for axis in TYPE_WORDS if any(axis in one.open for one in self.omissions))

    def words(self, axis: str) -> tuple[str, ...]:
        """The words of an axis that is to be said: those of the cells beside it first."""
        near = dict.fromkeys(word for one in self.omissions for word in one.open.get(axis, ()))
        return (*near, *(word for word in TYPE_WORDS[axis] if word not in near))


def admission(
    catalogue: Catalogue, rows: Rows, said: Mapping[str, str] | None = None, beside: Iterable[Saying] = ()
) -> Admission:
    """What it takes to let those rows in, `beside` what is to be said already. `said`: axis → word, where nothing settles it, and
    conversion → reason; without it such axes are taken as the source has them, so that what is wrong on the others shows. Raises
    BadQuery for words and reasons that are missing, not known, or not asked for."""
    words, told = dict(said or {}), tuple(beside)
    held = cache(partial(_held, catalogue))  # a large map takes a tenth of a second: once, for however many cells
    found: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Omission, CellType]] = {}
    deviations: list[Deviation] = []
    faults: Sequence[BadDefinition] = ()
    for _ in range(_ROUNDS):
        sayings = (
            *told,
            *(Saying(one.map.file, type_) for one, type_ in found.values()),
            *_declared(deviations, words),
        )
        trial = with_rows(catalogue, rows, by_map(sayings))
        faults = faults_of(trial, list(rows))
        missing = [f for f in faults if isinstance(f, NoType)]
        new = [
            one
            for f in missing
            if (one := omission(_map(catalogue, f.file), held(f.file), f.cell)) and _key(one) not in found
        ]
        fresh = deviating(faults, deviations)
        if not new and not fresh:
            break
        deviations += fresh
        if said is None:
            for one in new:
                words = own_words(trial, _map(trial, one.map.file), one.cell) | words
        for one in new:
            open_ = {axis: words.get(axis) or (one.open[axis] or TYPE_WORDS[axis])[0] for axis in one.open}
            found[_key(one)] = one, one.type_(open_ if said is None else words_for(one, words))
    omissions = tuple(one for one, _ in found.values())
    if not faults:
        _check_said(omissions, deviations, said)
    types = tuple(Saying(one.map.file, type_) for one, type_ in found.values())
    return Admission(omissions, (*types, *_declared(deviations, words)), tuple(faults), tuple(deviations))


def _held(catalogue: Catalogue, file: str) -> Held:
    return typed_cells(catalogue, _map(catalogue, file))


def _declared(deviations: Iterable[Deviation], said: Mapping[str, str]) -> tuple[Saying, ...]:
    return tuple(Saying(one.file, one.type_(said.get(one.kind, "").strip())) for one in deviations)


def _check_said(omissions: Sequence[Omission], deviations: Sequence[Deviation], said: Mapping[str, str] | None) -> None:
    """No word of an author goes unheard: it is asked for, or it is what the cells beside say. No conversion is without a reason."""
    words = {axis: word for axis, word in (said or {}).items() if axis not in CONVERSIONS}
    for axis, word in words.items():
        if word and not omissions:
            raise BadQuery("The types of its maps say what that target counts: nothing is to be said.", parameter=axis)
        if word and not any(axis in one.open for one in omissions):
            for one in omissions:
                one.type_({**words_for(one, words), axis: word})
    if said is not None:
        check_reasons(deviations, said)


def words_for(one: Omission, said: Mapping[str, str]) -> dict[str, str]:
    """Of what an author said, what this cell asks for."""
    return {axis: said.get(axis, "") for axis in one.open}


def _key(one: Omission) -> tuple[str, tuple[tuple[str, str], ...]]:
    return one.map.file, tuple(sorted(one.cells.items()))


def _map(catalogue: Catalogue, file: str) -> StructureMap:
    return next(m for m in catalogue.maps.values() if m.file == file)


def by_map(sayings: Iterable[Saying]) -> MoreTypes:
    """The types by the file of their map, each once, with the conversions that are told of it."""
    found: dict[str, tuple[CellType, ...]] = {}
    for one in sayings:
        found[one.file] = joined(found.get(one.file, ()), [one.type])
    return found


def said_by_now(catalogue: Catalogue, one: Saying) -> bool:
    """The map says something of just these cells by now, and declares what is to be declared of them if it says the same, or is
    gone: nothing is left to be said."""
    maps = [m for m in catalogue.maps.values() if m.file == one.file]
    held = [type_ for m in maps for type_ in m.types if type_.cells == one.type.cells]
    return not maps or any(not alike(h, one.type) or set(one.type.conversions) <= set(h.conversions) for h in held)


def unsaid(asked: Admission, sayings: Iterable[Saying]) -> bool:
    """Something that is asked is not among what is to be said."""
    told = tuple(sayings)
    cells = {(one.file, tuple(one.type.cells.items())) for one in told}
    silent = any((one.map.file, tuple(one.cells.items())) not in cells for one in asked.omissions)
    return silent or any(not any(one.is_in(s.file, s.type) for s in told) for one in asked.deviations)


def map_files(parts: Parts, catalogue: Catalogue, sayings: Iterable[Saying]) -> dict[str, bytes]:
    """The files of the maps with those types. Raises Refused where they cannot be written into one of them."""
    return {
        file: with_types(parts.register.content(catalogue.files[file]), file, types)
        for file, types in by_map(sayings).items()
    }


def written(sayings: Iterable[Saying]) -> list[dict[str, object]]:
    """As plain values, for the desk and for programs."""
    return [{"file": one.file, **asdict(one.type)} for one in sayings]


def read(values: Iterable[Mapping[str, object]]) -> tuple[Saying, ...]:
    """What `written` wrote."""
    return tuple(_read(dict(value)) for value in values)


def _read(value: dict[str, object]) -> Saying:
    cells, conversions = value["cells"], value["conversions"]
    words = {axis: str(value[axis]) for axis in TYPE_WORDS}
    found = []
    for one in conversions if isinstance(conversions, list | tuple) else ():
        found.append(Conversion(str(one["kind"]), str(one["reason"]), tuple(map(str, one["indicators"]))))
    codes = {str(k): str(v) for k, v in cells.items()} if isinstance(cells, dict) else {}
    return Saying(str(value["file"]), CellType(codes, **words, conversions=tuple(found)))
