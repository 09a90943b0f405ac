"""Addresses of SDMX REST 2.x → queries: what `v2_structures` and `v2_data` read."""

from greffe.query.v2_data import CONTEXTS, DATA_PARAMETERS, OPERATORS, parse_data
from greffe.query.v2_structures import RESOURCES, STRUCTURE_PARAMETERS, parse_structure

__all__ = [
    "CONTEXTS",
    "DATA_PARAMETERS",
    "OPERATORS",
    "RESOURCES",
    "STRUCTURE_PARAMETERS",
    "parse_data",
    "parse_structure",
]
