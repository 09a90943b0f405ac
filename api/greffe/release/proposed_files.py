"""What may be proposed: files at known places that load with all others, and leave alone what was effective (D2, D14)."""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from greffe.catalogue.artefact_json import read_message
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.no_target import NO_TARGET, read_no_target
from greffe.catalogue.policies.deliveries import BOOKS
from greffe.catalogue.policies.deliveries import FILE as DELIVERIES
from greffe.catalogue.policies.read import FOLDER as POLICIES
from greffe.catalogue.policies.read import read_policies
from greffe.catalogue.representation_files import read_representation
from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import TOLD, BadDefinition, Refused, nearest
from greffe.formats.negotiation import DATA_FORMATS
from greffe.release.kept_catalogues import handed_in
from greffe.release.pieces import records_of

SCHEME_VERSION: Final = "1.0"  # agency and provider schemes have this one version for good, and grow within it (D9)
_READERS: Final[Mapping[tuple[str, str], Callable[[bytes, str], object]]] = {
    ("sdmx", ".json"): read_message,
    ("mappings", ".yaml"): read_yaml,
    ("mappings", ".csv"): read_representation,
}


def check_places(paths: Iterable[str]) -> None:
    """Raise BadDefinition for a path that no file of `sdmx/` or `mappings/` has, naming it."""
    for path in paths:
        folder, _, inside = path.partition("/")
        plain = posixpath.normpath(path) == path and not any(p.startswith(".") for p in path.split("/"))
        known = (folder, posixpath.splitext(path)[1]) in _READERS
        if not inside or not plain or not known or path.startswith("sdmx/received/"):
            raise BadDefinition(
                "No definition stands at this place.",
                file=path,
                hint="Places are sdmx/….json, mappings/….yaml and mappings/….csv, as greffe export writes them.",
            )


def loaded(contents: Mapping[str, bytes], proposed: Iterable[str]) -> Catalogue:
    """The catalogue with the proposed files. Raises BadDefinition with every file and row that does not read, one a
    line, or with what does not fit together."""
    faults = [fault for path in proposed if path in contents for fault in _faults(path, contents[path])]
    if len(faults) > 1:
        lines = [f"- {fault.text()}" for fault in faults[:TOLD]]
        rest = [f"- … and {len(faults) - TOLD} more"] if len(faults) > TOLD else []
        raise BadDefinition("\n".join((f"{len(faults)} places do not read:", *lines, *rest)))
    return handed_in(contents)


def _faults(path: str, content: bytes) -> list[BadDefinition]:
    """What is wrong with a file by itself: of a table every row that is wrong by itself."""
    fault = _fault(path, content)
    if fault is None:
        return []
    if path.endswith(".csv") and fault.row is not None and fault.row > 1:
        return list(_rows(path, content)) or [fault]
    return [fault]


def _rows(path: str, content: bytes) -> Iterator[BadDefinition]:
    """Each row read alone under the header; messages name the line of the file."""
    try:
        head, *records = ((text, line) for text, _, line in records_of(content.decode("utf-8-sig")))
    except (csv.Error, UnicodeDecodeError):
        return
    for text, line in records:
        found = _fault(path, (head[0] + text).encode())
        if found is not None:
            yield BadDefinition(
                found.message, file=path, row=line, column=found.column, hint=found.hint, nearest=found.nearest
            )


def _fault(path: str, content: bytes) -> BadDefinition | None:
    try:
        _reader(path)(content, path)
    except BadDefinition as error:
        return error
    return None


def _reader(path: str) -> Callable[[bytes, str], object]:
    if path.startswith(POLICIES):
        return lambda content, path: read_policies({path: content})
    return read_no_target if path == NO_TARGET else _READERS[path.partition("/")[0], posixpath.splitext(path)[1]]


def check_formats(before: Catalogue, after: Catalogue) -> None:
    """A delivery that is handed over is in a format that we write: asked of what is proposed, so that nobody is stopped by it on the
    day of a deadline. Raises BadDefinition naming the row."""
    words = (*(f.name for f in DATA_FORMATS), *(f"{kind}:QUESTIONNAIRE" for kind in BOOKS))
    held = {d.format for d in before.policies.deliveries}
    for row in after.policies.deliveries:
        kind, _, book = row.format.partition(":")
        if row.handed_over and row.format not in held and not (kind in BOOKS if book else kind in words):
            raise BadDefinition(
                f"{row.format!r} is no format of deliveries.", file=DELIVERIES, row=row.line, column="format",
                nearest=nearest(row.format, words), hint=f"Known are {', '.join(words)}.",
            )  # fmt: skip


def check_kept(before: Catalogue, after: Catalogue) -> None:
    """An artefact of a version that was effective does not change any more, three-part versions are immutable
    (R2-VER-07, D14); a map stays or has another version. Raises Refused."""
    maps = {(r.agency, r.id) for r in after.maps}
    for map_ in before.maps:
        if (map_.agency, map_.id) not in maps:
            raise Refused(
                f"The map {map_} is gone.", hint="What was effective stays: change it, or add another version."
            )
    for (kind, reference), artefact in before.artefacts.items():
        if (kind, reference) in before.derived:
            continue  # a map: its change is a matter of approvals
        now = after.artefacts.get((kind, reference))
        if now is None:
            raise Refused(f"{kind} {reference} is gone.", hint="What was effective stays: add versions, remove none.")
        if now != artefact and reference.version != SCHEME_VERSION:
            raise Refused(
                f"{kind} {reference} is not what it was: a version that was effective does not change.",
                hint="Give the changed artefact a new version.",
            )
