"""How the contributions of a delivery stand: what it would be built with, what it waits for, and whether that still holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from greffe.errors import Refused
from greffe.model.contributions import MERGED, SIGNED, Contributed, contributed
from greffe.model.instants import PARIS
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.contributing import Waited, waited_for
from greffe.release.parts import Parts
from greffe.store.contribution_records import MERGING
from greffe.transmission.answers.asked import asked
from greffe.transmission.contributions.acts import contradicted, hindrances, unanswered
from greffe.transmission.contributions.places import Place, board
from greffe.transmission.obstacles import Obstacle
from greffe.transmission.rights import HINT
from greffe.transmission.workbooks.filled import NoCell

MISSING, LATE, NOT_MERGED = "contribution_missing", "contribution_late", "contribution_unmerged"
CONTRADICTED, MORE_ASKED = "contribution_contradicted", "contribution_more_asked"


def merged_of(waited: Sequence[Waited]) -> tuple[Contributed, ...]:
    """What a file is built with: contributions that are merged now."""
    return tuple(contributed(w.one) for w in waited if w.one.state == MERGED)


def of_contributions(parts: Parts, waited: Sequence[Waited], *, test: bool) -> list[Obstacle]:
    """Contributions that a delivery waits for, each with its house and deadline: a test leaves without. One that is merged, and
    that a newer release contradicts or that was asked more since, stands in the way of a test too."""
    now, found = parts.clock(), list[Obstacle]()
    for one in waited:
        if one.one.state == MERGED:
            found += _of_merged(parts, one)
            continue
        if test:
            continue
        code = NOT_MERGED if one.one.state == SIGNED else LATE if one.late(now) else MISSING
        until = f"{one.until.astimezone(PARIS):%Y-%m-%d %H:%M}"
        found.append(Obstacle.of(code, one.id, house=one.house, until=until))
    return found


def _of_merged(parts: Parts, waited: Waited) -> Iterator[Obstacle]:
    """By the sheets as releases fill them now, which are kept: a plan costs no more for it."""
    one = waited.one
    try:
        cells = asked(parts, one.questionnaire, one.year).cells
    except NoCell:
        return  # the plan tells it of the questionnaire itself
    places = (Place(a.sheet, a.row, a.column, a.cell, a.house) for a in cells if a.house == waited.house)
    own = {p.name: p for p in places if not p.confidential}
    against = contradicted(own, one)
    if against:
        place, said = against[0]
        facts = {
            "house": waited.house,
            "cell": place.name,
            "released": place.cell.text,
            "said": said,
            "n": len(against),
        }
        yield Obstacle.of(CONTRADICTED, one.id, **facts)
    left = unanswered(own, one)
    if left:
        yield Obstacle.of(MORE_ASKED, one.id, house=waited.house, cell=left[0], n=len(left))


def waited_by(parts: Parts, questionnaire: str, year: int, flows: Sequence[str]) -> list[Waited]:
    """The contributions that a file of these dataflows waits for."""
    return waited_for(parts, questionnaire, year, frozenset(flows))


def whole(parts: Parts, questionnaire: str, year: int, merged: Sequence[Contributed]) -> None:
    """Raise Refused for a contribution that no longer says what its file would: a release came out since, or more is asked."""
    if not merged:
        return
    found = board(parts, questionnaire, year)
    ids = {c.id for c in merged}
    flows = [s.flow for s in found.filled.questionnaire.sheets]
    for one in waited_by(parts, questionnaire, year, flows):
        faults = hindrances(found, one) if one.id in ids else []
        if faults:
            raise Refused(f"{one.id}: {faults[0]}", hint="Reopen the contribution, with the reason.")


def still_merged(parts: Parts, one: Transmission, file: SentFile) -> None:
    """Raise Refused where a contribution that a file was built with was reopened, or says something else now."""
    for part in file.contributions:
        now = parts.ledger().contributions.get(part.id)
        if now is None or now.state != MERGED or now.content != part.content:
            raise Refused(
                f"{part.id} was reopened since {one.id} was built: {file.name} does not leave.",
                hint=HINT,
            )


def faults(parts: Parts, one: Transmission) -> Iterator[str]:
    """Contributions that a delivery names and the register does not."""
    for part in dict.fromkeys(c for f in one.files for c in f.contributions):
        entries = parts.register.read(subject=part.id, kinds=(MERGING,))
        if not any(e.payload.get("content") == part.content for e in entries):
            yield f"{one.id}: the register has no merge of {part.id} with the content that was sent."
