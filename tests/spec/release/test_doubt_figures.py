"""The workbook of doubts weighs each question: what flows through a decision, and what its cells say now."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pytest
from house import PUBLISHED, House, new_house
from journey_tools import inside as run
from question_107 import FLOW, ROWS, take

TABLE = "mappings/CEPEJ/prosecution_to_questions.csv"
FIGURES = ("Poids, % / Weight, %", "Valeur actuelle / Present value", "Période / Period", "Jeu de données / Dataset")
Figures = dict[str, tuple[str | None, ...]]


def asked(home: Path, out: Path, *more: str) -> Figures:
    """Where a question comes from → its four cells of figures."""
    told = run(home, "mappings", "doubts", "--out", str(out), "--json", *more)
    assert told.code == 0, told.err
    found: Figures = {}
    for sheet in openpyxl.load_workbook(out).worksheets[1:]:
        header = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2, values_only=True):
            said = dict(zip(header, row, strict=True))
            found[said["Où / Where"]] = tuple(said[name] for name in FIGURES)
    assert sum(any(cells) for cells in found.values()) == told.json()["weighed"]
    return found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A release of recorded offences, and a draft of question 107."""
    folder = tmp_path_factory.mktemp("weighed")
    made = new_house(folder / "home", "published", "map", "released")
    take(made, folder)
    made.approve_map(FLOW)
    made.draft(FLOW)
    return made


def test_a_released_decision_has_its_share_and_its_present_value(house: House, tmp_path: Path):
    """Homicides among all offences that the house of the interior published, summed here from the published file; 821
    victims in 2022 and 1.21 per 100,000 are the two cells of the code. The draft is nobody's yet: nothing of it is told."""
    found = asked(house.parts.settings.home, tmp_path / "x.xlsx")
    with (PUBLISHED / "ssmsi_infractions.csv").open(encoding="utf-8") as stream:
        rows = [(r["index_ssmsi"], Decimal(r["valeur"] or 0)) for r in csv.DictReader(stream)]
    mine = sum(value for code, value in rows if code == "SSMSI_HOMICIDE")
    share = (100 * mine / sum(v for _, v in rows)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    place = "mappings/ESTAT/index_ssmsi_to_iccs.csv#IDX-001"
    assert found[place] == (str(share), "2 : 1.21 … 821", "2022", "ESTAT_CRIM_OFF_CAT#1")
    assert found[f"{TABLE}#PRO-PEN_PQ_ALT"] == (None,) * 4
    assert not any("PROSECUTION" in str(cells[3]) for cells in found.values())


def test_drafts_are_weighed_when_asked_for(house: House, tmp_path: Path):
    """Cases: 4,000 received and 800 pending; persons whose numbers add up: 350 and 70 of alternatives. Prosecutions hold a
    total and a part of it, so their rows are counted: one of the six that found a line. Nine observations are in the
    draft, one of them of each line."""
    found = asked(house.parts.settings.home, tmp_path / "x.xlsx", "--drafts")
    for row, weight, value in (
        ("PEN_PQ_AFF_RECUES", "83.33", "4000"),
        ("PEN_PQ_AFF_STOCK", "16.67", "800"),
        ("PEN_PQ_ALT", "83.33", "420"),
        ("PEN_PQ_COMPO", "16.67", "420"),
        ("PEN_PQ_POURS", "16.67 (lignes / rows)", "600"),
    ):
        cells = found[f"{TABLE}#PRO-{row}"]
        assert cells[:3] == (weight, value, "2022"), row
        assert "projet, non diffusé / draft, not released" in str(cells[3])
    assert found["mappings/CEPEJ/prosecution.yaml#types[0]"][:3] == ("11.11 (observations)", "4000", "2022")
    assert found["mappings/CEPEJ/prosecution.yaml#not_provided[0]"][:3] == ("11.11 (observations)", None, None)
    assert found["SSER:CEPEJ_QUESTION(1.0.0).Q107_L4"][:3] == ("11.11 (observations)", "800", "2022")


def test_a_confidential_cell_is_not_told_nor_to_be_worked_out(tmp_path: Path):
    """The cases received are secret: their cell is not told, and no share of values, from which it could be worked out."""
    made = new_house(tmp_path / "home")
    take(made, tmp_path, ROWS.replace("4000,affaire,D,,", "4000,affaire,D,C1,"))
    made.approve_map(FLOW)
    made.draft(FLOW)
    found = asked(tmp_path / "home", tmp_path / "x.xlsx", "--drafts")
    assert found[f"{TABLE}#PRO-PEN_PQ_AFF_RECUES"][:2] == ("16.67 (lignes / rows)", "confidentiel / confidential")
    assert found[f"{TABLE}#PRO-PEN_PQ_ALT"][:2] == ("16.67 (lignes / rows)", "420")
    assert not any("4000" in str(cell) for cells in found.values() for cell in cells)
