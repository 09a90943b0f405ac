"""The demonstration's house, and the same made of 5 M internal rows with 5 M published observations in one dataflow more."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks" / "serve"), str(ROOT / "tests" / "helpers")]
import store  # noqa: E402
from site_tools import copied, with_passwords  # noqa: E402

FLOW, AREAS = "BENCH_5M", 215  # 24 × 3 × 19 × 215 series of 17 years: 5,000,040 observations


def demonstration(built: Path | None, folder: Path) -> Path:
    """A copy of a built one, or a new one, with passwords that are known."""
    home = folder / "demonstration"
    if built is not None:
        copied(built, home)
    else:
        _built(home, {})
    with_passwords(home)
    return home


def large(rows: int, folder: Path) -> Path:
    """`folder/var`: kept from one run to the next, since it takes minutes to make. Its artefacts are in `folder/sdmx`."""
    home, whole = folder / "var", folder / "whole"
    if whole.exists():
        return home
    shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(folder / "sdmx", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    store.GEO.clear()
    store.GEO[FLOW] = AREAS
    store.build(folder)
    sample = home / "samples" / "clean.csv"  # the demonstration takes the file that it finds there
    sample.parent.mkdir()
    kept = folder / f"sample-{rows}.csv"
    if not kept.exists():
        generator = [
            sys.executable,
            str(ROOT / "samples/make_microseries.py"),
            "--rows",
            str(rows),
            "--error-rate",
            "0",
        ]
        subprocess.run([*generator, "--out", str(kept)], check=True)
    os.link(kept, sample)
    _built(home, {"GREFFE_SDMX": str(folder / "sdmx")})
    with_passwords(home)
    whole.touch()
    return home


def _built(home: Path, environ: dict[str, str]) -> None:
    env = {**os.environ, **environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "greffe", "demo", "--only-build"], cwd=ROOT, env=env, check=True)
