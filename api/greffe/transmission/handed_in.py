"""Receipts that a recipient's machine hands in with a key for `receipts`: each for its own deliveries, and by what they say."""

from __future__ import annotations

from greffe.errors import BadInput, BadQuery, NotFound, Refused, nearest
from greffe.model.keys import PREFIX
from greffe.model.transmissions import FAILED, TRIED, Transmission
from greffe.release.access.keys import RECEIPTS, may_open
from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission.channels.collecting import LARGEST, NAME
from greffe.transmission.reading import Read
from greffe.transmission.receipts import taken
from greffe.transmission.rounds.parties import own_of
from greffe.transmission.turned_away import API, UNKNOWN, turn_away
from greffe.transmission.whose import named_by


def hand_in(parts: Parts, who: Actor, came: tuple[str, bytes], id_: str = "") -> tuple[Transmission, Read]:
    """Take a receipt, name and bytes. `id_`: the delivery, '' where the receipt says so itself. What a person would have to
    decide is kept, turned away, and told to the house.

    Raises Denied for who speaks for no recipient, and a key for something else; NotFound, in the same words for another's
    delivery as for none; BadQuery for a name that is none; BadInput, Refused for what is turned away."""
    own_receipts(parts, who)
    mine = own_of(parts, who, (*TRIED, FAILED))  # it may answer before we know that it has it
    name, content = came
    if not NAME.fullmatch(name):
        raise BadQuery("It is called by letters, digits, _ . + - and blanks, e.g. receipt.json.", parameter="name")
    if not content or len(content) > LARGEST:
        raise BadInput(f"It is empty, or larger than {LARGEST // 1_000_000} MB.", file=name)
    if id_ and id_ not in mine:
        raise NotFound(f"There is no delivery {id_[:60]!r} of yours.", nearest=nearest(id_, mine))
    about = id_
    try:
        about = id_ or _meant(mine, name, content)
        if not about:
            raise Refused(UNKNOWN)
        return taken(parts, who, about, came)
    except BadQuery as error:
        turn_away(parts, who, came, about, API, error.text())
        raise Refused(error.message, hint=error.hint) from error
    except (Refused, BadInput) as error:
        turn_away(parts, who, came, about, API, UNKNOWN if error.message == UNKNOWN else error.text())
        raise


def own_receipts(parts: Parts, who: Actor) -> dict[str, Transmission]:
    """The deliveries of which somebody may hand receipts in. Raises Denied."""
    if who.name.startswith(PREFIX):
        may_open(parts, who, RECEIPTS)
    return own_of(parts, who)


def _meant(mine: dict[str, Transmission], name: str, content: bytes) -> str:
    known = tuple(mine.values())
    found, _ = named_by(known, known, name, content)
    return found.id if found else ""
