"""The wheel, built, installed in an environment elsewhere that has what requirements/run.lock names and nothing else, and run: it
carries its artefacts and maps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
from journey_tools import ROOT, free_port
from locked import given, lacking, requirements


def test_what_runs_is_what_was_tested():
    """Each requirement of the lock file that people install is one of that of the tests, by the same hashes; nothing that one
    of them requires lacks"""
    run, tested = (
        {named.partition(" ;")[0]: hashes for named, hashes in requirements(lock).items()}
        for lock in ("run.lock", "test.lock")
    )
    assert len(run) > 60
    assert all(run.values())
    assert {name: tested.get(name) for name in run} == run
    assert lacking("run.lock") == set()


def test_the_wheel_runs_elsewhere(tmp_path: Path):
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("greffe-*.whl")
    venv = tmp_path / "elsewhere"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    pip = [
        str(venv / "bin/python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-compile",
        "--no-index",
    ]
    given("run.lock", next(venv.glob("lib/python3*/site-packages")))
    subprocess.run(
        [*pip, str(wheel)], check=True
    )  # it requires nothing that is not there: pip is told of no other place
    greffe, home = str(venv / "bin/greffe"), tmp_path / "home"
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"GREFFE_HOME": str(home)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([greffe, *arguments], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    assert run("maps").returncode == 2  # there is no house yet
    assert run("people", "--add", "chef", "--role", "administrator").returncode == 0
    maps = run("maps", "--json")
    assert maps.returncode == 0, maps.stderr
    assert "MAP_ESTAT_CRIM_OFF_CAT" in maps.stdout
    # The artefacts it serves are its own, byte for byte those of the repository.
    exported = tmp_path / "exported"
    assert run("export", str(exported)).returncode == 0
    for folder in ("sdmx", "mappings"):
        for path in (exported / folder).rglob("*.*"):
            assert path.read_bytes() == (ROOT / folder / path.relative_to(exported / folder)).read_bytes()
    # Without the repository there is no sample: one line says so, and what to do.
    demo = run("demo")
    assert demo.returncode == 2
    assert "Clone it and run make demo" in demo.stderr.replace("\n", " ")
    port = free_port()
    server = subprocess.Popen([greffe, "serve"], cwd=tmp_path, env={**env, "PORT": str(port)})
    try:
        base, answer = f"http://127.0.0.1:{port}", None
        for _ in range(150):
            try:
                answer = httpx.get(f"{base}/sdmx/v1/dataflow/SSER/ESTAT_CRIM_OFF_CAT?references=all")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert answer is not None
        assert answer.status_code == 200
        assert "ICCS0101" in answer.text
        nothing = httpx.get(f"{base}/sdmx/v1/data/ESTAT_CRIM_OFF_CAT")
        assert nothing.status_code == 404
        assert "SSER:ESTAT_CRIM_OFF_CAT(1.0.0): nothing of it is released" in nothing.text
    finally:
        server.send_signal(2)
        assert server.wait(15) == 0
