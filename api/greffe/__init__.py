"""Greffe: internal indicators of a justice ministry become validated, released, traceable SDMX series."""

__version__ = "0.2.0"
