"""What was open when a delivery was built may be confidential by now: a newer release of the same figures hides it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.arrow import pq, text
from greffe.errors import Refused
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.transmission.files import Headed, content, filled, told_since
from greffe.transmission.rights import HINT
from greffe.transmission.workbooks import kind_of

FREE: Final = ("", "F")  # CONF_STATUS of what is open
Keys = set[tuple[str, ...]]


def still_open(parts: Parts, one: Transmission, file: SentFile, release: Release) -> None:
    """Raises Refused where the newest release of the dataflow, out or waiting for its hour, hides a figure that the file shows.
    What the release has and the file does not is left out: other years of a questionnaire, what did not change. Nothing is
    read while it is itself the newest."""
    newest, names, shown = hidden_since(parts, release)
    found = sorted(shown & _delivered(parts, one, file, release, names, shown)) if shown else []
    if found:
        raise Refused(
            f"{newest} hides what {release} shows, {'.'.join(found[0])} first ({len(found)} in all): {file.name} does not leave.",
            hint=HINT,
        )


def hidden_since(parts: Parts, release: Release) -> tuple[Release, Sequence[str], Keys]:
    """The newest release of a dataflow, out or waiting for its hour; its dimensions, TIME_PERIOD last; and which figures of an
    older release it hides."""
    made = [r for r in parts.ledger().releases_of(release.dataflow) if r.withdrawn_at is None]
    newest = max(made, key=lambda r: r.number, default=release)
    if newest.number <= release.number:
        return newest, (), set()
    structure = parts.catalogue().structure(parts.catalogue().get(Dataflow, release.dataflow))
    names = (*structure.dimension_ids, "TIME_PERIOD")
    hidden = _keys(parts, newest, names, shown=False)
    return newest, names, hidden & _keys(parts, release, names, shown=True) if hidden else set()


def _delivered(
    parts: Parts, one: Transmission, file: SentFile, release: Release, names: Sequence[str], shown: Keys
) -> Keys:
    """Which of these the file holds, made as it was built: cells of a questionnaire, what changed, else all of them; all too
    where its dimensions stood in another order then."""
    said = content(parts, Headed(one.id, one.test, one.prepared, one.year), file)
    catalogue = parts.catalogue(one.catalogue)
    if (*catalogue.structure(catalogue.get(Dataflow, release.dataflow)).dimension_ids, "TIME_PERIOD") != tuple(names):
        return shown
    if kind_of(file.format) is not None:
        cells = filled(parts, catalogue, said).cells()
        return {(*c.key, c.period) for sheet, *_, c in cells if sheet.layout.flow == release.dataflow.id}
    return told_since(parts, catalogue, said) if file.since else shown


def _keys(parts: Parts, release: Release, names: Sequence[str], *, shown: bool) -> Keys:
    """Series and period of each value that is shown, or of each that is held back as confidential."""
    file = parts.observations.file(release.name, "data.parquet")
    columns = set(pq.read_schema(file).names)
    if not columns >= {*names, "CONF_STATUS"}:
        return set()  # of other dimensions, or with nothing that could be confidential
    table = pq.read_table(file, columns=[*names, "OBS_VALUE", "CONF_STATUS"])
    rows = zip(*(table.column(n).to_pylist() for n in (*names, "OBS_VALUE", "CONF_STATUS")), strict=True)
    return {
        tuple(text(c) for c in key)
        for *key, value, status in rows
        if (value is not None if shown else value is None and (status or "") not in FREE)
    }
