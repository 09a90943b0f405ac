"""The command line: `greffe ingest | prepare | approve | release | serve | explain …`, each with --json."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Entry point."""
    gc.disable()  # what is imported stays: to look for garbage among it takes a fifth of the time
    from greffe.cli.commands import application, asked

    app = application(asked(sys.argv[1:]))
    gc.freeze()
    gc.enable()
    app()
