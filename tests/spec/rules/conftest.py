"""A small world for the rules: three departments in two regions, short lists, and tables written as text."""

from __future__ import annotations

import duckdb
import pytest

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.breaks import Break
from greffe.catalogue.policies.read import Policies
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    Annotation,
    Codelist,
    Component,
    DataConstraint,
    Dataflow,
    DataStructure,
    Item,
    Representation,
)
from greffe.validation.run import RULES, Context, run

GEO = {
    "FR": ("", ""),
    "R1": ("FR", ""),
    "R2": ("FR", ""),
    "01": ("R1", "CA_A"),
    "02": ("R1", "CA_B"),
    "03": ("R2", "CA_B"),
    "CA_A": ("", "01"),
    "CA_B": ("", "02 03"),
    "CA_C": ("", ""),
    "987": ("", ""),
}
INDICATORS = """
    CIV_CPH_NOUV CIV_CPH_TERM CIV_CPH_STOCK CIV_TJ_NOUV CIV_TJ_TERM CIV_TJ_STOCK PRI_DETENUS PRI_ECROUES PRI_PREVENUS
    PRI_CONDAMNES PRI_CAPA PRI_DENSITE PRI_ENTREES PRI_SORTIES PEN_PQ_TXREP CJN_CONDAMNES CJN_CONDAMN PEN_PQ_POURS PEN_PQ_AUT_POURSUIV
    PEN_PQ_AUT_TRAIT AJ_ADM AJ_REJ AJ_DEM
"""
INTERNAL = {
    "FREQ": "A Q M",
    "INDICATEUR": "",
    "TERRITOIRE": "fr_met fr_met_drom fr_all none",
    "NIVEAU_GEO": "FR REG DEP CA COM",
    "GEO": "",
    "INFRACTION": "_Z T VOL HOMV",
    "NATAFF": "_Z T A B",
    "NAC": "_Z T FAMILLE AUTRES",
    "SEXE": "_Z T 1 2 9",
    "AGE": "_Z T MIN MAJ PM",
    "NATIONALITE": "_Z T F UE HUE ND",
    "STATUT_PEN": "_Z T PREV COND",
    "DETAIL": "_Z T",
}
COMMON = {"OBS_STATUS": "A B D E P L M O Q", "CONF_STATUS": "F A N", "TERRITORY": "fr_met fr_met_drom fr_all"}
TARGETS = {
    "ESTAT_CRIM_OFF_CAT": {"freq": "A", "iccs": "", "unit": "NR P_HTHAB", "geo": "FR"},
    "ESTAT_CRIM_JUST_SEX": {"freq": "A", "leg_stat": "PER_CNV", "sex": "T M F UNK", "unit": "NR P_HTHAB", "geo": "FR"},
    "ESTAT_CRIM_JUST_AGE": {
        "freq": "A",
        "leg_stat": "PER_CNV",
        "age": "TOTAL ADULT JUV UNK",
        "unit": "NR",
        "geo": "FR",
    },
    "ESTAT_CRIM_PRIS_TRI": {"freq": "A", "leg_stat": "TOTAL PRIS_UNSENT PRIS_SENT", "unit": "NR", "geo": "FR"},
    "UNODC_PRISONS": {
        "FREQ": "A",
        "INDICATOR": "PERS_HELD PERS_UNSENT PERS_CONV PRIS_MORT",
        "DIMENSION": "TOTAL STATUS CTZ ACTS LENGTH DEATH",
        "CATEGORY": " ".join(f"CAT{n:02d}" for n in range(32)),
        "SEX": "Total Male Female",
        "AGE": "Total Adult Juveniles",
        "UNIT": "Counts RT_100K",
        "REF_AREA": "FRA",
    },
    "ESTAT_CRIM_JUST_CTZ": {
        "freq": "A",
        "leg_stat": "PER_CNV",
        "citizen": "TOTAL NAT FOR UNK",
        "unit": "NR",
        "geo": "FR",
    },
    "ESTAT_CRIM_PRIS_AGE": {"freq": "A", "age": "TOTAL JUV", "sex": "T M F", "unit": "NR", "geo": "FR FRA DE"},
    "CEPEJ_ANSWERS": {
        "FREQ": "A",
        "QUESTION": " ".join(
            ("Q46 Q94 Q94_L1 Q94_L2 Q94_L3 Q107_L3", *(f"Q107_L3_{n} Q107_L3_1_{n}" for n in range(1, 5)))
        ),
        "UNIT": "COUNT FTE",
        "REF_AREA": "FRA",
    },
    "CEPEJ_Q91": {
        "FREQ": "A",
        "QUESTION": "Q91_L0 Q91_L1 Q91_L2 Q91_L3 Q91_L4",
        "INSTANCE": "I1",
        "CASE_STATUS": "P0 IN RES P1 GT2",
        "REF_AREA": "FRA",
    },
    "CEPEJ_STAT": {
        "FREQ": "A",
        "INDICATOR": "CR DT IN RES P1",
        "QUESTION": "Q91_L1",
        "INSTANCE": "I1",
        "REF_AREA": "FRA",
    },
}
ICCS = {"TOTAL": "", "ICCS03": "", "ICCS0301": "ICCS03", "ICCS03011": "ICCS0301", "ICCS03012": "ICCS0301"}
DEFAULTS = {
    "internal": {"FREQ": "A", "TERRITOIRE": "fr_met_drom", "NIVEAU_GEO": "FR", "GEO": "FR", "UNITE": "personne", "STATUT": "D"},
    "target": {
        "freq": "A", "unit": "NR", "geo": "FR", "iccs": "TOTAL", "leg_stat": "PER_CNV", "FREQ": "A", "UNIT": "Counts",
        "REF_AREA": "FRA", "INSTANCE": "I1", "QUESTION": "Q91_L1", "SEX": "Total", "AGE": "Total",
        "OBS_STATUS": "A", "CONF_STATUS": "F", "TERRITORY": "fr_met_drom", "DATA_ORIGIN": "synthetic",
    },
}  # fmt: skip


def note(type_: str, title: str) -> Annotation:
    return Annotation(type_, title)


def items(component: str, words: str) -> tuple[Item, ...]:
    if component == "GEO":
        return tuple(Item(c, {}, parent=p, annotations=(note("RESSORT", r),) if r else ()) for c, (p, r) in GEO.items())
    if component == "iccs":
        return tuple(Item(c, {}, parent=p) for c, p in ICCS.items())
    if component == "INDICATEUR":
        flows = ("_NOUV", "_TERM", "PRI_ENTREES")
        field = {"PRI": "fr_all", "AJ_": "fr_all"}
        return tuple(
            Item(
                i,
                {},
                annotations=(
                    note("TERRITORY", field.get(i[:3], "fr_met_drom")),
                    note("ADDITIVE_OVER", "GEO;time" if i.endswith(flows) else "GEO"),
                ),
            )
            for i in INDICATORS.split()
        )
    return tuple(Item(c, {}) for c in words.split())


def attribute(id_: str, mandatory: bool = True, list_: Urn | None = None) -> Component:
    concept = Urn("conceptscheme", Reference("SSER", "CS"), id_)
    return Component(id_, concept, Representation(list_), "attribute", mandatory, ("OBS_VALUE",))


@pytest.fixture(scope="session")
def world() -> Catalogue:
    """The catalogue: every flow of TARGETS and SSER:INT_JUSTICE."""
    artefacts = {}
    for flow, dims in {"INT_JUSTICE": INTERNAL, **TARGETS}.items():
        internal = flow == "INT_JUSTICE"
        attributes = {} if internal else COMMON
        urns = {}
        for component, words in {**dims, **attributes}.items():
            list_ = Codelist(Reference("SSER", f"{flow}_{component}"), {}, items=items(component, words))
            artefacts[list_.kind, list_.reference] = list_
            urns[component] = list_.urn
        concept = Urn("conceptscheme", Reference("SSER", "CS"), "X")
        if internal:
            more = [attribute("UNITE"), attribute("STATUT"), attribute("CONF", False)]
        else:
            more = [attribute(a, True, urns[a]) for a in COMMON]
            more += [attribute("COMMENT_OBS", False), attribute("DATA_ORIGIN")]
        structure = DataStructure(
            Reference("SSER", flow),
            {},
            dimensions=tuple(Component(d, concept, Representation(urns[d])) for d in dims),
            time=Component("TIME_PERIOD", concept, Representation(), "time"),
            measures=(Component("OBS_VALUE", concept, Representation(decimals=2), "measure"),),
            attributes=tuple(more),
        )
        dataflow = Dataflow(Reference("SSER", flow), {}, structure=structure.urn)
        artefacts[structure.kind, structure.reference] = structure
        artefacts[dataflow.kind, dataflow.reference] = dataflow
        if flow == "ESTAT_CRIM_OFF_CAT":
            allowed = DataConstraint(
                Reference("SSER", "ALLOWED"), {}, attachments=(dataflow.urn,), values={"iccs": tuple(ICCS)[1:]}
            )
            artefacts[allowed.kind, allowed.reference] = allowed
    reasons = {"en": "Only part of them was counted before.", "fr": "Une partie seulement était comptée avant."}
    broken = Break("B1", "ESTAT_CRIM_OFF_CAT", {"iccs": ("ICCS0301",)}, ("2016", "2016-Q1"), reasons, "synthetic", "")
    cells = {"INDICATEUR": ("CJN_CONDAMN",), "INFRACTION": ("VOL", "T")}
    inside = Break("B2", "INT_JUSTICE", cells, ("2015", "2015-Q2"), reasons, "synthetic", "")
    stocks = {"age": ("JUV", "TOTAL")}
    moved = Break("B3", "ESTAT_CRIM_PRIS_AGE", stocks, ("2022",), reasons, "synthetic", "", explains="moderate")
    return Catalogue(artefacts, {}, (), "checksum", policies=Policies(breaks=(broken, inside, moved)))


def rows_of(text: str) -> list[dict[str, str]]:
    """Rows of a table written with bars; a dash is an empty cell."""
    lines = [[c.strip() for c in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.fixture
def connection():
    with duckdb.connect() as found:
        yield found


@pytest.fixture
def table_of(world, connection):
    """Make a table of some flow out of text; columns that are not named take the usual value."""

    def make(flow: str, text: str, name: str) -> str:
        structure = world.structure(world.latest(Dataflow, flow))
        internal = flow == "INT_JUSTICE"
        usual = DEFAULTS["internal" if internal else "target"]
        columns = [*structure.dimension_ids, "TIME_PERIOD", *(a.id for a in structure.attributes)]
        typed = ", ".join(f'"{c}" VARCHAR' for c in columns)
        connection.execute(f"CREATE TABLE {name} ({typed}, OBS_VALUE DECIMAL(38,2))")
        for row in rows_of(text):
            cells = []
            for c in columns:
                cell = row.get(c, usual.get(c, "_Z" if internal and c in structure.dimension_ids else None))
                cells.append(None if cell == "-" else cell)
            value = None if row["OBS_VALUE"] == "-" else row["OBS_VALUE"]
            connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' * (len(columns) + 1))})", [*cells, value])
        return name

    return make


@pytest.fixture
def found(world, connection, table_of):
    """What one rule finds in a table: `period message` in English, in order of keys. All findings when asked."""

    def find(rule, flow, text, *, stage="", population="", previous="", apart="", whole=False):
        dataflow = world.latest(Dataflow, flow)
        stage = stage or ("internal" if flow == "INT_JUSTICE" else "mapped")
        people = ""
        if population:
            people = "people"
            connection.execute(
                "CREATE TABLE people (INDICATEUR VARCHAR, FREQ VARCHAR, GEO VARCHAR, SEXE VARCHAR, AGE VARCHAR, "
                "TERRITOIRE VARCHAR, TIME_PERIOD VARCHAR, OBS_VALUE DECIMAL(38,0))"
            )
            for row in rows_of(population):
                field = row.get("TERRITOIRE", "fr_met_drom")
                connection.execute(
                    "INSERT INTO people VALUES ('POP_1JAN', 'A', 'FR', ?, 'T', ?, ?, ?)",
                    [row.get("SEXE", "T"), field, row["TIME_PERIOD"], row["OBS_VALUE"]],
                )
        before = table_of(flow, previous, "previous_release") if previous else ""
        kept = table_of(flow, apart, "kept_apart") if apart else ""
        context = Context(
            world, dataflow, world.structure(dataflow), stage, table_of(flow, text, "checked"), people, before, kept
        )
        chosen = [r for r in RULES if r.name == rule]
        assert [r.name for r in chosen if r.applies(context)] == [rule], "the rule does not apply to that table"
        findings = run(connection, context, chosen)
        return findings if whole else [f"{f.period} {f.messages['en']}".strip() for f in findings]

    return find
