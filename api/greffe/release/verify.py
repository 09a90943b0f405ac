"""Is everything that is kept what was written: register, extracts, drafts, releases; every fault, not the first alone. Files of
transmissions: transmission/verified.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from greffe.errors import GreffeError
from greffe.release.drafts import draft_folder, read_draft
from greffe.release.parts import Parts
from greffe.release.sources import faults as extract_faults
from greffe.store.depot import version_of
from greffe.store.named import EXTRACTS, named
from greffe.store.records import DraftRecord, ExtractRecord

Look = Callable[[], Iterable[str]]  # reads something again; its faults as sentences
CHAIN = "register"


def faults(parts: Parts) -> list[str]:
    """Faults as sentences; empty when all is as written."""
    return [fault for _, look in looks(parts) for fault in look()]


def looks(parts: Parts) -> Iterator[tuple[str, Look]]:
    """All that is kept, one thing after the other: what it is, and how to look."""
    ledger = parts.ledger()
    yield CHAIN, parts.register.verify
    for folder, extract in named(parts.register.read(kinds=EXTRACTS)).extracts.items():
        yield folder, partial(_of_extract, parts, folder, extract)
    for draft in ledger.drafts.values():
        yield draft.id, partial(_of_draft, parts, draft)
    for release in ledger.releases.values():
        yield str(release), partial(_of_release, parts, release.name, str(release))


def _of_extract(parts: Parts, folder: str, extract: ExtractRecord) -> Iterator[str]:
    try:
        yield from extract_faults(parts.extracts, extract, folder)
    except GreffeError as error:
        yield f"extract {folder}: {error.text()}"


def _of_draft(parts: Parts, draft: DraftRecord) -> Iterator[str]:
    try:
        yield from parts.drafts.faults(draft.id, version_of(draft.checksum))
        if read_draft(draft_folder(parts, draft)).checksum != draft.checksum:
            yield f"draft {draft.id}: it is not the one that was entered."
    except GreffeError as error:
        yield f"draft {draft.id}: {error.text()}"


def _of_release(parts: Parts, name: str, said: str) -> Iterator[str]:
    try:
        yield from [f"{said}: {fault}" for fault in parts.observations.verify(name)]
    except GreffeError as error:
        yield f"{said}: {error.text()}"
