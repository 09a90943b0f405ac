"""The VTL of our rules, run by vtlengine, finds what the rules find; that of every dataflow is accepted."""

from __future__ import annotations

import duckdb
import pytest
from shipped_catalogue import shipped_catalogue
from vtl_runs import columns, period, vtl

from greffe.engine import quoted
from greffe.model.structures import Dataflow
from greffe.model.transformations import RulesetScheme, Transformation, TransformationScheme
from greffe.validation.run import RULES, Context, run

BOOKS = shipped_catalogue()
USUAL = {"OBS_STATUS": "A", "CONF_STATUS": "F", "TERRITORY": "fr_met_drom", "DATA_ORIGIN": "synthetic"}

# Tables of one figure a row: codes of the dimensions that vary, the year, the value; a dash is a figure that is missing.
CASES = {
    "ESTAT_CRIM_JUST_SEX": (
        {"freq": "A", "leg_stat": "PER_CNV", "unit": "NR", "geo": "FR"}, ("sex",),
        # 2020 adds up with the unknown, 2021 without them, 2022 is one too few, 2023 counts less than nothing.
        "T 2020 100, M 2020 60, F 2020 30, UNK 2020 10, T 2021 90, M 2021 60, F 2021 30, T 2022 99, M 2022 60, F 2022 40,"
        "T 2023 5, M 2023 6, F 2023 -1,"
        # No row of men (2024), of both (2025), of the total (2026): nothing is said. The unknown is there without a figure
        # (2027): nothing. A part of the unknown is too many (2028).
        "T 2024 9, F 2024 3, T 2025 9, M 2026 5, F 2026 4, T 2027 9, M 2027 5, F 2027 3, UNK 2027 -,"
        "T 2028 9, M 2028 5, F 2028 4, UNK 2028 1",
        {"QR-SUM-01": 2, "QR-FMT-03": 1},
    ),
    "ESTAT_CRIM_PRIS_TRI": (
        {"freq": "A", "unit": "NR", "geo": "FR"}, ("leg_stat",),
        # 2021: what is not there is not zero.
        "TOTAL 2020 100, PRIS_UNSENT 2020 30, PRIS_SENT 2020 70, TOTAL 2021 100, PRIS_UNSENT 2021 30, PRIS_SENT 2021 -,"
        "TOTAL 2022 100, PRIS_UNSENT 2022 30, PRIS_SENT 2022 71,"
        # 2023 and 2024: a part and the total have no row.
        "TOTAL 2023 100, PRIS_UNSENT 2023 30, PRIS_UNSENT 2024 30, PRIS_SENT 2024 71",
        {"QR-SUM-04": 1},
    ),
    "ESTAT_CRIM_JUST_AGE": (
        {"freq": "A", "leg_stat": "PER_CNV", "unit": "NR", "geo": "FR"}, ("age",),
        # 2021: an impossible sum, and more juveniles than persons.
        # 2022: no row of adults; 2023: none of the total.
        "TOTAL 2020 10, ADULT 2020 7, JUV 2020 3, TOTAL 2021 10, ADULT 2021 7, JUV 2021 11, TOTAL 2022 10, JUV 2022 3,"
        "ADULT 2023 7, JUV 2023 3",
        {"QR-SUM-02": 1, "QR-SUB-01": 1},
    ),
    "ESTAT_CRIM_JUST_CTZ": (
        {"freq": "A", "leg_stat": "PER_CNV", "unit": "NR", "geo": "FR"}, ("citizen",),
        "TOTAL 2020 10, NAT 2020 7, FOR 2020 2, TOTAL 2021 10, NAT 2021 7, FOR 2021 4,"
        # 2022: foreigners alone are more than all; 2023: a part without a figure, the other is too many; 2024: no total.
        "TOTAL 2022 10, FOR 2022 11, TOTAL 2023 10, NAT 2023 11, FOR 2023 -, NAT 2024 7, FOR 2024 4",
        {"QR-SUM-03": 3},
    ),
    "CEPEJ_Q91": (
        {"FREQ": "A", "INSTANCE": "I1", "REF_AREA": "FRA"}, ("QUESTION", "CASE_STATUS"),
        # The total of 2021 is not that of its lines; those pending over two years are more than those pending in 2022.
        "Q91_L0 P1 2021 11, Q91_L1 P1 2021 1, Q91_L2 P1 2021 2, Q91_L3 P1 2021 3, Q91_L4 P1 2021 4,"
        "Q91_L0 P1 2020 10, Q91_L1 P1 2020 1, Q91_L2 P1 2020 2, Q91_L3 P1 2020 3, Q91_L4 P1 2020 4,"
        "Q91_L1 GT2 2020 1, Q91_L1 P1 2022 5, Q91_L1 GT2 2022 6",
        {"QR-SUM-10": 1, "QR-SUB-10": 1},
    ),
    "UNODC_PRISONS": (
        {"FREQ": "A", "INDICATOR": "PERS_UNSENT", "DIMENSION": "LENGTH", "SEX": "Total", "AGE": "Total", "UNIT": "Counts",
         "REF_AREA": "FRA"}, ("CATEGORY",),
        "CAT24 2017 19815, CAT26 2017 13076, CAT27 2017 6738, CAT24 2018 10, CAT26 2018 6, CAT27 2018 4,"
        # 2019 and 2020: a part and the total have no row.
        "CAT24 2019 10, CAT26 2019 6, CAT26 2020 6, CAT27 2020 4",
        {"QR-SUB-07": 1},
    ),
    "UNODC_CTS_PRISONS": (
        {"FREQ": "A", "INDICATOR": "PRIS_MORT", "DIMENSION": "DEATH", "SEX": "Total", "AGE": "Total", "UNIT": "Counts",
         "REF_AREA": "FRA"}, ("CATEGORY",),
        # 2021: no row of external deaths; 2022: suicides alone are more than they.
        "CAT29 2020 9, CAT30 2020 8, CAT31 2020 1, CAT30 2021 8, CAT31 2021 1, CAT29 2022 7, CAT30 2022 8",
        {"QR-SUB-08": 1},
    ),
}  # fmt: skip


def rows_of(flow: str) -> list[dict[str, str | None]]:
    fixed, names, text, _ = CASES[flow]
    found = []
    for cell in text.split(","):
        *codes, year, value = cell.split()
        given = dict(zip(names, codes, strict=True))
        found.append({**fixed, **given, "TIME_PERIOD": year, "OBS_VALUE": None if value == "-" else value})
    return found


def schemes(flow: str) -> tuple[RulesetScheme, TransformationScheme]:
    reference = BOOKS.latest(RulesetScheme, f"VTL_RULES_{flow}").reference
    return BOOKS.get(RulesetScheme, reference), BOOKS.get(TransformationScheme, reference)


def script(flow: str) -> str:
    """Rulesets, then the transformations that run them."""
    rulesets, transformations = schemes(flow)
    lines = [i.definition for i in rulesets.items]
    lines += [f"{i.result} <- {i.expression};" for i in transformations.items if isinstance(i, Transformation)]
    return "\n".join(line if line.endswith(";") else f"{line};" for line in lines)


def dimensions(flow: str) -> tuple[str, ...]:
    return BOOKS.structure(BOOKS.latest(Dataflow, flow)).dimension_ids


def by_rules(flow: str) -> set[tuple[str, ...]]:
    """What the rules find, without the component in which the codes of a relation differ."""
    dataflow = BOOKS.latest(Dataflow, flow)
    structure = BOOKS.structure(dataflow)
    said = {a.title for i in schemes(flow)[0].items for a in i.annotations if a.type == "RULE"}
    with duckdb.connect() as connection:
        names = [*structure.dimension_ids, "TIME_PERIOD", *(a.id for a in structure.attributes)]
        typed = ", ".join(f"{quoted(n)} VARCHAR" for n in names)
        connection.execute(f"CREATE TABLE checked (OBS_VALUE DECIMAL(38,{structure.decimals}), {typed})")
        for row in rows_of(flow):
            cells = [row["OBS_VALUE"], *((USUAL | row).get(n) for n in names)]
            connection.execute(f"INSERT INTO checked VALUES ({', '.join('?' * len(cells))})", cells)
        context = Context(BOOKS, dataflow, structure, "mapped", "checked")
        found = run(connection, context, [r for r in RULES if r.id in said])
    return {(f.rule, f.period, *_key(flow, f.rule, f.key)) for f in found}


def by_vtl(flow: str, made: dict[str, list[dict[str, object]]]) -> set[tuple[str, ...]]:
    """What vtlengine finds, in the same form."""
    found = set()
    for rows in made.values():
        for row in rows:
            rule = str(row["errorcode"])
            key = {d: str(row[d]) for d in dimensions(flow)}
            found.add((rule, period(str(row["TIME_PERIOD"])), *_key(flow, rule, key)))
    return found


def _key(flow: str, rule: str, key) -> tuple[str, ...]:
    whole = rule == "QR-FMT-03"
    varying = {"QR-SUB-10": "CASE_STATUS", "QR-SUM-10": "QUESTION"}.get(rule, CASES[flow][1][0])
    return tuple(key[d] for d in dimensions(flow) if whole or d != varying)


@pytest.fixture(scope="module")
def answers():
    """Of each case what vtlengine makes of the same rows."""
    cases = [
        {
            "script": script(flow),
            "structures": {flow: columns(dimensions(flow))},
            "rows": {
                flow: [
                    [
                        *(r[d] for d in (*dimensions(flow), "TIME_PERIOD")),
                        float(r["OBS_VALUE"]) if r["OBS_VALUE"] else None,
                    ]
                    for r in rows_of(flow)
                ]
            },
        }
        for flow in CASES
    ]
    return dict(zip(CASES, vtl(cases), strict=True))


@pytest.mark.parametrize("flow", CASES)
def test_vtl_finds_what_the_rules_find(answers, flow):
    """The same keys of the same rules, and as many as are counted by hand."""
    found = by_rules(flow)
    assert by_vtl(flow, answers[flow]) == found
    counted: dict[str, int] = {}
    for rule, *_ in found:
        counted[rule] = counted.get(rule, 0) + 1
    assert counted == CASES[flow][3]


def test_the_vtl_of_every_dataflow_is_accepted():
    """Syntax and semantics of every ruleset and of what runs it."""
    flows = [s.reference.id.removeprefix("VTL_RULES_") for s in BOOKS.all(RulesetScheme) if s.annotation("RULES_OF")]
    assert len(flows) > 30
    made = vtl([{"script": script(f), "structures": {f: columns(dimensions(f))}} for f in flows])
    for flow, results in zip(flows, made, strict=True):
        assert set(results) >= {i.result for i in schemes(flow)[1].items}
