"""Where a table of the pivot has what: sheets and names of columns, with defaults, since the official layout is not public."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from greffe.catalogue.tree import Node

NATINF: Final = "natinf"
NFI: Final = "nfi"
NATINF_COLUMNS: Final[Mapping[str, str]] = {
    "code": "Code NATINF",
    "label": "Libellé NATINF",
    "nature": "Nature",
    "valid_from": "Valide du",
    "valid_to": "Valide au",
    "nfi": "Code NFI",
}
NFI_COLUMNS: Final[Mapping[str, str]] = {
    "code": "Code NFI",
    "label": "Libellé NFI",
    "level": "Niveau NFI",
    "parent": "Code NFI parent",
    "iccs": "Code CICS",
    "kind": "Relation CICS",
}
OPTIONAL: Final = {NATINF: ("valid_from", "valid_to"), NFI: ("parent", "kind")}
NATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "CRI": ("Crime", "C", "CRI"),
    "DEL": ("Délit", "D", "DEL"),
    "CON": ("Contravention",),
    **{f"C{n}": (f"C{n}", f"Contravention de {n}e classe", f"Contravention {n}") for n in range(2, 6)},
    "C1": ("C1", "Contravention de 1re classe", "Contravention de 1ère classe", "Contravention 1"),
}
LEVELS: Final = ("Section", "Division", "Groupe", "Classe", "Sous-classe")


@dataclass(frozen=True)
class Part:
    """One of the two tables: on which sheets (of a workbook), and field → header of its column."""

    sheets: tuple[str, ...]
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Layout:
    """Both tables; they may share sheets. `natures`: our code → spellings; `levels`: names of the levels from the top."""

    natinf: Part
    nfi: Part
    natures: Mapping[str, tuple[str, ...]]
    levels: tuple[str, ...]


DEFAULT: Final = Layout(Part(("NATINF",), NATINF_COLUMNS), Part(("NFI",), NFI_COLUMNS), NATURES, LEVELS)


def read_layout(root: Node) -> Layout:
    """The layout a YAML document describes; what it does not say is as by default. Raises BadDefinition."""
    root.only((NATINF, NFI, "natures", "levels"))
    natures = root.child("natures").word_lists() if "natures" in root else {}
    levels = root.words("levels") or LEVELS
    return Layout(
        _part(root, NATINF, DEFAULT.natinf), _part(root, NFI, DEFAULT.nfi), {**NATURES, **natures}, levels
    )  # fmt: skip


def _part(root: Node, name: str, usual: Part) -> Part:
    if name not in root:
        return usual
    node = root.child(name).only(("sheets", "columns"))
    columns = dict(usual.columns)
    if "columns" in node:
        columns |= node.child("columns").only(usual.columns).texts()
    return Part(node.words("sheets") or usual.sheets, columns)
