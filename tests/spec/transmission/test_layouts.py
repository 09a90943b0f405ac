"""Layouts of questionnaires: what is wrong in one is told with its file and place before anything is filled."""

from __future__ import annotations

import pytest
from journey_tools import ROOT

from greffe.catalogue.load import load, read_folders
from greffe.errors import BadDefinition

FILE = "mappings/SPACE/questionnaires/space_i.yaml"


@pytest.mark.parametrize(("old", "new", "told"), [
    ("ITEM: [STOCK]", "ITEM: [STOK]", "Sheet Stock: STOK is no code of ITEM. Nearest: STOCK"),
    ("flow: SPACE_I_FLOWS", "flow: SPACE_I_FLOW", "Sheet Flows: SPACE_I_FLOW is no collection dataflow. Nearest: SPACE_I_FLOWS"),
    ("fixed: {FREQ: A, REF_AREA: FRA}", "fixed: {FREQ: A}", "Sheet Stock: REF_AREA stands 0 times in fixed, across and cells"),
    ("across: {SEX: [T]}", "across: {SEX: [X]}", "Sheet Stock: a row asks columns of SEX that the sheet does not have."),
    ("unsaid: {CATEGORY: [TOTAL]}", "unsaid: {CATEGORI: [TOTAL]}", "Sheet Stock: SPACE_I_STOCK has no dimension CATEGORI."),
    ('word: "NAP"', 'word: "=NAP"', "'=NAP' is no word for a cell: it begins with a letter, a colon or a point."),
    ("years: 1", "years: 0", "A whole number of at least 1 is expected here"),
    ("other: {word", "M2: {word", "other is not there: what is written for any other status."),
    ("id: Flows", "id: stock", "Sheets, each with an id of its own, are expected here."),
    ("id: Flows", 'id: "Flo/ws"', "'Flo/ws' is no name of a sheet"),
    ("optional: true", "optionel: true", "The key 'optionel' is not known here. Nearest: optional"),
    ("id: SPACE_I\n", "id: CEPEJ\n", "The questionnaire CEPEJ stands in mappings/CEPEJ/questionnaires/cepej.yaml already."),
])  # fmt: skip
def test_what_cannot_be_is_told_with_its_place(old: str, new: str, told: str):
    files = read_folders(ROOT / "sdmx", ROOT / "mappings")
    text = files[FILE].decode()
    assert old in text
    files[FILE] = text.replace(old, new).encode()
    with pytest.raises(BadDefinition) as error:
        load(files)
    assert error.value.text().startswith(FILE)
    assert told in error.value.text()
