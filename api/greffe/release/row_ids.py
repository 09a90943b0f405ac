"""A row that is withdrawn takes its id with it: an id names one decision for good, in the register and in every trace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from greffe.catalogue.no_target import NO_TARGET, read_no_target
from greffe.catalogue.policies.read import FOLDER as POLICIES
from greffe.catalogue.representation_files import read_representation
from greffe.errors import Refused
from greffe.model.maps import MapRow
from greffe.release.parts import Parts


def check_row_ids(parts: Parts, base: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
    """Refuse a row whose id another decision had in an earlier version of its file. The same source values may come back:
    they are the decision that was withdrawn. base: path → sha256 of what holds; contents: what is proposed."""
    for path, body in contents.items():
        if not path.startswith("mappings/") or not path.endswith(".csv") or path.startswith(POLICIES):
            continue
        held = {row.row_id for row in _rows(parts.register.content(base[path]), path)} if path in base else set()
        new = {row.row_id: row for row in _rows(body, path) if row.row_id not in held}
        if new:
            _check(parts, base, path, new)


def _check(parts: Parts, base: Mapping[str, str], path: str, new: Mapping[str, MapRow]) -> None:
    earlier = dict.fromkeys(v.files[path] for v in parts.ledger().catalogues if path in v.files)
    for sha in earlier:
        if sha == base.get(path):
            continue
        for old in _rows(parts.register.content(sha), path):
            row = new.get(old.row_id)
            if row is not None and row.sources != old.sources:
                was = ", ".join(source.value for source in old.sources)
                raise Refused(
                    f"{path}, row {old.row_id}: that id was given to the decision about {was}, which was withdrawn.",
                    hint="Give the new row an id that was never used.",
                )


def _rows(content: bytes, path: str) -> Iterable[MapRow]:
    return read_no_target(content, path) if path == NO_TARGET else read_representation(content, path).rows
