"""A query is answered with proof, and the recipient accepts it or asks again; each is an entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from greffe.errors import Refused
from greffe.model.answers import LANGUAGES
from greffe.model.rounds import ANSWERED, ASKED, Proof, Query
from greffe.release.bridge import Comparison, comparison
from greffe.release.parts import Parts
from greffe.release.people import needs
from greffe.release.turns import one_by_one
from greffe.store.base import Act, Actor
from greffe.store.round_records import WAS_ACCEPTED, WAS_ANSWERED, WAS_ASKED_AGAIN
from greffe.transmission.foreseen.look import Sentence
from greffe.transmission.foreseen.of_delivery import kept_foreseen
from greffe.transmission.rounds.asking import day, words
from greffe.transmission.rounds.cells import places_of
from greffe.transmission.rounds.parties import own_query
from greffe.transmission.rounds.proofs import keep_pair, keep_trace, traces

Compared = Callable[[], Comparison]


@dataclass(frozen=True)
class Given:
    """An answer as it was typed: French and English; with the trace of each figure; with these pairs of the bridge."""

    fr: str
    en: str
    trace: bool = True
    pairs: Sequence[str] = ()


@one_by_one
def answer(parts: Parts, who: Actor, id_: str, given: Given, compared: Compared | None = None) -> Query:
    """Answer a query that waits for it. Raises Denied, NotFound for a pair, Refused when it does not wait, BadQuery."""
    needs(parts, who, "transmitter")
    query = _waiting(parts, id_, ASKED)
    texts = {x: words(text, x) for x, text in zip(LANGUAGES, (given.fr, given.en), strict=True)}
    proofs: list[Proof] = []
    if given.trace:
        places = places_of(parts, parts.ledger().transmission(query.transmission), query.cells)
        proofs += [keep_trace(parts, one) for one in traces(parts, places)]
    if given.pairs:
        found = compared() if compared else comparison(parts)
        proofs += [keep_pair(parts, found, name) for name in dict.fromkeys(given.pairs)]
    told = [{"kind": p.kind, "name": p.name, "sha256": p.sha256} for p in proofs]
    return _turn(parts, who, query, WAS_ANSWERED, {**texts, "proofs": told})


@one_by_one
def accept(parts: Parts, who: Actor, id_: str, text: str) -> Query:
    """The recipient accepted the answer; `text`: how that is known. Raises as `answer` does."""
    own_query(parts, who, id_)
    return _turn(parts, who, _waiting(parts, id_, ANSWERED), WAS_ACCEPTED, {"text": words(text, "text")})


@one_by_one
def again(parts: Parts, who: Actor, id_: str, text: str, deadline: str = "") -> Query:
    """The recipient asks again, perhaps by another day. Raises as `answer` does."""
    own_query(parts, who, id_)
    payload = {"text": words(text, "text"), "deadline": day(deadline)}
    return _turn(parts, who, _waiting(parts, id_, ANSWERED), WAS_ASKED_AGAIN, payload)


def drafted(parts: Parts, query: Query) -> Iterator[Sentence]:
    """A draft: what was foreseen of its cells when the delivery was built, then the figures and the rows they went through."""
    one = parts.ledger().transmission(query.transmission)
    kept = json.loads(kept_foreseen(parts, one) or b'{"questions": []}')
    for question in kept["questions"]:
        if set(question["cells"]) & set(query.cells):
            for s in question["answer"]:
                yield Sentence({"en": s["en"], "fr": s["fr"]}, s["source"], s["known"])
    for traced in traces(parts, places_of(parts, one, query.cells)):
        yield from traced.sentences()


def _waiting(parts: Parts, id_: str, state: str) -> Query:
    query = parts.ledger().query(id_)
    if query.state == state:
        return query
    if query.state == ASKED:
        raise Refused(f"{id_} waits for our answer.")
    if query.state == ANSWERED:
        raise Refused(f"{id_} is answered, and waits for the recipient.")
    raise Refused(f"{id_} is accepted: the round is over.")


def _turn(parts: Parts, who: Actor, query: Query, kind: str, payload: Mapping[str, object]) -> Query:
    once = f"round:{query.id}:turn{len(query.turns) + 1}"
    parts.note_all(who, [Act(kind, query.id, payload, once=once)])
    return parts.ledger().query(query.id)
