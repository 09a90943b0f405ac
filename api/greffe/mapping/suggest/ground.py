"""What the catalogue holds about the codes of a map: their terms, and how other maps lead them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from greffe.catalogue.catalogue import Catalogue
from greffe.mapping.exchange.sets import lists_of, users_of
from greffe.mapping.suggest.rank import Elsewhere, Ground
from greffe.mapping.suggest.words import Lexicon, term
from greffe.model.maps import RepresentationMap
from greffe.model.structures import Codelist


class Library:
    """The maps of a catalogue with their terms, each list read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.tables: dict[str, RepresentationMap] = {
            t.file: t for m in catalogue.maps.values() for t in m.representation_maps
        }
        self._alone = {one.table.file: one for one in catalogue.correspondences.values()}
        self.every = self.tables | {file: one.table for file, one in self._alone.items()}  # correspondences too
        self._catalogue = catalogue
        self._terms: dict[tuple[str, ...], Lexicon] = {}
        self._columns = {file: self._columns_of(table) for file, table in self.every.items()}

    def _columns_of(self, table: RepresentationMap) -> tuple[tuple[str, Lexicon], ...]:
        """The list's id and terms of each column, sources first."""
        if table.file in self._alone:
            one = self._alone[table.file]
            return tuple(self._terms_of((self._catalogue.get(Codelist, r),)) for r in (*one.sources, *one.targets))
        users = users_of(self._catalogue, table)
        found = []
        for side, ids in (("source", table.sources), ("target", table.targets)):
            for id_ in ids:
                found.append(self._terms_of(lists_of(self._catalogue, users, side, id_)))
        return tuple(found)

    def _terms_of(self, lists: tuple[Codelist, ...]) -> tuple[str, Lexicon]:
        key = tuple(str(list_.reference) for list_ in lists)
        if key not in self._terms:
            self._terms[key] = Lexicon((item.id, term(item)) for list_ in lists for item in list_.items)
        return "|".join(key), self._terms[key]

    def ground(self, file: str, *, others: bool = True) -> Ground:
        """What is known where that map stands. Without `others`, the map and its lists alone."""
        table = self.every[file]
        columns = self._columns[file]
        split = len(table.sources)
        return Ground(
            table,
            [terms for _, terms in columns[:split]],
            [terms for _, terms in columns[split:]],
            [list_ for list_, _ in columns[split:]],
            _Others(self._every_row, file) if others else None,
        )

    @cached_property
    def _every_row(self) -> Mapping[tuple[str, str], Sequence[tuple[str, Elsewhere]]]:
        """Component and code of an exact source → rows of all maps that name it, each with the file of its map."""
        found: dict[tuple[str, str], list[tuple[str, Elsewhere]]] = defaultdict(list)
        for file, table in self.every.items():
            columns = self._columns[file][len(table.sources) :]
            for row in table.rows:
                if not row.has_target:
                    continue
                pairs = zip(table.sources, row.sources, strict=True)
                sources = {component: s.value for component, s in pairs if s.match == "exact"}
                coded = zip(row.targets, columns, strict=True)
                targets = tuple((list_, terms[code]) for code, (list_, terms) in coded if code in terms)
                one = Elsewhere(sources, targets, f"{file.removeprefix('mappings/')}, {row.row_id}")
                for key in sources.items():
                    found[key].append((file, one))
        return dict(found)


class _Others(Mapping[tuple[str, str], Sequence[Elsewhere]]):
    """What all maps but one say."""

    def __init__(self, every: Mapping[tuple[str, str], Sequence[tuple[str, Elsewhere]]], file: str) -> None:
        self._every, self._file = every, file

    def __getitem__(self, key: tuple[str, str]) -> Sequence[Elsewhere]:
        return [one for file, one in self._every[key] if file != self._file]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._every)

    def __len__(self) -> int:
        return len(self._every)
