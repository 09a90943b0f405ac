"""Identities name dataflows, components and codes that exist, and leave no dimension open."""

from __future__ import annotations

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.identities import DIFFERENCES, FILE, Figures, Identity
from greffe.errors import BadDefinition, NotFound, nearest
from greffe.model.structures import Dataflow


def check_identities(catalogue: Catalogue) -> None:
    """Raises BadDefinition with the row, the column and the nearest known ids."""
    for one in catalogue.policies.identities:
        _check(catalogue, one, one.left, "left", [left for left, _ in one.by])
        _check(catalogue, one, one.right, "right", [right for _, right in one.by])
    known = [one.id for one in catalogue.policies.identities]
    for declared in catalogue.policies.differences:
        if declared.identity not in known:
            raise BadDefinition(
                f"There is no identity {declared.identity!r}.",
                file=DIFFERENCES,
                column="identity",
                nearest=nearest(declared.identity, known),
            )


def _check(catalogue: Catalogue, one: Identity, figures: Figures, side: str, by: list[str]) -> None:
    def wrong(message: str, column: str, near: tuple[str, ...] = ()) -> BadDefinition:
        return BadDefinition(message, file=FILE, row=one.line, column=column, nearest=near)

    try:
        structure = catalogue.structure(catalogue.latest(Dataflow, figures.dataflow))
    except NotFound as error:
        raise wrong(error.message, side, tuple(error.nearest)) from error
    dims = structure.dimension_ids
    for component in (*figures.cells, *by):
        if component not in dims:
            raise wrong(
                f"{component} is no dimension of {figures.dataflow}.",
                f"{side}_cells" if component in figures.cells else "by",
                nearest(component, dims),
            )
    for component, codes in figures.cells.items():
        found = structure.component(component)
        list_ = catalogue.codelist(found) if found is not None else None
        ids = [i.id for i in list_.items] if list_ is not None else list(codes)
        for code in codes:
            if code not in ids:
                raise wrong(f"{code!r} is no code of {component}.", f"{side}_cells", nearest(code, ids))
    still = [d for d in dims if d not in figures.cells and d not in by]
    if still:
        raise wrong(f"{', '.join(still)} of {figures.dataflow} may have several codes.", f"{side}_cells")
