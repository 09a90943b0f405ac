"""Codes that have no target, decisions that nobody proposed yet, published figures that do not agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

from greffe.model.instants import read
from greffe.release.bridge import Comparisons
from greffe.release.parts import Parts
from greffe.release.review.notes import open_questions
from greffe.release.review.overview import short
from greffe.release.review.queue import gaps_of
from greffe.release.shared import shared
from greffe.release.tasks.task import Asker, Task
from greffe.validation.bridge.chains import EQUAL, EXPLAINED


def unmapped(parts: Parts, who: Asker) -> Iterator[Task]:
    """For authors: a line a table whose source codes weigh in a dataset and have no target and no reason why."""
    if not who.has("author"):
        return
    catalogue, ledger = parts.catalogue(), parts.ledger()
    tables = {t.file: t for m in catalogue.maps.values() for t in m.representation_maps}
    for file, gaps in gaps_of(parts, catalogue).items():
        if gaps:
            first = next(iter(gaps.values())).dataset
            release = ledger.releases.get(first)
            since = release.made_at if release else read(ledger.draft(first).prepared_at)
            name = short(tables[file])
            place = f"/staff/mappings/{quote(name)}?show=unmapped"
            yield Task("unmapped", name, place, since, count=len(gaps), more=first)
    mine = [sheet for sheet in parts.desk.on(who.name) if sheet.place in tables]
    if mine:
        since = min(sheet.instant for sheet in mine)
        yield Task("pending", "", "/staff/mappings/pending", since, count=len(mine), by=who.name)


def asked_of(parts: Parts, who: Asker) -> Iterator[Task]:
    """Information that somebody needs of them about a code, until one of both settles it."""
    for (file, code), one in open_questions(parts.ledger()).items():
        if who.name in one.asked:
            place = f"/staff/mappings/{quote(file.removeprefix('mappings/').removesuffix('.csv'))}?item={quote(code)}"
            yield Task("info", code, place, read(one.instant), by=one.person, more=one.text)


def compared(published: Parts) -> Callable[[Parts, Asker], Iterator[Task]]:
    """A source of the pairs of published figures that do not agree. `published`: the parts whose comparison the pages of
    the bridge keep ready: it is made once for all."""
    comparisons = shared(published, Comparisons)

    def bridge(parts: Parts, who: Asker) -> Iterator[Task]:
        """For authors, who declare steps: pairs that agreed until a release of ours took the place of the one before, and all
        pairs whose difference has no declared reason."""
        if not who.has("author"):
            return
        now = comparisons.now()
        left = {pair.id for pair, answer in now.answers if answer.state not in (EQUAL, EXPLAINED)}
        if not left:
            return
        earlier = _before(parts, tuple(now.sources))
        parted: set[str] = set()
        if earlier:
            agreed = {
                pair.id
                for pair, answer in comparisons.now(tuple(earlier)).answers
                if answer.state in (EQUAL, EXPLAINED)
            }
            parted = left & agreed
        ledger = parts.ledger()
        made = [ledger.releases[name].effective_at for name in now.sources if name in ledger.releases]
        since = max(made, default=parts.clock())
        if parted:
            after = ", ".join(sorted(earlier.values()))
            first = min(parted)
            place = f"/bridge/{quote(first, safe='~@.')}" if len(parted) == 1 else "/bridge?state=open"
            yield Task("parted", first, place, since, count=len(parted), more=after)
        if left - parted:
            yield Task("differ", "", "/bridge?state=open", since, count=len(left - parted))

    return bridge


def _before(parts: Parts, sources: tuple[str, ...]) -> dict[str, str]:
    """Of the releases that are compared, the readable one that each replaced → the one that is compared."""
    ledger, now = parts.ledger(), parts.clock()
    found = {}
    for name in sources:
        release = ledger.releases.get(name)
        if release is not None:
            earlier = [r for r in ledger.releases_of(release.dataflow) if r.number < release.number and r.readable(now)]
            if earlier:
                found[str(earlier[-1])] = name
    return found
