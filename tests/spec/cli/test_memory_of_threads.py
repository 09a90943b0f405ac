"""A process that serves gives back what its threads let go: the same work by forty threads, in a process that is set up as the service
is and in one that is not. Each is a process of its own: an allocator is chosen once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WORK = """
import json, sys, threading
import psutil, pyarrow as pa

def work(number):
    for piece in range(10):
        column, texts = pa.array(range(number, number + 20_000)), [bytes(3_000 + n) for n in range(200)]
        values = column.cast(pa.float64()).to_pylist() if piece % 5 == 0 else None
        del column, texts, values
    met.wait()
    met.wait()

def measured():
    before = psutil.Process().memory_info().rss
    threads = [threading.Thread(target=work, args=(n,)) for n in range(39)]
    for one in threads:
        one.start()
    met.wait()
    more = (psutil.Process().memory_info().rss - before) / 1e6
    met.wait()
    print(json.dumps([pa.default_memory_pool().backend_name, pa.total_allocated_bytes(), more]))

met = threading.Barrier(40)
if sys.argv[1] == "bare":
    measured()
else:
    from pathlib import Path
    from greffe.app import compose
    from greffe.cli.serving import serving
    from greffe.settings import read_settings
    with serving(compose(read_settings(home=Path(sys.argv[1])))):
        measured()
"""


def _measured(how: str) -> tuple[str, int, float]:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_LOG": "json"}
    done = subprocess.run([sys.executable, "-c", WORK, how], env=env, capture_output=True, text=True, check=True)
    name, held, more = json.loads(done.stdout.splitlines()[-1])
    return str(name), int(held), float(more)


def test_what_threads_let_go_is_given_back(tmp_path: Path):
    """Nothing is in use any more; the service keeps at most two thirds of what an ordinary process does (40 % when measured)."""
    pool, held, more = _measured(str(tmp_path))
    _, held_bare, more_bare = _measured("bare")
    assert (held, held_bare) == (0, 0)
    assert pool in ("jemalloc", "system")
    assert more <= 0.67 * more_bare, (more, more_bare)
