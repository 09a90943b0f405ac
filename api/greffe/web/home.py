"""A start page for whoever opens the address in a browser: what is released, and the addresses to paste elsewhere."""

from __future__ import annotations

from html import escape
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import HTMLResponse, Response

from greffe.model.instants import paris_date
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.web.language import chosen_language
from greffe.web.strict import only

WORDS = {
    "en": {
        "title": "Greffe: released justice statistics", "flow": "Dataflow", "release": "Release", "figures": "Figures",
        "real": "published", "synthetic": "SYNTHETIC, invented", "take": "Take", "structure": "structure", "none": "nothing released",
        "quality": "quality",
        "lead": "Series that observatories and international bodies can take with the tool they have.",
        "other": '<a href="/?lang=fr" lang="fr" hreflang="fr">Français</a>', "skip": "Skip to the table",
        "entry": "Entry points", "calendar": "Release calendar",
        "recalled": "structure recalled or inferred, not received from the recipient",
    },
    "fr": {
        "title": "Greffe : statistiques de la justice diffusées", "flow": "Flux de données", "release": "Diffusion",
        "figures": "Chiffres\u00a0", "real": "publiés", "synthetic": "SYNTHÉTIQUES, inventés", "take": "Prendre", "structure": "structure",
        "none": "rien de diffusé", "quality": "qualité",
        "lead": "Des séries que les observatoires et les organismes internationaux prennent avec l’outil qu’ils ont.",
        "other": '<a href="/?lang=en" lang="en" hreflang="en">English</a>', "skip": "Aller au tableau",
        "entry": "Points d’entrée", "calendar": "Calendrier de diffusion",
        "recalled": "structure restituée de mémoire ou déduite, non reçue du destinataire",
    },
}  # fmt: skip
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


def router(parts: Parts) -> APIRouter:
    """The route /."""
    routes = APIRouter()

    @routes.get("/", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def home(lang: Annotated[str, Query()] = "", accept_language: Annotated[str, Header()] = "") -> Response:
        chosen = chosen_language(lang, accept_language)
        headers = {
            "Content-Language": chosen,
            "Vary": "Accept-Language",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        }
        return HTMLResponse(_page(parts, chosen), headers=headers)

    return routes


def _page(parts: Parts, lang: str) -> str:
    words = WORDS[lang]
    rows = "".join(_row(parts, flow, lang) for flow in parts.catalogue().dataflows())
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{words["title"]}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f'<a class="skip" href="#flows">{words["skip"]}</a><header><h1>{words["title"]}</h1>'
        f"<p>{words['lead']}</p><nav>{words['other']}</nav></header><main>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{words["flow"]}"><table id="flows">'
        f"<caption>{words['flow']}</caption><thead><tr>"
        + "".join(f'<th scope="col">{words[w]}</th>' for w in ("flow", "release", "take"))
        + f"</tr></thead><tbody>{rows}</tbody></table></div><h2>{words['entry']}</h2><ul>"
        "<li><code>/sdmx/v2</code> SDMX REST 2.x</li><li><code>/sdmx/v1</code> SDMX REST 1.5</li>"
        '<li><a href="/api/v1/dataflows"><code>/api/v1</code></a>, '
        '<a href="/api/v1/openapi.json">OpenAPI</a></li>'
        f'<li><a href="/api/v1/calendar">{words["calendar"]}</a>, '
        f'<a href="/api/v1/calendar.ics?lang={lang}">iCalendar</a></li></ul></main></body></html>'
    )


def _row(parts: Parts, flow: Dataflow, lang: str) -> str:
    words, id_ = WORDS[lang], flow.reference.id
    current = parts.ledger().current(flow.reference, parts.clock())
    name = escape(flow.names.get(lang, flow.names.get("en", id_)))
    doubt = "" if flow.annotation("PROVENANCE") in ("", "verified") else f"<br><small>{words['recalled']}</small>"
    mark = (
        ""
        if current is None
        else f'<br><span class="{current.origin}">{words["figures"]}: {words[current.origin]}</span>'
    )
    head = f'<tr><th scope="row">{name}<br><code>{id_}</code>{mark}{doubt}</th>'
    if current is None:
        return f"{head}<td>{words['none']}</td><td></td></tr>"
    links = ", ".join(
        f'<a href="{href}">{label}<span class="skip"> {id_}</span></a>'
        for label, href in (
            ("Excel", f"/sdmx/v1/data/{id_}?format=xlsx&amp;labels=both&amp;lang={lang}"),
            ("CSV", f"/sdmx/v1/data/{id_}?format=plain-csv&amp;lang={lang}"),
            ("Parquet", f"/sdmx/v1/data/{id_}?format=parquet"),
            ("JSON-stat", f"/sdmx/v1/data/{id_}?format=jsonstat&amp;lang={lang}"),
            ("SDMX-CSV", f"/sdmx/v2/data/dataflow/SSER/{id_}/{flow.reference.version}?format=csv"),
            ("SDMX-ML", f"/sdmx/v1/data/{id_}"),
            ("SDMX-JSON", f"/sdmx/v2/data/dataflow/SSER/{id_}/{flow.reference.version}"),
            ("JSON", f"/api/v1/series/{id_}?lang={lang}"),
            (words["structure"], f"/sdmx/v1/dataflow/SSER/{id_}?references=all"),
            (words["quality"], f"/quality/{id_}?lang={lang}"),
        )
    )
    return (
        f'{head}<td class="date">#{current.number}<br><small>{paris_date(current.effective_at)}</small></td>'
        f"<td>{links}</td></tr>"
    )
