"""Mixed traffic for ten minutes: no answer is an error, and memory does not go on growing. In `make soak`, by benchmarks/load."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from examples import SOAK
from journey_tools import ROOT

pytestmark = pytest.mark.skipif(not SOAK, reason="ten minutes: make soak")
SECONDS = int(os.environ.get("GREFFE_LOAD_SECONDS", "600"))
EACH = 20  # seconds between two looks at memory
CONNECTIONS = 16
FLAT = 1.05  # what the last third may have, of the second: caches are full by then
MOST = 512.0  # MB of one process, with caches of all kinds as they are shipped


def test_ten_minutes_of_mixed_traffic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """80 % one series, 15 % slices, 4 % structures, 1 % dumps, none of them asked twice on purpose."""
    for folder in ("load", "serve"):
        monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / folder))
    monkeypatch.setenv("BENCH_HOME", str(tmp_path))
    monkeypatch.setenv("GREFFE_SDMX", "")  # the house that is built sets it, for itself
    import store
    from served import service
    from traffic import mixed, written

    monkeypatch.setattr(store, "GEO", {"BENCH_100K": 4, "BENCH_1M": 43})
    store.build(tmp_path)
    used: list[float] = []
    good = 0
    with service(tmp_path, 1) as found:
        file = written(tmp_path)
        for _ in range(max(3, SECONDS // EACH)):
            told = mixed(found.base, file, CONNECTIONS, EACH)
            assert (told.errors, told.unsaid) == (0, 0), told
            good += told.good
            used += found.memory()
    third = len(used) // 3
    early, late = median(used[third : 2 * third]), median(used[-third:])
    told_in_full = f"{good:,} answers; MB: {[round(one) for one in used]}"
    assert late <= FLAT * early, told_in_full
    assert max(used) <= MOST, told_in_full
    assert any(b < a for a, b in pairwise(used)), f"it only ever grows: {told_in_full}"
    print(told_in_full)
