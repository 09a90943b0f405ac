"""What rules found of the same columns before stands for asking again: every rule, on random tables of several structures."""

from __future__ import annotations

from decimal import Decimal

import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped_catalogue import shipped_catalogue

from greffe.engine import opened
from greffe.model.structures import Dataflow
from greffe.settings import EngineSettings
from greffe.validation.run import Context, run

EXAMPLES = examples(14)
FLOWS = ("ESTAT_CRIM_OFF_CAT", "ESTAT_CRIM_JUST_SEX", "UNODC_JUSTICE", "CEPEJ_Q91", "CEPEJ_STAT")
# Codes that rules speak of: totals, parts, states, units, statuses, marks, fields.
SPOKEN = (
    "A", "T", "TOTAL", "Total", "M", "F", "Male", "Female", "FR", "FRA", "NR", "P_HTHAB", "IN", "RES", "P0", "P1", "GT2",
    "Q91_L0", "Q91_L1", "ICCS0101", "ICCS01", "ICCS0301", "PER_CNV", "PERS_CONV", "CAT00", "CAT12", "CAT13", "ACTS",
    "B", "D", "E", "P", "Q", "L", "C", "S", "fr_met_drom", "fr_all",
)  # fmt: skip
YEARS = ("2019", "2020", "2021")


class Remembered:
    """Answers in a dictionary, with the names that were new."""

    def __init__(self):
        self.others = {"people": "the same people", "before": "the same release"}
        self.kept, self.new = {}, []

    def found(self, name):
        return self.kept.get(name)

    def keep(self, name, findings):
        self.kept[name] = findings
        self.new.append(name)


@pytest.fixture(scope="module")
def world():
    return shipped_catalogue()


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    with opened(EngineSettings(threads=1), tmp_path_factory.mktemp("spill"), []) as found:
        found.execute(
            "CREATE TABLE people AS SELECT 'POP_1JAN' AS INDICATEUR, 'A' AS FREQ, 'FR' AS GEO, 'T' AS SEXE, 'T' AS AGE, "
            "'fr_met_drom' AS TERRITOIRE, '2020' AS TIME_PERIOD, CAST(67000000 AS DECIMAL(38,0)) AS OBS_VALUE"
        )
        yield found


def codes(world, structure, component):
    """Up to four codes of a component: those that rules speak of first."""
    list_ = world.codelists(structure).get(component)
    known = [i.id for i in list_.items] if list_ else []
    return ([c for c in SPOKEN if c in known] + known)[:4] or ["a", ""]


def rows_of(world, structure):
    """Rows of distinct keys; values that repeat, and are missing, often."""
    keys = [st.sampled_from(codes(world, structure, d)) for d in structure.dimension_ids]
    words = [st.sampled_from([None, *codes(world, structure, a.id)]) for a in structure.attributes]
    value = st.sampled_from([None, "0", "3", "40", "100", "1500", "1500", "2000"])
    row = st.tuples(st.tuples(*keys, st.sampled_from(YEARS)), value, st.tuples(*words))
    return st.lists(row, min_size=1, max_size=14, unique_by=lambda r: r[0])


def fill(connection, structure, name, rows):
    dims = [*structure.dimension_ids, "TIME_PERIOD"]
    columns = [f'"{d}" VARCHAR' for d in dims] + [f"OBS_VALUE DECIMAL(38,{structure.decimals})", "OBS_TEXT VARCHAR"]
    columns += [f'"{a.id}" VARCHAR' for a in structure.attributes]
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(columns)})")
    for key, value, words in rows:
        number = None if value is None else Decimal(value)
        cells = [*key, number, value, *words]
        connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * len(cells))})", cells)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), flow=st.sampled_from(FLOWS))
def test_kept_answers_are_those_of_asking_again(world, connection, data, flow):
    """Of a table, then of one in which some cells of some columns are others: with what is kept, and without."""
    dataflow = world.latest(Dataflow, flow)
    structure = world.structure(dataflow)
    rows = data.draw(rows_of(world, structure))
    fill(connection, structure, "before", data.draw(rows_of(world, structure)))
    fill(connection, structure, "checked", rows)
    context = Context(world, dataflow, structure, "mapped", "checked", "people", "before")
    answers = Remembered()
    first = run(connection, context)
    assert run(connection, context, kept=answers) == first
    asked = len(answers.new)
    assert run(connection, context, kept=answers) == first
    assert len(answers.new) == asked  # the same table: nothing was asked twice
    changed = data.draw(st.sampled_from(["value", *(a.id for a in structure.attributes)]))
    others = data.draw(rows_of(world, structure))
    places = [a.id for a in structure.attributes]
    now = []
    for n, (key, value, words) in enumerate(rows):
        _, other, spoken = others[n % len(others)]
        if changed == "value":
            now.append((key, other, words))
        else:
            at = places.index(changed)
            now.append((key, value, (*words[:at], spoken[at], *words[at + 1 :])))
    fill(connection, structure, "checked", now)
    assert run(connection, context, kept=answers) == run(connection, context)


def test_a_status_that_no_rule_tells_apart_asks_little(world, connection):
    """Provisional to final: of some thirty questions only those that name the status are asked again, and none that asks
    whether a figure is explained or hidden. By hand: its code (QR-COD-01), empty values (QR-FMT-05), a note for B, D and
    E (QR-MAN-04), the mandatory attributes (QR-STA-01), what is taken out (QR-CNF-03), a turn at a break (QR-PLA-03)."""
    dataflow = world.latest(Dataflow, "ESTAT_CRIM_OFF_CAT")
    structure = world.structure(dataflow)
    key = {"freq": "A", "iccs": "ICCS0101", "unit": "NR", "geo": "FR"}
    usual = {"OBS_STATUS": "P", "CONF_STATUS": "F", "TERRITORY": "fr_met_drom", "DATA_ORIGIN": "real"}

    def rows(**other):
        words = usual | other
        return [
            (
                (*(key[d] for d in structure.dimension_ids), year),
                "100",
                tuple(words.get(a.id) for a in structure.attributes),
            )
            for year in YEARS
        ]

    fill(connection, structure, "checked", rows())
    context = Context(world, dataflow, structure, "mapped", "checked")
    answers = Remembered()
    run(connection, context, kept=answers)
    every = len(answers.new)
    fill(connection, structure, "checked", rows(OBS_STATUS="A"))
    run(connection, context, kept=answers)
    assert every > 15
    # QR-STA-03 reads the status too; and so do the four that tell a change explained, since notes of every year explain none.
    assert len(answers.new) - every == 11
