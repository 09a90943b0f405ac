"""c[...] finds what a few lines of plain Python find in the rows, whatever is asked (R2-DATA-10 to 14)."""

import operator
import tempfile
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from blocks import coded as coded_as
from blocks import codelist, concept, free
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from greffe.catalogue.catalogue import Catalogue
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import ConceptScheme, Dataflow, DataStructure, Item
from greffe.query.answer import data
from greffe.query.rest_v2 import parse_data
from greffe.store.columnar import ColumnarObservations

CODES = ("A", "B", "BA", "C")
LIST = codelist("CL_X", {c: (c, c) for c in CODES})
STRUCTURE = DataStructure(
    Reference("SSER", "X"),
    {"en": "X"},
    dimensions=(coded_as("D", LIST), coded_as("E", LIST)),
    time=free("TIME_PERIOD", "time", text_type="ObservationalTimePeriod"),
    measures=(free("OBS_VALUE", "measure", text_type="Decimal"),),
    attributes=(
        coded_as("S", LIST, "attribute", ("OBS_VALUE",)),
        free("COUNT", "attribute", ("OBS_VALUE",), "Integer"),
        free("T", "attribute", ("D", "E")),
    ),
)
FLOW = Dataflow(STRUCTURE.reference, {"en": "X"}, structure=STRUCTURE.urn)
CONCEPTS = ConceptScheme(
    concept("X").reference, {"en": "C"}, items=tuple(Item(c.id, {"en": c.id}) for c in STRUCTURE.components)
)
CATALOGUE = Catalogue({(a.kind, a.reference): a for a in (LIST, STRUCTURE, FLOW, CONCEPTS)}, {}, (), "c")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RELEASE = Release(FLOW.reference, 1, "h", NOW, NOW, "real", "P", 1, 1)

codes = st.sampled_from(CODES)
numbers = st.sampled_from(
    ["0", "1", "1.0", "-1", "10", "9.5", "9.50", "1E-3", "0.001", "9007199254740993", "9007199254740992"]
)
texts = st.sampled_from(["", "A", "note", "a note: b", "é"])
years = st.integers(2019, 2022).map(str)
# Component → what rows hold, and what may be asked.
HELD = {"S": st.none() | codes, "COUNT": st.none() | numbers, "T": st.none() | texts, "OBS_VALUE": st.none() | numbers}
ASKED = {
    "D": codes | st.just("Z"), "E": codes, "S": codes, "COUNT": numbers, "OBS_VALUE": numbers, "TIME_PERIOD": years,
    "T": st.sampled_from(["A", "note", "te", "é", "zz:A"]),
}  # fmt: skip
NUMERIC = ("COUNT", "OBS_VALUE")
COMPARED = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
LETTERS = {
    "co": lambda found, asked: asked in found,
    "nc": lambda found, asked: asked not in found,
    "sw": lambda found, asked: found[: len(asked)] == asked,
    "ew": lambda found, asked: not asked or found[-len(asked) :] == asked,
}


@st.composite
def tables(draw):
    keys = draw(st.lists(st.tuples(codes, codes, years), unique=True, min_size=1, max_size=25))
    series = {key[:2]: draw(HELD["T"]) for key in keys}
    return [
        {"D": d, "E": e, "TIME_PERIOD": y, "T": series[d, e], **{c: draw(HELD[c]) for c in ("S", "COUNT", "OBS_VALUE")}}
        for d, e, y in keys
    ]


@st.composite
def questions(draw):
    """Component → alternatives of (operator or '', value)."""
    found = {}
    for component in draw(st.lists(st.sampled_from(sorted(ASKED)), unique=True, min_size=1, max_size=2)):
        one = st.tuples(st.sampled_from(["", *COMPARED, *LETTERS]), ASKED[component])
        found[component] = draw(st.lists(st.lists(one, min_size=1, max_size=2), min_size=1, max_size=3))
    return found


def satisfies(component, found, asked_operator, asked):
    if found is None:
        return False
    name = asked_operator or "eq"
    if name in LETTERS:
        return LETTERS[name](found, asked)
    if component in NUMERIC:
        return COMPARED[name](Fraction(found), Fraction(asked))
    return COMPARED[name](found, asked)  # years compare as their days do


def written(question):
    return "&".join(
        f"c[{component}]="
        + ",".join("+".join(f"{o}:{quote(v)}" if o else quote(v) for o, v in terms) for terms in alternatives)
        for component, alternatives in question.items()
    )


@settings(max_examples=examples(90), deadline=None)
@given(tables(), st.lists(questions(), min_size=4, max_size=4))
def test_filters_find_what_plain_python_finds(rows, asked):
    """Filters on any component with any operators, or and and, agree with a plain reading of the rows"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.parquet"
        pq.write_table(pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c in rows[0]}), path)
        store = ColumnarObservations(Path(folder) / "r")
        store.save(RELEASE.name, STRUCTURE, path, {})
        for question in asked:
            wanted = {
                (r["D"], r["E"], r["TIME_PERIOD"])
                for r in rows
                if all(
                    any(all(satisfies(c, r[c], o, v) for o, v in terms) for terms in alternatives)
                    for c, alternatives in question.items()
                )
            }
            answer = data(parse_data(("dataflow",), written(question)), CATALOGUE, lambda _: [RELEASE], NOW, store)
            found = set()
            for block in (b for d in answer.datasets for b in d.blocks):
                periods = iter(block.observations.column("TIME_PERIOD").to_pylist())
                for one, count in zip(block.series.to_pylist(), block.counts.to_pylist(), strict=True):
                    found |= {(one["D"], one["E"], next(periods)) for _ in range(count)}
            assert found == wanted
