"""The words of the types (D16): what indicators and target cells count, of whom, when, where, by which rule."""

from __future__ import annotations

from typing import Final

TYPE_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "counting_unit": (
        "person", "person_case", "case", "conviction", "offence", "sentence", "decision", "measure", "deed",
        "application", "admission", "movement", "death", "headcount", "fte", "place", "facility", "service_point",
        "euro", "day", "month", "percent", "ratio", "none",
    ),
    "population": (
        "all", "suspects", "defendants", "convicted", "minors", "ecroues", "detenus", "ecroues_non_detenus",
        "prevenus_detenus", "prevenus_appel", "condamnes_detenus", "probationers", "aid_applicants", "professionals",
        "staff", "none",
    ),
    "moment": ("flow_year", "stock_1jan", "stock_31dec", "mean", "none"),
    "offence_rule": ("main", "all", "none"),
    "territory": ("fr_met", "fr_met_drom", "fr_all", "none"),
    "legal_persons": ("in", "out", "na"),
}  # fmt: skip
