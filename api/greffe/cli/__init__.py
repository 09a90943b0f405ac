"""The command line: `greffe ingest | prepare | approve | release | serve | explain …`, each with --json."""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

_PANELS: Final = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
}


def main() -> None:
    """Entry point."""
    gc.disable()  # what is imported stays: to look for garbage among it takes a fifth of the time
    from typer import rich_utils

    from greffe.cli.commands import application, asked
    from greffe.cli.language import of_terminal

    app = application(asked(sys.argv[1:]))
    gc.freeze()
    gc.enable()
    if of_terminal(os.environ) == "fr":
        for name, text in _PANELS.items():
            setattr(rich_utils, name, text)
    app()
