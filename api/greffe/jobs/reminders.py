"""Houses are told by mail that their cells are due soon, or were due: each once for a deadline and a stage, by the register.

Addresses are those of an installation, in jobs.toml; nothing is told where there is none:

[reminders]
days = [14, 3]                           # before the deadline, and once when it is past

[reminders.houses]
DAP = ["statistics@dap.example.org"]

A mail names the questionnaire, the year, the house, the deadline and where one goes on: no figure, no answer, no person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from greffe.errors import BadDefinition, nearest
from greffe.jobs.configured import Configured
from greffe.jobs.sinks import Letter, Mail, NotTold, address, mail_of
from greffe.model.contributions import CONTRIBUTED, OPEN
from greffe.model.instants import paris_time, written
from greffe.release.contributing import Waited, all_waited, delivered
from greffe.release.parts import Parts
from greffe.store import contribution_records as records
from greffe.store.base import Act, Actor
from greffe.transmission.done import Done

DAYS: Final = (14, 3)
MOST_DAYS: Final = 365
LATE: Final = "late"
LATE_FOR: Final = timedelta(days=30)  # nobody is told for the first time of what was due long ago


@dataclass(frozen=True)
class Reminders:
    """`days` before the deadline, the most first; house → its addresses."""

    days: tuple[int, ...]
    houses: Mapping[str, tuple[str, ...]]


def reminders_of(configured: Configured) -> Reminders:
    """The table [reminders]. Raises BadDefinition naming the key."""
    table, file = configured.reminders, configured.file
    wrong = next((k for k in table if k not in ("days", "houses")), None)
    if wrong is not None:
        raise BadDefinition(
            f"reminders has no setting {wrong!r}.", file=file, nearest=nearest(wrong, ("days", "houses"))
        )
    days, houses = table.get("days", list(DAYS)), table.get("houses", {})
    if not isinstance(days, list) or not days or not all(_day(d) for d in days):
        raise BadDefinition(f"reminders: days is a list of whole numbers from 1 to {MOST_DAYS}.", file=file)
    if not isinstance(houses, Mapping):
        raise BadDefinition("reminders: houses is a table of addresses by house.", file=file)
    found = {str(house): _addresses(str(house), told, file) for house, told in houses.items()}
    return Reminders(tuple(sorted({int(d) for d in days}, reverse=True)), found)


def remind(parts: Parts, who: Actor, configured: Configured) -> Iterator[Done]:
    """Tell what is due to be told. What cannot be told is tried again at the next look; a kill between the mail and its entry
    sends the same mail again, under the same Message-ID, rather than none.

    Raises as `ready`."""
    set_up, mail = ready(parts, configured)
    if mail is None:
        return
    told = {
        mark_of(e.subject, e.payload["until"], e.payload["stage"])
        for e in parts.register.read(kinds=[records.REMINDED])
    }
    for one, stage in due(parts, set_up.days):
        mark = mark_of(one.id, written(one.until), stage)
        if one.house in set_up.houses and mark not in told:
            yield _told(parts, who, mail, (one, stage, mark), set_up.houses[one.house])


def ready(parts: Parts, configured: Configured) -> tuple[Reminders, Mail | None]:
    """What is set up, and by which server mails go: None where no house has an address.

    Raises BadDefinition naming the key, for a house that nobody asks, and for addresses without a mail server."""
    set_up = reminders_of(configured)
    if not set_up.houses:
        return set_up, None
    _known(parts, configured, set_up)
    mail = mail_of(configured)
    if mail is None:
        raise BadDefinition("reminders: mail goes by [alerts.smtp], which is not set up.", file=configured.file)
    return set_up, mail


def mark_of(id_: str, until: object, stage: object) -> str:
    """Names a reminder: of a contribution, for a deadline, at a stage."""
    return f"{id_} {until} {stage}"


def due(parts: Parts, days: Sequence[int]) -> Iterator[tuple[Waited, str]]:
    """Contributions of which a house is to be reminded now, with the stage: so many days before, or late."""
    now = parts.clock()
    for one in all_waited(parts):
        if one.one.state not in (OPEN, CONTRIBUTED) or one.until < now - LATE_FOR:
            continue
        left = one.until - now
        stage = LATE if left <= timedelta() else next((str(d) for d in reversed(days) if left <= timedelta(days=d)), "")
        if stage and not delivered(parts, one.row.questionnaire, one.year):
            yield one, stage


def _told(parts: Parts, who: Actor, mail: Mail, this: tuple[Waited, str, str], addresses: tuple[str, ...]) -> Done:
    one, stage, mark = this
    try:
        mail.post(addresses, letter(one, stage, mark, parts.settings.public_url), parts.clock())
    except NotTold as error:
        return Done(one.id, "not told", str(error), failed=True)
    said = {**records.whose(one.one), "stage": stage, "until": written(one.until)}
    parts.note_all(who, [Act(records.REMINDED, one.id, said, once=f"reminded:{mark}")])
    return Done(one.id, "told", stage)


def letter(one: Waited, stage: str, mark: str, base: str) -> Letter:
    """What a house is told, French first."""
    late, asked = stage == LATE, f"{one.row.questionnaire} {one.year}"
    title = f"[Greffe] {asked}, {one.house}: {'échéance passée / past due' if late else 'échéance proche / due soon'}"
    place, signed = f"{base}/staff/contributions/{one.id}", one.one.state == CONTRIBUTED
    lines = [
        f"Les cellules de {one.names['fr']} dans {asked} {'étaient' if late else 'sont'} attendues le {paris_time(one.until, 'fr')}.",
        *(["Elles sont remplies, et restent à valider."] if signed else []),
        "Le classeur rempli est à rendre à qui l’a envoyé."
        if one.by_workbook
        else f"Pour répondre et valider\u00a0: {place}",
        "",
        f"The cells of {one.names['en']} in {asked} {'were' if late else 'are'} due {paris_time(one.until)}.",
        *(["They are filled in, and to be signed."] if signed else []),
        "The workbook is to be returned to whoever sent it." if one.by_workbook else f"To answer and sign: {place}",
        "",
    ]
    return Letter(mark, title, "\n".join(lines))


def _known(parts: Parts, configured: Configured, set_up: Reminders) -> None:
    asked = sorted({r.house for r in parts.catalogue().policies.contributions})
    for house in set_up.houses:
        if house not in asked:
            raise BadDefinition(
                f"reminders: no questionnaire asks {house!r}.", file=configured.file, nearest=nearest(house, asked)
            )


def _day(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_DAYS


def _addresses(house: str, told: object, file: str) -> tuple[str, ...]:
    found = [told] if isinstance(told, str) else told
    if not isinstance(found, list) or not found or not all(isinstance(a, str) and address(a) for a in found):
        raise BadDefinition(f"reminders: {house} has a mail address, or a list of them.", file=file)
    return tuple(dict.fromkeys(str(a) for a in found))
