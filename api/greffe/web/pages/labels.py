"""What components and codes of a structure are called, in the language of who looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.languages import best
from greffe.french import text_in_french
from greffe.model.structures import Codelist, DataStructure, Texts


@dataclass(frozen=True)
class Labels:
    """Names of a structure in a language; what has no name is called by its id."""

    catalogue: Catalogue
    structure: DataStructure
    lang: str

    @cached_property
    def _lists(self) -> Mapping[str, Codelist]:
        return self.catalogue.codelists(self.structure)

    @cached_property
    def _concepts(self) -> Mapping[str, Texts]:
        return self.catalogue.concepts(self.structure)

    def concept(self, id_: str) -> str:
        """Of a component."""
        names = self._concepts.get(id_)
        return (best(names, self.lang) if names else "") or id_

    def code(self, id_: str, code: str) -> str:
        """Of a code; the code itself where nothing names it; a text (a footnote) in French where it is one of ours."""
        codes = self._lists.get(id_)
        item = codes.item(code) if codes else None
        told = text_in_french(code) if self.lang == "fr" and codes is None else None
        return (best(item.names, self.lang) if item else "") or told or code

    def key(self, key: Mapping[str, str]) -> str:
        """A series in words: the names of its codes."""
        return ", ".join(self.code(d, c) for d, c in key.items())
