"""Random answers, written in every format and read back by another reader, are what they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
import sdmx
from blocks import STRUCTURE, block, message
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from greffe.formats import fragments, sdmx_csv, sdmx_ml, small, structure_ml
from greffe.formats.parameters import Parameters
from greffe.model.dataset import SeriesBlock

G = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic}"
M = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message}"

codes = st.from_regex(r"[A-Za-z0-9_@$\-]{1,4}", fullmatch=True)
# All that XML 1.0 can carry, what is awkward more often.
xml_text = st.text(
    st.one_of(
        st.sampled_from("<>&\"',;\t\n\r é\u0085\u2028\ufeff𝄞\\"),
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
    ),
    max_size=8,
)
numbers = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
    st.sampled_from(["0", "12.50", "1E-7", "NaN", "INF", "-0"]),
)
observations = st.lists(
    st.tuples(
        st.from_regex(r"20[0-9]{2}(-(0[1-9]|Q[1-4]))?", fullmatch=True),
        st.none() | numbers,
        st.none() | codes,
        st.none() | xml_text,
    ),
    max_size=6,
    unique_by=lambda row: row[0],
)


@dataclass(frozen=True)
class Series:
    """Key and DATA_ORIGIN, and the observations: period, value, status, comment."""

    row: tuple[str, str, str | None]
    observations: Sequence[tuple[str, str | None, str | None, str | None]]


series = st.builds(Series, st.tuples(codes, codes, st.none() | xml_text), observations)
answers = st.lists(st.lists(series, max_size=5, unique_by=lambda s: s.row[:2]), max_size=3)
few = settings(
    max_examples=examples(24),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(params=[1, 3, fragments.ROWS, "plain"])
def rows_of_a_batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches end in the middle of series, and between them; or the few rows are written as plain text."""
    if request.param != "plain":
        monkeypatch.setattr(fragments, "ROWS", request.param)
        monkeypatch.setattr(small, "FEW", -1)


def blocks(answer: list[list[Series]]) -> list[SeriesBlock]:
    return [block([s.row for s in part], [s.observations for s in part]) for part in answer]


@few
@given(answer=answers, version=st.sampled_from(["1.0", "2.0"]))
def test_csv(rows_of_a_batch: None, answer: list[list[Series]], version: str):
    body = b"".join(sdmx_csv.write(message(blocks(answer)), Parameters(), version)).decode()
    read = list(csv.DictReader(io.StringIO(body, newline=""), strict=True))
    expected = [
        dict(
            zip(
                ("freq", "geo", "DATA_ORIGIN", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "COMMENT_OBS"),
                ("" if cell is None else cell for cell in (*s.row, *o)),
                strict=True,
            )
        )
        for part in answer
        for s in part
        for o in s.observations
    ]
    leading = {"DATAFLOW"} if version == "1.0" else {"STRUCTURE", "STRUCTURE_ID", "ACTION"}
    assert [{k: v for k, v in row.items() if k not in leading} for row in read] == expected


@few
@given(answer=answers)
def test_generic_xml(rows_of_a_batch: None, answer: list[list[Series]]):
    body = b"".join(sdmx_ml.write(message(blocks(answer)), Parameters(), sdmx_ml.GENERIC_DATA))

    def values(parent: etree._Element, name: str) -> dict[str, str]:
        return {v.get("id"): v.get("value") for v in parent.findall(f"{G}{name}/{G}Value")}

    def one(found: etree._Element) -> Series:
        key = values(found, "SeriesKey")
        assert list(key) == ["freq", "geo"]
        rows = []
        for obs in found.findall(f"{G}Obs"):
            value = obs.find(f"{G}ObsValue")
            attributes = values(obs, "Attributes")
            assert (obs.find(f"{G}Attributes") is None) == (attributes == {})
            rows.append(
                (
                    obs.find(f"{G}ObsDimension").get("value"),
                    None if value is None else value.get("value"),
                    attributes.get("OBS_STATUS"),
                    attributes.get("COMMENT_OBS"),
                )
            )
        return Series((key["freq"], key["geo"], values(found, "Attributes").get("DATA_ORIGIN")), rows)

    read = [one(found) for found in etree.fromstring(body).find(f"{M}DataSet").findall(f"{G}Series")]
    assert read == [s for part in answer for s in part]


@few
@given(answer=answers)
def test_structure_specific_xml(rows_of_a_batch: None, answer: list[list[Series]]):
    body = b"".join(sdmx_ml.write(message(blocks(answer)), Parameters(), sdmx_ml.SPECIFIC_DATA))
    read = [
        Series(
            (found.get("freq"), found.get("geo"), found.get("DATA_ORIGIN")),
            [
                (obs.get("TIME_PERIOD"), obs.get("OBS_VALUE"), obs.get("OBS_STATUS"), obs.get("COMMENT_OBS"))
                for obs in found
            ],
        )
        for found in etree.fromstring(body).find(f"{M}DataSet")
    ]
    assert read == [s for part in answer for s in part]


@settings(max_examples=examples(14), deadline=None)
@given(answer=answers, variant=st.sampled_from([sdmx_ml.GENERIC_DATA, sdmx_ml.SPECIFIC_DATA]))
def test_sdmx1_reads_the_same(answer: list[list[Series]], variant: sdmx_ml.Variant):
    """Series with observations, since sdmx1 keeps no others; keys unique over the whole answer."""
    known = {s.row[:2]: s for part in answer for s in part if s.observations}
    body = b"".join(sdmx_ml.write(message(blocks([list(known.values())])), Parameters(), variant))
    header = message([]).header
    dsd = sdmx.read_sdmx(io.BytesIO(b"".join(structure_ml.write(header, [STRUCTURE])))).structure["CRIME"]
    read = [
        (
            tuple(str(v.value) for v in o.key.values.values()),
            o.value,
            {k: v.value for k, v in o.attached_attribute.items()},
        )
        for o in sdmx.read_sdmx(io.BytesIO(body), structure=dsd).data[0].obs
    ]
    assert read == [
        (
            (*s.row[:2], period),
            value,
            {k: v for k, v in (("OBS_STATUS", status), ("COMMENT_OBS", comment)) if v is not None},
        )
        for s in known.values()
        for period, value, status, comment in s.observations
    ]
