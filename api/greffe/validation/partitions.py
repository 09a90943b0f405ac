"""Which codes are the parts of which total: one row a partition, for internal, Eurostat, UNODC and CEPEJ structures.

A partition is disjoint by definition: its parts add up to the total in every indicator that counts (ratios and means
are left out by their unit). It is used where the structure has its components and their code lists have its codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from greffe.engine import quoted
from greffe.validation.facts import Facts, literal

Codes: TypeAlias = tuple[str, ...]  # one code per component


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

    def usable(self, facts: Facts) -> bool:
        """Whether the structure has the components and the lists have the codes."""
        if not all(c in facts.dims for c in self.components):
            return False
        wanted = (self.total, *self.parts)
        lists = [facts.codes(c) for c in self.components]
        return all(not codes or all(w[i] in codes for w in wanted) for i, codes in enumerate(lists))

    def is_total(self, alias: str = "") -> str:
        """SQL condition: the row holds the total."""
        return self._is(self.total, alias)

    def is_part(self, alias: str = "") -> str:
        """SQL condition: the row holds a part that must be there."""
        if not self.parts:
            column = f"{alias}{quoted(self.components[0])}"
            return f"({column} NOT IN ({literal(self.total[0])}, '_Z'))"
        return _any(self._is(p, alias) for p in self.parts)

    def is_optional(self, alias: str = "") -> str:
        """SQL condition: the row holds a part that may be absent."""
        return _any(self._is(p, alias) for p in self.optional)

    def limits(self, alias: str = "") -> str:
        """SQL condition of `where`."""
        component, codes = self.where
        if not component:
            return "TRUE"
        return f"{alias}{quoted(component)} IN ({', '.join(literal(c) for c in codes)})"

    def _is(self, codes: Codes, alias: str) -> str:
        pairs = zip(self.components, codes, strict=True)
        return f"({' AND '.join(f'{alias}{quoted(c)} = {literal(code)}' for c, code in pairs)})"


def _any(conditions: Iterator[str]) -> str:
    return f"({' OR '.join(conditions) or 'FALSE'})"


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


def partitions(facts: Facts, *rules: str) -> Iterator[Partition]:
    """The partitions that those rules check and that mean something for this structure."""
    return (p for p in (*PARTITIONS, *SAID) if p.rule in rules and p.usable(facts))
