"""One rich example of every kind of artefact, coherent together: all that they refer to is here.

`EXAMPLES` holds one artefact a kind, by the word of the kind; `ALL` holds those and what they lean on; `APART` what is
in no catalogue of structures: a report, and what an availability question is answered with. Names are in two languages,
every optional part is used somewhere, and what is awkward in syntaxes (`<`, `"`, line ends, ids that start with a digit)
is in the texts.
"""

from __future__ import annotations

from typing import Final

from every_kind_beside import (
    ALIASES,
    CATEGORY_MAP,
    CONCEPT_MAP,
    METADATA_AGREEMENT,
    METADATA_CONSTRAINT,
    METADATAFLOW,
    OLD_QUESTIONNAIRE,
    OPERATORS,
    ORGANISATION_MAP,
    PROCESS,
    QUESTIONNAIRE,
    REPORT,
    REPORT_STRUCTURE,
    REPRESENTATION_MAP,
    RICH_REPRESENTATION_MAP,
    RULES,
    STRUCTURE_MAP,
    TAXONOMY_MAP,
    TRANSFORMATIONS,
    VTL_NAMES,
    VTL_TYPES,
)
from every_kind_of_data import (
    ACTUAL,
    AGENCIES,
    AGES,
    AGREEMENT,
    ALLOWED,
    AREAS,
    ASSOCIATION,
    CATEGORISATION,
    CONCEPTS,
    CONSUMERS,
    DATAFLOW,
    EXTENDED,
    FREQUENCIES,
    HIERARCHY,
    METADATA_PROVIDERS,
    NUTS,
    OLD_CONCEPTS,
    OLD_DATAFLOW,
    OLD_PROVIDERS,
    OLD_SUBJECTS,
    PROVIDERS,
    STATUSES,
    STRUCTURE,
    SUBJECTS,
    UNITS,
)
from every_kind_of_data import NOTES as NOTES  # for tests

from greffe.model.artefacts import Maintainable

_EXAMPLES: Final[tuple[Maintainable, ...]] = (
    AGENCIES, ALIASES, ALLOWED, AGREEMENT, AREAS, ASSOCIATION, CATEGORISATION, CATEGORY_MAP, CONCEPTS, CONCEPT_MAP,
    CONSUMERS, AGES, DATAFLOW, HIERARCHY, METADATAFLOW, METADATA_AGREEMENT, METADATA_CONSTRAINT, METADATA_PROVIDERS,
    OPERATORS, ORGANISATION_MAP, PROCESS, PROVIDERS, QUESTIONNAIRE, REPORT_STRUCTURE, REPRESENTATION_MAP, RULES,
    STRUCTURE, STRUCTURE_MAP, SUBJECTS, TAXONOMY_MAP, TRANSFORMATIONS, UNITS, VTL_NAMES, VTL_TYPES,
)  # fmt: skip
EXAMPLES: Final[dict[str, Maintainable]] = {one.kind: one for one in _EXAMPLES}
ALL: Final[tuple[Maintainable, ...]] = (
    *_EXAMPLES, FREQUENCIES, STATUSES, NUTS, EXTENDED, OLD_CONCEPTS, OLD_DATAFLOW, OLD_PROVIDERS, OLD_SUBJECTS,
    OLD_QUESTIONNAIRE, RICH_REPRESENTATION_MAP,
)  # fmt: skip
APART: Final[tuple[Maintainable, ...]] = (REPORT, ACTUAL)
