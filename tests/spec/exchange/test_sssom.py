"""SSSOM out and in: what is shipped comes back byte for byte, and what cannot be taken is told with its line."""

from __future__ import annotations

import pytest
import yaml
from exchange_tools import CSV, FILE, shipped, shipped_tables, small_set

from greffe.errors import BadInput
from greffe.mapping.exchange.difference import difference
from greffe.mapping.exchange.files import WRITERS, map_of, read
from greffe.mapping.exchange.sets import mapping_set, table_named
from greffe.mapping.exchange.sssom import write_sssom
from greffe.mapping.exchange.sssom_reading import read_sssom


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("file", shipped_tables())
def test_a_shipped_map_comes_back_byte_for_byte(file, form):
    """Every form gives every shipped CSV file back, byte for byte, and no difference."""
    catalogue, files = shipped()
    base = mapping_set(catalogue, shipped_tables()[file])
    content = WRITERS[form](base)
    found = read(content, "x", base)
    assert found.problems == ()
    assert found.content == files[file]
    assert difference(base.table, found.table) == ()
    assert table_named(catalogue, map_of(content, "x")) is base.table


def _lines(signed=None):
    return write_sssom(small_set(signed)).decode().splitlines()


def test_what_the_standard_has_a_column_for_stands_there():
    """Predicates, justification, people, confidence, labels and the missing term are in the columns of SSSOM."""
    lines = _lines()
    head = yaml.safe_load("\n".join(line[2:] for line in lines if line.startswith("#")))
    assert head["sssom_version"] == "1.1"
    assert (
        head["mapping_set_id"]
        == "urn:sdmx:org.sdmx.infomodel.structuremapping.RepresentationMap=SSER:BODY_SEX_TO_SEX(1.0.0)"
    )
    assert head["curie_map"]["target"] == "urn:sdmx:org.sdmx.infomodel.codelist.Code=SSER:CL_SEX(1.0.0)."
    assert (head["object_source"], head["object_source_version"]) == (
        "sdmx:codelist.Codelist=SSER:CL_SEX(1.0.0)",
        "1.0.0",
    )
    names, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    first, second, third = (dict(zip(names, row, strict=True)) for row in rows)
    assert first["subject_id"] == "source:SEXE=1&AGE=T"
    assert first["subject_label"] == "Men; Total"
    assert (first["predicate_id"], first["object_id"], first["object_label"]) == (
        "skos:exactMatch",
        "target:M",
        "Males",
    )
    assert first["mapping_justification"] == "semapv:ManualMappingCuration"
    assert first["author_id"] == "person:%C3%89lise"
    assert first["reviewer_id"] == "person:Bo%7Cb|person:Zo%C3%AB"
    assert (first["confidence"], first["confidence_word"], first["mapping_date"]) == ("0.5", "recalled", "2026-01-31")
    assert (second["predicate_id"], second["kind"]) == ("skos:broadMatch", "narrower")  # the object is the wider one
    assert third["object_id"] == "sssom:NoTermFound"
    declared = {d["slot_name"] for d in head["extension_definitions"]}
    assert {"row_id", "match", "kind", "valid_from", "valid_to", "reference", "status", "priority"} <= declared
    assert {n for n in names if n not in declared} <= {
        "subject_id", "subject_label", "predicate_id", "object_id", "object_label", "mapping_justification", "author_id",
        "reviewer_id", "mapping_date", "confidence", "comment",
    }  # fmt: skip


def test_rows_that_another_program_sorted_keep_their_priority():
    """Order is priority with us and nothing in SSSOM: the slot `priority` brings it back."""
    lines = _lines()
    mixed = [*lines[:-3], lines[-1], lines[-3], lines[-2]]
    assert read_sssom("\n".join(mixed).encode(), "x.tsv", small_set()).content == CSV


def test_a_new_row_without_priority_stands_behind_the_row_above_it():
    lines = _lines()
    new = lines[-3].replace("SEXE=1", "SEXE=T").replace("\tR1\t1\t", "\tR9\t\t")
    base = small_set()
    found = read_sssom("\n".join([*lines[:-2], new, *lines[-2:]]).encode(), "x.tsv", base)
    assert found.table is not None
    assert [r.row_id for r in found.table.rows] == ["R1", "R9", "R2", "R3"]
    (change,) = difference(base.table, found.table)
    assert (change.row_id, change.kind, change.fields["source:SEXE"]) == ("R9", "added", ("", "T"))
    assert "R9" in found.notes[0]  # the copied signature is not taken


WRONG = {
    "unknown predicate": ("skos:exactMatch\ttarget:M", "skos:exactmatch\ttarget:M", "predicate_id", "Nearest: skos:exactMatch"),
    "relation that decides nothing": ("skos:exactMatch\ttarget:M", "skos:relatedMatch\ttarget:M", "predicate_id", "Known here"),
    "predicate and kind differ": ("skos:exactMatch\ttarget:M", "skos:narrowMatch\ttarget:M", "predicate_id", "Kind exact is"),
    "missing justification": ("\tsemapv:ManualMappingCuration\tperson", "\t\tperson", "mapping_justification", "is missing"),
    "justification of a program": (
        "semapv:ManualMappingCuration\tperson", "semapv:LexicalMatching\tperson", "mapping_justification", "decision of a person"
    ),
    "unknown target": ("target:M", "target:MM", "object_id", "Nearest: M."),
    "unknown source": ("SEXE=1", "SEXE=3", "subject_id", "'3' is not a code of SSER:CL_SEXE(1.0.0)"),
    "columns in another order": ("SEXE=1&AGE=T", "AGE=T&SEXE=1", "subject_id", "in this order"),
    "one value for two columns": ("source:SEXE=1&AGE=T", "source:1", "subject_id", "SEXE and AGE are expected"),
    "doubled row id": ("\tR1\t1\t", "\tR2\t1\t", "row_id", "'R2' is the id of line"),
    "no row id": ("\tR1\t1\t", "\t\t1\t", "row_id", "is not a row id"),
    "another number": ("\t0.5\t", "\t0.9\t", "confidence", "Confidence recalled is 0.5, found 0.9"),
    "unknown confidence": ("\trecalled\t", "\trecaled\t", "confidence_word", "Nearest: recalled"),
    "unknown kind": ("\texact\texact\t\t\trecalled\t", "\texcat\texact\t\t\trecalled\t", "kind", "Nearest: exact"),
    "priority": ("\tR1\t1\t", "\tR1\tfirst\t", "priority", "no whole number"),
    "author": ("person:%C3%89lise", "Élise", "author_id", "does not begin with person:"),
    "encoding": ("SEXE=1&", "SEXE=%FF&", "subject_id", "utf-8"),
    "comments": ('"[""', '"{""', "review_comments", "no JSON list"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_taken_names_its_line_and_column(name):
    """Each defect in the first row is one problem with line and column, and nothing is taken from the file."""
    before, after, column, said = WRONG[name]
    text = "\n".join(_lines())
    assert before in text
    found = read_sssom(text.replace(before, after, 1).encode(), "x.tsv", small_set())
    assert found.table is None
    assert found.content == b""
    first = text.count("\n") - 1  # of three rows, and no cell has a line break
    line = first + 1 if name == "doubled row id" else first
    assert any(p.row == line and p.column == column and said in str(p) for p in found.problems), found.problems


def test_every_problem_is_told_at_once():
    text = "\n".join(_lines()).replace("target:M", "target:X").replace("target:F", "target:Y")
    found = read_sssom(text.encode(), "x.tsv", small_set())
    last = text.count("\n") + 1
    assert [p.row for p in found.problems] == [last - 2, last - 1]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("=SSER:BODY_SEX", "=ESTAT:BODY_SEX", "It is the mapping set"),
        ("BODY_SEX_TO_SEX", "BODY_AGE_TO_AGE", "It is the mapping set"),
        ("Code=SSER:CL_SEX(", "Code=ESTAT:CL_SEX(", "target: stands for"),
        ("source_columns: SEXE|AGE", "source_columns: SEXE", "They are SEXE|AGE"),
        ("subject_label", "subject_lable", "Nearest: subject_label"),
        ("subject_label", "subject_id", "stands twice"),
        ("confidence_word\treference", "confidence\treference", "stands twice"),
        ("# curie_map:", "# curie_map: [", "not YAML"),
        ("# license:", "# zz: !!bool foo\n# license:", "row 6: The tag tag:yaml.org,2002:bool is not read here"),
        ("# license:", "# checksum: 0x" + "f" * 6_000 + "\n# license:", "row 6: This number has more than 100"),
        ("# license:", "# zz: &a [x]\n# license:", "row 6: Anchors and aliases are not read here"),
        ("# license:", "# zz: 1\n# zz: 2\n# license:", "row 7: The key 'zz' stands twice"),
        ("# license:", "# zz: " + "x" * (64 << 10) + "\n# license:", "More than 65536 characters stand above"),
        ("# source_columns: SEXE|AGE", "# source_columns: {a: [b]}", "parameter source_columns: A text is expected"),
        ("# mapping_set_id: ", "# mapping_set_id:\n#   a: ", "parameter mapping_set_id: A text is expected"),
        ('Women, ""all"" ages."', 'Women, ""all"" ages.', "no TSV"),
    ],
)  # fmt: skip
def test_another_file_is_refused(before, after, said):
    """Another agency's set, another map, other prefixes or columns: one message, nothing read."""
    text = "\n".join(_lines())
    assert before in text
    with pytest.raises(BadInput, match=r"^x\.tsv") as refused:
        read_sssom(text.replace(before, after).encode(), "x.tsv", small_set())
    assert said.replace("no TSV", "not TSV") in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"a\tb\n", b"# a: [1\n", b"# - 1\nx\n", b"# a: 1\n", b"#\n" * 100_000]
)
def test_what_is_no_sssom_is_refused(content):
    with pytest.raises(BadInput):
        read_sssom(content, "x.tsv", small_set())
    with pytest.raises(BadInput):
        map_of(content, "x.tsv")


def test_a_difference_says_what_is_added_gone_changed_and_moved():
    base = small_set()
    after = small_set(
        content=CSV.replace(b"recalled,Men.", b"verified,Men.")
        .replace(b"9,T,,R3,exact,not-applicable,,,inferred,Legal persons.,\n", b"T,T,M,R4,exact,broader,,,recalled,,\n")
        .replace(b"1,T,M,R1", b"1,T,F,R1")
    )
    found = {c.row_id: c for c in difference(base.table, after.table)}
    assert found["R1"].fields == {"target:sex": ("M", "F"), "confidence": ("recalled", "verified")}
    assert found["R4"].kind == "added"
    assert found["R3"].kind == "gone"
    assert found["R3"].fields["reason"] == ("Legal persons.", "")
    assert "R2" not in found
    head, one, two, three = CSV.splitlines(keepends=True)
    moved = difference(base.table, small_set(content=head + two + three + one).table)
    assert [(c.row_id, c.kind) for c in moved] == [("R1", "moved")]
    assert base.table.file == FILE
