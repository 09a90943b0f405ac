"""Files in, refusal out: what cannot be read as a table of its structure says where and what to do."""

import datetime
import hashlib
import io
import re
import warnings
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from extracts import COLUMNS, desk, row, table

from greffe.errors import BadInput

LINE = "A,PRI_DETENUS,FR,T,T,{},12,personne,D,,1,2024-10-01\n"
HEAD = ",".join(COLUMNS) + "\n"
GOOD = HEAD + LINE.format(2020) + LINE.format(2021)

# bytes; row, column, nearest; words of the message
CSV_CASES = [
    ("empty file", "", None, "", (), "The file is empty"),
    ("header only", HEAD, 1, "", (), "a header and no row"),
    ("header only, no line end", HEAD.strip(), 1, "", (), "a header and no row"),
    ("header and empty lines", HEAD + "\n\n", 1, "", (), "a header and no row"),
    ("no header", "\n" + GOOD, 1, "", (), "there is no header"),
    ("rows without a header", LINE.format(2020), 1, "#10", (), "Column 10 has no name"),
    ("column without a name", GOOD.replace("sexe", ""), 1, "#4", (), "Column 4 has no name"),
    ("doubled header", GOOD.replace("sexe", "age"), 1, "age", (), "2 times (positions 4, 5)"),
    ("missing column", GOOD.replace(",age", "").replace(",T,T,", ",T,"), 1, "age", (), "missing"),
    ("missing optional column", GOOD.replace(",conf", "").replace(",D,,", ",D,"), 1, "conf", (), "missing"),
    ("misspelled column", GOOD.replace("sexe", "sex"), 1, "sex", ("sexe",), "Missing: sexe"),
    ("capital letters", GOOD.replace("sexe", "SEXE"), 1, "SEXE", ("sexe",), "not known"),
    ("unknown extra column", HEAD.replace("\n", ",note\n") + LINE.format(2020).replace("\n", ",x\n"), 1, "note", ("unite",),
     "Column 'note' is not known"),
    ("other separator", GOOD.replace(",", "|"), 1, HEAD.strip().replace(",", "|"), (), "is the separator another one"),
    ("fewer fields", GOOD + "A,PRI_DETENUS,FR\n" + LINE.format(2022), 4, "sexe", (), "3 fields, the header has 12"),
    ("more fields", GOOD + LINE.format(2022).replace("12,", "1,2,") + LINE.format(2023), 4, "", (),
     "13 fields, the header has 12"),
    ("one separator more at the end", GOOD + LINE.format(2022).replace("\n", ",\n"), 4, "", (), "13 fields"),
    ("cut in the last line", (GOOD + LINE.format(2022))[:-25], 4, "statut", (), "has 8 of 12 fields: the file is cut short"),
    ("cut within quotes", GOOD + 'A,"PRI_DET', 4, "", (), "is not closed"),
    ("quote never closed", GOOD + LINE.format(2022).replace("FR", '"FR') + LINE.format(2023), 4, "", (), "is not closed"),
    ("text after a closing quote", GOOD + LINE.format(2022).replace("FR", '"F"R'), 4, "", (), "goes on after its closing"),
    ("empty line between, with quotes", GOOD.replace("FR", '"FR"') + "\n" + LINE.format(2022), 4, "", (), "An empty line"),
    ("empty line between", GOOD + "\n" + LINE.format(2022), 4, "", (), "An empty line"),
    ("mixed line ends", GOOD.replace("01\n", "01\r\n", 1), None, "", (), "end in different ways"),
    ("old line ends", GOOD.replace("\n", "\r"), None, "", (), "Its lines end with CR alone"),
    ("a NUL byte", GOOD + LINE.format("20\0"), 4, "", (), "NUL"),
]  # fmt: skip


@pytest.fixture
def bench():
    with desk() as (base, take):

        def hand(content: bytes | str, name: str = "extract.csv", **options):
            (base / name).write_bytes(content.encode() if isinstance(content, str) else content)
            return take(base / name, **options)

        yield hand


def refusal(bench, content, name="extract.csv", **options) -> BadInput:
    with pytest.raises(BadInput) as caught:
        bench(content, name, **options)
    return caught.value


@pytest.mark.parametrize(
    ("content", "at", "column", "near", "says"), [c[1:] for c in CSV_CASES], ids=[c[0] for c in CSV_CASES]
)
def test_unreadable_csv(bench, content, at, column, near, says):
    error = refusal(bench, content)
    assert (error.file, error.row, error.column, error.nearest) == ("extract.csv", at, column, near)
    assert says in error.text()
    assert error.exit_code == 2


def test_nothing_is_left_behind_but_the_original():
    with desk() as (base, take):
        (base / "cut.csv").write_text((GOOD + LINE.format(2022))[:-25])
        with pytest.raises(BadInput):
            take(base / "cut.csv")
        assert {p.name for p in (base / "kept").iterdir()} == {"original.csv"}


BINARY = [
    ("a workbook named .csv", b"PK\x03\x04\x14\0\0\0", "name it .xlsx"),
    ("Parquet named .csv", b"PAR1\x15\0", "name it .parquet"),
    ("UTF-16", GOOD.encode("utf-16"), "It is UTF-16: save it as UTF-8"),
    ("UTF-32", GOOD.encode("utf-32"), "It is UTF-32: save it as UTF-8"),
    ("UTF-32, the other way round", b"\0\0\xfe\xff" + GOOD.encode("utf-32-be"), "It is UTF-32: save it as UTF-8"),
    ("compressed", b"\x1f\x8b\x08\0", "unpack it first"),
    ("an image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not UTF-8"),
]


@pytest.mark.parametrize(("content", "hint"), [c[1:] for c in BINARY], ids=[c[0] for c in BINARY])
def test_binary_named_csv(bench, content, hint):
    error = refusal(bench, content)
    assert (error.file, error.row) == ("extract.csv", 1)
    assert hint in error.text()


def test_undeclared_latin_1_names_byte_row_and_option(bench):
    content = GOOD.encode() + "A,PRI_DÉTENUS".encode("latin-1")
    error = refusal(bench, content + LINE.encode())
    at = content.index(b"\xc9") + 1
    assert error.row == 4
    assert f"Byte {at:,} (0xC9) is not UTF-8." in error.text()
    assert "--encoding latin-1" in error.hint


def test_declared_latin_1_is_read(bench):
    report = bench(GOOD.encode() + LINE.format(2022).replace("FR", "É").encode("latin-1"), encoding="latin-1").report
    assert [(e.row, e.column, e.found) for e in report.errors] == [(4, "geo", "É")]


def test_windows_1252_is_not_latin_1(bench):
    error = refusal(bench, GOOD.encode() + b"A,\x80\n", encoding="latin-1")
    assert (error.row, "0x80" in error.text(), "Windows-1252" in error.hint) == (4, True, True)


def test_a_mark_of_utf_8_contradicts_latin_1(bench):
    assert "byte order mark" in refusal(bench, b"\xef\xbb\xbf" + GOOD.encode(), encoding="latin-1").text()


def test_a_character_may_straddle_two_chunks(bench):
    """The bytes are looked at a megabyte at a time; a character across the border is whole all the same."""
    lines, border = [HEAD], 1 << 20
    while sum(map(len, lines)) < border - 2000:
        lines.append(LINE.format(2020 + len(lines)))
    text = "".join(lines)
    text += "x" * (border - 1 - len(text)) + "é,\n"
    error = refusal(bench, text)
    assert "fields" in error.text()  # refused for its width, not for its encoding


@pytest.mark.parametrize(("options", "parameter", "near"), [
    ({"encoding": "latin-2"}, "--encoding", ("latin-1", "latin1")),
    ({"encoding": "utf-16"}, "--encoding", ("utf-8", "utf-8-sig", "utf8")),
    ({"delimiter": "pipe"}, "--delimiter", ("comma", "semicolon", "tab")),
    ({"delimiter": "semi"}, "--delimiter", ("semicolon",)),
])  # fmt: skip
def test_options_that_do_not_exist(bench, options, parameter, near):
    error = refusal(bench, GOOD, **options)
    assert error.parameter == parameter
    assert error.nearest[:1] == near[:1]


def test_a_declared_separator_wins(bench):
    assert refusal(bench, GOOD, delimiter="tab").column == HEAD.strip()
    assert bench(GOOD.replace(",", "\t"), delimiter="tab").report.accepted == 2
    assert bench(GOOD.replace(",", ";"), "extract.tsv", delimiter=";").report.accepted == 2


def test_records_are_counted_not_lines(bench):
    """A quoted line break belongs to its record: the wrong cell below it is in record 4 of 4, on line 5."""
    content = (
        HEAD + LINE.format(2020) + LINE.format(2021).replace("FR", '"F\nR"') + LINE.format(2022).replace("FR", "X")
    )
    report = bench(content).report
    assert [(e.row, e.found) for e in report.errors] == [(3, "F\nR"), (4, "X")]


def test_empty_lines_at_the_end_are_nothing(bench):
    assert bench(GOOD + "\n\n\n").report.rows == 2
    assert bench(GOOD.replace("\n", "\r\n") + "\r\n\r\n").report.rows == 2
    assert bench(GOOD.rstrip("\n")).report.rows == 2


def test_the_original_is_kept_byte_for_byte(bench):
    content = "\ufeff".encode() + GOOD.replace("\n", "\r\n").encode()
    outcome = bench(content)
    assert (outcome.into / "original.csv").read_bytes() == content
    assert outcome.report.checksum == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("name", ['a\'b "c"; DROP TABLE x --.csv', "été [1]*?.csv", "a=b.csv", "$p1 {x} %s.CSV"])
def test_odd_file_names(bench, name):
    outcome = bench(GOOD, name)
    assert outcome.report.accepted == 2
    assert outcome.files == {"original.csv", "rows.parquet"}
    assert refusal(bench, HEAD, name).file == name


def test_odd_folder_names(tmp_path):
    for name in ("it's", "a[b]*", "year=2020"):
        with desk(tmp_path / name) as (base, take):
            (base / "x.csv").write_text(GOOD + LINE.format("x"))
            outcome = take(base / "x.csv", partial=True)
            assert [r["row"] for r in outcome.rows] == [2, 3]
            assert [r["row"] for r in outcome.rejects] == ["4"]


def test_a_file_outside_the_allowed_folders_is_read_through_its_copy_only(bench):
    """DuckDB sees the kept copy; the path in a cell is a word like any other."""
    outcome = bench(GOOD + LINE.format(2022).replace("FR", "/etc/passwd"))
    assert [e.found for e in outcome.report.errors] == ["/etc/passwd"]


@pytest.mark.parametrize(("name", "near"), [("x.xls", (".xlsx",)), ("x.parq", (".parquet",)), ("x.zip", ()), ("x", ())])
def test_other_types_of_file(bench, name, near):
    error = refusal(bench, GOOD, name)
    assert "not read" in error.text()
    assert error.nearest[:1] == near


def test_no_such_file():
    with desk() as (base, take), pytest.raises(BadInput, match="no such file"):
        take(base / "absent.csv")


def parquet(tmp_path, columns) -> bytes:
    pq.write_table(pa.table(columns), tmp_path / "made.parquet")
    return (tmp_path / "made.parquet").read_bytes()


def texts(**changes):
    rows = [row(periode="2020"), row(periode="2021")]
    return {n: pa.array([r[n] for r in rows]) for n in COLUMNS} | changes


@pytest.mark.parametrize(("content", "says"), [
    (GOOD.encode(), "no Parquet file that can be read"),
    (b"PAR1PAR1", "no Parquet file that can be read"),
])  # fmt: skip
def test_what_is_no_parquet(bench, content, says):
    error = refusal(bench, content, "x.parquet")
    assert error.file == "x.parquet"
    assert says in error.text()


def test_damaged_parquet(bench, tmp_path):
    content = bytearray(parquet(tmp_path, texts()))
    content[10:200] = bytes(190)
    error = refusal(bench, bytes(content), "x.parquet")
    assert error.file == "x.parquet"


def bytes_as_text(*words: bytes) -> pa.Array:
    """What a program may declare to be text without a look at it."""
    return pa.Array.from_buffers(pa.string(), len(words), [None, *pa.array(words, pa.binary()).buffers()[1:]])


@pytest.mark.parametrize("coded", [True, False])
@pytest.mark.parametrize(("words", "at"), [
    ((b"FR", b"\xff\xfe"), 3), ((b"\xff", b"FR"), 2), ((b"F\xc3", b"\xa9R"), 2), ((b"FR", b"\xed\xa0\x80"), 3),
])  # fmt: skip
def test_texts_of_parquet_that_are_none(bench, tmp_path, words, at, coded):
    """Bytes that are no UTF-8, half a character, a surrogate: told by column and row, however they are kept."""
    pq.write_table(pa.table(texts(geo=bytes_as_text(*words))), tmp_path / "t.parquet", use_dictionary=coded)
    error = refusal(bench, (tmp_path / "t.parquet").read_bytes(), "x.parquet")
    assert (error.text(), error.exit_code) == (f"x.parquet, row {at}, column geo: A cell is not UTF-8.", 2)


def test_texts_of_parquet_that_are_none_far_down(bench, tmp_path):
    """The row is counted over the pieces that a file is read in."""
    columns = {n: pa.array([c[0].as_py()] * 70_000) for n, c in texts().items()}
    bad = bytes_as_text(*[b"FR"] * 69_999, b"\xff")
    content = parquet(tmp_path, columns | {"geo": bad})
    assert refusal(bench, content, "x.parquet").row == 70_001


@pytest.mark.parametrize("length", [2, 60_000])
def test_lines_that_end_with_cr_alone(bench, length):
    """Said as it is: they do not end in different ways."""
    content = (GOOD + LINE.format(2022) * length).replace("\r", "").replace("\n", "\r")
    assert "x.csv: Its lines end with CR alone." in refusal(bench, content, "x.csv").text()


@pytest.mark.parametrize(("column", "array"), [
    ("valeur", pa.array([1.0, 2.0], pa.float32())),
    ("valeur", pa.array([True, False])),
    ("geo", pa.array([b"FR", b"FR"])),
    ("geo", pa.array([["FR"], ["FR"]])),
])  # fmt: skip
def test_parquet_types_that_hold_no_cell(bench, tmp_path, column, array):
    error = refusal(bench, parquet(tmp_path, texts(**{column: array})), "x.parquet")
    assert (error.column, "is not read" in error.text()) == (column, True)


def test_parquet_headers(bench, tmp_path):
    two = pa.table([pa.array(["x"])] * 2, names=["geo", "geo"])
    pq.write_table(two, tmp_path / "two.parquet")
    error = refusal(bench, (tmp_path / "two.parquet").read_bytes(), "x.parquet")
    assert (error.column, "2 times" in error.text()) == ("geo", True)
    missing = texts()
    del missing["age"]
    assert refusal(bench, parquet(tmp_path, missing), "x.parquet").column == "age"
    assert (
        "no row"
        in refusal(bench, parquet(tmp_path, {n: pa.array([], pa.string()) for n in COLUMNS}), "x.parquet").text()
    )


def test_floats_are_read_as_their_shortest_decimal(bench, tmp_path):
    values = [12.0, 4.35, 0.1 + 0.2, 1e22, None]
    rows = [row(periode=str(2000 + i), indicateur="CIV_DUREE", unite="mois") for i in range(5)]
    columns = {n: pa.array([r[n] for r in rows]) for n in COLUMNS} | {"valeur": pa.array(values, pa.float64())}
    outcome = bench(parquet(tmp_path, columns), "x.parquet", partial=True)
    assert [(e.row, e.found) for e in outcome.report.errors] == [(4, "0.30000000000000004"), (5, "1e+22"), (6, "")]
    assert [r["OBS_TEXT"] for r in outcome.rows] == ["12", "4.35"]


def workbook(tmp_path, rows, title="data"):
    book = openpyxl.Workbook()
    book.active.title = title
    for cells in rows:
        book.active.append(cells)
    book.create_sheet("notes").append(["about"])
    book.save(tmp_path / "made.xlsx")
    return (tmp_path / "made.xlsx").read_bytes()


CELLS = ["A", "CIV_DUREE", "FR", "T", "T", 2020, 12, "mois", "D", None, 1, "2024-10-01"]


def with_value(value, period=2020):
    return [*CELLS[:5], period, value, *CELLS[7:]]


def stored(content, tmp_path, changes):
    """The workbook with numbers as Excel stores them: openpyxl writes fewer digits."""
    (tmp_path / "before.xlsx").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "before.xlsx") as before, zipfile.ZipFile(tmp_path / "after.xlsx", "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            for old, new in changes.items():
                part = part.replace(f"<v>{old}</v>", f"<v>{new}</v>")
            after.writestr(name, part)
    return (tmp_path / "after.xlsx").read_bytes()


def test_cells_of_a_workbook(bench, tmp_path):
    values = [12, 12.0, 4.35, 111, 222, "12.50", "x", True, 333, 444]
    rows = [COLUMNS, *(with_value(v, 2000 + i) for i, v in enumerate(values))]
    excel = {"111": "0.30000000000000004", "222": "4.3499999999999996", "333": "1E-2", "444": "12345678901234567890"}
    outcome = bench(stored(workbook(tmp_path, rows), tmp_path, excel), "x.xlsx", partial=True)
    assert [(r["row"], r["TIME_PERIOD"], r["OBS_TEXT"]) for r in outcome.rows] == [
        (2, "2000", "12"), (3, "2001", "12"), (4, "2002", "4.35"), (6, "2004", "4.35"), (7, "2005", "12.50"),
        (10, "2008", "0.01"), (11, "2009", "12345678901234567890"),
    ]  # fmt: skip
    assert [(e.row, e.found) for e in outcome.report.errors] == [(5, "0.30000000000000004"), (8, "x"), (9, "TRUE")]


FORMULAS = {
    "written out": "<f>1+1</f><v>2</v>",
    "of an array": '<f t="array" ref="G2">1+1</f><v>2</v>',
    "of a table": '<f t="dataTable" ref="G2" r1="A1"/><v>2</v>',
    "written elsewhere": '<f t="shared" si="0"/><v>2</v>',
    "empty": "<f></f><v>2</v>",
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_in_a_workbook_is_refused(bench, tmp_path, name):
    """What it gives depends on who calculated it last, however it is written."""
    content = workbook(tmp_path, [COLUMNS, with_value(11), with_value(77, 2021)])
    odd = rewritten(content, lambda text: text.replace("<v>77</v>", FORMULAS[name]))
    error = refusal(bench, odd, "x.xlsx", partial=True)
    assert (error.file, error.row, error.column) == ("x.xlsx", 3, "G")
    assert error.message == "It is a formula."


def test_nothing_is_said_of_styles(bench, tmp_path):
    """A workbook without a style of its own is read without a word: a warning of a library tells an operator nothing."""
    odd = rewritten(
        workbook(tmp_path, [COLUMNS, CELLS]), lambda text: re.sub("<cellStyles.*</cellStyles>", "", text), "styles"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bench(odd, "x.xlsx").report.accepted == 1


def rewritten(content, change, part="sheet1"):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            body = before.read(name)
            after.writestr(name, change(body.decode()) if name.endswith(f"{part}.xml") else body)
    return out.getvalue()


def test_dates_of_a_workbook_are_days(bench, tmp_path):
    day = [*CELLS[:11], datetime.datetime(2024, 10, 1)]
    moment = [*CELLS[:5], 2021, *CELLS[6:11], datetime.datetime(2024, 10, 1, 12, 30)]
    outcome = bench(workbook(tmp_path, [COLUMNS, day, moment]), "x.xlsx", partial=True)
    assert [r["EXTRAIT_LE"] for r in outcome.rows] == ["2024-10-01"]
    assert [(e.row, e.column, e.found) for e in outcome.report.errors] == [(3, "extrait_le", "2024-10-01 12:30:00")]


def test_sheets(bench, tmp_path):
    content = workbook(tmp_path, [COLUMNS, CELLS])
    assert bench(content, "x.xlsx", sheet="data").report.accepted == 1
    error = refusal(bench, content, "x.xlsx", sheet="dat")
    assert (error.parameter, error.nearest) == ("--sheet", ("data",))
    assert refusal(bench, content, "x.xlsx", sheet="notes").column == "about"


@pytest.mark.parametrize(("rows", "at", "says"), [
    ([], 1, "there is no header"),
    ([COLUMNS], 1, "a header and no row"),
    ([COLUMNS, CELLS, [], with_value(1, 2021)], 3, "An empty row"),
    ([COLUMNS, [*CELLS, "x"]], 2, "A cell beside the columns holds 'x'"),
])  # fmt: skip
def test_sheets_that_are_no_table(bench, tmp_path, rows, at, says):
    error = refusal(bench, workbook(tmp_path, rows), "x.xlsx")
    assert (error.file, error.row) == ("x.xlsx", at)
    assert says in error.text()


def test_what_is_no_workbook(bench, tmp_path):
    assert "no workbook that can be read" in refusal(bench, GOOD, "x.xlsx").text()
    content = workbook(tmp_path, [COLUMNS, CELLS])
    assert "no workbook that can be read" in refusal(bench, content[: len(content) // 2], "x.xlsx").text()
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as parts:
        parts.writestr("hello.txt", "hello")
    assert "no workbook that can be read" in refusal(bench, (tmp_path / "plain.zip").read_bytes(), "x.xlsx").text()


def test_entities_are_refused_before_they_are_read(bench, tmp_path):
    (tmp_path / "whole.xlsx").write_bytes(workbook(tmp_path, [COLUMNS, CELLS]))
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "bomb.xlsx", "w") as bomb:
        for name in whole.namelist():
            content = whole.read(name)
            if name.startswith("xl/worksheets/"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + content
            bomb.writestr(name, content)
    assert "declares a document type" in refusal(bench, (tmp_path / "bomb.xlsx").read_bytes(), "x.xlsx").text()


def test_progress_is_told(bench):
    told = []
    bench(table([row()]), progress=lambda stage, done: told.append((stage, done)))
    assert [s for s, _ in dict(told).items()] == ["copying", "reading", "checking", "comparing keys", "writing"]
    assert told[-1] == ("writing", 1)
