"""Is a backup whole: every piece is what was written, the chain holds, and it has the files that its entries name, no more and
no less."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from greffe.errors import Broken, Refused
from greffe.store.base import Entry
from greffe.store.chain import faults as chain_faults
from greffe.store.filling import Filled, chained, columns_at, fitting, lines
from greffe.store.named import Named, add, kept_path
from greffe.store.schema import newest_schema, schemas
from greffe.upkeep.backup import Tell
from greffe.upkeep.manifest import KEY, OWN, SETTINGS, Kept, Manifest
from greffe.upkeep.piecewise import PIECE
from greffe.upkeep.places import Source


def check(source: Source, tell: Tell) -> Iterator[str]:
    """What is wrong with a backup, as sentences that name the file; nothing when it is whole. Raises Refused as
    `refuse_schema` does."""
    try:
        refuse_schema(source)
        yield from _register(source, names := Named())
        yield from (f"{source.name}: {line}" for line in unlike(source.manifest, names))
    except Broken as error:
        yield error.text()
    for done, kept in enumerate(source.manifest.files):
        tell("files", done, len(source.manifest.files))
        try:
            for _ in source.pieces(kept):
                pass
        except Broken as error:
            yield error.text()


def refuse_schema(source: Source) -> None:
    """Raise Refused for a backup of a register at a newer schema than this program knows, Broken for one at none."""
    schema = source.manifest.schema
    if schema in schemas():
        return
    if re.fullmatch("[0-9]{4}", schema) and schema > newest_schema():
        hint = "Use the newer version."
        raise Refused("The backup was made by another version of Greffe.", file=source.name, hint=hint)
    raise Broken("The list of the backup is not what was written.", file=source.name)


def unpacked(source: Source, kept: Kept) -> Iterator[bytes]:
    """The lines of a piece of the register. Raises Broken when it is not what was written."""
    for _ in source.pieces(kept):
        pass  # held against its checksum before anything in it is believed
    opener, rest = zlib.decompressobj(31), b""
    try:
        for piece in source.pieces(kept):
            while piece:
                *whole, rest = (rest + opener.decompress(piece, PIECE)).split(b"\n")
                yield from whole
                piece = opener.unconsumed_tail
    except zlib.error as error:
        raise Broken(f"{kept.path} is not what was written in the backup.", file=source.name) from error
    if rest or not opener.eof:
        raise Broken(f"{kept.path} is not what was written in the backup.", file=source.name)


def unlike(manifest: Manifest, names: Named) -> Iterator[str]:
    """Files that entries name and the list has not, and the reverse. What was damaged when it was made is told in it."""
    there = {k.path: k.sha256 for k in manifest.files}
    groups: dict[str, dict[str, str]] = {}
    for path, sha in there.items():
        groups.setdefault(_group(path), {})[path] = sha
    for group, wanted in _wanted(names):
        found = groups.pop(group, {})
        for pattern, sha in wanted:
            fitting = [s for path, s in found.items() if fnmatchcase(path, pattern)]
            lacks = not fitting or sha not in ("", *fitting)
            if lacks and not any(group in fault for fault in manifest.faults):
                yield f"{pattern} is named by the register and is not in the backup."
    rest = (path for group, found in groups.items() for path in found if not group.startswith("pivot/"))
    yield from (f"{path} is in the backup, and no entry of the register names it." for path in rest)


def _group(path: str) -> str:
    """The folder that belongs together; the file itself in transmissions; '' for settings."""
    if path in (*SETTINGS, KEY, OWN):
        return "pivot/"
    return path if path.startswith("transmissions/") else path.rpartition("/")[0]


def _wanted(names: Named) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Group → patterns of paths that it must have, with their sha256 where the register says it."""
    for name, extract in names.extracts.items():
        group = f"extracts/{name}"
        rows = [(f"{group}/rows.parquet", extract.rows_checksum)] if extract.accepted else []
        yield group, [(f"{group}/original.*", extract.checksum), *rows]
    for name, sha in names.drafts.items():
        group = f"drafts/{name}"
        yield group, [(f"{group}/draft.json", sha), (f"{group}/data.parquet", "")]
    for name in names.releases:
        group = f"releases/{name}"
        yield group, [(f"{group}/{f}", "") for f in ("manifest.json", "manifest.sha256", "data.parquet")]
    for sha in names.kept:
        yield kept_path(sha), [(kept_path(sha), sha)]


def _register(source: Source, names: Named) -> Iterator[str]:
    """Faults of the chain, while what its entries name is gathered."""
    state, manifest = Filled(), source.manifest
    yield from (f"{source.name}: {fault}" for fault in chain_faults(_entries(source, state, names)))
    if (state.head, state.head_hash) != (manifest.head, manifest.head_hash):
        yield f"{source.name}: The register ends at entry {state.head} and not as it must at {manifest.head}."


def _entries(source: Source, state: Filled, names: Named) -> Iterable[tuple[Entry, tuple[str, ...]]]:
    columns = columns_at(source.manifest.schema)
    for kept in source.manifest.register:
        found = fitting(lines(unpacked(source, kept), source.name), columns, source.name)
        for entry, contents in chained(found, state, source.name):
            add(names, entry)
            yield entry, contents
