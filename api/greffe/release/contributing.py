"""Which houses a questionnaire waits for, by when, and how far each is: what the tables ask, with what the register says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.policies.contributions import CONTACT, WORKBOOK, Asking
from greffe.catalogue.policies.deadlines import Deadline
from greffe.errors import Denied, NotFound, nearest
from greffe.model.contributions import Contribution, contribution_id
from greffe.model.instants import paris_date, read
from greffe.model.keys import PREFIX
from greffe.model.structures import Texts
from greffe.model.transmissions import ARRIVED
from greffe.release.deadlines import horizon
from greffe.release.owners import owner
from greffe.release.parts import Parts
from greffe.release.people import bodies, has_role
from greffe.store.base import Actor

CONTRIBUTOR: Final = "contributor"
_YEARS_BACK: Final = 2  # as plans of deliveries


@dataclass(frozen=True)
class Waited:
    """A contribution that is waited for. `until`: its deadline, or the day it was moved to."""

    row: Asking
    names: Texts  # of the house
    year: int
    until: datetime
    one: Contribution

    @property
    def id(self) -> str:
        """Of the contribution."""
        return self.one.id

    @property
    def house(self) -> str:
        """Whose it is."""
        return self.row.house

    @property
    def by_workbook(self) -> bool:
        """Whether the house has no account, so that the contact point carries its workbook."""
        return self.row.way == WORKBOOK

    def late(self, now: datetime) -> bool:
        """Whether its deadline has passed before it was signed."""
        signed = self.one.signed.instant
        return (read(signed) if signed else now) >= self.until


def house_of(catalogue: Catalogue, questionnaire: str, flow: str, codes: Mapping[str, str]) -> str:
    """The house that answers this cell: whose it is by contributors.csv, where it is asked for this questionnaire; else the
    contact, '' where there is none."""
    found = owner(catalogue.policies.contributors, flow, codes)
    asked = any(
        r.questionnaire == questionnaire and found and r.house == found.house for r in catalogue.policies.contributions
    )
    return found.house if found and asked else contact_of(catalogue, questionnaire)


def contact_of(catalogue: Catalogue, questionnaire: str) -> str:
    """The house that puts a questionnaire together, '' where no row says so."""
    rows = catalogue.policies.contributions
    return next((r.house for r in rows if r.questionnaire == questionnaire and r.way == CONTACT), "")


def names_of(catalogue: Catalogue, house: str) -> Texts:
    """What a house is called, by its id where no row says so."""
    found = next((c.names for c in catalogue.policies.contributors if c.house == house), None)
    return found or {"en": house, "fr": house}


def all_waited(parts: Parts) -> list[Waited]:
    """Every contribution of the cycles that are planned, by deadline: those to come, and those of the last two years."""
    now = parts.clock()
    today = paris_date(now)
    first = today.replace(year=today.year - _YEARS_BACK, day=min(today.day, 28))
    found = [
        _waited(parts, row, year)
        for row, deadline in _asked(parts.catalogue())
        for year, day in deadline.days(horizon(now))
        if day >= first
    ]
    once = {w.id: w for w in found}
    return sorted(once.values(), key=lambda w: (w.until, w.id))


def waited_for(parts: Parts, questionnaire: str, year: int, sent: frozenset[str]) -> list[Waited]:
    """The contributions that a delivery of a questionnaire waits for. `sent`: its dataflows; a house that owns nothing of
    these is not waited for."""
    catalogue = parts.catalogue()
    owners = {c.house for c in catalogue.policies.contributors if any(c.concerns(f) for f in sent)}
    rows = [r for r in catalogue.policies.contributions if r.questionnaire == questionnaire and r.way != CONTACT]
    return [_waited(parts, r, year) for r in rows if r.house in owners]


def named(parts: Parts, id_: str) -> Waited:
    """A contribution by its id. Raises NotFound with the nearest, also for a year that nobody asks for."""
    for row, deadline in _asked(parts.catalogue()):
        head, tail = f"{row.questionnaire}-", f"-{row.house}"
        year = id_.removeprefix(head).removesuffix(tail)
        years = {str(y) for y, _ in deadline.days(horizon(parts.clock()))}
        if id_ == f"{head}{year}{tail}" and year in years:
            return _waited(parts, row, int(year))
    raise NotFound(f"There is no contribution {id_}.", nearest=nearest(id_, [w.id for w in all_waited(parts)]))


def delivered(parts: Parts, questionnaire: str, year: int) -> bool:
    """Whether the questionnaire of that year has left, not as a test."""
    return any(
        t.year == year and not t.test and t.state in ARRIVED
        for t in parts.ledger().transmissions.values()
        if any(f.format.partition(":")[2] == questionnaire for f in t.files)
    )


def houses_of(parts: Parts, who: Actor) -> tuple[str, ...]:
    """The houses that somebody acts for."""
    return bodies(parts.ledger().people.get(who.name, ()), CONTRIBUTOR)


def contact_point(parts: Parts, who: Actor) -> bool:
    """Whether somebody puts questionnaires together: who transmits them, or an administrator."""
    roles = parts.ledger().people.get(who.name, ())
    return has_role(roles, "transmitter") or has_role(roles, "administrator")


def needs_house(parts: Parts, who: Actor, house: str) -> None:
    """Raise Denied unless they act for that house: no administrator and no contact point answers for it, and no machine."""
    if who.name.startswith(PREFIX):
        raise Denied(f"{who.name} is a key: no machine answers for a house (D1).")
    mine = houses_of(parts, who)
    if house not in mine:
        raise Denied(f"{who.name} does not act for {house} (houses: {', '.join(mine) or 'none'}).")


def seen(parts: Parts, who: Actor, id_: str) -> Waited:
    """A contribution that somebody may see. Raises NotFound, in the same words for one of another house as for none."""
    roles, mine = parts.ledger().people.get(who.name, ()), houses_of(parts, who)
    every = contact_point(parts, who) or has_role(roles, "auditor")
    known = [w.id for w in all_waited(parts) if every or w.house in mine]
    try:
        found = named(parts, id_)
    except NotFound:
        found = None
    if found is None or not (every or found.house in mine):
        raise NotFound(f"There is no contribution {id_}.", nearest=nearest(id_, known))
    return found


def _asked(catalogue: Catalogue) -> Iterator[tuple[Asking, Deadline]]:
    deadlines = {d.id: d for d in catalogue.policies.deadlines}
    for row in catalogue.policies.contributions:
        names = {d.deadline for d in catalogue.policies.deliveries if d.questionnaire == row.questionnaire}
        if row.way != CONTACT:
            yield from ((row, deadlines[n]) for n in sorted(names))


def _waited(parts: Parts, row: Asking, year: int) -> Waited:
    id_ = contribution_id(row.questionnaire, year, row.house)
    one = parts.ledger().contributions.get(id_) or Contribution(id_, row.questionnaire, year, row.house)
    until = read(one.until) if one.until else row.until(year).astimezone(UTC)
    return Waited(row, names_of(parts.catalogue(), row.house), year, until, one)
