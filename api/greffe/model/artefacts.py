"""What every artefact has: identity, names in every language, annotations; item schemes and their items.

Field order and words follow the standard (SDMX 2.1 and 3.1 in common). References to other artefacts are `Urn` values;
nothing here is resolved. Kinds are the words of REST 2.x paths (`references.KINDS`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Final, TypeAlias

from greffe.model.references import Reference, Urn

Texts: TypeAlias = Mapping[str, str]  # language → text, e.g. {"en": "Sex", "fr": "Sexe"}


@dataclass(frozen=True)
class Annotation:
    """A note; `type` says what about: PROVENANCE, SOURCE, SOURCE_CODE, COUNTING_UNIT … (see sdmx/README.md)."""

    type: str
    title: str = ""
    texts: Texts = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Item:
    """A code, concept, agency, data provider or category. `parent` is the id of another item of the scheme."""

    id: str
    names: Texts
    descriptions: Texts = field(default_factory=dict)
    parent: str = ""
    annotations: tuple[Annotation, ...] = ()

    def annotation(self, type_: str) -> str:
        """Title of the first annotation of that type, or ''."""
        return next((a.title for a in self.annotations if a.type == type_), "")


@dataclass(frozen=True)
class Maintainable:
    """What every artefact has. `partial` marks an item scheme that was narrowed; `stub` one without its content.

    `valid_from` and `valid_to` are dates or dateTimes as written, '' = no bound.
    """

    kind: ClassVar[str] = ""

    reference: Reference
    names: Texts
    descriptions: Texts = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    partial: bool = False
    stub: bool = False
    valid_from: str = ""
    valid_to: str = ""

    def uses(self) -> Iterator[Urn]:
        """What it refers to, items included, in the order of its parts: the arrows that `references` follows."""
        yield from ()

    @property
    def urn(self) -> Urn:
        """Its own URN."""
        return Urn(self.kind, self.reference)

    def annotation(self, type_: str) -> str:
        """Title of the first annotation of that type, or ''."""
        return next((a.title for a in self.annotations if a.type == type_), "")


@dataclass(frozen=True)
class ItemScheme(Maintainable):
    """A list of items, in the order of the file."""

    items: tuple[Item, ...] = ()

    def item(self, id_: str) -> Item | None:
        """The item of that id."""
        place = self.places.get(id_)
        return None if place is None else self.items[place]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where in `items` each id first stands."""
        return {item.id: len(self.items) - n for n, item in enumerate(reversed(self.items), 1)}


NESTED: Final = ("categoryscheme", "reportingtaxonomy")


def item_paths(scheme: ItemScheme) -> list[str]:
    """What URNs of its items end in, in their order: categories by their whole path, `CRIM.PRISON`, the rest by id."""
    if scheme.kind not in NESTED:
        return [item.id for item in scheme.items]
    paths: dict[str, str] = {}
    for item in scheme.items:
        paths[item.id] = f"{paths[item.parent]}.{item.id}" if item.parent in paths else item.id
    return list(paths.values())


Artefact: TypeAlias = Maintainable
