"""The quality of a release as a page: tables with captions, a small plot, no script; it prints as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.languages import best
from greffe.model.instants import paris_date
from greffe.model.structures import ConceptScheme
from greffe.release import quality_words as words
from greffe.release.quality import Quality, RuleOutcome
from greffe.release.quality_set import written
from greffe.release.revisions import leading
from greffe.web.quality_plot import plot
from greffe.web.quality_words import SIMS, WORDS

STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.5rem 0}"
    "th,td{text-align:left;padding:.5rem;border-bottom:1px solid #ccc;vertical-align:top}a{color:#0b4f9c}"
    ".synthetic{font-weight:700;color:#8a1c00}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}"
    ".date{white-space:nowrap}@media(max-width:40rem){thead{display:none}tr,th,td{display:block;border:0}"
    "tr{border-bottom:1px solid #999;padding:.5rem 0}th,td{padding:.15rem 0}code{overflow-wrap:anywhere}}"
    "small{color:#4a4a4a}@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}a{color:#8ab8ff}"
    "th,td{border-color:#444}.synthetic{color:#ff9d80}small{color:#bbb}}.wide{overflow-x:auto}"
)
_STYLE: Final = (
    f"{STYLE}h2{{margin-top:2rem;border-top:1px solid #999;padding-top:.5rem}}td.n,th.n{{text-align:right}}"
    "dt{font-weight:600}dd{margin:0 0 .75rem}svg{max-width:100%;height:auto}"
    "@media print{nav,.skip{display:none}body{max-width:none;margin:0}h2{break-after:avoid}tr{break-inside:avoid}}"
)
Cell = str | int | Decimal | None


def page(q: Quality, catalogue: Catalogue, lang: str) -> str:
    """The whole page."""
    w, flow = WORDS[lang], q.dataflow
    id_, name = flow.reference.id, escape(best(flow.names, lang))
    other = "en" if lang == "fr" else "fr"
    mark = f'<p class="synthetic">{w["synthetic"]}</p>' if q.release.origin == "synthetic" else ""
    address = f"/quality/{id_}?release={q.release.number}&amp;lang={other}"
    day = paris_date(q.release.effective_at).isoformat()
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{w["title"]} {name}, {q.release}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f'<a class="skip" href="#report">{w["skip"]}</a><header><h1>{w["title"]} {name}</h1>{mark}'
        f"<p>{w['release']} {q.release}, {w['since']} <time>{day}</time>. {w['lead']}</p>"
        f'<nav><a href="{address}" lang="{other}" hreflang="{other}">{w["other"]}</a> · {_links(q, lang)}</nav></header>'
        f'<main id="report">{_completeness(q, lang)}{_accuracy(q, lang)}{_timeliness(q, lang)}{_breaks(q, lang)}'
        f"{_revisions(q, lang)}{_confidentiality(q, lang)}{_process(q, lang)}{_written(q, catalogue, lang)}</main></body></html>"
    )


def _links(q: Quality, lang: str) -> str:
    w, reference = WORDS[lang], q.dataflow.reference
    report = f"/sdmx/v2/metadata/metadataset/SSER/RELEASE_QUALITY_{reference.id}/{q.release.number}.0.0"
    found = [(f"{report}?format={name}", f"{w['formats']}{_COLON[lang]}{label}") for name, label in _FORMATS]
    found.append((f"/api/v1/series/{reference.id}?lang={lang}", w["data"]))
    if q.vintages:
        numbers = f"from={q.vintages[0].before.number}&amp;to={q.release.number}"
        found.append(
            (f"/api/v1/dataflows/{reference.id}/compare?{numbers}&amp;format=xlsx&amp;lang={lang}", w["compare"])
        )
    return " · ".join(f'<a href="{href}">{text}</a>' for href, text in found)


_COLON: Final = {"en": ": ", "fr": "\u00a0: "}
_FORMATS: Final = (("jsonmetadata", "SDMX-JSON"), ("genericmetadata", "SDMX-ML"), ("csvmetadata", "SDMX-CSV"))


def _section(name: str, lang: str, *content: str) -> str:
    """A section with its heading; '' when nothing is in it."""
    if not any(content):
        return ""
    number = f" <small>({SIMS[name]})</small>" if name in SIMS else ""
    return f'<section><h2 id="{name}">{WORDS[lang][name]}{number}</h2>{"".join(content)}</section>'


def _table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]], lang: str) -> str:
    """The first cell of a row is its heading; numbers stand to the right. '' without rows."""
    body = [_row(row, lang) for row in rows]
    if not body:
        return ""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in headers)
    label = escape(caption, quote=True)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{label}"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _row(row: Sequence[Cell], lang: str) -> str:
    first, *rest = row
    number = ' class="n"'
    cells = "".join(
        f"<td{'' if isinstance(c, str) else number}>{escape(words.shown('' if c is None else c, lang))}</td>"
        for c in rest
    )
    return f'<tr><th scope="row">{escape(words.shown(first, lang))}</th>{cells}</tr>'


def _completeness(q: Quality, lang: str) -> str:
    w, c = WORDS[lang], q.counts

    def part(count: int, whole: int) -> str:
        return words.share(count, whole, lang)

    rows: list[Sequence[Cell]] = [
        (w["observations"], c.observations, ""),
        (w["values"], c.values, part(c.values, c.observations)),
        *((f"{w['missing']} {status or '–'}", n, part(n, c.observations)) for status, n in c.missing.items()),
    ]
    cells = c.cells
    if cells is not None and cells.counted:
        reasons = sum(cells.reasons.values())
        rows += [
            (w["allowed"], cells.expected, ""),
            (w["filled"], cells.filled, part(cells.filled, cells.expected)),
            (w["excused"], reasons, part(reasons, cells.expected)),
            (w["unexplained"], cells.without_reason, part(cells.without_reason, cells.expected)),
        ]
    heads = (w["codes"], w["kind"], w["why"])
    gaps = [
        _table(w[name], heads, [(g.codes, words.kind(g.kind, lang), g.reason or "–") for g in found], lang)
        for name, found in (("not_provided", q.not_provided), ("unmapped", q.unmapped))
    ]
    mapped = f"<p>{w['none_unmapped']}</p>" if q.map and not q.unmapped else ""
    return _section(
        "completeness", lang, _table(w["completeness"], (w["what"], w["count"], w["share"]), rows, lang), *gaps, mapped
    )


def _accuracy(q: Quality, lang: str) -> str:
    w = WORDS[lang]

    def said(rule: RuleOutcome) -> str:
        return best(rule.sentences, lang)

    failed = [(r.rule, said(r), w[r.severity], r.found, r.waived) for r in q.rules if r.found]
    passed = [(r.rule, said(r), w[r.severity]) for r in q.passed]
    waivers = [(x["rule"], x["reason"], x["reference"]) for x in q.waivers]
    accepted = f"<p>{w['accepted']} {q.warnings_accepted}.</p>" if q.warnings_accepted else ""
    return _section(
        "accuracy",
        lang,
        _table(w["found"], (w["rule"], w["says"], w["severity"], w["found"], w["waived"]), failed, lang),
        accepted,
        _table(w["waivers"], (w["rule"], w["why"], w["reference"]), waivers, lang),
        _table(f"{w['passed']} ({len(passed)})", (w["rule"], w["says"], w["severity"]), passed, lang),
    )


def _timeliness(q: Quality, lang: str) -> str:
    w = WORDS[lang]
    late = w["unannounced"] if q.punctuality is None else q.punctuality
    rows: list[Sequence[Cell]] = [
        (w["last"], q.release.last_period or q.counts.periods[1]),
        (w["ended"], q.last_day.isoformat() if q.last_day else "–"),
        (w["out"], paris_date(q.release.effective_at).isoformat()),
        (w["days"], "–" if q.days is None else q.days),
        (w["punctual"], late),
    ]
    return _section("timeliness", lang, _table(w["timeliness"], (w["what"], w["count"]), rows, lang))


def _breaks(q: Quality, lang: str) -> str:
    w = WORDS[lang]
    rows = [(b.period, b.text or "–", b.observations) for b in q.counts.breaks]
    table = _table(w["breaks"], (w["period"], w["text"], w["observations"]), rows, lang)
    return _section("breaks", lang, table or f"<p>{w['no_breaks']}</p>")


def _revisions(q: Quality, lang: str) -> str:
    w = WORDS[lang]
    if not q.vintages:
        return _section("revisions", lang, f"<p>{w['first']}</p>")
    rows = [
        (str(v.release), str(v.before), v.whole.changed, v.whole.added, v.whole.gone, words.reason(v.release, lang))
        for v in q.vintages
    ]
    heads = (w["release"], w["against"], w["changed"], w["added"], w["gone"], w["why"])
    subject, unit = leading(q.structure)
    sizes = [
        (words.label(q, subject, i.indicator, lang), words.label(q, unit, i.unit, lang) if unit else "",
         i.revised.numbers, i.revised.mean, i.revised.mean_absolute, i.revised.percent)
        for i in q.vintages[0].by_indicator
        if i.revised.numbers
    ]  # fmt: skip
    size = (w["indicator"], w["unit"], w["numbers"], w["mean"], w["absolute"], w["relative"])
    return _section(
        "revisions", lang, plot(q.vintages, lang), _table(w["by_release"], heads, rows, lang),
        _table(w["last_revision"], size, sizes, lang),
    )  # fmt: skip


def _confidentiality(q: Quality, lang: str) -> str:
    """How many cells are confidential, by marker; which they are is not told here."""
    w, c = WORDS[lang], q.counts
    rows: list[Sequence[Cell]] = [
        (w["confidential"], c.confidential, words.share(c.confidential, c.observations, lang))
    ]
    rows += [
        (f"{w['status']} {s or '–'}", n, words.share(n, c.observations, lang)) for s, n in c.confidentialities.items()
    ]
    return _section(
        "confidentiality", lang, _table(w["confidentiality"], (w["what"], w["count"], w["share"]), rows, lang)
    )


def _process(q: Quality, lang: str) -> str:
    w = WORDS[lang]
    rows = [(s.dataflow, s.application, s.day, w["yes"] if s.partial else w["no"]) for s in q.sources]
    table = _table(w["process"], (w["extract"], w["application"], w["day"], w["partial"]), rows, lang)
    number, day = q.map_approved
    map_ = (
        f"<p>{w['map']}{_COLON[lang]}<code>{escape(q.map)}</code>, {number} {w['approved']}, {day}.</p>"
        if q.map
        else ""
    )
    return _section("process", lang, table, map_)


def _written(q: Quality, catalogue: Catalogue, lang: str) -> str:
    """What people have written, under the names of the headings."""
    names = {
        i.id: best(i.names, lang)
        for s in catalogue.all(ConceptScheme)
        if s.reference.id == "QUALITY_CONCEPTS"
        for i in s.items
    }
    found = []
    for path, values in written(catalogue, q.dataflow).items():
        texts = [v if isinstance(v, str) else best(v, lang) for v in values]
        if texts:
            id_ = path.rpartition(".")[2]
            found.append(f"<dt>{escape(names.get(id_, id_))}</dt><dd>{escape(', '.join(texts))}</dd>")
    return _section("written", lang, f"<dl>{''.join(found)}</dl>") if found else ""
