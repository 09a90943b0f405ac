"""What the catalogue holds about the codes of a map: their terms, and how other maps lead them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from greffe.catalogue.catalogue import Catalogue
from greffe.mapping.exchange.sets import lists_of, users_of
from greffe.mapping.suggest.rank import Elsewhere, Ground
from greffe.mapping.suggest.words import Lexicon, term
from greffe.model.maps import RepresentationMap


class Library:
    """The maps of a catalogue with their terms, each list read once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.tables: dict[str, RepresentationMap] = {
            t.file: t for m in catalogue.maps.values() for t in m.representation_maps
        }
        self._catalogue = catalogue
        self._terms: dict[tuple[str, ...], Lexicon] = {}
        self._columns = {file: self._columns_of(table) for file, table in self.tables.items()}

    def _columns_of(self, table: RepresentationMap) -> tuple[tuple[str, Lexicon], ...]:
        """The list's id and terms of each column, sources first."""
        users = users_of(self._catalogue, table)
        found = []
        for side, ids in (("source", table.sources), ("target", table.targets)):
            for id_ in ids:
                lists = lists_of(self._catalogue, users, side, id_)
                key = tuple(str(list_.reference) for list_ in lists)
                if key not in self._terms:
                    self._terms[key] = Lexicon((item.id, term(item)) for list_ in lists for item in list_.items)
                found.append(("|".join(key), self._terms[key]))
        return tuple(found)

    def ground(self, file: str, *, others: bool = True) -> Ground:
        """What is known where that map stands. Without `others`, the map and its lists alone."""
        table = self.tables[file]
        columns = self._columns[file]
        split = len(table.sources)
        return Ground(
            table,
            [terms for _, terms in columns[:split]],
            [terms for _, terms in columns[split:]],
            [list_ for list_, _ in columns[split:]],
            self._others(file) if others else None,
        )

    def _others(self, file: str) -> Mapping[tuple[str, str], Sequence[Elsewhere]]:
        found: dict[tuple[str, str], list[Elsewhere]] = defaultdict(list)
        for other, table in self.tables.items():
            columns = self._columns[other][len(table.sources) :]
            for row in table.rows if other != file else ():
                if not row.has_target:
                    continue
                pairs = zip(table.sources, row.sources, strict=True)
                sources = {component: s.value for component, s in pairs if s.match == "exact"}
                coded = zip(row.targets, columns, strict=True)
                targets = tuple((list_, terms[code]) for code, (list_, terms) in coded if code in terms)
                where = f"{other.removeprefix('mappings/')}, {row.row_id}"
                for key in sources.items():
                    found[key].append(Elsewhere(sources, targets, where))
        return found
