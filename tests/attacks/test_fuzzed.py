"""Readers and parsers on bytes that a fuzzer made: the seeds in each run, a minute of coverage-guided search in `make soak`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from journey_tools import ROOT

HERE = Path(__file__).parent
TARGETS = sorted(p.name for p in (HERE / "seeds").iterdir())
SECONDS = 60 if os.environ.get("GREFFE_SOAK") else 0


@pytest.mark.skipif(not SECONDS, reason="a minute each: make soak")
@pytest.mark.parametrize("target", TARGETS)
def test_nothing_but_errors_of_ours(target: str, tmp_path: Path) -> None:
    """No traceback, no hang and no more than two gigabytes in a minute of searching, from the seeds on."""
    paths = os.pathsep.join((str(ROOT / "api"), str(ROOT / "tests/helpers")))
    ran = subprocess.run(
        [sys.executable, str(HERE / "fuzz.py"), target, f"-max_total_time={SECONDS}", "-rss_limit_mb=2048", "-timeout=10",
         str(tmp_path), str(HERE / "seeds" / target)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=SECONDS * 4,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-4000:]
    assert "Done" in ran.stderr


def test_every_seed_is_read_or_refused() -> None:
    """What a fuzzer started from or found: each of our readers takes it or says what is wrong with it."""
    from greffe.errors import BadInput, GreffeError
    from greffe.formats.published.read import read_lines
    from greffe.transmission.reading import read_receipt

    taken = 0
    for path in sorted((HERE / "seeds/messages").iterdir()):
        content = path.read_bytes()
        for read in (lambda c=content: read_lines(c, "a"), lambda c=content: read_receipt(c, "a.csv", {"F": ("GEO",)})):
            try:
                read()
                taken += 1
            except GreffeError as error:
                assert error.text()
    assert taken >= 4
    with pytest.raises(BadInput, match="no CSV: something follows a closing quote"):
        read_receipt((HERE / "seeds/messages/header-of-a-receipt").read_bytes(), "a.csv", {})
