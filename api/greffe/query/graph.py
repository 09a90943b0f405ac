"""Who uses whom among artefacts, and the neighbours that `references` means (R1-STR-60 to 68, R2-STR-30 to 32)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery
from greffe.model.artefacts import Artefact, ItemScheme
from greffe.model.metadata import Metadataflow, MetadataProvisionAgreement
from greffe.model.references import KINDS, Reference, Urn, parse_urn
from greffe.model.structures import AgencyScheme
from greffe.query import versions
from greffe.query.items import own_id
from greffe.query.resources import STRUCTURES, V1_KINDS, V1_READ_BY_ALL

Node: TypeAlias = tuple[str, Reference]
Nodes: TypeAlias = frozenset[Node]
Arrows: TypeAlias = dict[Node, set[Node]]
_LISTS: Final = ("codelist", "valuelist", "conceptscheme")
# Siblings come without what they use themselves; these bring it along, for pysdmx fails on a message that lacks it.
_PARTS: Final = {
    "structuremap": ("representationmap",),
    "hierarchy": _LISTS,
    "datastructure": _LISTS,
    "metadatastructure": _LISTS,
}
_TARGET: Final = re.compile(r"urn:sdmx:org\.sdmx\.infomodel\.([^=]+)=([^:]+):([^(]+)\(([^)]+)\)(?:\..+)?")


class Graph:
    """The artefacts of a catalogue and what each uses, as `references` follows it in that generation of the API.

    1.5 knows fewer kinds, no drafts, and no arrows to agencies; its structure sets hold their representation maps. On
    2.x a metadataflow (and an agreement on one) is a user of whatever it reports on. `raw`: code lists that another one
    takes over count as used by it; otherwise its codes are complete without them (R2-STR-20, 26). `narrowed`: schemes
    of which only some items were asked for; what else they hold counts for nothing (R2-STR-13).
    """

    def __init__(
        self, catalogue: Catalogue, api: int, *, raw: bool = False, narrowed: Mapping[Node, Artefact] | None = None
    ) -> None:
        self._artefacts = catalogue.artefacts
        self._narrowed = narrowed or {}
        self._api, self._raw = api, raw
        self._urns = {node: urns for node, urns in catalogue.uses.items() if known(node, api)}
        for node, artefact in self._narrowed.items():
            self._urns[node] = frozenset(artefact.uses())
        self._uses: Arrows = {}  # what is named
        self._covers: Arrows = {}  # what is meant by a pattern with wildcards
        self._users: Arrows = {}
        for node, urns in self._urns.items():
            self._add(node, urns)
        if api == 2:
            self._add_agencies()
            self._add_targets()

    def children(self, nodes: Nodes) -> Nodes:
        """What they use themselves."""
        return _step(self._uses, nodes) | _step(self._covers, nodes)

    def parents(self, nodes: Nodes) -> Nodes:
        """What uses them itself."""
        return _step(self._users, nodes)

    def siblings(self, nodes: Nodes, through: Collection[str] = STRUCTURES) -> Nodes:
        """What their users of those kinds name besides. A pattern is no name: else every flow were a sibling of every
        other one."""
        return _step(self._uses, frozenset(n for n in self.parents(nodes) if n[0] in through))

    def descendants(self, nodes: Nodes) -> Nodes:
        """What they use, and what that uses."""
        return _transitive(nodes, self.children)

    def ancestors(self, nodes: Nodes) -> Nodes:
        """What uses them, and what uses that."""
        return _transitive(nodes, self.parents)

    def neighbours(self, nodes: Nodes, asked: Collection[str]) -> Nodes:
        """The structures that come along with `nodes` for those values of `references`, without the nodes themselves."""
        found: Nodes = frozenset()
        for value in asked:
            match value:
                case "none":
                    continue
                case "parents":
                    found |= self.parents(nodes)
                case "parentsandsiblings":
                    found |= self._beside(nodes)
                case "ancestors":
                    found |= self.ancestors(nodes)
                case "children":
                    found |= self.children(nodes)
                case "descendants":
                    found |= self.descendants(nodes)
                case "all":
                    found |= self._all(nodes)
                case kind:
                    both = self.descendants(nodes) | self.ancestors(nodes)
                    found |= frozenset(n for n in both if n[0] == kind)
        return frozenset(n for n in found if n[0] in STRUCTURES) - nodes

    def _beside(self, nodes: Nodes, through: Collection[str] = STRUCTURES) -> Nodes:
        """Parents and siblings through users of those kinds, and what pysdmx cannot read these without when they come
        from afar: see `_PARTS`."""
        found = (self.parents(nodes) | self.siblings(nodes, through)) - nodes
        return found.union(*(self._parts(n) for n in found))

    def _parts(self, node: Node) -> Nodes:
        kinds = _PARTS.get(node[0], ())
        return frozenset(n for n in self._uses.get(node, ()) if n[0] in kinds)

    def _all(self, nodes: Nodes) -> Nodes:
        """On 1.5 `all` brings to flows and structures what pandaSDMX knows: it asks so, and fails on anything else. What
        only a user that is left out names does not come either."""
        if self._api == 2 or not all(kind in ("dataflow", "datastructure") for kind, _ in nodes):
            return self._beside(nodes) | self.descendants(nodes)
        found = self._beside(nodes, V1_READ_BY_ALL) | self.descendants(nodes)
        return frozenset(n for n in found if n[0] in V1_READ_BY_ALL)

    def _add(self, node: Node, urns: Iterable[Urn]) -> None:
        for urn in urns:
            used = (urn.kind, urn.reference)
            if used not in self._urns:
                if used[0] == "representationmap" and used in self._artefacts:  # on 1.5 it is a part of the set
                    self._add(node, self._artefacts[used].uses())
                continue
            if urn.item and self._left_out(used, urn.item):
                continue
            extends = used[0] == node[0] == "codelist"
            if not extends or self._raw:
                self._uses.setdefault(node, set()).add(used)
            if not extends or self._api == 2:
                self._users.setdefault(used, set()).add(node)

    def _left_out(self, node: Node, item: str) -> bool:
        scheme = self._narrowed.get(node)
        return isinstance(scheme, ItemScheme) and scheme.item(own_id(item)) is None

    def _add_agencies(self) -> None:
        """On 2.x every artefact uses the scheme that names its agency (R2-STR-32)."""
        homes: dict[str, Node] = {}
        for node in self._urns:
            scheme = self._narrowed.get(node, self._artefacts[node])
            if isinstance(scheme, AgencyScheme):
                homes |= {agency_of(scheme, item.id): node for item in scheme.items}
        for node in self._urns:
            home = homes.get(node[1].agency)
            if home is not None and home != node:
                self._uses.setdefault(node, set()).add(home)
                self._users.setdefault(home, set()).add(node)

    def _add_targets(self) -> None:
        """On 2.x what is reported on is used by the metadataflow, whose targets may be patterns (R2-STR-32)."""
        for node in self._urns:
            artefact = self._artefacts[node]
            if not isinstance(artefact, Metadataflow | MetadataProvisionAgreement):
                continue
            for target in artefact.targets:
                arrows = self._covers if "*" in target else self._uses
                for one in _targeted(target, self._urns):
                    if one != node:
                        arrows.setdefault(node, set()).add(one)
                        self._users.setdefault(one, set()).add(node)


def known(node: Node, api: int) -> bool:
    """Whether that generation of the API has a word for the kind, and for the version: 1.5 has no drafts."""
    return api == 2 or (node[0] in V1_KINDS and "-" not in node[1].version)


def agency_of(scheme: AgencyScheme, item: str) -> str:
    """The whole id of an agency of a scheme: those of SDMX are at the top, others below the agency that names them."""
    return item if scheme.reference.agency == "SDMX" else f"{scheme.reference.agency}.{item}"


def _targeted(target: str, nodes: Collection[Node]) -> Iterator[Node]:
    """The artefacts that a URN with `*` in its parts means; a target that is no URN means none."""
    parts = _TARGET.fullmatch(target)
    if parts is None:
        return
    exact = _exact(target)
    if exact is not None:
        yield from (n for n in (exact,) if n in nodes)
        return
    like = [re.compile(re.escape(part).replace(r"\*", ".*")) for part in parts.groups()[:3]]
    for kind, reference in nodes:
        words = (".".join(KINDS[kind]), reference.agency, reference.id)
        if all(p.fullmatch(w) for p, w in zip(like, words, strict=True)) and _has(reference.version, parts[4]):
            yield kind, reference


def _exact(target: str) -> Node | None:
    try:
        urn = parse_urn(target)
    except BadQuery:
        return None
    return urn.kind, urn.reference


def _has(version: str, pattern: str) -> bool:
    try:
        return bool(versions.matching([pattern], [version]))
    except BadQuery:
        return False


def _step(arrows: Arrows, nodes: Nodes) -> Nodes:
    return frozenset[Node]().union(*(arrows[n] for n in nodes if n in arrows))


def _transitive(nodes: Nodes, step: Callable[[Nodes], Nodes]) -> Nodes:
    found: Nodes = frozenset()
    edge = nodes
    while edge:
        edge = step(edge) - found
        found |= edge
    return found
