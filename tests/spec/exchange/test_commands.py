"""`greffe mappings export` and `import`: files out, differences in, one line when something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchange_tools import ROOT
from journey_tools import run


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home directory with what is shipped, and nothing else."""
    return tmp_path_factory.mktemp("exchange") / "var"


def test_out_changed_and_in_again(home: Path, tmp_path: Path):
    """The changed cell, and only it, is the difference; a wrong cell is told with its line and nothing is taken."""
    out = tmp_path / "sex.tsv"
    told = run(home, "mappings", "export", "ESTAT/sexe_to_sex", "--out", str(out), "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["map"] == "mappings/ESTAT/sexe_to_sex.csv"
    text = out.read_text()
    same = run(home, "mappings", "import", str(out), "--json")
    assert json.loads(same.out) == {"map": "mappings/ESTAT/sexe_to_sex.csv", "changes": [], "notes": []}
    assert "\tMen, all ages: natural persons only.\t" in text
    out.write_text(text.replace("\tMen, all ages:", "\tAll men:"))
    (change,) = json.loads(run(home, "mappings", "import", str(out), "--json").out)["changes"]
    assert (change["row_id"], change["kind"]) == ("SEX-001", "changed")
    assert change["fields"] == {"reason": "Men, all ages: natural persons only. → All men: natural persons only."}
    out.write_text(text.replace("target:M\t", "target:MALE\t"))
    wrong = run(home, "mappings", "import", str(out))
    assert wrong.code == 2
    assert "is not a code of" in wrong.out
    assert "nothing is taken" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "ESTAT/sexe_to_sexe", "--out", "x"), "Nearest: ESTAT/sexe_to_sex"),
        (("export", "ESTAT/sexe_to_sex", "--out", "/nowhere/x"), "cannot be written"),
        (("export", "ESTAT/sexe_to_sex", "--out", "x", "--format", "sssm"), "Nearest: sssom"),
        (("import", "/nowhere/x"), "cannot be read"),
        (("import", str(ROOT / "README.md")), "neither SSSOM nor"),
    ],
)
def test_what_is_wrong_is_one_line(home: Path, arguments: tuple[str, ...], said: str):
    """No traceback, exit code of the error, and the nearest name."""
    found = run(home, "mappings", *arguments)
    assert found.code in (2, 3)
    assert said in " ".join(found.err.split())
    assert "Traceback" not in found.err
