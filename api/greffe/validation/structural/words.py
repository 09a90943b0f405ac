"""What structural validation says, in its own words, and the finding that says it."""

from __future__ import annotations

from typing import Final

from greffe.model.findings import ERROR, Finding

MISSING: Final = "missing mandatory component"
UNDECLARED: Final = "undeclared component"
DUPLICATE: Final = "duplicate observation"
CODE: Final = "invalid code"
FORMAT: Final = "invalid format"
CONSTRAINT: Final = "content constraint"
PERIOD: Final = "period does not match FREQ"
EMBARGO: Final = "EMBARGO_DATE needs CONF_STATUS N"
SENDER: Final = "Sender does not match REF_AREA"
ORDER: Final = "dimension order"
FILE: Final = "file"
REPRESENTATION: Final = "changed representation"
LABEL: Final = "changed code"

# What is asked of observations, as `greffe check --rule` names it.
STRUCTURAL: Final = (MISSING, UNDECLARED, DUPLICATE, CODE, FORMAT, CONSTRAINT, PERIOD, EMBARGO)
_FRENCH: Final = {
    MISSING: "composant obligatoire absent", UNDECLARED: "composant non déclaré", DUPLICATE: "observation en double",
    CODE: "code invalide", FORMAT: "format invalide", CONSTRAINT: "contrainte de contenu",
    PERIOD: "la période ne correspond pas à FREQ", EMBARGO: "EMBARGO_DATE demande CONF_STATUS N",
    SENDER: "Sender ne correspond pas à REF_AREA", ORDER: "ordre des dimensions", FILE: "fichier",
    REPRESENTATION: "représentation changée", LABEL: "code changé",
}  # fmt: skip
CHECKS: Final = tuple(_FRENCH)  # every check, as `greffe check --against … --rule` names it


def said(check: str, en: str, fr: str, severity: str = ERROR, *, where: str = "", **values: object) -> Finding:
    """A finding of a check: `Invalid code: iccs ICCS01 …`. Values are codes, names and numbers of observations."""
    english, french = f"{check[0].upper()}{check[1:]}: {en}", _FRENCH[check]
    return Finding(
        rule=check,
        severity=severity,
        key={},
        period="",
        messages={"en": english, "fr": f"{french[0].upper()}{french[1:]} : {fr}"},
        values={name: str(value) for name, value in values.items()},
        where=where,
    )


def observations(number: int) -> tuple[str, str]:
    """How many, in English and French."""
    if number == 1:
        return "1 observation", "1 observation"
    return f"{number:,} observations", f"{number:,} observations".replace(",", " ")
