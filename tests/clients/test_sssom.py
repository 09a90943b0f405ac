"""sssom-py, unmodified, reads every exported map and its validators find nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from client_environments import HERE, interpreter
from exchange_tools import shipped, shipped_tables, small_set

from greffe.mapping.exchange.sets import mapping_set
from greffe.mapping.exchange.sssom import write_sssom
from greffe.mapping.exchange.sssom_words import PREDICATES


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple]:
    """Each set with what sssom-py read of it."""
    catalogue, _ = shipped()
    sets = {t.file: mapping_set(catalogue, t) for t in shipped_tables().values()} | {"small": small_set()}
    folder = tmp_path_factory.mktemp("sssom")
    paths = {folder / f"{n}.sssom.tsv": name for n, name in enumerate(sets)}
    for path, name in paths.items():
        path.write_bytes(write_sssom(sets[name]))
    python = interpreter("sssom")
    assert python.exists(), f"{python} is not there: make .clients"
    command = [str(python), str(HERE / "sssom/read.py"), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: (sets[name], found[str(path)]) for path, name in paths.items()}


@pytest.mark.parametrize("name", [*shipped_tables(), "small"])
def test_sssom_py_reads_and_validates(judged: dict[str, tuple], name: str):
    """It finds as many mappings as there are rows, the predicates of their kinds, their reasons, and no problem."""
    base, found = judged[name]
    assert found["problems"] == []
    assert set(found["validators"]) == {"JsonSchema", "PrefixMapCompleteness", "StrictCurieFormat"}
    assert found["set"].endswith(f"={base.table.reference}")
    read = sorted((r["predicate_id"], r["comment"], r["object_id"] == "sssom:NoTermFound") for r in found["rows"])
    assert read == sorted((PREDICATES[r.kind], r.reason, not r.has_target) for r in base.table.rows)
    assert {Path(r["mapping_justification"]).name for r in found["rows"]} == {"semapv:ManualMappingCuration"}
