"""Greffe: internal indicators of a justice ministry become validated, released, traceable SDMX series."""

__version__ = "0.1.0"
