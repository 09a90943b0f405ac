"""What commands print and read: ids stay whole on a narrow terminal, a day is read by one parser."""

from datetime import date

import pytest

from greffe.cli.common import given_day
from greffe.cli.show import show
from greffe.errors import BadQuery

ID = "ESTAT_CRIM_OFF_CAT#1234567890"
REASON = (
    "Deliveries of May were counted twice in three departments and are now counted once, as they are everywhere else."
)


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_an_id_is_never_folded(monkeypatch, capsys, width):
    """However narrow the terminal is; words of a sentence go to the next line, and none is broken."""
    monkeypatch.setenv("COLUMNS", str(width))
    rows = [{"release": ID, "draft": "0123456789abcdef0123456789abcdef", "reason": REASON}]
    show({}, False, rows=rows, columns=("release", "draft", "reason"))
    told = capsys.readouterr().out
    assert ID in told
    assert rows[0]["draft"] in told
    assert set(REASON.split()) <= set(told.replace("│", " ").split())


def test_a_table_that_fits_stays_within_the_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    show({}, False, rows=[{"release": ID, "reason": REASON}], columns=("release", "reason"), title="Releases")
    title, *lines = capsys.readouterr().out.splitlines()
    assert title.strip() == "Releases"
    assert len({len(line) for line in lines}) == 1
    assert 70 <= len(lines[0]) <= 80


def test_a_day_is_read_or_refused_with_how_it_is_written():
    assert given_day(" 2027-01-31 ", "--until") == date(2027, 1, 31)
    for wrong in ("31/01/2027", "2027-02-30", ""):
        with pytest.raises(BadQuery) as refused:
            given_day(wrong, "--until")
        assert (refused.value.parameter, refused.value.hint) == ("--until", "A day is written 2027-01-31.")
