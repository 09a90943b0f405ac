"""Representation maps for tests of the exchange: the shipped ones, a small one, and random ones."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from shipped_catalogue import shipped_files

from greffe.catalogue.load import load
from greffe.catalogue.representation_dump import dump_representation
from greffe.catalogue.representation_files import CONFIDENCES, read_representation
from greffe.mapping.exchange.sets import Column, MappingSet, Signed
from greffe.model.maps import KINDS_WITH_TARGET, KINDS_WITHOUT_TARGET, MapRow, RepresentationMap, SourceValue
from greffe.model.references import Reference

ROOT = Path(__file__).resolve().parents[2]
FILE = "mappings/BODY/sex_to_sex.csv"
CSV = b"""source:SEXE,source:AGE,target:sex,row_id,match,kind,valid_from,valid_to,confidence,reason,reference
1,T,M,R1,exact,exact,,,recalled,Men.,M013
2,T,F,R2,exact,narrower,2008-01-01,,recalled-low,"Women, ""all"" ages.",M014
9,T,,R3,exact,not-applicable,,,inferred,Legal persons.,
"""
NAMES = {
    "1": {"fr": "Hommes", "en": "Men"}, "2": {"fr": "Femmes", "en": "Women"}, "9": {"fr": "Personnes morales"},
    "T": {"fr": "Ensemble", "en": "Total"}, "M": {"en": "Males"}, "F": {"en": "Females"},
}  # fmt: skip
SIGNED = {"R1": Signed("Élise", ("Bo|b", "Zoë"), "approved", "2026-01-31", ('d\'accord\n"oui"', "\\|;"))}


@cache
def shipped():
    """The shipped catalogue and its files."""
    files = shipped_files()
    return load(files), files


def shipped_tables():
    """Every representation map that a shipped map uses or that stands alone, by file."""
    catalogue, _ = shipped()
    alone = {one.table.file: one.table for one in catalogue.correspondences.values()}
    return alone | {t.file: t for m in catalogue.maps.values() for t in m.representation_maps}


def small_set(signed=None, content=CSV):
    """Three rows over SEXE and AGE, with the codes of each column."""

    def column(side, id_, *codes):
        return Column(side, id_, {c: NAMES[c] for c in codes}, Reference("SSER", f"CL_{id_.upper()}"))

    columns = (
        column("source", "SEXE", "1", "2", "9", "T"),
        column("source", "AGE", "T"),
        column("target", "sex", "M", "F"),
    )
    return MappingSet(
        read_representation(content, FILE), columns, {"en": "Sexes"}, SIGNED if signed is None else signed
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    ["=1+1", "@SUM(A1)", '"', "a\tb", "a\rb", "a\r\nb", "\n", " blank ", "# no comment", "_x000D_", "_x005F_", "\x00\x1f",
     "'quoted", "1", "1.0", "TRUE", "#N/A", "2008-01-31", "￾", "🜁 é", "%25&=|:", ""]
)  # fmt: skip
WORDS = TEXTS.map(str.strip)
IDS = st.from_regex(r"[A-Za-z0-9_.\-]{1,12}", fullmatch=True)
DATES = st.dates().map(lambda d: d.isoformat()) | st.just("")


@st.composite
def sources(draw):
    """A source value of any way to match."""
    match = draw(st.sampled_from(["exact", "exact", "regex", "substring"]))
    if match == "exact":
        return SourceValue(draw(WORDS))
    if match == "regex":
        return SourceValue(draw(st.sampled_from(["PRI_.+", "[ABC]=\\d", "a|b", "x{2,3}&y"])), "regex")
    value = draw(WORDS.filter(bool))
    start = draw(st.integers(1, 9))
    return SourceValue(value, "substring", start, start + len(value) - 1)


@st.composite
def mapping_sets(draw):
    """A map of any columns and awkward texts, with signatures; no column is coded, so any value may stand in it."""
    ids = draw(st.lists(st.from_regex(r"[A-Z][A-Z_]{0,6}", fullmatch=True), min_size=2, max_size=5, unique=True))
    count = draw(st.integers(1, len(ids) - 1))
    left, right = tuple(ids[:count]), tuple(ids[count:])
    rows = []
    seen = set()
    for row_id in draw(st.lists(IDS, max_size=6, unique=True)):
        values = tuple(draw(sources()) for _ in left)
        if values in seen:
            continue
        seen.add(values)
        kind = draw(st.sampled_from([*KINDS_WITH_TARGET, *KINDS_WITHOUT_TARGET]))
        has = kind in KINDS_WITH_TARGET
        targets = draw(st.tuples(*(WORDS for _ in right)).filter(any)) if has else tuple("" for _ in right)
        targets = tuple(t.replace("\\", "/") for t in targets)
        begin, end = sorted((draw(DATES), draw(DATES)))
        begin, end = (end, begin) if draw(st.booleans()) and begin == "" else (begin, end)
        reason = draw(TEXTS) if has else draw(TEXTS.filter(bool))
        word = draw(st.sampled_from(CONFIDENCES))
        rows.append(MapRow(row_id, values, targets, kind, begin, end, word, reason, draw(TEXTS)))
    table = RepresentationMap(Reference("SSER", "BODY_SEX_TO_SEX"), FILE, left, right, tuple(rows))
    table = read_representation(dump_representation(table), FILE)
    people = TEXTS.filter(bool)
    signature = st.builds(
        Signed, TEXTS, st.lists(people, max_size=3).map(tuple), TEXTS, DATES, st.lists(TEXTS, max_size=2).map(tuple)
    )
    signed = {r.row_id: s for r in rows if (s := draw(signature)) != Signed()}
    columns = (*(Column("source", c) for c in left), *(Column("target", c) for c in right))
    return MappingSet(table, columns, {"en": draw(TEXTS)}, signed)
