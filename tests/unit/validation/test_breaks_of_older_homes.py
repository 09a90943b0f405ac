"""A home keeps the table of breaks that it was begun with: it loads, and its breaks explain any change."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from journey_tools import ROOT

from greffe.catalogue.policies.breaks import ANY, FILE, MODERATE, read_breaks
from greffe.errors import BadDefinition

SHIPPED = (ROOT / FILE).read_bytes()


def without(column: str) -> bytes:
    out = io.StringIO()
    rows = list(csv.DictReader(io.StringIO(SHIPPED.decode())))
    written = csv.DictWriter(out, [c for c in rows[0] if c != column], extrasaction="ignore", lineterminator="\n")
    written.writeheader()
    written.writerows(rows)
    return out.getvalue().encode()


def test_what_a_break_explains_came_later() -> None:
    now, before = read_breaks(SHIPPED, FILE), read_breaks(without("explains"), FILE)
    assert MODERATE in {b.explains for b in now}
    assert before == tuple(replace(b, explains=ANY) for b in now)


def test_a_column_that_was_always_there_is_missed() -> None:
    with pytest.raises(BadDefinition) as told:
        read_breaks(without("cells"), FILE)
    assert (told.value.row, told.value.column) == (1, "cells")
