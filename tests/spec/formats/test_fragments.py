"""The engine: batches, dictionaries, gaps, what it refuses."""

from __future__ import annotations

import csv
import io

import pyarrow as pa
import pytest
from blocks import TWO, block, codes, message

from greffe.errors import Broken
from greffe.formats import fragments, sdmx_csv, sdmx_ml, small
from greffe.formats.parameters import Parameters
from greffe.formats.pieces import Cell, Layout, Number, Present
from greffe.model.dataset import DataMessage, SeriesBlock


@pytest.fixture(autouse=True, params=[small.FEW, -1], ids=["plain", "columns"])
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are written in another way than many, and must come out the same."""
    monkeypatch.setattr(small, "FEW", request.param)


def table(found: DataMessage) -> list[list[str]]:
    text = b"".join(sdmx_csv.write(found, Parameters(), "1.0")).decode()
    return [row[1:] for row in list(csv.reader(io.StringIO(text, newline="")))[1:]]


def long_series(length: int, series: int = 1) -> SeriesBlock:
    rows = [[(str(2000 + n % 5), str(n), "A", None) for n in range(length)] for _ in range(series)]
    return block([("A", f"G{n}", "real") for n in range(series)], rows)


@pytest.mark.parametrize("length", [fragments.ROWS - 1, fragments.ROWS, fragments.ROWS + 1, 2 * fragments.ROWS + 5])
def test_a_series_longer_than_a_batch_is_opened_and_closed_once(length: int):
    chunks = list(sdmx_ml.write(message([long_series(length)]), Parameters(), sdmx_ml.SPECIFIC_DATA))
    text = b"".join(chunks).decode()
    assert sum(b"<Obs " in chunk for chunk in chunks) == -(-length // fragments.ROWS)
    assert (text.count("<Series "), text.count("</Series>"), text.count("<Obs ")) == (1, 1, length)
    assert text.index(f'OBS_VALUE="{length - 1}"') < text.index("</Series>")


def test_more_series_than_a_batch_has_rows_some_of_them_empty():
    count = fragments.ROWS + 100
    found = block(
        [("A", f"G{n}", "real") for n in range(count)],
        [[] if n % 3 == 0 else [("2020", str(n), "A", None)] for n in range(count)],
    )
    text = b"".join(sdmx_ml.write(message([found]), Parameters(), sdmx_ml.SPECIFIC_DATA)).decode()
    assert text.count("<Series ") == text.count("</Series>") == count
    assert f'geo="G{count - 2}" DATA_ORIGIN="real"><Obs TIME_PERIOD="2020" OBS_VALUE="{count - 2}"' in text
    rows = table(message([found]))
    assert [row[1] for row in rows] == [f"G{n}" for n in range(count) if n % 3]
    assert [row[3] for row in rows] == [str(n) for n in range(count) if n % 3]


def test_blocks_may_have_different_dictionaries():
    other = block([("M", "NA", "synthetic")], [[("2020-01", "7", "M", "new"), ("2020-02", None, None, None)]])
    assert table(message([TWO, other, TWO]))[3:5] == [
        ["M", "NA", "2020-01", "7", "M", "synthetic", "new"],
        ["M", "NA", "2020-02", "", "", "synthetic", ""],
    ]


def test_chunks_of_one_table_may_have_different_dictionaries():
    parts = [codes(["2020", "2021"]), codes(["2019"])]
    found = SeriesBlock(
        pa.table({"freq": codes(["A"]), "geo": codes(["FR"])}),
        pa.array([3], pa.int64()),
        pa.table({"TIME_PERIOD": pa.chunked_array(parts), "OBS_VALUE": ["1", "2", "3"]}),
    )
    assert [row[2:4] for row in table(message([found]))] == [["2020", "1"], ["2021", "2"], ["2019", "3"]]


def test_only_the_codes_that_occur_are_rendered():
    """One series cut out of a large cube brings the dictionaries of the whole cube along."""
    many = pa.array([f"G{n}" for n in range(100_000)])
    geo = pa.DictionaryArray.from_arrays(pa.array([99_999], pa.int32()), many)
    rendered: list[str] = []

    def render(text: str) -> str:
        rendered.append(text)
        return text + "\n"

    found = SeriesBlock(pa.table({"geo": geo}), pa.array([1], pa.int64()), pa.table({"TIME_PERIOD": codes(["2020"])}))
    layout = Layout(row=(Cell("geo", render),))
    assert b"".join(fragments.chunks([found], layout)) == b"G99999\n"
    assert rendered == ["G99999"]


def test_equal_dictionaries_are_rendered_once_an_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(small, "FEW", -1)
    rendered: list[str] = []

    def render(text: str) -> str:
        rendered.append(text)
        return text

    layout = Layout(row=(Cell("geo", render),))
    assert b"".join(fragments.chunks([TWO, TWO], layout)) == b"FRFRNA" * 2
    assert rendered == ["FR", "NA"]


def test_a_null_inside_a_dictionary_is_missing():
    status = pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.int32()), pa.array(["A", None]))
    found = SeriesBlock(
        pa.table({"freq": codes(["A"]), "geo": codes(["FR"])}),
        pa.array([2], pa.int64()),
        pa.table({"TIME_PERIOD": codes(["2020", "2021"]), "OBS_VALUE": ["1", "2"], "OBS_STATUS": status}),
    )
    text = b"".join(sdmx_ml.write(message([found]), Parameters(), sdmx_ml.SPECIFIC_DATA)).decode()
    assert '<Obs TIME_PERIOD="2020" OBS_VALUE="1" OBS_STATUS="A"/><Obs TIME_PERIOD="2021" OBS_VALUE="2"/>' in text


def test_a_very_long_comment_makes_smaller_batches():
    long = "x" * (fragments.BYTES // 10)
    rows = [("2020", str(n), "A", long if n == 7 else None) for n in range(50)]
    sizes = [len(c) for c in sdmx_csv.write(message([block([("A", "FR", "real")], [rows])]), Parameters(), "1.0")]
    assert max(sizes) < fragments.BYTES
    assert len(sizes) > 5


def test_a_slice_of_a_larger_table_is_written_as_itself():
    series = TWO.series.slice(1, 1)
    found = SeriesBlock(series, pa.array([1], pa.int64()), TWO.observations.slice(2, 1))
    assert table(message([found])) == [["A", "NA", "2022", "0", "A", "", ""]]


def test_an_empty_block_writes_nothing():
    assert table(message([block([], []), TWO, block([], [])])) == table(message([TWO]))


@pytest.mark.parametrize("value", ['1" x="2', "1,2", "1\n", "<1>", "&amp;"])
def test_a_value_that_is_no_number_is_refused(value: str):
    with pytest.raises(Broken, match="OBS_VALUE"):
        table(message([block([("A", "FR", None)], [[("2020", value, "A", None)]])]))


@pytest.mark.parametrize(
    "value", ["0", "-0.50", "1E-7", "12.50", "NaN", "INF", "-INF", "123456789012345678901234567890.1"]
)
def test_a_number_is_written_as_it_came(value: str):
    assert table(message([block([("A", "FR", None)], [[("2020", value, "A", None)]])]))[0][3] == value


def test_a_block_that_counts_wrongly_is_refused():
    wrong = SeriesBlock(TWO.series, pa.array([1, 1], pa.int64()), TWO.observations)
    with pytest.raises(Broken, match="counts"):
        table(message([wrong]))


def test_what_stands_between_rows_stands_between_those_of_one_series_only():
    layout = Layout(
        opening=("[", Cell("geo", str)), row=(Cell("TIME_PERIOD", lambda t: t[2:]),), between=",", closing="]"
    )
    assert b"".join(fragments.chunks([TWO, TWO], layout)) == b"[FR21,22][NA22]" * 2


def test_a_piece_that_is_not_there_leaves_nothing_of_its_fillers():
    """A missing value inside is said (`null`); of a series without observations there is nothing."""
    found = block([("A", "FR", None), ("A", "NA", None)], [[("2021", None, None, None)], []])
    inner = (Cell("TIME_PERIOD", str), ":", Number("OBS_VALUE", "null"), ",", Cell("OBS_STATUS", str, "null"))
    layout = Layout(opening=("[",), row=(Present("(", inner, ")"),), closing="]")
    assert b"".join(fragments.chunks([found], layout)) == b"[(2021:null,null)][]"


def test_a_piece_may_hold_columns_of_the_series_and_of_the_observation():
    layout = Layout(
        row=(Present("(", (Cell("DATA_ORIGIN", str), Cell("COMMENT_OBS", lambda t: "c")), ")"), ";"), bare=False
    )
    assert b"".join(fragments.chunks([TWO], layout)) == b"(real);(realc);;"


def test_news_of_a_block_have_its_columns_rendered_anew():
    known: list[str] = []

    def news(found: SeriesBlock) -> set[str]:
        new = [g for g in found.series.column("geo").to_pylist() if g not in known]
        known.extend(dict.fromkeys(new))
        return {"geo"} if new else set()

    geo = pa.array(["FR", "NA"])
    blocks = [
        SeriesBlock(
            pa.table({"geo": pa.DictionaryArray.from_arrays(pa.array([code], pa.int32()), geo)}),
            pa.array([1], pa.int64()),
            pa.table({"TIME_PERIOD": codes(["2020"])}),
        )
        for code in (1, 0, 1)
    ]
    layout = Layout(row=(Cell("geo", lambda text: str(known.index(text)) if text in known else "?"),))
    assert b"".join(fragments.chunks(blocks, layout, news=news)) == b"010"
