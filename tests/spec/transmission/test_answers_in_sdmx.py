"""Answers in the SDMX files of a delivery, as sdmx1, pysdmx and pandas read them: values, NA and NAP, words in attributes."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pytest
import sdmx
from deliveries import PRIS, SENDER, Sending, sending_house
from pysdmx.io import get_datasets

from greffe.model.answers import AnswerKey, Said
from greffe.model.structures import Dataflow
from greffe.model.transmissions import Transmission
from greffe.transmission import keeping
from greffe.transmission.answers.acts import Typed, give
from greffe.transmission.answers.asked import asked_of
from greffe.transmission.answers.observations import homeless
from greffe.transmission.files import Headed, content, written
from greffe.transmission.obstacles import of_places
from greffe.transmission.plan import named_plan
from greffe.transmission.proof import faults, rebuild

STEM = f"{PRIS}__PRIS_ACT_CAP__TOTAL__"
NUMBER, NA, NAP = (
    f"{STEM}{x}__2022" for x in ("PRIS_UNSENT__TOTAL__TOTAL__F", "TOTAL__TOTAL__ADULT__T", "TOTAL__TOTAL__JUV__F")
)
HELD = f"{STEM}PRIS_UNSENT__TOTAL__TOTAL__T__2022"
WORDS = {
    "comment": {"fr": "Au 1er janvier.", "en": "On 1 January."},
    "source": {"fr": "Administration pénitentiaire.", "en": "Prison administration."},
    "footnote": {"fr": "Hors outre-mer.", "en": "Without overseas."},
}
WHY = {"explanation": {"fr": "Réforme de 2021.", "en": "Reform of 2021."}}


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Sending:
    return sending_house(tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def one(sending: Sending) -> Transmission:
    """A delivery of 2022 with four answers, to which the release gives 182 figures."""
    parts = sending.house.parts
    for cell, typed in {
        NUMBER: Typed("2034", words=WORDS), NA: Typed("NA"), NAP: Typed("NAP"), HELD: Typed(words=WHY),
    }.items():  # fmt: skip
        give(parts, SENDER, AnswerKey("ESTAT_CTS", 2022, cell), typed)
    return sending.built()


def key(cell: str) -> str:
    """`A.NR.…` in the order of the structure, from the name of a cell."""
    _, indic, iccs, leg_stat, citizen, age, sex, _ = cell.split("__")
    return " ".join(sorted(["A", "NR", "FR", indic, iccs, leg_stat, citizen, age, sex]))


def table(read: pd.DataFrame, dims: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Of 2022: the codes of a key, sorted → its columns as text."""
    rows = read.astype("string").fillna("").to_dict("records")
    return {" ".join(sorted(str(r[d]) for d in dims)): r for r in rows if r["TIME_PERIOD"] == "2022"}


def judged(sending: Sending, one: Transmission, format_: str) -> tuple[dict[str, dict[str, str]], int]:
    """The delivery in a format, read by others; and how many observations they find."""
    parts = sending.house.parts
    catalogue, (file,) = parts.catalogue(one.catalogue), one.files
    flow = catalogue.latest(Dataflow, PRIS)
    structure = catalogue.structure(flow)
    headed = Headed(one.id, one.test, one.prepared, one.year)
    body = b"".join(written(parts, catalogue, content(parts, headed, replace(file, format=format_))))
    if format_ in ("sdmx-csv-2.0", "sdmx-ml-3.0"):
        (found,) = get_datasets(io.BytesIO(body), validate=False)
        frame = found.data
    else:
        message = sdmx.read_sdmx(io.BytesIO(body), structure=None)
        frame = sdmx.to_pandas(message.data[0], attributes="o").reset_index()
        frame = frame.rename(columns={"value": "OBS_VALUE"})
    return table(frame, structure.dimension_ids), len(frame)


@pytest.mark.parametrize("format_", ["sdmx-csv-2.0", "sdmx-ml-3.0", "genericdata"])
def test_recipients_read_what_was_answered(sending: Sending, one: Transmission, format_: str):
    rows, count = judged(sending, one, format_)
    assert count == one.files[0].observations == 182 + 3
    number, na, nap, held = (rows[key(c)] for c in (NUMBER, NA, NAP, HELD))
    assert float(number["OBS_VALUE"]) == 2034
    assert (number["OBS_STATUS"], na["OBS_STATUS"], nap["OBS_STATUS"]) == ("A", "L", "M")
    assert {na["OBS_VALUE"], nap["OBS_VALUE"]} <= {"", "NaN", "nan"}
    told = [number[a] for a in ("COMMENT_OBS", "SOURCE_NOTE", "FOOTNOTE")]
    assert told == [f"{WORDS[p]['fr']} / {WORDS[p]['en']}" for p in ("comment", "source", "footnote")]
    assert held["COMMENT_OBS"].endswith("Réforme de 2021. / Reform of 2021.")


def test_the_figure_of_a_release_stays_and_a_rebuild_gives_the_same_bytes(sending: Sending, one: Transmission):
    parts = sending.house.parts
    body = keeping.content(parts, one.files[0].sha256)
    flow = parts.catalogue().latest(Dataflow, PRIS)
    sent = table(
        pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False), parts.catalogue().structure(flow).dimension_ids
    )
    round_ = asked_of(parts, flow, 2022)
    assert round_ is not None
    assert sent[key(HELD)]["OBS_VALUE"] == round_.cell(HELD).cell.text
    give(parts, SENDER, AnswerKey("ESTAT_CTS", 2022, NUMBER), Typed("2035"))
    assert [r.same for r in rebuild(parts, one)] == [True]
    assert list(faults(parts, one)) == []


def test_what_nobody_confirmed_does_not_leave(sending: Sending, one: Transmission):
    plan = named_plan(sending.house.parts, PRIS, 2023) if one else None
    assert plan is not None
    assert "answers_to_confirm" in {o.code for o in plan.obstacles}


def test_words_without_a_place_are_refused_by_name(sending: Sending, one: Transmission):
    """A structure without SOURCE_NOTE: the source of a cell stands in the way, by the name of the cell."""
    assert one
    parts = sending.house.parts
    flow = parts.catalogue().latest(Dataflow, PRIS)
    whole = parts.catalogue().structure(flow)
    poorer = replace(whole, attributes=tuple(a for a in whole.attributes if a.id != "SOURCE_NOTE"))
    assert homeless(whole, Said(words=WORDS | WHY)) == ()
    assert homeless(poorer, Said(words=WORDS | WHY)) == ("source",)
    give(parts, SENDER, AnswerKey("ESTAT_CTS", 2022, NUMBER), Typed("2035", words=WORDS))
    round_ = asked_of(parts, flow, 2022)
    assert round_ is not None
    (found,) = of_places(round_, poorer, PRIS)
    assert found.said("fr").endswith(f"pas d’attribut pour la source de {NUMBER}.")
    assert found.said() == f"{PRIS} 2022: the structure has no attribute for the source of {NUMBER}."
