"""Files of a map that are there to harm: the page and the command refuse each with a sentence, in a second, and the page lets go of it."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from house import AUTHOR
from journey_tools import inside
from reviewing import SEX, guard, send, signed_in, told
from small_house import small_house

from greffe.app import create_app
from greffe.errors import BadDefinition
from greffe.web.staff import workbooks

SECONDS = 1.0
LAUGHS = "".join(f"# l{n}: &l{n} [{f'*l{n - 1}, ' * 9}]\n" for n in range(1, 9))


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return small_house(tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="module")
def author(parts):
    return signed_in(create_app(parts), AUTHOR)


def _above(head: str) -> Callable[[bytes], bytes]:
    """Lines above the others of the head."""
    return lambda content: head.encode() + content


SSSOM: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a billion laughs": (
        lambda content: f"# l0: &l0 [x]\n{LAUGHS}".encode() + content.replace(b"source_columns: ", b"source_columns: *l8 #"),
        "row 1: Anchors and aliases are not read here.",
    ),
    "plain YAML of a megabyte": (
        lambda content: content.replace(b"# license", b"".join(b"# k%d: [a, b, c]\n" % n for n in range(60_000)) + b"# license"),
        "More than 65536 characters stand above the table.",
    ),
    "a billion laughs behind a mark": (
        lambda content: f"#\ufeff\ufeffl0: &l0 [x]\n{LAUGHS}".encode() + content.replace(b"source_columns: ", b"source_columns: *l8 #"),
        "row 1: Anchors and aliases are not read here.",
    ),
    "directives": (_above("#%TAG ! x:\n"), "row 1: A line begins with %: directives are not read here."),
    "no truth value": (_above("# a: 1\n# zz: !!bool foo\n"), "row 2: The tag tag:yaml.org,2002:bool is not read here."),
    "no moment": (_above("# zz: !!timestamp foo\n"), "row 1: The tag tag:yaml.org,2002:timestamp is not read here."),
    "no number": (_above("# zz: !!int ''\n"), "row 1: The tag tag:yaml.org,2002:int is not read here."),
    "6,000 digits": (_above(f"# zz: 0x{'f' * 6_000}\n"), "row 1: This number has more than 100 characters."),
    "a key twice": (_above("# checksum: x\n"), "The key 'checksum' stands twice, or is no text."),
    "columns of columns": (
        lambda content: content.replace(b"source_columns: ", b"source_columns:\n#   a: "),
        "parameter source_columns: A text is expected here.",
    ),
}  # fmt: skip


def _both(author, parts, file: Path, says: str) -> None:
    """The page and the command refuse the file, in time; and its author takes it off the page."""
    begun = time.process_time()
    form = {"guard": guard(author.get("/staff").text), "action": "look"}
    laid = author.post(f"{SEX}/import", data=form, files={"file": (file.name, file.read_bytes())})
    page = laid if laid.status_code != 303 else author.get(f"{SEX}/import")
    assert (page.status_code, says in html.unescape(told(page))) == (400, True), told(page)
    if laid.status_code == 303:
        assert 'value="drop"' in page.text
        assert send(author, f"{SEX}/import", action="drop").status_code == 303
    assert author.get(f"{SEX}/import").status_code == 200
    ran = inside(parts.settings.home, "mappings", "import", str(file), "--dry-run")
    assert (ran.code, says in " ".join(ran.err.split()), ran.err.count("\n")) == (2, True, 1), ran.err
    assert time.process_time() - begun < 5 * SECONDS  # the pages beside it too


@pytest.mark.parametrize("name", SSSOM)
def test_a_head_that_is_there_to_harm(parts, author, tmp_path, name):
    spoil, says = SSSOM[name]
    (file := tmp_path / "odd.tsv").write_bytes(spoil(author.get(f"{SEX}/file?format=sssom").content))
    _both(author, parts, file, says)


def _rewritten(content: bytes, change: Callable[[str], bytes]) -> bytes:
    """The workbook with its sheet of rows changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            body = parts.read(name)
            made.writestr(name, change(body.decode()) if name == "xl/worksheets/sheet2.xml" else body)
    return out.getvalue()


def _with_rows(row: str, count: int) -> Callable[[str], bytes]:
    more = "".join(row.replace("#", str(n)) for n in range(200, 200 + count))
    return lambda text: text.replace("</sheetData>", f"{more}</sheetData>").encode()


BOOKS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "190,000 rows to the last column": (
        _with_rows('<row r="#"><c r="A#"><v>1</v></c><c r="XFD#"/></row>', 190_000),
        "Its rows have more than 1000 columns.",
    ),
    "190,000 rows of a thousand": (
        _with_rows('<row r="#"><c r="A#"><v>1</v></c><c r="ALK#"/></row>', 190_000),
        "is nearly all of empty cells.",
    ),
    "its last row with the number of the one before": (
        lambda text: re.sub(r'<row r="(\d+)"((?:(?!<row).)*)$', lambda m: f'<row r="{int(m[1]) - 1}"{m[2]}', text).encode(),
        "A row has the number",
    ),
    "two cells at one place": (lambda text: text.replace('r="B3"', 'r="A3"').encode(), "The cell A3 stands after A3."),
    "a length of time beyond all": (
        _with_rows('<row r="#"><c r="A#" t="d"><v>PT99999999999999999999H</v></c></row>', 1),
        "row 200, column A: Sheet Correspondances - Rows: 'PT99999999999999999999H' is no date.",
    ),
    "a document type in UTF-16": (
        lambda text: ('<!DOCTYPE a [<!ENTITY e "x">]>' + text.partition("?>")[2]).encode("utf-16"),
        "Its part xl/worksheets/sheet2.xml is not UTF-8.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKS)
def test_a_workbook_that_is_there_to_harm(parts, author, tmp_path, name):
    change, says = BOOKS[name]
    content = author.get(f"{SEX}/file?format=xlsx").content
    (file := tmp_path / "odd.xlsx").write_bytes(_rewritten(content, change))
    _both(author, parts, file, says)


@pytest.mark.parametrize("error", [KeyError("x"), MemoryError(), BadDefinition("It does not fit together.")])
def test_a_file_that_breaks_its_reader_can_be_put_away(author, monkeypatch, error):
    """Whatever it is that fails, the page shows it, and the button that takes the file away."""

    def broken(*_: object) -> None:
        raise error

    form = {"guard": guard(author.get("/staff").text), "action": "look"}
    file = {"file": ("odd.tsv", author.get(f"{SEX}/file?format=sssom").content)}
    assert author.post(f"{SEX}/import", data=form, files=file).status_code == 303
    monkeypatch.setattr(workbooks, "returned", broken)
    says = error.message if isinstance(error, BadDefinition) else "This file cannot be read; why was logged."
    for _ in range(2):
        page = author.get(f"{SEX}/import")
        assert (page.status_code, says in told(page), 'value="drop"' in page.text) == (400, True, True)
    assert send(author, f"{SEX}/import", action="propose", reason="x").status_code == 400
    assert send(author, f"{SEX}/import", action="drop").status_code == 303
    assert author.get(f"{SEX}/import").status_code == 200
