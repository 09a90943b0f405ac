"""The command line with all its commands, for who looks at it as a whole or asks many of them in one process."""

from __future__ import annotations

from greffe.cli.commands import application

app = application()
