"""The promises of the layout: artefacts hold no Python, the library called sdmx wins, layers go one way."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import sdmx

ROOT = Path(__file__).resolve().parents[2]


def tracked(*under: str) -> list[Path]:
    out = subprocess.run(["git", "ls-files", *under], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / line for line in out.splitlines()]


def test_import_sdmx_at_the_root_is_the_library():
    code = "import sdmx, pathlib; print(pathlib.Path(sdmx.__file__).resolve()); print(hasattr(sdmx, 'Client'))"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    path, is_library = out.split()
    assert is_library == "True"
    assert "site-packages" in path
    assert "site-packages" in str(Path(sdmx.__file__).resolve())


def test_data_folders_hold_no_python():
    for folder in ("sdmx", "mappings", "openapi"):
        assert list((ROOT / folder).rglob("*"))
        assert not list((ROOT / folder).rglob("*.py"))


def test_no_folder_or_module_of_ours_is_called_sdmx():
    ours = [p for top in ("tests", "api/greffe") for p in (ROOT / top).rglob("*")]
    assert not [p for p in ours if p.is_dir() and p.name == "sdmx" and "_shipped" not in p.parts]
    assert not [p for p in ours if p.name == "sdmx.py"]


def test_every_module_opens_with_a_sentence():
    bare = [
        p.relative_to(ROOT)
        for p in (ROOT / "api/greffe").rglob("*.py")
        if "migrations" not in p.parts and not (ast.get_docstring(ast.parse(p.read_text())) or "").strip()
    ]
    assert bare == []


def test_domain_code_says_no_any():
    wrong = [
        f"{p.relative_to(ROOT)}:{n}"
        for p in (ROOT / "api/greffe").rglob("*.py")
        for n, line in enumerate(p.read_text().splitlines(), 1)
        if re.search(r"\bAny\b", line.split("#")[0]) and "import Any" in line
    ]
    assert wrong == []


def test_no_machine_path_is_committed():
    wrong = []
    for path in tracked("api", "tests", "mappings", "samples", "benchmarks", "docs", "Makefile", "README.md", ".ci"):
        if path.suffix in {".parquet", ".xlsx"} or not path.is_file() or path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if re.search(r"/work/(main|shared)|/root/|\.library|/tmp/w/", text):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []
