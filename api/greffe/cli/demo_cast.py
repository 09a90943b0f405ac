"""Who acts in the demonstration, and how its files are handed over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from greffe.cli.show import progress
from greffe.ingest.extract import ReadOptions
from greffe.release.intake import Handover, Taken, take_in
from greffe.release.parts import Parts
from greffe.store.base import Actor

AUTHOR, FIRST, SECOND, RELEASER, AUDITOR, TRANSMITTER, OBSERVATORY, PRISONS = (
    Actor(n) for n in ("camille", "driss", "elise", "farid", "hana", "ines", "olga", "paul")
)
PEOPLE = (
    (AUTHOR, "author"),
    (FIRST, "approver"),
    (SECOND, "approver"),
    (RELEASER, "releaser"),
    (AUDITOR, "auditor"),
    (TRANSMITTER, "transmitter"),
    (OBSERVATORY, "recipient:OBS"),
    (PRISONS, "contributor:DAP"),
)
out = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Extract:
    """A file of the samples and what comes with it."""

    path: Path
    source: str
    sender: str
    origin: str
    dataflow: str = ""


def take(parts: Parts, extract: Extract) -> Taken:
    """Ingest one file, with a bar."""
    handover = Handover(extract.source, extract.sender, extract.origin, parts.clock(), extract.dataflow)
    with progress(f"Ingesting {extract.path.name}", False) as bar:
        task = bar.task_ids[0]
        return take_in(
            parts,
            AUTHOR,
            extract.path,
            handover,
            ReadOptions(),
            lambda stage, n: bar.update(task, note=f"{stage} {n:,}"),
        )
