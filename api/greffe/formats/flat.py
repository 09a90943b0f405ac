"""What the flat formats for people's tools share: their columns in order, and what a message says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.formats.components import TIME, VALUE, attribute_ids
from greffe.formats.languages import best
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.structures import Codelist

FLOW: Final = "DATAFLOW"
ACTION, VALID_FROM, VALID_TO = "ACTION", "VALID_FROM", "VALID_TO"
ORIGIN: Final = "DATA_ORIGIN"
LICENCE: Final = "Licence Ouverte 2.0 / Open Licence 2.0 (Etalab)"
LICENCE_URL: Final = "https://spdx.org/licenses/etalab-2.0.html"
_SYNTHETIC: Final = {
    "en": "SYNTHETIC figures, invented for trials. Do not use them as statistics.",
    "fr": "Chiffres SYNTHÉTIQUES, inventés pour essai. Ne pas les utiliser comme statistiques.",
}


@dataclass(frozen=True)
class Column:
    """One column. `coded`: at least one data set has a list of codes for it."""

    id: str
    coded: bool = False


def columns(message: DataMessage) -> tuple[Column, ...]:
    """The columns of all data sets together, in order.

    DATAFLOW only where there are several, ACTION, VALID_FROM and VALID_TO only in histories and deletions; DATA_ORIGIN
    always (D13); then dimensions, TIME_PERIOD, OBS_VALUE and attributes, each once.
    """
    found = [FLOW] if len({str(d.dataflow.reference) for d in message.datasets}) > 1 else []
    if has_history(message):
        found += [ACTION, VALID_FROM, VALID_TO]
    found.append(ORIGIN)
    for dataset in message.datasets:
        found += dataset.structure.dimension_ids
    found.append(TIME)
    if any(d.measures for d in message.datasets):
        found.append(VALUE)
    for dataset in message.datasets:
        found += attribute_ids(dataset)
    return tuple(Column(id_, coded(message.datasets, id_)) for id_ in dict.fromkeys(found))


def coded(datasets: Sequence[DataSet], id_: str) -> bool:
    """Whether one of them has a list of codes for that component."""
    return any(id_ in d.codelists for d in datasets)


def has_history(message: DataMessage) -> bool:
    """Whether it holds deletions or what was valid from one instant to another."""
    return any(d.action == "D" or d.valid_from or d.valid_to for d in message.datasets)


def constants(dataset: DataSet) -> dict[str, str]:
    """What stands in every row of the data set, by column; DATA_ORIGIN also where the attribute of that name is absent."""
    return {
        FLOW: str(dataset.dataflow.reference),
        ACTION: dataset.action,
        VALID_FROM: dataset.valid_from,
        VALID_TO: dataset.valid_to,
        ORIGIN: dataset.origin,
    }


def is_synthetic(message: DataMessage) -> bool:
    """Whether any figure was invented (D13)."""
    return any(d.origin == "synthetic" for d in message.datasets)


def warning(language: str) -> str:
    """The banner over synthetic figures."""
    return best(_SYNTHETIC, language)


def mark(language: str) -> str:
    """What stands before the title of synthetic figures."""
    return best({"en": "[SYNTHETIC]", "fr": "[SYNTHÉTIQUE]"}, language)


def labels(codelist: Codelist | None, language: str) -> dict[str, str]:
    """Code → name, '' where it has none; nothing without a list."""
    return {i.id: best(i.names, language) for i in codelist.items} if codelist else {}


def facts(message: DataMessage) -> dict[str, str]:
    """What a file says of itself, in words for machines: the same question gives the same facts (no clock)."""
    sets = message.datasets
    found = {
        "title": "; ".join(dict.fromkeys(best(d.dataflow.names, message.language) for d in sets)),
        "dataflow": " ".join(dict.fromkeys(str(d.dataflow.reference) for d in sets)),
        "structure": " ".join(dict.fromkeys(str(d.structure.reference) for d in sets)),
        "release": " ".join(dict.fromkeys(d.release for d in sets if d.release)),
        "origin": "synthetic" if is_synthetic(message) else "real",
        "warning": warning(message.language) if is_synthetic(message) else "",
        "source": message.header.source,
        "prepared": message.header.prepared,
        "licence": LICENCE,
        "licence_url": LICENCE_URL,
        "language": message.language,
        "query": message.query,
    }
    return {name: value for name, value in found.items() if value}
