"""Units, and the relations between indicators that rules check: declared once, here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from greffe.model.relations import COUNT_UNITS, RATE_UNITS, RATIO_INDICATORS, RATIO_UNITS

__all__ = ["COUNT_UNITS", "RATE_UNITS", "RATIO_INDICATORS", "RATIO_UNITS"]

# Units of internal extracts in which things are not whole: ratios, means, money, full-time equivalents.
FRACTIONS: Final = (*RATIO_UNITS, "euro", "ETP")

MISSING: Final = ("O", "M", "L", "Q")  # OBS_STATUS of a value that is not there
WITHHELD: Final = ("A", "D")  # CONF_STATUS of a value that is in no dataset that goes out
SMALL: Final = 5  # counts of persons below it are confidential outside the nation (QR-CNF-01)
PERSONAL: Final = ("INFRACTION", "NATAFF", "SEXE", "AGE", "NATIONALITE")  # breakdowns that may point at a person


@dataclass(frozen=True)
class Stock:
    """Indicators of one family of cases: pending = pending a year before + new - resolved."""

    new: str
    resolved: str
    pending: str


def _family(prefix: str, new: str = "NOUV", resolved: str = "TERM") -> Stock:
    return Stock(f"{prefix}_{new}", f"{prefix}_{resolved}", f"{prefix}_STOCK")


EXACT_STOCKS: Final = (
    _family("CIV_CA"),
    _family("CIV_CC"),
    _family("CIV_TC"),
    _family("CIV_CPH"),
    _family("FAM_DIV", resolved="PRON"),
    _family("ENT_PC", new="OUV"),
    _family("PEN_JUG"),
    _family("PEN_CA"),
)
HARMONISED_STOCKS: Final = (_family("CIV_TJ"),)  # adjusted at harmonisation: inexact by up to 1 percent

FRANCE: Final = ("FR", "FRA")  # the country in the recipients' lists of places
FIELD_OF_PUBLICATIONS: Final = "fr_met_drom"  # territory of the EU: what a publication that names no field covers
