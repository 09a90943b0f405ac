"""What a map must say of a target before a row may lead there: types of its cells that it lacks, beside the row itself.

What is left out may be said, and goes with the row into one proposal. What is said otherwise is a mismatch, and stays one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.omissions import Omission, omission, own_words
from greffe.catalogue.trial import MoreTypes, Rows, faults_of, with_rows
from greffe.catalogue.type_entries import with_types
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import NoType
from greffe.errors import BadDefinition, BadQuery
from greffe.model.maps import CellType, Conversion, StructureMap
from greffe.release.parts import Parts

_ROUNDS: Final = 12  # of types that calculations on what was let in ask for in turn


@dataclass(frozen=True)
class Saying:
    """A type that a map is to declare, by the file of the map."""

    file: str
    type: CellType


@dataclass(frozen=True)
class Admission:
    """What letting rows in takes. `omissions`: cells of which a map says nothing, with what may be said of them; `faults`: what
    would still be wrong when it was said. With faults nothing is let in."""

    omissions: tuple[Omission, ...]
    sayings: tuple[Saying, ...]
    faults: tuple[BadDefinition, ...]

    @property
    def offered(self) -> bool:
        """Something was left out, and nothing but that is in the way."""
        return bool(self.omissions) and not self.faults

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
    """What it takes to let those rows in, `beside` what is to be said already. `said`: axis → word, where nothing settles it;
    without it such axes are taken as the source has them, so that what is wrong on the others shows. Raises BadQuery for words
    that are missing or not known."""
    words, told = dict(said or {}), tuple(beside)
    found: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Omission, CellType]] = {}
    faults: Sequence[BadDefinition] = ()
    for _ in range(_ROUNDS):
        sayings = (*told, *(Saying(one.map.file, type_) for one, type_ in found.values()))
        trial = with_rows(catalogue, rows, by_map(sayings))
        faults = faults_of(trial, list(rows))
        missing = [f for f in faults if isinstance(f, NoType)]
        new = [
            one
            for f in missing
            if (one := omission(catalogue, _map(catalogue, f.file), f.cell)) and _key(one) not in found
        ]
        if not new:
            break
        if said is None:
            for one in new:
                words = own_words(trial, _map(trial, one.map.file), one.cell) | words
        for one in new:
            open_ = {axis: words.get(axis) or (one.open[axis] or TYPE_WORDS[axis])[0] for axis in one.open}
            found[_key(one)] = one, one.type_(open_ if said is None else words_for(one, words))
    omissions = tuple(one for one, _ in found.values())
    if not faults:
        _check_said(omissions, said or {})
    sayings = tuple(Saying(one.map.file, type_) for one, type_ in found.values())
    return Admission(omissions, sayings, tuple(faults))


def _check_said(omissions: Sequence[Omission], said: Mapping[str, str]) -> None:
    """No word of an author goes unheard: it is asked for, or it is what the cells beside say."""
    for axis, word in said.items():
        if word and not omissions:
            raise BadQuery("The types of its maps say what that target counts: nothing is to be said.", parameter=axis)
        if word and not any(axis in one.open for one in omissions):
            for one in omissions:
                one.type_({**words_for(one, said), axis: word})


def words_for(one: Omission, said: Mapping[str, str]) -> dict[str, str]:
    """Of what an author said, what this cell asks for."""
    return {axis: said.get(axis, "") for axis in one.open}


def _key(one: Omission) -> tuple[str, tuple[tuple[str, str], ...]]:
    return one.map.file, tuple(sorted(one.cells.items()))


def _map(catalogue: Catalogue, file: str) -> StructureMap:
    return next(m for m in catalogue.maps.values() if m.file == file)


def by_map(sayings: Iterable[Saying]) -> MoreTypes:
    """The types by the file of their map, each once."""
    found: dict[str, list[CellType]] = {}
    for one in sayings:
        held = found.setdefault(one.file, [])
        if one.type not in held:
            held.append(one.type)
    return found


def said_by_now(catalogue: Catalogue, one: Saying) -> bool:
    """The map says something of just these cells by now, or is gone: nothing is left to be said."""
    maps = [m for m in catalogue.maps.values() if m.file == one.file]
    return not maps or any(type_.cells == one.type.cells for m in maps for type_ in m.types)


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
