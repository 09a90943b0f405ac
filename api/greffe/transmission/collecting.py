"""Receipts that lie at the counterpart of a channel are fetched into its inbox, each once; from there they are taken as all are.

What was fetched is remembered beside them: `.fetched`, channel → name → mark, for several channels may have one inbox. Whoever is
killed fetches again, and nothing is taken twice: a receipt is known by its bytes. Of two files of one name both are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from greffe.errors import GreffeError
from greffe.store.folders import put
from greffe.transmission.channels.channel import NotSent, Options
from greffe.transmission.channels.collecting import Collected, Collects
from greffe.transmission.done import Done
from greffe.transmission.ways import made_of

FETCHED: Final = ".fetched"


def collect(channels: Mapping[str, Options]) -> Iterator[Done]:
    """What could not be fetched, or was; of every channel that says where its counterpart's receipts lie."""
    for options in channels.values():
        if "receipts" in options.values:
            yield from _of(options)


def _of(options: Options) -> Iterator[Done]:
    try:
        channel, inbox = made_of(options), options.path("inbox")
        if inbox is None:
            raise options.wrong("receipts", "are fetched into inbox, which is not said")
        if not isinstance(channel, Collects):
            raise options.wrong("receipts", "cannot be fetched by a channel of this kind")
        inbox.mkdir(parents=True, exist_ok=True)
        known, count = _known(inbox), 0
        for one in channel.collect(known.get(options.name, {})):
            if one.content is None:
                yield Done(options.name, "not fetched", one.fault, failed=True)
                continue
            _put(inbox, one)
            known.setdefault(options.name, {})[one.name] = one.mark
            _remember(inbox, known)
            count += 1
        if count:
            yield Done(options.name, "fetched", f"{count} files")
    except NotSent as error:
        yield Done(options.name, "not fetched", str(error), failed=True)
    except GreffeError as error:
        yield Done(options.name, "not fetched", error.text(), failed=True)
    except OSError as error:
        yield Done(options.name, "not fetched", f"The inbox cannot be written: {error.strerror}.", failed=True)


def _known(inbox: Path) -> dict[str, dict[str, str]]:
    """What was fetched of each channel; nothing where it cannot be read, for fetching again does no harm."""
    try:
        found = json.loads((inbox / FETCHED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    channels = found.items() if isinstance(found, dict) else ()
    return {c: {str(k): str(v) for k, v in names.items()} for c, names in channels if isinstance(names, dict)}


def _remember(inbox: Path, known: Mapping[str, Mapping[str, str]]) -> None:
    put(inbox / FETCHED, json.dumps(known, sort_keys=True).encode(), inbox / f"{FETCHED}.part")


def _put(inbox: Path, one: Collected) -> None:
    """Under its name; where another file of that name waits, its checksum stands before the ending. It is on the disk before it
    is remembered: it is not fetched twice."""
    assert one.content is not None
    place = inbox / one.name
    if place.exists() and place.read_bytes() != one.content:
        place = inbox / f"{place.stem}-{hashlib.sha256(one.content).hexdigest()[:12]}{place.suffix}"
    put(place, one.content, inbox / f".{one.name}.part")
