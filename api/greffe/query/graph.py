"""Who uses whom among artefacts and maps, and the neighbours that `references` means (R1-STR-60, R2-STR-30)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.model.maps import RepresentationMap, StructureMap
from greffe.model.references import Reference, Urn
from greffe.model.structures import (
    AgencyScheme,
    Artefact,
    Categorisation,
    DataConstraint,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
)

Node: TypeAlias = tuple[str, Reference]
Nodes: TypeAlias = frozenset[Node]


class Graph:
    """The artefacts of a catalogue and what each uses. Maps and agencies' schemes count on 2.x only."""

    def __init__(self, catalogue: Catalogue, api: int) -> None:
        self._catalogue = catalogue
        self.artefacts: Mapping[Node, Artefact] = catalogue.artefacts
        self.maps: dict[Node, StructureMap] = {}
        self.representations: dict[Node, RepresentationMap] = {}
        self._uses: dict[Node, Nodes] = {
            node: self._known(_references(artefact)) for node, artefact in self.artefacts.items()
        }
        if api == 2:
            self._add_maps()
            self._add_agencies()
        self._users: dict[Node, set[Node]] = {}
        for node, used in self._uses.items():
            for one in used:
                self._users.setdefault(one, set()).add(node)

    @property
    def nodes(self) -> Iterable[Node]:
        """Every artefact and map."""
        return self._uses

    def children(self, nodes: Nodes) -> Nodes:
        """What they use themselves."""
        return frozenset[Node]().union(*(self._uses[n] for n in nodes))

    def parents(self, nodes: Nodes) -> Nodes:
        """What uses them itself."""
        return frozenset(user for n in nodes for user in self._users.get(n, ()))

    def descendants(self, nodes: Nodes) -> Nodes:
        """What they use, and what that uses."""
        return _transitive(nodes, self.children)

    def ancestors(self, nodes: Nodes) -> Nodes:
        """What uses them, and what uses that."""
        return _transitive(nodes, self.parents)

    def neighbours(self, nodes: Nodes, asked: Collection[str]) -> Nodes:
        """What comes along with `nodes` for those values of `references`, without the nodes themselves."""
        found: Nodes = frozenset()
        parents = self.parents(nodes)
        for value in asked:
            match value:
                case "none":
                    continue
                case "parents":
                    found |= parents
                case "parentsandsiblings":
                    found |= parents | self.children(parents)
                case "ancestors":
                    found |= self.ancestors(nodes)
                case "children":
                    found |= self.children(nodes)
                case "descendants":
                    found |= self.descendants(nodes)
                case "all":
                    found |= parents | self.children(parents) | self.descendants(nodes)
                case kind:
                    both = self.descendants(nodes) | self.ancestors(nodes)
                    found |= frozenset(n for n in both if n[0] == kind)
        return found - nodes

    def _known(self, urns: Iterable[Urn | None]) -> Nodes:
        found = {(u.kind, u.reference) for u in urns if u is not None}
        return frozenset(node for node in found if node in self.artefacts)

    def _add_maps(self) -> None:
        for map_ in self._catalogue.maps.values():
            node = ("structuremap", map_.reference)
            self.maps[node] = map_
            flows = self._known((Urn("dataflow", map_.source), Urn("dataflow", map_.target)))
            used = {("representationmap", r.reference) for r in map_.representation_maps}
            self._uses[node] = flows | frozenset(used)
            for one in map_.representation_maps:
                self._add_representation(map_, one)

    def _add_representation(self, map_: StructureMap, one: RepresentationMap) -> None:
        node = ("representationmap", one.reference)
        self.representations[node] = one
        used = set(self._uses.get(node, frozenset()))
        for flow, columns in ((map_.source, one.sources), (map_.target, one.targets)):
            used |= self._known(self._codelists(flow, columns))
        self._uses[node] = frozenset(used)

    def _codelists(self, flow: Reference, columns: tuple[str, ...]) -> list[Urn | None]:
        try:
            structure = self._catalogue.structure(self._catalogue.get(Dataflow, flow))
        except NotFound:
            return []
        components = (structure.component(c) for c in columns)
        return [c.representation.enumeration for c in components if c is not None]

    def _add_agencies(self) -> None:
        """On 2.x every artefact uses the scheme that names its agency (R2-STR-32)."""
        homes = {i.id: ("agencyscheme", s.reference) for s in self._catalogue.all(AgencyScheme) for i in s.items}
        for node in self._uses:
            home = homes.get(node[1].agency)
            if home is not None and home != node:
                self._uses[node] |= {home}


def _transitive(nodes: Nodes, step: Callable[[Nodes], Nodes]) -> Nodes:
    found: Nodes = frozenset()
    edge = nodes
    while edge:
        edge = step(edge) - found
        found |= edge
    return found


def _references(artefact: Artefact) -> Iterable[Urn | None]:
    match artefact:
        case DataStructure():
            enumerations = [c.representation.enumeration for c in artefact.components]
            return [*enumerations, *(c.concept for c in artefact.components)]
        case Dataflow():
            return [artefact.structure]
        case ProvisionAgreement():
            return [artefact.dataflow, artefact.provider]
        case DataConstraint():
            return artefact.attachments
        case Categorisation():
            return [artefact.source, artefact.target]
        case _:
            return []
