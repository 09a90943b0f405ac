"""Which columns an extract of a structure has, and what is said of a header that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from greffe.errors import BadInput, nearest
from greffe.model.structures import Component, DataStructure

WHOLE_TYPES: Final = {"Integer", "Long", "Short", "BigInteger", "Count"}
DATE_TYPES: Final = {"GregorianDay"}


def columns_of(structure: DataStructure) -> dict[str, Component]:
    """Header → component, in the order of the structure. Every one of them must stand in the file, in any order: an
    absent CONF would read as "free to publish", an absent breakdown as "does not apply"."""
    return {c.column: c for c in structure.components}


def is_whole(component: Component) -> bool:
    """An attribute that holds a positive whole number, such as VERSION."""
    return component.role == "attribute" and component.representation.text_type in WHOLE_TYPES


def is_date(component: Component) -> bool:
    """An attribute that holds a day, such as EXTRAIT_LE."""
    return component.role == "attribute" and component.representation.text_type in DATE_TYPES


def check_names(header: Sequence[str], file: str) -> None:
    """Refuse an absent header, a column without a name and a name that stands twice. Raises BadInput."""
    if not any(header):
        raise BadInput("The first line is empty: there is no header.", file=file, row=1)
    for position, name in enumerate(header, 1):
        if not name.strip():
            raise BadInput(f"Column {position} has no name.", file=file, row=1, column=f"#{position}")
    for name, times in Counter(header).items():
        if times > 1:
            places = ", ".join(str(i) for i, n in enumerate(header, 1) if n == name)
            raise BadInput(
                f"The header has this column {times} times (positions {places}).", file=file, row=1, column=name
            )


def check_header(header: Sequence[str], structure: DataStructure, file: str) -> None:
    """Every column of the structure once, and no other. Raises BadInput with the column and the nearest names."""
    check_names(header, file)
    known = columns_of(structure)
    missing = [c for c in known if c not in header]
    unknown = [c for c in header if c not in known]
    if unknown:
        also = f" Missing: {', '.join(missing)}." if missing else ""
        raise BadInput(
            f"{_these(unknown)} not known to {structure.reference}.{also}",
            file=file,
            row=1,
            column=unknown[0],
            nearest=nearest(unknown[0], missing or known),
            hint=_one_column(header),
        )
    if missing:
        raise BadInput(
            f"{_these(missing)} missing; {structure.reference} needs every one of {', '.join(known)}.",
            file=file,
            row=1,
            column=missing[0],
        )


def distance(header: Sequence[str], structure: DataStructure) -> tuple[list[str], list[str]]:
    """Mandatory columns (and the value's) that the header lacks, and columns it has that the structure does not know."""
    known = columns_of(structure)
    lacking = [name for name, c in known.items() if (c.mandatory or c.role == "measure") and name not in header]
    return lacking, [name for name in header if name not in known]


def _these(names: Sequence[str]) -> str:
    listed = ", ".join(repr(n) for n in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"Column {listed} is" if len(names) == 1 else f"Columns {listed} are"


def _one_column(header: Sequence[str]) -> str:
    return "Only one column was read: is the separator another one (--delimiter)?" if len(header) == 1 else ""
