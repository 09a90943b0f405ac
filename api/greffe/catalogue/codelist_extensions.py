"""Code lists that extend others get the codes that they take over (ML3-07): own codes first, then the inherited ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from greffe.errors import BadDefinition, nearest
from greffe.model.artefacts import Artefact, Item
from greffe.model.references import Reference, same_version
from greffe.model.structures import Codelist, CodelistExtension


def resolved(
    artefacts: Mapping[tuple[str, Reference], Artefact], places: Mapping[tuple[str, Reference], str]
) -> dict[tuple[str, Reference], Artefact]:
    """All artefacts, each extended code list with its inherited codes. `places` gives the file of each.

    Raises BadDefinition for a list that is not there, a selection that selects nothing, lists that extend each other,
    and a parent that is neither an own code nor an inherited one.
    """
    reader = _Resolver(artefacts, places)
    return {key: reader.whole(one, ()) if isinstance(one, Codelist) else one for key, one in artefacts.items()}


class _Resolver:
    """Resolves each list once, and those it extends before it."""

    def __init__(
        self, artefacts: Mapping[tuple[str, Reference], Artefact], places: Mapping[tuple[str, Reference], str]
    ) -> None:
        self.lists = {a.reference: a for a in artefacts.values() if isinstance(a, Codelist)}
        self.places = places
        self.done: dict[Reference, Codelist] = {}

    def whole(self, list_: Codelist, above: tuple[Reference, ...]) -> Codelist:
        """The list with what it takes over; `above`: the lists that wait for it."""
        if not list_.extensions or list_.reference in self.done:
            return self.done.get(list_.reference, list_)
        file = self.places[list_.kind, list_.reference]
        if list_.reference in above:
            raise BadDefinition(f"{list_.reference} extends itself by way of {above[-1]}.", file=file)
        own = {item.id for item in list_.items}
        taken: dict[str, Item] = {}
        for extension in list_.extensions:
            base = self.whole(self._base(extension, file), (*above, list_.reference))
            # A later extension overrides an earlier one, and an own code all of them.
            taken |= {item.id: item for item in _taken(extension, base, file) if item.id not in own}
        items = (*list_.items, *taken.values())
        for item in items:
            if item.parent and item.parent not in own and item.parent not in taken:
                raise BadDefinition(
                    f"The parent {item.parent!r} of {item.id!r} is not in the list.",
                    file=file,
                    nearest=nearest(item.parent, (*own, *taken)),
                )
        self.done[list_.reference] = replace(list_, items=items, inherited=frozenset(taken))
        return self.done[list_.reference]

    def _base(self, extension: CodelistExtension, file: str) -> Codelist:
        wanted = extension.codelist.reference
        for reference, list_ in self.lists.items():
            if (reference.agency, reference.id) == (wanted.agency, wanted.id) and same_version(
                reference.version, wanted.version
            ):
                return list_
        raise BadDefinition(
            f"The list that is extended leads nowhere: There is no codelist {wanted}.",
            file=file,
            nearest=nearest(str(wanted), map(str, self.lists)),
        )


def _taken(extension: CodelistExtension, base: Codelist, file: str) -> Iterator[Item]:
    """The codes that are taken over, under their new ids; a parent that is left behind is no parent any more."""
    named = _named(extension, base, file)
    kept = {i.id for i in base.items if not extension.members or (i.id in named) != extension.exclusive}
    for item in base.items:
        if item.id in kept:
            parent = extension.prefix + item.parent if item.parent in kept else ""
            yield replace(item, id=extension.prefix + item.id, parent=parent)


def _named(extension: CodelistExtension, base: Codelist, file: str) -> set[str]:
    """The codes of the list that the members name."""
    found: set[str] = set()
    for member in extension.members:
        pattern = ".*".join(map(re.escape, member.split("%")))
        ids = {item.id for item in base.items if re.fullmatch(pattern, item.id)}
        if not ids:
            known = [item.id for item in base.items]
            raise BadDefinition(
                f"{member!r} selects no code of {base.reference}.", file=file, nearest=nearest(member, known)
            )
        found |= ids
    return found
