"""Correspondences: representation maps between code lists that stand alone, reusable by any structure map.

`mappings/correspondences/NAME.yaml` says between which lists, `NAME.csv` beside it holds the rows; its columns are called
as the lists (`source:CL_NATAFF`, `target:ICCS`). As everywhere the first row that matches wins: the further targets of a
source that is split stand in correspondences of their own (`NAME_2`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import yaml

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_dump import dump_representation
from greffe.catalogue.representation_files import CONFIDENCES, read_representation
from greffe.catalogue.tree import Node
from greffe.errors import BadDefinition, NotFound, nearest
from greffe.model.maps import Correspondence
from greffe.model.references import Reference
from greffe.model.structures import Codelist

FOLDER: Final = "mappings/correspondences/"
_AGENCY: Final = "SSER"
_FREE: Final = ("edition", "received", "received_file", "sha256")
_KEYS: Final = ("id", "version", "names", "source", "target", "provenance")


def stands_alone(path: str) -> bool:
    """Whether the file is one of a correspondence."""
    return path.startswith(FOLDER)


def read_correspondence(root: Node, rows: bytes, table: str) -> Correspondence:
    """The correspondence that a YAML document and the CSV file `table` beside it make. Raises BadDefinition."""
    root.only((*_KEYS, "descriptions", *_FREE), _KEYS)
    reference = Reference(_AGENCY, root.child("id").identifier(), root.child("version").version())
    found = read_representation(rows, table)
    sides = [tuple(node.reference() for node in root.entries(side)) for side in ("source", "target")]
    for side, lists, columns in zip(("source", "target"), sides, (found.sources, found.targets), strict=True):
        if tuple(list_.id for list_ in lists) != columns:
            raise root.child(side).wrong(
                f"The {side} columns of {table} are {', '.join(columns)}, found {', '.join(map(str, lists))}.",
                hint="Call the columns as their code lists, in the same order.",
            )
    return Correspondence(
        root.file,
        replace(found, reference=reference, names=root.child("names").texts()),
        sides[0],
        sides[1],
        root.child("descriptions").texts() if "descriptions" in root else {},
        root.child("provenance").word(CONFIDENCES),
        *(root.text_or(key) for key in _FREE),
    )


def correspondence_files(one: Correspondence) -> dict[str, bytes]:
    """The two files of a correspondence by path, as `read_correspondence` reads them."""
    document: dict[str, object] = {
        "id": one.reference.id,
        "version": one.reference.version,
        "names": dict(one.table.names),
        "descriptions": dict(one.descriptions),
        "source": [str(list_) for list_ in one.sources],
        "target": [str(list_) for list_ in one.targets],
        "provenance": one.provenance,
        "edition": one.edition,
        "received": one.received,
        "received_file": one.received_file,
        "sha256": one.sha256,
    }
    said = {key: value for key, value in document.items() if value}
    text: str = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)
    return {one.file: text.encode(), one.table.file: dump_representation(one.table)}


def check_correspondence(catalogue: Catalogue, one: Correspondence) -> None:
    """Its lists exist, and every code of its rows is in them. Raises BadDefinition naming file, row and column."""
    sources = [_codes(catalogue, one, reference) for reference in one.sources]
    targets = [_codes(catalogue, one, reference) for reference in one.targets]
    for row in one.table.rows:
        for source, codes in zip(row.sources, sources, strict=True):
            if source.match != "exact":
                raise BadDefinition(
                    f"A correspondence names its codes, found {source.match} {source.value!r}.",
                    file=one.table.file, row=row.line, column="match",
                )  # fmt: skip
            _check(one, row.line, f"source:{codes.reference.id}", source.value, codes)
        for target, codes in zip(row.targets, targets, strict=True):
            if row.has_target:
                _check(one, row.line, f"target:{codes.reference.id}", target, codes)


def _codes(catalogue: Catalogue, one: Correspondence, reference: Reference) -> Codelist:
    try:
        return catalogue.get(Codelist, reference)
    except NotFound as error:
        raise BadDefinition(error.message, file=one.file, nearest=error.nearest) from error


def _check(one: Correspondence, line: int, column: str, code: str, codes: Codelist) -> None:
    if code not in codes.places:
        near: Sequence[str] = nearest(code, codes.places)
        raise BadDefinition(
            f"{code!r} is not in {codes.reference}.", file=one.table.file, row=line, column=column, nearest=near
        )
