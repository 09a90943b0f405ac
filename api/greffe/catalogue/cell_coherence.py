"""Cells of policy tables name components and codes that their dataflow has; synonyms, lists and dataflows that there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from greffe.catalogue.catalogue import A, Catalogue
from greffe.catalogue.policies.breaks import FILE as BREAKS
from greffe.catalogue.policies.synonyms import FILE as SYNONYMS
from greffe.errors import BadDefinition, NotFound, nearest
from greffe.model.structures import Codelist, Dataflow, DataStructure

Wrong = Callable[[str, str, Sequence[str]], BadDefinition]  # message, column, nearest → the error to raise
Cells = Mapping[str, Sequence[str]]
STATUS: Final = "OBS_STATUS"


def structure_of(catalogue: Catalogue, flow: str, column: str, wrong: Wrong) -> DataStructure:
    """The structure of a dataflow by its id. Raises `wrong`."""
    try:
        return catalogue.structure(catalogue.latest(Dataflow, flow))
    except NotFound as error:
        raise wrong(error.message, column, tuple(error.nearest)) from error


def check_dimensions(flow: str, structure: DataStructure, components: Iterable[str], column: str, wrong: Wrong) -> None:
    """Raise `wrong` for a component that is no dimension of the dataflow."""
    for component in components:
        if component not in structure.dimension_ids:
            message = f"{component} is no dimension of {flow}."
            raise wrong(message, column, nearest(component, structure.dimension_ids))


def check_codes(catalogue: Catalogue, structure: DataStructure, cells: Cells, column: str, wrong: Wrong) -> None:
    """Raise `wrong` for a code that the list of its dimension lacks; a dimension without a list has any."""
    for component, codes in cells.items():
        found = structure.component(component)
        list_ = catalogue.codelist(found) if found is not None else None
        ids = [i.id for i in list_.items] if list_ is not None else list(codes)
        for code in codes:
            if code not in ids:
                raise wrong(f"{code!r} is no code of {component}.", column, nearest(code, ids))


def check_breaks(catalogue: Catalogue) -> None:
    """Raise BadDefinition, with row and column, for a break of a dataflow, of a dimension or a code that is not there, and
    for one of a recipient's dataflow that has no status to say it with."""
    for one in catalogue.policies.breaks:

        def wrong(message: str, column: str, near: Sequence[str] = (), row: int = one.line) -> BadDefinition:
            return BadDefinition(message, file=BREAKS, row=row, column=column, nearest=near)

        structure = structure_of(catalogue, one.flow, "flow", wrong)
        check_dimensions(one.flow, structure, one.cells, "cells", wrong)
        check_codes(catalogue, structure, one.cells, "cells", wrong)
        internal = catalogue.internal(catalogue.latest(Dataflow, one.flow))
        if not internal and structure.component(STATUS) is None:
            raise wrong(f"{one.flow} has no {STATUS}: nothing could say the break.", "flow")


def check_synonyms(catalogue: Catalogue) -> None:
    """Raise BadDefinition, with row and column, for a synonym of a list, a code or a dataflow that is not there."""
    for one in catalogue.policies.synonyms:

        def wrong(message: str, column: str, near: Sequence[str] = (), row: int = one.line) -> BadDefinition:
            return BadDefinition(message, file=SYNONYMS, row=row, column=column, nearest=near)

        if one.flow:
            if catalogue.internal(_latest(catalogue, Dataflow, one.flow, "flow", wrong)):
                raise wrong(f"{one.flow} is internal: its figures are never released.", "flow")
            continue
        list_ = _latest(catalogue, Codelist, one.codelist, "codelist", wrong)
        if list_.item(one.code) is None:
            near = nearest(one.code, [item.id for item in list_.items])
            raise wrong(f"{one.code!r} is no code of {one.codelist}.", "code", near)


def _latest(catalogue: Catalogue, kind: type[A], id_: str, column: str, wrong: Wrong) -> A:
    try:
        return catalogue.latest(kind, id_)
    except NotFound as error:
        raise wrong(error.message, column, tuple(error.nearest)) from error
