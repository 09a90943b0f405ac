"""Which internal dataflow a file is of, told by its header alone."""

from dataclasses import replace

import pytest
from extracts import COLUMNS, STRUCTURE, table

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadInput
from greffe.ingest.extract import ReadOptions, detect
from greffe.model.references import Reference
from greffe.model.structures import Annotation, Dataflow

NARROW = replace(  # every column of it stands in the other structure too
    STRUCTURE, reference=Reference("SSER", "INT_NARROW"), dimensions=STRUCTURE.dimensions[:3]
)
TWIN = replace(STRUCTURE, reference=Reference("SSER", "INT_TWIN"))


def catalogue(*structures, scope="internal") -> Catalogue:
    flows = [Dataflow(s.reference, {}, structure=s.urn, annotations=(Annotation("SCOPE", scope),)) for s in structures]
    return Catalogue({(a.kind, a.reference): a for a in (*structures, *flows)}, {}, (), "")


def detected(tmp_path, columns, known, end=""):
    path = tmp_path / "x.csv"
    path.write_text(",".join(columns) + "\n" + end)
    return detect(path, known, ReadOptions()).reference.id


BOTH = catalogue(STRUCTURE, NARROW)
NARROW_COLUMNS = [c for c in COLUMNS if c not in ("sexe", "age")]


@pytest.mark.parametrize(("columns", "flow"), [
    (COLUMNS, "INT_SMALL"),
    (COLUMNS[::-1], "INT_SMALL"),
    (NARROW_COLUMNS, "INT_NARROW"),
    ([c for c in NARROW_COLUMNS if c != "conf"], "INT_NARROW"),  # ingest itself asks for optional columns too
])  # fmt: skip
def test_found(tmp_path, columns, flow):
    assert detected(tmp_path, columns, BOTH) == flow


@pytest.mark.parametrize(("columns", "column", "near", "says"), [
    ([c for c in COLUMNS if c != "valeur"], "valeur", (), "the nearest is SSER:INT_SMALL(1.0.0). It lacks valeur."),
    ([*NARROW_COLUMNS, "region"], "region", ("version",), "nearest is SSER:INT_NARROW(1.0.0). It does not know region."),
    ([c.replace("sexe", "sex") for c in COLUMNS], "sex", ("sexe",), "It lacks sexe. It does not know sex."),
    (["a", "b"], "a", (), "fits no internal dataflow"),
    ([*COLUMNS, "age"], "age", (), "2 times"),
])  # fmt: skip
def test_not_found(tmp_path, columns, column, near, says):
    with pytest.raises(BadInput) as caught:
        detected(tmp_path, columns, BOTH)
    error = caught.value
    assert (error.file, error.row, error.column) == ("x.csv", 1, column)
    assert error.nearest[:1] == near[:1]
    assert says in error.text()


def test_two_that_fit(tmp_path):
    with pytest.raises(BadInput, match=r"fits SSER:INT_SMALL\(1.0.0\), SSER:INT_TWIN\(1.0.0\).*--dataflow"):
        detected(tmp_path, COLUMNS, catalogue(STRUCTURE, TWIN))


def test_only_internal_dataflows_count(tmp_path):
    with pytest.raises(BadInput, match="no internal dataflow"):
        detected(tmp_path, COLUMNS, catalogue(STRUCTURE, scope="mirror"))


def test_of_many_unknown_columns_ten_are_named(tmp_path):
    """A file of 60,000 columns got a message of half a megabyte."""
    with pytest.raises(BadInput) as refused:
        detected(tmp_path, [*COLUMNS, *(f"c{n}" for n in range(60_000))], BOTH)
    assert "It does not know c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 59990 more." in refused.value.text()
    assert len(refused.value.text()) < 500


def test_the_rows_are_not_read(tmp_path):
    assert detected(tmp_path, COLUMNS, BOTH, "\x00\xff") == "INT_SMALL"
    (tmp_path / "x.parquet").write_text(table([]))
    with pytest.raises(BadInput, match="no Parquet file"):
        detect(tmp_path / "x.parquet", BOTH, ReadOptions())
