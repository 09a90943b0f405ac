"""The quality of a release in words: sections of tables, for the page and for the file that `greffe quality --out` writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from markupsafe import Markup

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.languages import best
from greffe.french import ours
from greffe.model.instants import paris_date
from greffe.model.structures import ConceptScheme
from greffe.release import quality_words as words
from greffe.release.quality import Gap, Quality, RuleOutcome
from greffe.release.quality_set import written
from greffe.release.revisions import leading
from greffe.web.pages.words import Say
from greffe.web.trail.quality_plot import plot

# SIMS numbers, those of Eurostat's list, recalled.
SIMS: Final = {
    "completeness": "S.12.3",
    "accuracy": "S.13",
    "timeliness": "S.14",
    "breaks": "S.15.2",
    "revisions": "S.17",
    "process": "S.18",
    "confidentiality": "S.7",
}
Cell = str | int | Decimal | None


@dataclass(frozen=True)
class Table:
    """caption: what it holds; rows: the first cell of each is its heading. `number` of a cell: it stands to the right."""

    caption: str
    titles: Sequence[str]
    rows: Sequence[Sequence[tuple[str, bool]]]


@dataclass(frozen=True)
class Section:
    """`id`: its anchor; `number`: of SIMS or ''. Then a drawing, sentences, tables, facts, as far as there are any."""

    id: str
    heading: str
    number: str = ""
    drawing: Markup | None = None
    sentences: Sequence[str] = ()
    tables: Sequence[Table] = ()
    facts: Sequence[tuple[str, str]] = ()


class Told:
    """The sections of a report in a language."""

    def __init__(self, quality: Quality, catalogue: Catalogue, say: Say, lang: str) -> None:
        self.q, self.catalogue, self.say, self.lang = quality, catalogue, say, lang

    def sections(self) -> list[Section]:
        """Those in which something is said, in the order of SIMS."""
        made = (
            self._completeness(), self._accuracy(), self._timeliness(), self._breaks(), self._revisions(),
            self._confidentiality(), self._process(), self._written(),
        )  # fmt: skip
        return [s for s in made if s.drawing or s.sentences or s.tables or s.facts]

    def links(self) -> list[tuple[str, str]]:
        """Address and text of the same report in other formats, of the figures, and of what the release changed."""
        q, reference = self.q, self.q.dataflow.reference
        report = f"/sdmx/v2/metadata/metadataset/SSER/RELEASE_QUALITY_{reference.id}/{q.release.number}.0.0"
        found = [(f"{report}?format={n}", f"{self.say('formats')}{self.say('colon')}{label}") for n, label in _FORMATS]
        found.append((f"/api/v1/series/{reference.id}?lang={self.lang}", self.say("data")))
        if q.vintages:
            numbers = f"from={q.vintages[0].before.number}&to={q.release.number}"
            address = f"/api/v1/dataflows/{reference.id}/compare?{numbers}&format=xlsx&lang={self.lang}"
            found.append((address, self.say("compare")))
        return found

    def _section(
        self, id_: str, tables: Sequence[Table | None] = (), sentences: Sequence[str] = (), drawing: Markup | None = None,
        facts: Sequence[tuple[str, str]] = (),
    ) -> Section:  # fmt: skip
        there = [t for t in tables if t is not None]
        return Section(id_, self.say(id_), SIMS.get(id_, ""), drawing, [s for s in sentences if s], there, facts)

    def _table(self, caption: str, titles: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table | None:
        """None without rows."""
        return (
            Table(caption, [self.say(t) for t in titles], [[self._cell(c) for c in row] for row in rows])
            if rows
            else None
        )

    def _cell(self, cell: Cell) -> tuple[str, bool]:
        return words.shown("" if cell is None else cell, self.lang), not isinstance(cell, str)

    def _completeness(self) -> Section:
        say, c = self.say, self.q.counts
        rows: list[Sequence[Cell]] = [
            (say("observations"), c.observations, ""),
            (say("values"), c.values, self._part(c.values, c.observations)),
            *((f"{say('missing')} {s or '–'}", n, self._part(n, c.observations)) for s, n in c.missing.items()),
        ]
        cells = c.cells
        if cells is not None and cells.counted:
            reasons = sum(cells.reasons.values())
            rows += [
                (say("allowed"), cells.expected, ""),
                (say("filled"), cells.filled, self._part(cells.filled, cells.expected)),
                (say("excused"), reasons, self._part(reasons, cells.expected)),
                (say("unexplained"), cells.without_reason, self._part(cells.without_reason, cells.expected)),
            ]
        gaps = [
            self._table(say(name), ("codes", "kind", "why"), [self._gap(g) for g in found])
            for name, found in (("not_provided", self.q.not_provided), ("unmapped", self.q.unmapped))
        ]  # fmt: skip
        whole = self._table(say("completeness"), ("what", "count", "share"), rows)
        return self._section(
            "completeness", [whole, *gaps], [say("none_unmapped") if self.q.map and not self.q.unmapped else ""]
        )

    def _part(self, count: int, whole: int) -> str:
        return words.share(count, whole, self.lang)

    def _accuracy(self) -> Section:
        say, q = self.say, self.q

        def said(rule: RuleOutcome) -> str:
            return best(rule.sentences, self.lang)

        failed = [(r.rule, said(r), say(r.severity), r.found, r.waived) for r in q.rules if r.found]
        passed = [(r.rule, said(r), say(r.severity)) for r in q.passed]
        waivers = [(x["rule"], ours(x["reason"], self.lang), ours(x["reference"], self.lang)) for x in q.waivers]
        return self._section(
            "accuracy",
            [
                self._table(say("found"), ("rule", "says", "severity", "found", "waived"), failed),
                self._table(say("waivers"), ("rule", "why", "reference"), waivers),
                self._table(f"{say('passed')} ({len(passed)})", ("rule", "says", "severity"), passed),
            ],
            [f"{say('accepted')} {q.warnings_accepted}." if q.warnings_accepted else ""],
        )

    def _timeliness(self) -> Section:
        say, q = self.say, self.q
        rows: list[Sequence[Cell]] = [
            (say("last"), q.release.last_period or q.counts.periods[1]),
            (say("ended"), q.last_day.isoformat() if q.last_day else "–"),
            (say("out"), paris_date(q.release.effective_at).isoformat()),
            (say("days"), "–" if q.days is None else q.days),
            (say("punctual"), say("unannounced") if q.punctuality is None else q.punctuality),
        ]
        return self._section("timeliness", [self._table(say("timeliness"), ("what", "count"), rows)])

    def _breaks(self) -> Section:
        rows = [(b.period, ours(b.text, self.lang) or "–", b.observations) for b in self.q.counts.breaks]
        table = self._table(self.say("breaks"), ("period", "text", "observations"), rows)
        return self._section("breaks", [table], [] if rows else [self.say("no_breaks")])

    def _revisions(self) -> Section:
        say, q = self.say, self.q
        if not q.vintages:
            return self._section("revisions", (), [say("first")])
        rows = [
            (
                str(v.release),
                str(v.before),
                v.whole.changed,
                v.whole.added,
                v.whole.gone,
                words.reason(v.release, self.lang),
            )
            for v in q.vintages
        ]
        subject, unit = leading(q.structure)
        sizes = [
            (words.label(q, subject, i.indicator, self.lang), words.label(q, unit, i.unit, self.lang) if unit else "",
             i.revised.numbers, i.revised.mean, i.revised.mean_absolute, i.revised.percent)
            for i in q.vintages[0].by_indicator
            if i.revised.numbers
        ]  # fmt: skip
        size = ("indicator", "unit", "numbers", "mean", "absolute", "relative")
        tables = [
            self._table(say("by_release"), ("release", "against", "changed", "added", "gone", "why"), rows),
            self._table(say("last_revision"), size, sizes),
        ]
        return self._section("revisions", tables, drawing=plot(q.vintages, say))

    def _confidentiality(self) -> Section:
        """How many cells are confidential, by marker; which they are is not told here."""
        say, c = self.say, self.q.counts
        rows: list[Sequence[Cell]] = [(say("confidential"), c.confidential, self._part(c.confidential, c.observations))]
        rows += [
            (f"{say('status')} {s or '–'}", n, self._part(n, c.observations)) for s, n in c.confidentialities.items()
        ]
        return self._section("confidentiality", [self._table(say("confidentiality"), ("what", "count", "share"), rows)])

    def _gap(self, one: Gap) -> tuple[str, str, str]:
        return one.codes, words.kind(one.kind, self.lang), ours(one.reason, self.lang) or "–"

    def _process(self) -> Section:
        say, q = self.say, self.q
        rows = [
            (s.dataflow, ours(s.application, self.lang), s.day, say("yes") if s.partial else say("no"))
            for s in q.sources
        ]
        number, day = q.map_approved
        map_ = f"{say('map')}{say('colon')}{q.map}, {number} {say('approved')}, {day}." if q.map else ""
        return self._section(
            "process", [self._table(say("process"), ("extract", "application", "day", "partial"), rows)], [map_]
        )

    def _written(self) -> Section:
        """What people have written, under the names of the headings."""
        schemes = (s for s in self.catalogue.all(ConceptScheme) if s.reference.id == "QUALITY_CONCEPTS")
        names = {i.id: best(i.names, self.lang) for s in schemes for i in s.items}
        found = []
        for path, values in written(self.catalogue, self.q.dataflow).items():
            texts = [v if isinstance(v, str) else best(v, self.lang) for v in values]
            if texts:
                id_ = path.rpartition(".")[2]
                found.append((names.get(id_, id_), ", ".join(texts)))
        return self._section("written", facts=found)


_FORMATS: Final = (("jsonmetadata", "SDMX-JSON"), ("genericmetadata", "SDMX-ML"), ("csvmetadata", "SDMX-CSV"))
