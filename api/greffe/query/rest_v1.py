"""Addresses of SDMX REST 1.5 → queries: what `v1_structures` and `v1_data` read."""

from greffe.query.v1_data import DATA_PARAMETERS, parse_data
from greffe.query.v1_structures import RESOURCES, STRUCTURE_PARAMETERS, parse_structure

__all__ = ["DATA_PARAMETERS", "RESOURCES", "STRUCTURE_PARAMETERS", "parse_data", "parse_structure"]
