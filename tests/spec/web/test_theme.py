"""A theme: its files join ours, stand under one checksum, and cannot replace ours."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from small_house import small_house
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.errors import BadDefinition
from greffe.settings import read_settings


@pytest.fixture
def client(tmp_path):
    theme = tmp_path / "theme"
    theme.mkdir()
    (theme / "theme.css").write_text("@font-face { font-family: House; src: url(house.woff2) }")
    (theme / "house.woff2").write_bytes(b"a font")
    (theme / "greffe.css").write_text("body { display: none }")
    (theme / "footer.html").write_text("<footer><p>{{ base }} of our house</p></footer>")
    (theme / "notes.txt").write_text("not to be served")
    parts = small_house(tmp_path / "house", signed=False)
    return TestClient(create_app(replace(parts, settings=replace(parts.settings, theme=theme))))


def test_its_style_sheet_is_loaded_last_and_finds_its_font(client):
    page = client.get("/signin").text
    sheets = re.findall(r'rel="stylesheet" href="([^"]+)"', page)
    assert sheets[-1].endswith("/theme.css")
    font = client.get(urljoin(sheets[-1], "house.woff2"))
    assert (font.content, font.headers["content-type"]) == (b"a font", "font/woff2")
    assert "immutable" in font.headers["cache-control"]


def test_its_footer_replaces_ours(client):
    page = client.get("/signin").text
    assert "of our house" in page
    assert "/accessibility" not in page


def test_our_files_stay_ours_and_its_notes_its_own(client):
    page = client.get("/signin").text
    (ours,) = re.findall(r'href="([^"]+/greffe.css)"', page)
    assert "display: none }" not in client.get(ours).text.splitlines()[0]
    theme = re.search(r'href="(/static/[^"]+)/theme.css"', page)[1]
    assert client.get(f"{theme}/notes.txt").status_code == 404
    assert client.get("/static/0000000000000000/theme.css").status_code == 404
    assert client.get(f"{theme}/../house/home/register.db").status_code == 404


def test_a_theme_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(BadDefinition, match="GREFFE_THEME"):
        read_settings({"GREFFE_THEME": str(tmp_path / "none")}, tmp_path)
