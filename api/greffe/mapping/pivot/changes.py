"""What an edition of the pivot changes: codes and posts one by one, rows of maps that use them, our sample beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from greffe.catalogue.catalogue import Catalogue
from greffe.mapping.pivot.artefacts import NATINF_LIST, NFI_LIST
from greffe.mapping.pivot.table import Offence, PivotTable
from greffe.model.maps import Correspondence, RepresentationMap
from greffe.model.structures import Dataflow

SAMPLE = "NATINF_SAMPLE_TO_ICCS"
_FIELDS = (("relabelled", "label"), ("nature", "nature"), ("moved-nfi", "nfi"))


@dataclass(frozen=True)
class Change:
    """What happened to a code of a list. `kind`: added, gone, closed (its validity ends), reopened, relabelled, nature,
    moved-nfi, moved-iccs; of posts also level, parent, split (`after`: the posts that its codes lie in now) and merged
    (`before`: those that they came from)."""

    list: str
    code: str
    kind: str
    before: str = ""
    after: str = ""


def edition_changes(old: PivotTable, new: PivotTable) -> tuple[Change, ...]:
    """NATINF codes first, then posts of the NFI, each in the order of the codes."""
    return (*_natinf(old, new), *_posts(old, new), *_regrouped(old, new))


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """How many of each list and kind: `CL_NATINF added`."""
    return dict(sorted(Counter(f"{c.list} {c.kind}" for c in changes).items()))


def _natinf(old: PivotTable, new: PivotTable) -> Iterator[Change]:
    for code in dict.fromkeys((*old.latest, *new.latest)):
        was, now = old.latest.get(code), new.latest.get(code)
        if was is None or now is None:
            yield Change(NATINF_LIST, code, *(("added", "", _told(now)) if was is None else ("gone", _told(was), "")))
            continue
        for kind, field in _FIELDS:
            if getattr(was, field) != getattr(now, field):
                yield Change(NATINF_LIST, code, kind, getattr(was, field), getattr(now, field))
        iccs = old.iccs_of(code), new.iccs_of(code)
        if iccs[0] != iccs[1]:
            yield Change(NATINF_LIST, code, "moved-iccs", *iccs)
        if was.valid_to != now.valid_to:
            yield Change(NATINF_LIST, code, "closed" if now.valid_to else "reopened", was.valid_to, now.valid_to)


def _told(one: Offence | None) -> str:
    return f"{one.label} ({one.nfi})" if one else ""


def _posts(old: PivotTable, new: PivotTable) -> Iterator[Change]:
    for code in dict.fromkeys((*old.posts, *new.posts)):
        was, now = old.posts.get(code), new.posts.get(code)
        if was is None or now is None:
            shown = (was.label if was else "", now.label if now else "")
            yield Change(NFI_LIST, code, "gone" if now is None else "added", *shown)
            continue
        pairs = {
            "relabelled": (was.label, now.label),
            "level": (str(was.level), str(now.level)),
            "parent": (was.parent, now.parent),
            "moved-iccs": (f"{was.iccs} {was.kind}".strip(), f"{now.iccs} {now.kind}".strip()),
        }
        for kind, (before, after) in pairs.items():
            if before != after:
                yield Change(NFI_LIST, code, kind, before, after)


def _regrouped(old: PivotTable, new: PivotTable) -> Iterator[Change]:
    """Told by the codes that both editions hold: a post is split when they lie in several now and one of these is new;
    it is merged when they come from several and one of those is gone."""
    goes: dict[str, set[str]] = {}
    comes: dict[str, set[str]] = {}
    for code in old.latest.keys() & new.latest.keys():
        was, now = old.latest[code].nfi, new.latest[code].nfi
        goes.setdefault(was, set()).add(now)
        comes.setdefault(now, set()).add(was)
    for post, after in sorted(goes.items()):
        if len(after) > 1 and after - old.posts.keys():
            yield Change(NFI_LIST, post, "split", post, " ".join(sorted(after)))
    for post, before in sorted(comes.items()):
        if len(before) > 1 and before - new.posts.keys():
            yield Change(NFI_LIST, post, "merged", " ".join(sorted(before)), post)


@dataclass(frozen=True)
class Touched:
    """A row of a representation map that gives a code which changes, as source or target."""

    file: str
    row: str
    list: str
    code: str
    kinds: tuple[str, ...]


def touched_rows(catalogue: Catalogue, changes: Iterable[Change]) -> tuple[Touched, ...]:
    """The rows of all maps and correspondences of a catalogue that use a changed code of the two lists."""
    kinds: dict[tuple[str, str], tuple[str, ...]] = {}
    for change in changes:
        key = (change.list, change.code)
        kinds[key] = (*kinds.get(key, ()), change.kind)
    found: dict[tuple[str, str, str], Touched] = {}
    for table, sources, targets in _tables(catalogue):
        for row in table.rows:
            values = [
                *zip(sources, (s.value for s in row.sources), strict=True),
                *zip(targets, row.targets, strict=True),
            ]
            for list_, code in values:
                if (list_, code) in kinds:
                    found[table.file, row.row_id, list_] = Touched(
                        table.file, row.row_id, list_, code, kinds[list_, code]
                    )
    return tuple(found.values())


def _tables(catalogue: Catalogue) -> Iterator[tuple[RepresentationMap, list[str], list[str]]]:
    """Each table with the ids of the lists of its columns; those of its own where it stands alone."""
    for one in catalogue.correspondences.values():
        yield one.table, [r.id for r in one.sources], [r.id for r in one.targets]
    for map_ in catalogue.maps.values():
        ends = [
            {id_: list_.reference.id for id_, list_ in catalogue.codelists(catalogue.structure(flow)).items()}
            for flow in (catalogue.get(Dataflow, map_.source), catalogue.get(Dataflow, map_.target))
        ]
        for table in map_.representation_maps:
            yield table, [ends[0].get(s, "") for s in table.sources], [ends[1].get(t, "") for t in table.targets]


@dataclass(frozen=True)
class Compared:
    """A row of our sample beside the official table. `verdict`: agree | finer (our target lies below the official one) |
    coarser | differ | no-iccs (the table places the code nowhere) | not-in-table."""

    row: str
    natinf: str
    ours: str
    official: str
    verdict: str


def compared(sample: Correspondence | None, table: PivotTable, parents: Mapping[str, str]) -> tuple[Compared, ...]:
    """Our sample rows, in their order. `parents`: code of ICCS → code above it."""
    rows = sample.table.rows if sample else ()
    return tuple(
        Compared(row.row_id, code, row.targets[0], *_verdict(code, row.targets[0], table, parents))
        for row in rows for code in (row.sources[0].value,)
    )  # fmt: skip


def _verdict(code: str, ours: str, table: PivotTable, parents: Mapping[str, str]) -> tuple[str, str]:
    if code not in table.latest:
        return "", "not-in-table"
    official = table.iccs_of(code)
    if not official or official == ours:
        return official, "agree" if official else "no-iccs"
    below, above = official in _above(ours, parents), ours in _above(official, parents)
    return official, "finer" if below else "coarser" if above else "differ"


def _above(code: str, parents: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    while parents.get(code):
        code = parents[code]
        found.add(code)
    return found


def sample_of(catalogue: Catalogue) -> Correspondence | None:
    """Our sample of NATINF rows, while it is in effect."""
    return next((one for one in catalogue.correspondences.values() if one.reference.id == SAMPLE), None)
