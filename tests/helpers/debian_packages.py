"""Debian's packages that tests need: installed when that may be done, else the one line that does it is printed.

debian_packages.py chromium …
"""

from __future__ import annotations

import os
import subprocess
import sys


def missing(names: list[str]) -> list[str]:
    """Those that are not installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${Status}\n", *names], capture_output=True, text=True)
    held = {line.split()[0] for line in done.stdout.splitlines() if line.endswith("install ok installed")}
    return [n for n in names if n not in held]


def main(names: list[str]) -> int:
    """0 when all are there at the end."""
    lacking = missing(names)
    if not lacking:
        return 0
    line = f"apt-get install -y --no-install-recommends {' '.join(lacking)}"
    if os.geteuid() != 0:
        print(f"The tests need Debian packages. Run once: sudo {line}")
        return 1
    print(f"Installing Debian's {' '.join(lacking)}", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"]
    subprocess.run(["apt-get", "update", *quiet], env=env, check=True, stdout=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "--no-install-recommends", *quiet, *lacking]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    return 1 if missing(names) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
