"""The code that a dataflow's page shows, run as it stands on the running service: every tool reads the figures of the page."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import httpx
import openpyxl
import pytest
from client_environments import HOME, node

FLOW, SERIES = "ESTAT_CRIM_OFF_CAT", "A.ICCS0101.NR.FR"
PAGE = f"/data/{FLOW}?key={SERIES}&startPeriod=2020&endPeriod=2022"
# Intentional homicides recorded in France, as published: crim_off_cat, December 2024.
HOMICIDES = {"2020": 692, "2021": 734, "2022": 821}
# How each tool's `data` or `rows` is told, after the code of the page.
TELL = {
    "pandas": "import json; print(json.dumps(dict(zip(data['TIME_PERIOD'], data['OBS_VALUE'].astype(float)))))",
    "sdmx1": "import json; flat = (data if hasattr(data, 'index') else data[0]).reset_index()\n"
    "print(json.dumps(dict(zip(flat['TIME_PERIOD'], flat['value']))))",
    "readr": 'cat("\\n", paste0("{", paste0(\'"\', data$TIME_PERIOD, \'":\', data$OBS_VALUE, collapse = ","), "}"), "\\n", sep = "")',
    "rsdmx": 'cat("\\n", paste0("{", paste0(\'"\', data$obsTime, \'":\', data$obsValue, collapse = ","), "}"), "\\n", sep = "")',
    "fetch": "console.log(JSON.stringify(Object.fromEntries(rows.map((r) => [r.TIME_PERIOD, r.value]))));",
    "d3": "console.log(JSON.stringify(Object.fromEntries(rows.map((r) => [r.TIME_PERIOD, r.OBS_VALUE]))));",
}  # fmt: skip


def code_of(page: str, id_: str) -> str:
    """What the copy button of a tool copies."""
    return html.unescape(re.search(rf'<code id="code-{id_}">(.*?)</code>', page, re.S)[1])


def on_the_page(page: str) -> dict[str, int]:
    """The figures of the page's table, as it shows them."""
    head = re.search(r'<table id="table".*?</thead>', page, re.S)[0]
    row = re.search(rf'<tr data-key="{re.escape(SERIES)}">.*?</tr>', page, re.S)[0]
    cells = [re.sub(r"[^0-9]", "", c) for c in re.findall(r'<td class="n[^"]*">(.*?)</td>', row, re.S)]
    return dict(zip(re.findall(r'class="n">(\d{4})<', head), map(int, cells), strict=True))


def page_of(server: str, more: str = "") -> str:
    found = httpx.get(f"{server}{PAGE}{more}&lang=en").text
    assert on_the_page(found) == HOMICIDES
    return found


@pytest.fixture(scope="module")
def page(server: str) -> str:
    """Of the current release, which is asked by REST 1.5."""
    return page_of(server)


@pytest.fixture(scope="module")
def dated(server: str) -> str:
    """Of a named release, which is asked by REST 2.x and its moment."""
    return page_of(server, "&release=1")


def ran(command: list[str], cwd: Path | None = None) -> dict[str, float]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def python(code: str, _: Path) -> dict[str, float]:
    return ran([sys.executable, "-c", code])


def r(code: str, folder: Path) -> dict[str, float]:
    file = folder / "page.R"
    file.write_text(code)
    return ran(["Rscript", "--vanilla", str(file)])


def javascript(code: str, _: Path) -> dict[str, float]:
    return ran([str(node()), "--input-type=module", "-e", code], HOME / "js")


RUN: dict[str, Callable[[str, Path], dict[str, float]]] = {
    "pandas": python, "sdmx1": python, "readr": r, "rsdmx": r, "fetch": javascript, "d3": javascript,
}  # fmt: skip


@pytest.mark.parametrize("tool", RUN)
def test_code_reads_what_the_page_shows(page: str, tmp_path: Path, tool: str):
    """Python, R and JavaScript: what is copied runs unchanged and has the page's figures."""
    assert RUN[tool](f"{code_of(page, tool)}\n{TELL[tool]}", tmp_path) == HOMICIDES


@pytest.mark.parametrize("tool", ["sdmx1", "fetch"])
def test_code_of_a_named_release(dated: str, tmp_path: Path, tool: str):
    """Those whose code or message is another one on 2.x; all others have the same code with the address of that moment."""
    assert RUN[tool](f"{code_of(dated, tool)}\n{TELL[tool]}", tmp_path) == HOMICIDES
    for other in (*RUN, "duckdb", "excel", "curl"):
        assert "&asOf=20" in code_of(dated, other), other


def test_duckdb(page: str):
    """DuckDB runs the statement; here its extension comes from a wheel instead of DuckDB's own site."""
    file = next((Path(duckdb_extension_httpfs.__file__).parent / "extensions").rglob("httpfs.duckdb_extension"))
    with duckdb.connect(config={"allow_unsigned_extensions": "true"}) as connection:
        connection.load_extension(str(file))
        found = connection.sql(code_of(page, "duckdb")).project("TIME_PERIOD, OBS_VALUE").fetchall()
    assert dict(found) == {p: Decimal(v) for p, v in HOMICIDES.items()}


def test_curl(page: str, dated: str, tmp_path: Path):
    """curl writes the file that the command names, of either."""
    for shown in (page, dated):
        subprocess.run(["sh", "-c", code_of(shown, "curl")], cwd=tmp_path, check=True, capture_output=True)
        rows = list(csv.DictReader((tmp_path / f"{FLOW}.csv").open(encoding="utf-8")))
        assert {row["TIME_PERIOD"]: int(row["OBS_VALUE"]) for row in rows} == HOMICIDES


def test_excel(page: str):
    """Power Query's address gives a comma file in UTF-8 with the column that the query makes a number of."""
    code = code_of(page, "excel")
    address = re.search(r'Web\.Contents\("([^"]+)"\)', code)[1]
    answer = httpx.get(address)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"))))
    assert re.search(r'\{\{"(\w+)", type number\}\}', code)[1] == "OBS_VALUE"
    assert {row["TIME_PERIOD"]: int(row["OBS_VALUE"]) for row in rows} == HOMICIDES
    book = re.search(r'<a href="([^"]+format=xlsx[^"]*)" download>this selection', page)[1]
    sheet = openpyxl.load_workbook(
        io.BytesIO(httpx.get(httpx.URL(address).join(html.unescape(book))).content)
    ).worksheets[0]
    head, *body = sheet.iter_rows(values_only=True)
    period, value = head.index("TIME_PERIOD"), head.index("OBS_VALUE")
    assert {row[period]: row[value] for row in body} == HOMICIDES
