"""Commands `greffe structuremap …`: structure maps out in the standard's forms, and in again as a proposal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from greffe.catalogue.artefact_json import dump_file, read_message
from greffe.catalogue.from_standard import is_ours, map_files
from greffe.catalogue.maps_ml import read_maps_ml
from greffe.cli.common import As, Home, Json, Reason, load_file, parts_of, save
from greffe.cli.proposals import EffectiveFrom, effective_day, show_made
from greffe.cli.show import failing, show
from greffe.errors import BadInput, BadQuery, NotFound, nearest
from greffe.formats.structures import STRUCTURE_FORMATS
from greffe.model.artefacts import Maintainable
from greffe.model.dataset import Header
from greffe.model.mappings import StandardRepresentationMap, StandardStructureMap
from greffe.model.maps import StructureMap
from greffe.release.parts import Parts
from greffe.release.people import actor
from greffe.release.proposals import propose
from greffe.release.proposed_files import check_kept, check_places, loaded

# SDMX 2.1 and its JSON 1.0 have another model of maps: no form without loss (SM-06).
FORMS: Final = {f.name: f.write for f in STRUCTURE_FORMATS if f.version not in ("2.1", "1.0.0")}


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Structure maps as SDMX-JSON 2.0, 2.1 and SDMX-ML 3.0, 3.1.")
    group.command("export")(export_command)
    group.command("import")(import_command)
    app.add_typer(group, name="structuremap")


def export_command(
    map_: Annotated[str, typer.Argument(metavar="MAP", help="MAP_ESTAT_CRIM_PRIS_CAP, or the dataflow it leads to.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMS)}.")] = "jsonstructure-2.1",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write a structure map with every representation map that it uses."""
    with failing(json_):
        if format_ not in FORMS:
            raise BadQuery(f"{format_!r} is not known here.", parameter="--format", nearest=nearest(format_, FORMS))
        parts = parts_of(home)
        found = _named(parts, map_)
        artefacts = parts.catalogue().artefacts
        tables = [artefacts["representationmap", t.reference] for t in found.representation_maps]
        moment = parts.clock().replace(microsecond=0).isoformat()
        body = FORMS[format_](Header(found.reference.id, moment), [artefacts["structuremap", found.reference], *tables])
        save(out, b"".join(body))
        data = {"file": str(out), "map": str(found.reference), "tables": [str(t.reference) for t in tables]}
        show(data, json_, title=f"{found.reference} and {len(tables)} representation maps are in {out}.")


def _named(parts: Parts, text: str) -> StructureMap:
    maps = parts.catalogue().maps
    found = [m for r, m in maps.items() if text in (r.id, str(r), m.target.id, str(m.target))]
    if not found:
        near = nearest(text, [i for r, m in maps.items() for i in (r.id, m.target.id)])
        raise NotFound(f"There is no structure map {text}.", nearest=near)
    return found[0]


def import_command(
    file: Annotated[Path, typer.Argument(help="A structure message: SDMX-JSON 2.x or SDMX-ML 3.x.")],
    as_: As = "",
    reason: Reason = "",
    effective_from: EffectiveFrom = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose the maps of a message. Ours become our files again; those of another house are kept as artefacts: they say
    neither which rows they read nor what they count, and make no figure."""
    with failing(json_):
        parts = parts_of(home)
        files = files_of(load_file(file), file.name)
        check_places(files)
        base = {path: parts.register.content(sha) for path, sha in parts.effective().files.items()}
        changed = _changed(parts, base, files)
        if changed and not dry_run:
            show_made(parts, propose(parts, actor(parts, as_), changed, reason, effective_day(effective_from)), json_)
            return
        check_kept(parts.catalogue(), loaded({**base, **changed}, changed))
        data = {"files": sorted(files), "changed": sorted(changed)}
        title = f"{len(changed)} of {len(files)} files would change." if changed else "Nothing would change."
        show(data, json_, title=title, after="\n".join(sorted(changed)))


def _changed(parts: Parts, base: Mapping[str, bytes], files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that say something else than now. A map whose meaning is the same keeps its file, comments and all."""
    found = {path: body for path, body in files.items() if base.get(path) != body}
    known = {m.file: m for m in parts.catalogue().maps.values()}
    after = {m.file: m for m in loaded({**base, **found}, found).maps.values()} if found.keys() & known.keys() else {}
    same = [path for path in found.keys() & known.keys() if path in after and _bare(after[path]) == _bare(known[path])]
    return {path: body for path, body in found.items() if path not in same}


def _bare(map_: StructureMap) -> StructureMap:
    """What the YAML file says: without the tables, which have files of their own, and the checksum of all."""
    return replace(map_, checksum="", components=tuple(replace(c, map=None) for c in map_.components))


def files_of(content: bytes, file: str) -> dict[str, bytes]:
    """What a structure message with maps is in the folders. Raises BadInput or BadDefinition with file and place."""
    artefacts = read_maps_ml(content, file) if content.lstrip()[:1] == b"<" else read_message(content, file)
    ours = [a for a in artefacts if isinstance(a, StandardStructureMap) and is_ours(a)]
    used = {c.map for a in ours for c in a.components}
    found = map_files(artefacts, file)
    for artefact in artefacts:
        if artefact in ours or (isinstance(artefact, StandardRepresentationMap) and artefact.urn in used):
            continue
        found[_path(artefact)] = dump_file(artefact)
    if not found:
        raise BadInput("There is no map in it.", file=file)
    return found


def _path(artefact: Maintainable) -> str:
    return f"sdmx/{artefact.reference.agency}/{artefact.kind}/{artefact.reference.id}.json"
