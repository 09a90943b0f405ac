"""docs/reference/to-confirm.md, from the shipped files: `make docs`."""

from __future__ import annotations

import sys
from pathlib import Path

from shipped_catalogue import shipped_catalogue

from greffe.mapping.doubts.collect import doubts
from greffe.mapping.doubts.page import page

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    sys.stdout.write(page(doubts(shipped_catalogue())))
