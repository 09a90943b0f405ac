"""Identities name dataflows, components and codes that exist, and leave no dimension open."""

from __future__ import annotations

from collections.abc import Sequence

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.cell_coherence import check_codes, check_dimensions, structure_of
from greffe.catalogue.policies.identities import DIFFERENCES, FILE, Figures, Identity
from greffe.errors import BadDefinition, nearest


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
    def wrong(message: str, column: str, near: Sequence[str] = ()) -> BadDefinition:
        return BadDefinition(message, file=FILE, row=one.line, column=column, nearest=near)

    cells = f"{side}_cells"
    structure = structure_of(catalogue, figures.dataflow, side, wrong)
    check_dimensions(figures.dataflow, structure, figures.cells, cells, wrong)
    check_dimensions(figures.dataflow, structure, by, "by", wrong)
    check_codes(catalogue, structure, figures.cells, cells, wrong)
    still = [d for d in structure.dimension_ids if d not in figures.cells and d not in by]
    if still:
        raise wrong(f"{', '.join(still)} of {figures.dataflow} may have several codes.", cells)
