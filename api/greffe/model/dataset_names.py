"""Eurostat's convention of dataset names (DSNC): what EDAMIS takes apart to know what a file is."""

from __future__ import annotations

import re
from typing import Final

# DOMAIN_STRUCT_PERIODICITY_COUNTRY_YEAR_PERIOD[_OPTION].FORMAT
NAME: Final = re.compile(
    r"(?P<domain>[A-Z0-9]{1,8})_(?P<struct>[A-Z0-9]{1,7})_(?P<periodicity>[A0-9SQMWDON])_(?P<country>[A-Z]{2})_"
    r"(?P<year>\d{4})_(?P<period>\d{4})(?:_.*)?\.[A-Za-z]+"
)
SHAPE: Final = "DOMAIN_STRUCT_PERIODICITY_COUNTRY_YEAR_PERIOD.FORMAT"
