"""QR-KEY-01 and versions: doubled keys, two values for one key, and which version counts."""

import pytest
from extracts import desk, row, table

V1, V2, V3 = (row(version=v) for v in "123")
OTHER = row(geo="75")

# rows; errors as (row, found, expected); rows that `partial` loads, with superseded
CASES = [
    ("one row", [V1], [], [(2, False)]),
    ("a later version replaces", [V1, V2], [], [(2, True), (3, False)]),
    ("whatever the order", [V3, V1, V2, OTHER], [], [(2, False), (3, True), (4, True), (5, False)]),
    ("an equal double: the first stays", [V1, V1 | {}, OTHER],
     [(3, "12", "each key once in a version; it stands in row 2")], [(2, False), (4, False)]),
    ("two values for one key", [V1, V1 | {"valeur": "13"}, OTHER],
     [(2, "12", "one value per key and version; see also row 3"),
      (3, "13", "one value per key and version; see also row 2")], [(4, False)]),
    ("equal values, another status", [V1, V1 | {"statut": "E"}, OTHER],
     [(2, "12", "one value per key and version; see also row 3"),
      (3, "12", "one value per key and version; see also row 2")], [(4, False)]),
    ("the version before cannot stand for a doubtful one", [V1, V2, V2 | {"valeur": "13"}, OTHER],
     [(2, "12", "a version of this key that has one value; see row 3"),
      (3, "12", "one value per key and version; see also row 4"),
      (4, "13", "one value per key and version; see also row 3")], [(5, False)]),
    ("empty and _Z are one key", [row(sexe=""), row(sexe="_Z", valeur="13"), OTHER],
     [(2, "12", "one value per key and version; see also row 3"),
      (3, "13", "one value per key and version; see also row 2")], [(4, False)]),
    ("a code and its original spelling are one key", [row(age="60+"), row(age="Y_GE60", version="2"), OTHER], [],
     [(2, True), (3, False), (4, False)]),
]  # fmt: skip


@pytest.fixture(scope="module")
def handed():
    with desk() as (base, take):

        def hand(rows, **options):
            (base / "keys.csv").write_text(table(rows), encoding="utf-8")
            return take(base / "keys.csv", **options)

        yield hand


@pytest.mark.parametrize(("rows", "errors", "loaded"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_keys(handed, rows, errors, loaded):
    outcome = handed(rows, partial=True)
    assert [(e.row, e.found, e.expected) for e in outcome.report.errors] == errors
    assert {e.rule for e in outcome.report.errors} <= {"QR-KEY-01"}
    assert {e.column for e in outcome.report.errors} <= {"valeur"}
    assert [(r["row"], r["superseded"]) for r in outcome.rows] == loaded


def test_a_refused_later_version_does_not_revive_the_one_before(handed):
    outcome = handed([V1, V2 | {"valeur": "x"}], partial=True)
    assert [(r["row"], r["superseded"]) for r in outcome.rows] == [(2, True)]


def test_one_double_refuses_the_extract_whole(handed):
    outcome = handed([V1, V1, OTHER])
    assert outcome.files == {"original.csv", "rejects.csv"}
    assert [r["row"] for r in outcome.rejects] == ["3"]
    assert outcome.rejects[0]["message"] == "valeur '12' stands in another row already: duplicate key."


def test_keys_that_differ_in_one_word_only_are_not_doubles(handed):
    words = [
        row(sexe=s, age=a, geo=g)
        for s in ("1", "2", "T", "")
        for a in ("MIN", "MAJ", "T", "")
        for g in ("FR", "69", "75")
    ]
    outcome = handed(words)
    assert outcome.report.refused == 0
    assert len(outcome.rows) == 4 * 4 * 3
