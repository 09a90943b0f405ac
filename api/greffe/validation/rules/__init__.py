"""One concern per file, one function per rule. Importing this package registers them all."""

from greffe.validation.rules import (
    bounds,
    codes,
    confidentiality,
    flags,
    form,
    geography,
    offences,
    plausibility,
    presence,
    rates,
    ratios,
    revisions,
    stocks,
    territory,
    time,
    totals,
)

__all__ = [
    "bounds",
    "codes",
    "confidentiality",
    "flags",
    "form",
    "geography",
    "offences",
    "plausibility",
    "presence",
    "rates",
    "ratios",
    "revisions",
    "stocks",
    "territory",
    "time",
    "totals",
]
