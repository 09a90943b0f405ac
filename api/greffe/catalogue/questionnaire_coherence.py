"""Questionnaires speak of dataflows, dimensions and codes that are there, and each sheet says every dimension once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies import deliveries
from greffe.catalogue.questionnaires import HELD, Questionnaire, Rows, Sheet
from greffe.errors import BadDefinition, nearest
from greffe.model.structures import Codelist


def check_questionnaires(catalogue: Catalogue) -> None:
    """Raise BadDefinition with the file and the sheet, or with the row of deliveries.csv that names no questionnaire."""
    for one in catalogue.questionnaires.values():
        for sheet in one.sheets:
            _check(catalogue, one, sheet)
    known = catalogue.questionnaires
    for row in catalogue.policies.deliveries:
        if row.questionnaire and row.questionnaire not in known:
            raise BadDefinition(
                f"There is no questionnaire {row.questionnaire}.", file=deliveries.FILE, row=row.line, column="format",
                nearest=nearest(row.questionnaire, known),
            )  # fmt: skip


def _check(catalogue: Catalogue, one: Questionnaire, sheet: Sheet) -> None:
    def wrong(message: str, near: Iterable[str] = ()) -> BadDefinition:
        return BadDefinition(f"Sheet {sheet.id}: {message}", file=one.file, nearest=tuple(near))

    flows = {f.reference.id: f for f in catalogue.dataflows(("collection",))}
    if sheet.flow not in flows:
        raise wrong(f"{sheet.flow} is no collection dataflow.", nearest(sheet.flow, flows))
    structure = catalogue.structure(flows[sheet.flow])
    lists = catalogue.codelists(structure)
    for rows in sheet.rows or (Rows({}, {}, "", (), {}),):
        said = [*sheet.fixed, *sheet.across, *rows.cells]
        for dimension in (*said, *rows.across, *sheet.unsaid):
            if dimension not in structure.dimension_ids:
                raise wrong(f"{sheet.flow} has no dimension {dimension}.", nearest(dimension, structure.dimension_ids))
        for dimension in structure.dimension_ids:
            if said.count(dimension) != 1:
                raise wrong(
                    f"{dimension} stands {said.count(dimension)} times in fixed, across and cells: it is said once."
                )
        for dimension, codes in rows.across.items():
            if dimension not in sheet.across or not set(codes) <= set(sheet.across[dimension]):
                raise wrong(f"a row asks columns of {dimension} that the sheet does not have.")
        for codes_of in (rows.cells, sheet.across, sheet.unsaid, {d: (c,) for d, c in sheet.fixed.items()}):
            _known(lists, codes_of, wrong, star=codes_of in (rows.cells, sheet.unsaid))
    if sheet.question and sheet.question not in structure.dimension_ids:
        raise wrong(
            f"{sheet.flow} has no dimension {sheet.question}.", nearest(sheet.question, structure.dimension_ids)
        )


def _known(
    lists: Mapping[str, Codelist],
    codes_of: Mapping[str, tuple[str, ...]],
    wrong: Callable[[str, Iterable[str]], BadDefinition],
    *,
    star: bool,
) -> None:
    for dimension, codes in codes_of.items():
        known = [i.id for i in lists[dimension].items] if dimension in lists else []
        for code in codes:
            if not (star and code == HELD) and code not in known:
                raise wrong(f"{code} is no code of {dimension}.", nearest(code, known))
