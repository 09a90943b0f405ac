"""What a rule is: a named function that writes one SQL query, and the sentence that staff read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import partial
from typing import Final, TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection
from greffe.model.findings import Finding
from greffe.model.structures import Dataflow, DataStructure, Texts
from greffe.validation.facts import Facts

INTERNAL: Final = "internal"  # an extract of the internal applications
MAPPED: Final = "mapped"  # a dataset on its way to a release
PUBLISHED: Final = "published"  # a dataset as a recipient has published it
STAGES: Final = (INTERNAL, MAPPED, PUBLISHED)
OUTSIDE: Final = (MAPPED, PUBLISHED)


@dataclass(frozen=True)
class Context:
    """What is checked, without the connection it is on.

    `table` names a table or view in the shape of `stage`: internal rows that no version supersedes, or mapped rows (a
    published dataset may lack attributes). `population` names internal rows of INT_POPULATION, `previous` the mapped
    rows of the release before; both may be ''. `apart` names the true values of what is hidden or rounded (key, OBS_VALUE as
    text, as protection keeps them), '' where they are not at hand: no finding depends on them.
    """

    catalogue: Catalogue
    dataflow: Dataflow
    structure: DataStructure
    stage: str
    table: str
    population: str = ""
    previous: str = ""
    apart: str = ""


@dataclass(frozen=True)
class Query:
    """A question whose every answered row is a finding.

    `sql` gives columns: dimension ids (the key) and TIME_PERIOD; `v_x` a value in units of the last decimal of the
    measure (`Facts.scale`), `r_x` the same shown with two decimals, any other `x` as it is. The two messages are
    templates over the names `x`.
    """

    sql: str
    en: str
    fr: str


ALL: Final = ("all",)  # recipients
_THRESHOLD: Final = re.compile(r"\{(?:([A-Z0-9-]+)/)?([a-z_]+)\}")  # {name} or {RULE/name}
Check: TypeAlias = Callable[[Facts], Iterator[Query]]
Examine: TypeAlias = Callable[[Connection, Facts], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule in the list of rules. `level` is that of the ESS handbook (0 format, 1 within a file, 2 between releases,
    3 between files, 4 between houses, 5 between countries); `service` is which of Eurostat's services asks the like
    (STRUVAL structure, CONVAL content); `recipients` whose figures it guards: `all`, or ids of recipients and
    `internal`; `flows` are patterns of dataflow ids, `needs` components that the structure must have (`A|B`: either).
    Sentences hold `{name}` where a threshold of the rule stands, `{RULE/name}` for one of another rule. `examine` asks what
    no single query can; `limit` is what it cannot find in what is held here, and why. `waivable`: whether an error of it may
    stand because the owner of the figure has published it so (D19): not where something would be disclosed, nor where what
    goes out could not be read. `compares`: with the same period of the year before, without which it sees nothing."""

    id: str
    name: str
    severity: str
    sentences: Texts
    stages: tuple[str, ...]
    check: Check
    level: int = 1
    service: str = "CONVAL"
    flows: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ALL
    examine: Examine | None = None
    limit: Texts = field(default_factory=dict)
    waivable: bool = True
    compares: bool = False

    def said(self, thresholds: Mapping[tuple[str, str], Decimal]) -> Texts:
        """The sentences with the thresholds in force."""

        def shown(found: re.Match[str], language: str) -> str:
            return worded(thresholds[found[1] or self.id, found[2]], language)

        return {to: _THRESHOLD.sub(partial(shown, language=to), sentence) for to, sentence in self.sentences.items()}

    def applies(self, context: Context) -> bool:
        """Whether the rule means anything for that dataset."""
        name, ids = context.dataflow.reference.id, {c.id for c in context.structure.components}
        return (
            context.stage in self.stages
            and (not self.flows or any(fnmatchcase(name, pattern) for pattern in self.flows))
            and all(ids.intersection(need.split("|")) for need in self.needs)
        )


def worded(number: Decimal | Fraction, language: str) -> str:
    """A threshold as text: 3,650 and 0.006 in English, 3 650 and 0,006 in French."""
    text = f"{Decimal(number.numerator) / number.denominator if isinstance(number, Fraction) else number:,f}"
    return text.replace(",", " ").replace(".", ",") if language == "fr" else text


REGISTERED: Final[list[Rule]] = []


def rule(
    id_: str,
    severity: str,
    fr: str,
    *,
    stages: tuple[str, ...],
    level: int = 1,
    service: str = "CONVAL",
    flows: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    recipients: tuple[str, ...] = ALL,
    examine: Examine | None = None,
    limit: Texts | None = None,
    waivable: bool = True,
    compares: bool = False,
) -> Callable[[Check], Check]:
    """Register a function as a rule: its name is that of the rule, the first paragraph of its docstring the sentence in
    English; `fr` is the sentence in French."""

    def register(check: Check) -> Check:
        REGISTERED.append(
            Rule(
                id=id_,
                name=getattr(check, "__name__", id_),
                severity=severity,
                sentences={"en": " ".join((check.__doc__ or "").split("\n\n")[0].split()), "fr": fr},
                stages=stages,
                check=check,
                level=level,
                service=service,
                flows=flows,
                needs=needs,
                recipients=recipients,
                examine=examine,
                limit=limit or {},
                waivable=waivable,
                compares=compares,
            )
        )
        return check

    return register
