"""Which kept extracts feed a map, and the tables that the steps read them through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from greffe.arrow import integer, pq, text
from greffe.catalogue.catalogue import Catalogue
from greffe.engine import Connection, quoted
from greffe.errors import Broken, NotFound, Refused, nearest
from greffe.model.findings import ERROR, Finding
from greffe.model.maps import StructureMap
from greffe.model.references import Reference
from greffe.model.structures import Dataflow, DataStructure
from greffe.store.depot import Shelf, version_of
from greffe.store.folders import as_written
from greffe.store.records import ExtractRecord


@dataclass(frozen=True)
class Feed:
    """One internal dataflow with the extracts that are read of it, the latest moment first."""

    dataflow: Reference
    structure: DataStructure
    extracts: tuple[ExtractRecord, ...]


@dataclass(frozen=True)
class Inputs:
    """What a map reads: its source and the denominators of its rates. `shelf` holds the kept extracts."""

    shelf: Shelf
    main: Feed
    populations: tuple[Feed, ...] = ()

    def feed(self, dataflow: Reference) -> Feed | None:
        """What is read of an internal dataflow, None when it is not."""
        return next((f for f in (self.main, *self.populations) if f.dataflow == dataflow), None)

    @property
    def extracts(self) -> tuple[ExtractRecord, ...]:
        """Every extract that is read, once."""
        found = {e.id: e for feed in (self.main, *self.populations) for e in feed.extracts}
        return tuple(found[id_] for id_ in sorted(found))

    @property
    def checksums(self) -> tuple[str, ...]:
        """Checksums of the extracts, sorted."""
        return tuple(sorted(e.checksum for e in self.extracts))

    @property
    def origin(self) -> str:
        """Synthetic as soon as one input is (D13)."""
        return "synthetic" if any(e.origin == "synthetic" for e in self.extracts) else "real"


@dataclass(frozen=True)
class Sources:
    """Names of the temporary tables: the source of the map, and one per denominator dataflow."""

    main: str
    populations: Mapping[Reference, str] = field(default_factory=dict)


def choose_inputs(
    catalogue: Catalogue,
    map_: StructureMap,
    accepted: Sequence[ExtractRecord],
    shelf: Shelf,
    origin: str = "",
    only: Sequence[str] = (),
) -> Inputs:
    """The extracts for a map: of its source dataflow and of one origin (a dataflow never mixes within a release, D13).

    `origin` decides when both exist; `only` names extracts instead. Denominators take the real ones first.
    Raises Refused, saying what to ingest or to choose.
    """
    main = [e for e in accepted if e.dataflow == map_.source]
    if only:
        unknown = [o for o in only if o not in {e.id for e in main}]
        if unknown:
            raise Refused(
                f"There is no accepted extract {unknown[0]} of {map_.source}.",
                nearest=nearest(unknown[0], [e.id for e in main]),
            )
        main = [e for e in main if e.id in set(only)]
    if origin:
        main = [e for e in main if e.origin == origin]
    origins = sorted({e.origin for e in main})
    if not main:
        kind = f"{origin} " if origin else ""
        raise Refused(f"No accepted {kind}extract of {map_.source}.", hint="Ingest one first: greffe ingest FILE.")
    if len(origins) > 1:
        raise Refused(
            f"{map_.source} has real and synthetic extracts, and a release never mixes them.",
            hint="Say which: --origin real or --origin synthetic.",
        )
    populations = tuple(feed_of(catalogue, p, _denominators(p, accepted)) for p in denominators(map_))
    return Inputs(shelf, feed_of(catalogue, map_.source, main), populations)


def denominators(map_: StructureMap) -> tuple[Reference, ...]:
    """The dataflows that the rates of a map divide by, each once."""
    return tuple(dict.fromkeys(c.population.dataflow for c in map_.calculations if c.population is not None))


def _denominators(dataflow: Reference, accepted: Sequence[ExtractRecord]) -> list[ExtractRecord]:
    found = [e for e in accepted if e.dataflow == dataflow]
    if not found:
        raise Refused(f"A rate of this map needs {dataflow}, of which there is no accepted extract.")
    return [e for e in found if e.origin == "real"] or found


def feed_of(catalogue: Catalogue, dataflow: Reference, extracts: Sequence[ExtractRecord]) -> Feed:
    """The extracts of one dataflow, the latest moment first."""
    structure = catalogue.structure(catalogue.get(Dataflow, dataflow))
    return Feed(dataflow, structure, tuple(sorted(extracts, key=lambda e: (e.moment, e.id), reverse=True)))


def inputs_of(
    catalogue: Catalogue,
    map_: StructureMap,
    extracts: Sequence[ExtractRecord],
    accepted: Sequence[ExtractRecord],
    shelf: Shelf,
) -> Inputs:
    """The inputs of a dataset that is there, for whatever map: its extracts; what it was not made from as `choose_inputs`
    takes it from the `accepted` ones. Raises Refused."""
    main = [e for e in extracts if e.dataflow == map_.source]
    if not main:
        return choose_inputs(catalogue, map_, accepted, shelf)
    populations = tuple(
        feed_of(catalogue, p, [e for e in extracts if e.dataflow == p] or _denominators(p, accepted))
        for p in denominators(map_)
    )
    return Inputs(shelf, feed_of(catalogue, map_.source, main), populations)


def faults(shelf: Shelf, record: ExtractRecord, name: str) -> list[str]:
    """What is wrong with a kept extract, as sentences, on this machine and in the depot. `name`: of its folder, which is not its
    id where it was refused."""
    version = version_of(record.rows_checksum)
    folder = shelf.at(name, version)
    originals = sorted(folder.glob("original.*"))
    found = shelf.faults(name, version)
    if record.accepted and not _intact(shelf.root, record):
        found.append(f"extract {name}: {folder / 'rows.parquet'} is not what was written.")
    if not originals or not as_written(originals[0], record.checksum):
        place = originals[0] if originals else folder / "original"
        found.append(f"extract {name}: the original is not what was handed over ({place}).")
    return found


def _intact(folder: Path, record: ExtractRecord) -> bool:
    """The rows are there and are those that were written."""
    rows = folder / record.id / "rows.parquet"
    return as_written(rows, record.rows_checksum) if record.rows_checksum else rows.is_file()


def _here(shelf: Shelf, record: ExtractRecord) -> bool:
    """The rows are on this machine as they were written; where they are not they come from the depot."""
    if _intact(extract_folder(shelf, record).parent, record):
        return True
    if not shelf.depot.shared:
        return False
    with suppress(NotFound):
        shelf.bring(record.id, version_of(record.rows_checksum))
    return _intact(shelf.root, record)


def extract_folder(shelf: Shelf, record: ExtractRecord) -> Path:
    """Where an accepted extract lies on this machine, once it came from where files are shared."""
    return shelf.at(record.id, version_of(record.rows_checksum))


def load_sources(connection: Connection, inputs: Inputs) -> Sources:
    """Make a view per feed: rows of its extracts that no higher version supersedes; for an equal key the highest version
    counts, then the later extract (by moment). Column `extract` says where a row is from. Raises Broken for a kept
    extract that is not what was written."""
    return Sources(load_main(connection, inputs), load_populations(connection, inputs))


def load_main(connection: Connection, inputs: Inputs) -> str:
    """The view of the source alone."""
    return _view(connection, "source_rows", inputs.main, inputs.shelf)


def load_feed(connection: Connection, feed: Feed, shelf: Shelf) -> str:
    """The view of one feed alone."""
    return _view(connection, "feed_rows", feed, shelf)


def load_populations(connection: Connection, inputs: Inputs) -> dict[Reference, str]:
    """The views of the denominators alone."""
    return {
        feed.dataflow: _view(connection, f"population_{n}", feed, inputs.shelf)
        for n, feed in enumerate(inputs.populations)
    }


def _view(connection: Connection, name: str, feed: Feed, shelf: Shelf) -> str:
    for extract in feed.extracts:
        if not _here(shelf, extract):
            raise Broken(
                f"The rows of extract {extract.id} are not what was written.", hint="greffe verify tells more."
            )
    body = _union(feed, shelf.root)
    if len(feed.extracts) > 1:
        body = f"SELECT * FROM ({body}) QUALIFY row_number() OVER "
        body += f"(PARTITION BY {_keys(feed)} ORDER BY VERSION DESC, extract_rank) = 1"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT * EXCLUDE (extract_rank) FROM ({body})")
    return name


def _union(feed: Feed, folder: Path) -> str:
    """SQL of the rows of all extracts of a feed. Paths go in as literals, quotes doubled: a view takes no parameters.
    They are our own (folder and extract id)."""
    return " UNION ALL BY NAME ".join(
        f"SELECT '{e.id}' AS extract, {rank} AS extract_rank, *{_older(folder / e.id)} "
        f"FROM read_parquet('{_literal(folder / e.id)}') WHERE NOT superseded"
        for rank, e in enumerate(feed.extracts)
    )


def _older(extract: Path) -> str:
    """Extracts were kept without the digits of their texts until 2026-11: these are counted as they are read."""
    if "OBS_DECIMALS" in pq.read_schema(extract / "rows.parquet").names:
        return ""
    return ", CAST(CASE WHEN OBS_TEXT <> '' THEN length(split_part(OBS_TEXT, '.', 2)) END AS TINYINT) AS OBS_DECIMALS"


def _keys(feed: Feed) -> str:
    return ", ".join(quoted(d) for d in (*feed.structure.dimension_ids, "TIME_PERIOD"))


def clashes(connection: Connection, feed: Feed, shelf: Shelf) -> tuple[Finding, ...]:
    """Keys that two extracts hold with one version and different values: an error (D4). A correction has a new version."""
    if len(feed.extracts) < 2:
        return ()
    key = _keys(feed)
    rows = connection.execute(
        f"SELECT {key}, VERSION, min(OBS_TEXT), max(OBS_TEXT) FROM (SELECT * FROM ({_union(feed, shelf.root)}) "
        f"QUALIFY VERSION = max(VERSION) OVER (PARTITION BY {key})) GROUP BY ALL "
        "HAVING min(OBS_TEXT) <> max(OBS_TEXT) ORDER BY ALL LIMIT 1000"
    ).fetchall()
    return tuple(
        Finding(
            rule="QR-KEY-01",
            severity=ERROR,
            key=dict(zip(feed.structure.dimension_ids, map(text, row), strict=False)),
            period=text(row[-4]),
            messages={
                "en": f"Two extracts hold this key with version {row[-3]} and different values: {row[-2]} and {row[-1]}. "
                "A correction has a higher version.",
                "fr": f"Deux extractions ont cette clé en version {row[-3]} avec des valeurs différentes : {row[-2]} et "
                f"{row[-1]}. Une correction porte une version plus élevée.",
            },
            values={"one": text(row[-2]), "other": text(row[-1])},
        )
        for row in rows
    )


def _literal(extract: Path) -> str:
    return str(extract / "rows.parquet").replace("'", "''")


def selected_view(connection: Connection, source: str, map_: StructureMap) -> str:
    """The rows of the indicators a map reads, every level and breakdown: what its internal rules look at."""
    indicators = map_.select.get("INDICATEUR", ())
    codes = ", ".join("'" + i.replace("'", "''") + "'" for i in indicators)
    where = f"WHERE INDICATEUR IN ({codes})" if indicators else ""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE selected_rows AS SELECT * FROM {quoted(source)} {where}")
    return "selected_rows"


def unread_indicators(connection: Connection, source: str, catalogue: Catalogue, dataflow: Reference) -> dict[str, int]:
    """Indicators of the source that no map of the catalogue reads, with their number of rows: nothing is dropped in
    silence."""
    read = {i for m in catalogue.maps.values() if m.source == dataflow for i in m.select.get("INDICATEUR", ())}
    rows = connection.execute(f"SELECT INDICATEUR, count(*) FROM {quoted(source)} GROUP BY 1 ORDER BY 1").fetchall()
    return {text(name): integer(count) for name, count in rows if name not in read}
