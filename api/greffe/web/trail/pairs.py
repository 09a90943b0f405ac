"""The certificate of a pair of published figures: the two, the steps between them, what stays open, what was read."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from greffe.model.instants import read
from greffe.release.bridge_data import sources_of
from greffe.release.custody import release_entry, seal
from greffe.release.parts import Parts
from greffe.release.published import OURS
from greffe.validation.bridge.chains import Answer
from greffe.validation.bridge.page import Page, basis
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import shown, word
from greffe.web.pages.words import Say
from greffe.web.trail.paper import Certificate, Part


def certificate(parts: Parts, say: Say, page: Page, pair: Pair, found: Answer) -> Certificate:
    """What everybody may be given of a pair."""
    lang, name = page.language, pair.name or pair.id
    lines = [list(line) for line in page.lines(pair, found)[1:-1]]
    return Certificate(
        lang=lang,
        title=say("of_pair"),
        figure=f"{_value(page, found, first=True)} → {_value(page, found, first=False)}",
        under=page.title(pair),
        dated=_state(parts, page, found),
        name="bridge-" + re.sub(r"[^A-Za-z0-9._-]", "_", name)[:100],
        address=parts.settings.public_url,
        parts=[
            Part(say("figures"), [page.sentence(found)], [
                (say("pair"), name), (word("first", lang), page.figure_label(found.a)),
                (word("second", lang), page.figure_label(found.b)),
                (say("difference"), shown(found.difference, lang, signed=True)),
                (say("state"), word(found.state, lang)), (say("rests"), page.confidence(basis(found))),
            ]),
            Part(say("lines"), (), (), [page.header(), *lines]),
            _sources(parts, say, page, found),
            Part(say("verify"), [say("verify_pair", address=f"{parts.settings.public_url}/bridge/{quote(name, safe='~@.')}", pair=name)]),
        ],
        synthetic=found.a.origin == "synthetic",
        back=f"/bridge/{quote(name, safe='~@.')}",
    )  # fmt: skip


def _value(page: Page, found: Answer, *, first: bool) -> str:
    figure = found.a if first else found.b
    return shown(figure.value, page.language, figure.as_published)


def _state(parts: Parts, page: Page, found: Answer) -> datetime:
    """Since when all that was read is public."""
    ledger = parts.ledger()
    return max(
        ledger.release(s.id).effective_at if s.body == OURS else read(ledger.publications[s.id].instant)
        for s in sources_of(page, found)
    )


def _sources(parts: Parts, say: Say, page: Page, found: Answer) -> Part:
    """Each with what tells whether it is still the same."""
    ledger, rows = parts.ledger(), []
    for source in sources_of(page, found):
        if source.body == OURS:
            release = ledger.release(source.id)
            entry = release_entry(parts, release)
            where, sum_ = f"{say('entry')} {entry.number}, {say('seal')} {seal(entry)}", release.content_hash
        else:
            where, sum_ = source.url, ledger.publications[source.id].checksum
        rows.append((source.id, f"{source.body}, {source.dataset}", source.dated, where, sum_))
    heads = tuple(say(w) for w in ("source_id", "source_body", "source_date", "source_where", "checksum"))
    return Part(say("sources"), (), (), [heads, *rows])
