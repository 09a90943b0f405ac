"""What arithmetic says of the cells of a table: declared once, read by the rules that check it and by what protects cells.

A partition says which codes are the parts of which total: one row a partition, for internal, Eurostat, UNODC and CEPEJ
structures. It is disjoint by definition: its parts add up to the total in every indicator that counts (ratios and means are
left out by their unit). It is used where the structure has its components and their code lists have its codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

Codes: TypeAlias = tuple[str, ...]  # one code per component

# Units of target structures in which things are counted, and those of rates with their factor.
COUNT_UNITS: Final = ("NR", "COUNTS", "Counts", "COUNT")
RATE_UNITS: Final = {"P_HTHAB": 100_000, "RT_100K": 100_000}
# Codes of INDICATOR, where a structure has no unit, that are ratios computed from the others.
RATIO_INDICATORS: Final = ("CR", "DT", "PEND_GT2", "CASE_PER_100", "JUDGES_PER_100K")
# Units of internal extracts that are ratios or means: nothing is summed in them.
RATIO_UNITS: Final = ("pourcent", "mois", "jour")
UNITS: Final = ("unit", "UNIT", "UNITE")  # components that hold the unit
NATION: Final = ("FR", "FRA", "_Z")  # codes of a place that are no part of the country
PLACES: Final = ("geo", "GEO", "REF_AREA")  # components that hold the place
# Cases: a year's incoming and resolved ones lead from those pending at its start to those pending at its end.
STATES: Final = ("CASE_STATUS", "INDICATOR")  # components that may hold the four
START, INCOMING, RESOLVED, END = "P0", "IN", "RES", "P1"
RATIOS: Final = (("CR", "RES", "IN"), ("DT", "P1", "RES"))  # a ratio and its operands


@dataclass(frozen=True)
class Partition:
    """`total` = sum of `parts` plus those of `optional` that are there. No parts: every other code is one, `_Z` apart.

    `rule` is the rule that checks the sum; `kind` names what is divided, in English and French; `bound`: the parts may
    be less than the total. `where` limits it to some codes of another component.
    """

    rule: str
    components: Codes
    total: Codes
    parts: tuple[Codes, ...] = ()
    optional: tuple[Codes, ...] = ()
    kind: tuple[str, str] = ("", "")
    bound: bool = False
    where: tuple[str, tuple[str, ...]] = ("", ())
    unless_said: bool = False  # silent where a status D or B or a comment stands at one of the parts


def _each(*codes: str) -> tuple[Codes, ...]:
    return tuple((c,) for c in codes)


def _with(first: str, *codes: str) -> tuple[Codes, ...]:
    return tuple((first, c) for c in codes)


def _lines(question: str, number: int) -> tuple[Codes, ...]:
    return tuple((f"{question}_{n}",) for n in range(1, number + 1))


SEX: Final = ("the sexes", "les sexes")
AGES: Final = ("adults and juveniles", "les majeurs et les mineurs")
TRIAL: Final = ("untried and sentenced", "les prévenus et les condamnés")
GROUPS: Final = ("the groups of cases", "les groupes d’affaires")
SECTIONS: Final = ("the ICCS sections", "les sections de l’ICCS")
NATIONALITIES: Final = ("the nationalities", "les nationalités")
LINES: Final = ("lines 1 to 4", "les lignes 1 à 4")
LINES_OF_94: Final = ("lines 1 to 3", "les lignes 1 à 3")
DEATHS: Final = ("natural and external deaths", "les décès naturels et externes")
VIOLENT: Final = ("suicides and homicides", "les suicides et les homicides")
OUTCOMES: Final = ("lines 3.1 to 3.4", "les lignes 3.1 à 3.4")
REASONS: Final = ("lines 3.1.1 to 3.1.4", "les lignes 3.1.1 à 3.1.4")
DURATIONS: Final = ("under and over 12 months", "moins et plus de 12 mois")

_UNODC_SECTIONS: Final = tuple(f"CAT{n}" for n in (12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23))

PARTITIONS: Final[tuple[Partition, ...]] = (
    # internal extracts
    Partition("QR-SUM-01", ("SEXE",), ("T",), _each("1", "2"), _each("9"), SEX),
    Partition("QR-SUM-02", ("AGE",), ("T",), _each("MIN", "MAJ"), _each("PM"), AGES),
    Partition("QR-SUM-04", ("INDICATEUR",), ("PRI_DETENUS",), _each("PRI_PREVENUS", "PRI_CONDAMNES"), (), TRIAL),
    Partition("QR-SUM-04", ("STATUT_PEN",), ("T",), _each("PREV", "COND"), _each("CPREV"), TRIAL),
    Partition("QR-SUM-09", ("NAC",), ("T",), (), (), GROUPS),
    Partition("QR-SUM-03", ("NATIONALITE",), ("T",), (), (), NATIONALITIES, bound=True),
    # Eurostat
    Partition("QR-SUM-01", ("sex",), ("T",), _each("M", "F"), _each("UNK"), SEX),
    Partition("QR-SUM-02", ("age",), ("TOTAL",), _each("ADULT", "JUV"), _each("UNK"), AGES),
    Partition("QR-SUM-03", ("citizen",), ("TOTAL",), _each("NAT", "FOR"), (), NATIONALITIES, bound=True),
    Partition("QR-SUM-04", ("leg_stat",), ("TOTAL",), _each("PRIS_UNSENT", "PRIS_SENT"), (), TRIAL),
    # UNODC
    Partition("QR-SUM-01", ("SEX",), ("Total",), _each("Male", "Female"), (), SEX),
    Partition("QR-SUM-02", ("AGE",), ("Total",), _each("Adult", "Juveniles"), (), AGES),
    Partition("QR-SUM-04", ("DIMENSION", "CATEGORY"), ("TOTAL", "CAT00"), _with("STATUS", "CAT01", "CAT02"), (), TRIAL),
    Partition(
        "QR-SUM-03",
        ("DIMENSION", "CATEGORY"),
        ("TOTAL", "CAT00"),
        _with("CTZ", "CAT03", "CAT04"),
        (),
        NATIONALITIES,
        bound=True,
    ),
    Partition(
        "QR-SUM-12",
        ("DIMENSION", "CATEGORY"),
        ("TOTAL", "CAT00"),
        _with("ACTS", *_UNODC_SECTIONS),
        (),
        SECTIONS,
        where=("INDICATOR", ("PERS_CONV",)),
    ),
    Partition(
        "QR-SUM-13",
        ("DIMENSION", "CATEGORY"),
        ("TOTAL", "CAT00"),
        _with("ACTS", *_UNODC_SECTIONS),
        (),
        SECTIONS,
        bound=True,
        where=("INDICATOR", ("PERS_HELD",)),
        unless_said=True,
    ),
    Partition("QR-SUB-07", ("CATEGORY",), ("CAT24",), _each("CAT26", "CAT27"), (), DURATIONS),
    Partition(
        "QR-SUM-14",
        ("DIMENSION", "CATEGORY"),
        ("TOTAL", "CAT00"),
        _with("DEATH", "CAT28", "CAT29"),
        (),
        DEATHS,
        where=("INDICATOR", ("PRIS_MORT",)),
    ),
    Partition(
        "QR-SUB-08",
        ("CATEGORY",),
        ("CAT29",),
        _each("CAT30", "CAT31"),
        (),
        VIOLENT,
        bound=True,
        where=("INDICATOR", ("PRIS_MORT",)),
    ),
    # CEPEJ
    Partition("QR-SUM-10", ("QUESTION",), ("Q91_L0",), _each("Q91_L1", "Q91_L2", "Q91_L3", "Q91_L4"), (), LINES),
    Partition("QR-SUM-11", ("QUESTION",), ("Q107_L3",), _lines("Q107_L3", 4), (), OUTCOMES),
    Partition("QR-SUM-15", ("QUESTION",), ("Q107_L3_1",), _lines("Q107_L3_1", 4), (), REASONS),
    Partition("QR-SUM-16", ("QUESTION",), ("Q94",), _each("Q94_L1", "Q94_L2", "Q94_L3"), (), LINES_OF_94),
)

# What is a whole or says why it is none: no cell follows from the others, so that nothing is hidden by them.
SAID: Final[tuple[Partition, ...]] = (
    Partition(
        "QR-SUM-17",
        ("citizen",),
        ("TOTAL",),
        _each("NAT", "FOR"),
        _each("STLS", "UNK"),
        NATIONALITIES,
        unless_said=True,
    ),
    Partition(
        "QR-SUM-17",
        ("DIMENSION", "CATEGORY"),
        ("TOTAL", "CAT00"),
        _with("CTZ", "CAT03", "CAT04"),
        (),
        NATIONALITIES,
        unless_said=True,
    ),
)
