"""The calculations of every map as a transformation scheme in VTL 2.1, derived from the maps (D22)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from greffe.catalogue.vtl import Statement, statements
from greffe.model.artefacts import Annotation
from greffe.model.maps import Calculation, StructureMap
from greffe.model.references import Reference
from greffe.model.transformations import Transformation, TransformationScheme

_KINDS: Final = {
    "total": ("Total", "Total"),
    "complement": ("Complement", "Complément"),
    "rate": ("Rate", "Taux"),
    "formula": ("Formula", "Formule"),
    "split": ("Weighted split", "Répartition pondérée"),
    "convert": ("Conversion of unit", "Conversion d’unité"),
    "calendar": ("Longer periods", "Périodes plus longues"),
    "lag": ("Earlier period", "Période antérieure"),
}


def transformation_scheme(map_: StructureMap) -> TransformationScheme | None:
    """The calculations of a map, in their order; None when it has none. Figures are made by the map, not from this."""
    if not map_.calculations:
        return None
    flow = map_.target.id
    said = {
        "en": f"{flow} stands for the observations that {map_.reference} maps, before any calculation. Values only: "
        "statuses, comments and what the map refuses are not said in VTL. The figures are made by the map.",
        "fr": f"{flow} désigne les observations que {map_.reference} met en correspondance, avant tout calcul. "
        "Seules les valeurs sont dites en VTL : ni statuts, ni commentaires, ni refus. Les chiffres viennent de la "
        "correspondance.",
    }
    return TransformationScheme(
        Reference(map_.reference.agency, f"VTL_{map_.reference.id}", map_.reference.version),
        {"en": f"Calculations of {map_.reference.id}", "fr": f"Calculs de {map_.reference.id}"},
        said,
        (Annotation("STRUCTURE_MAP", str(map_.reference)),),
        items=tuple(_items(map_)),
        vtl_version="2.1",
    )


def _items(map_: StructureMap) -> Iterator[Transformation]:
    before = map_.target.id
    for number, calculation in enumerate(map_.calculations, 1):
        *steps, last = statements(calculation, before)
        for step in steps:
            yield _item(map_, calculation, step, persistent=False)
        yield _item(map_, calculation, last, persistent=True)
        after = f"after_{calculation.id}"
        if number < len(map_.calculations):
            joined = Statement(after, f"union({before}[keep OBS_VALUE], {last.result})")
            yield _item(map_, calculation, joined, persistent=False)
        before = after


def _item(map_: StructureMap, calculation: Calculation, statement: Statement, persistent: bool) -> Transformation:
    english, french = _KINDS[calculation.kind]
    notes = [Annotation("CALCULATION", f"{map_.reference.id} {calculation.id}")]
    if statement.differs:
        notes.append(Annotation("DIFFERS", statement.differs))
    return Transformation(
        statement.result if not persistent else calculation.id,
        {"en": f"{english}: {calculation.id}", "fr": f"{french} : {calculation.id}"},
        {"en": calculation.reason} if persistent and calculation.reason else {},
        annotations=tuple(notes),
        expression=statement.expression,
        result=statement.result,
        persistent=persistent,
    )
