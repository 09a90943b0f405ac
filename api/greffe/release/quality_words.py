"""The quality of a release in sentences, French and English, under the headings of the metadata structure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from greffe.formats.languages import best
from greffe.french import ours
from greffe.mapping.coverage import percent
from greffe.mapping.words import CALCULATIONS, KINDS
from greffe.model.findings import ERROR, WARNING
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.release.quality import Gap, Quality, Vintage
from greffe.release.revisions import leading

SHOWN: Final = 20  # gaps, breaks or indicators that a sentence names
_MORE: Final = {"en": "and {} more", "fr": "et {} de plus"}
_NUMBERS: Final = {"en": "no approver", "fr": "aucun approbateur"}
# Heading → English, French. {} is filled by the functions below.
SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "periods": ("Periods {} to {}.", "Périodes {} à {}."),
    "confidential": ("{} of {} observations ({} %) are confidential and not shown.",
                     "{} observations sur {} ({} %) sont confidentielles et ne sont pas montrées."),
    "values": ("{} of {} observations ({} %) have a value.", "{} observations sur {} ({} %) ont une valeur."),
    "missing": ("Missing by observation status: {}.", "Manquantes par statut d’observation : {}."),
    "cells": ("Of {} combinations of codes that the constraints allow {} are filled, {} are empty with a reason, {} without.",
              "Sur {} combinaisons de codes que permettent les contraintes, {} sont remplies, {} vides avec une raison, {} "
              "sans."),
    "not_provided": ("Not provided: {}.", "Non fournies : {}."),
    "unmapped": ("Source codes without a target: {}.", "Codes de la source sans cible : {}."),
    "all_mapped": ("Every source code has a target.", "Tous les codes de la source ont une cible."),
    "timely": ("The last period, {}, ended on {}; it was released on {}, {} days later.",
               "La dernière période, {}, s’est achevée le {} ; elle a été diffusée le {}, {} jours après."),
    "untimely": ("The last period is {}; it was released on {}.", "La dernière période est {} ; elle a été diffusée le {}."),
    "punctual": ("Announced date kept.", "Date annoncée tenue."),
    "late": ("{} days after the announced date.", "{} jours après la date annoncée."),
    "planned": ("Planned revisions concern the year of the last period and the {} before it; anything else is exceptional "
                "or a correction, with its reason.",
                "Les révisions prévues portent sur l’année de la dernière période et les {} précédentes ; toute autre est "
                "exceptionnelle ou une correction, motivée."),
    "errors_only": ("Figures are revised for errors only, with the reason.",
                    "Les chiffres ne sont révisés qu’en cas d’erreur, avec le motif."),
    "breaks": ("Breaks of series (status B): {}.", "Ruptures de série (statut B) : {}."),
    "no_breaks": ("No observation is marked as a break of series (status B).",
                  "Aucune observation n’est marquée comme rupture de série (statut B)."),
    "first": ("This is the first release: nothing was revised.", "C’est la première diffusion : rien n’a été révisé."),
    "vintage": ("{} against {}: {} observations changed, {} added, {} gone.",
                "{} par rapport à {} : {} observations modifiées, {} ajoutées, {} disparues."),
    "size": ("{}: {} numbers revised, mean revision {}, mean absolute revision {} ({} % of the values before)",
             "{} : {} nombres révisés, révision moyenne {}, révision absolue moyenne {} ({} % des valeurs d’avant)"),
    "reason": ("Reason given: {}.", "Motif donné : {}."),
    "sources": ("Made of the extracts: {}.", "Faite des extractions : {}."),
    "partial": ("Rows of an extract that were refused were left out on purpose.",
                "Des lignes refusées d’une extraction ont été laissées de côté à dessein."),
    "rules": ("{} rules looked at the dataset before its release; {} found nothing.",
              "{} règles ont contrôlé le jeu de données avant sa diffusion ; {} n’ont rien trouvé."),
    "warnings": ("Warnings, by rule: {}.", "Avertissements, par règle : {}."),
    "accepted": ("They were read and accepted in writing on {}.", "Ils ont été lus et acceptés par écrit le {}."),
    "waived": ("Errors that stand because their owner has published the figure: {}.",
               "Erreurs maintenues parce que leur auteur a publié le chiffre : {}."),
    "map": ("Made by the map {}, approved by {} people other than its author on {}.",
            "Faite par la table de passage {}, approuvée par {} personnes autres que son auteur le {}."),
    "calculations": ("Calculations: {}.", "Calculs : {}."),
    "released": ("Made by the system of {}, released on {}.", "Établi par le système d’après {}, diffusée le {}."),
    "synthetic": ("The figures are SYNTHETIC, invented for trials.", "Les chiffres sont SYNTHÉTIQUES, inventés pour essai."),
    "provider": ("Figures of {}.", "Chiffres de {}."),
    "unwritten": ("Nothing is written about it; the system says what it has measured.",
                  "Rien n’est rédigé là-dessus ; le système dit ce qu’il a mesuré."),
    "release_policy": ("Released at a stated instant, the same for everybody; every release keeps its number.",
                       "Diffusée à un instant annoncé, le même pour tous ; chaque diffusion garde son numéro."),
    "revision_policy": ("Every release is kept with what it changed and why.",
                        "Chaque diffusion est gardée avec ce qu’elle change et pourquoi."),
    "confidentiality_policy": ("A protected cell has no value and says so by its status.",
                               "Une cellule protégée n’a pas de valeur et son statut le dit."),
}  # fmt: skip


def says(name: str, lang: str, *cells: object) -> str:
    """A sentence, filled."""
    return SENTENCES[name][lang == "fr"].format(*(shown(c, lang) for c in cells))


def shown(cell: object, lang: str) -> str:
    """A number as people of that language write it; text as it is."""
    if isinstance(cell, int):
        return f"{cell:,}" if lang == "en" else f"{cell:,}".replace(",", "\u202f")
    if isinstance(cell, Decimal):
        return f"{cell:f}" if lang == "en" else f"{cell:f}".replace(".", ",")
    return str(cell)


def share(part: int, whole: int, lang: str) -> str:
    """In percent, two decimals; – of nothing."""
    found = percent(part, whole) or "–"
    return found.replace(".", ",") if lang == "fr" else found


def listed(found: Sequence[str], lang: str) -> str:
    """The first few, and how many more there are."""
    more = [_MORE[lang].format(len(found) - SHOWN)] if len(found) > SHOWN else []
    return "; ".join([*found[:SHOWN], *more])


def kind(word: str, lang: str) -> str:
    """The kind of a gap in words."""
    return KINDS.get(word, (word, word))[lang != "fr"]


def gap(one: Gap, lang: str) -> str:
    """`iccs=ICCS1001, not available, why`."""
    undeclared = {"en": "no reason given", "fr": "sans raison donnée"}[lang]
    return ", ".join(
        w for w in (one.codes, kind(one.kind, lang), ours(one.reason, lang).rstrip(".") or undeclared) if w
    )


def completeness(q: Quality, lang: str) -> str:
    """Observations with a value, target cells, what is not provided and why, source codes without a target."""
    c = q.counts
    found = [says("values", lang, c.values, c.observations, share(c.values, c.observations, lang))]
    if c.missing:
        found.append(says("missing", lang, ", ".join(f"{s or '–'} {shown(n, lang)}" for s, n in c.missing.items())))
    if c.cells is not None and c.cells.counted:
        reasons = sum(c.cells.reasons.values())
        found.append(says("cells", lang, c.cells.expected, c.cells.filled, reasons, c.cells.without_reason))
    if q.not_provided:
        found.append(says("not_provided", lang, listed([gap(g, lang) for g in q.not_provided], lang)))
    if q.unmapped:
        found.append(says("unmapped", lang, listed([gap(g, lang) for g in q.unmapped], lang)))
    elif q.map:
        found.append(says("all_mapped", lang))
    return " ".join(found)


def timeliness(q: Quality, lang: str) -> str:
    """The end of the last period, the day of the release, the days between; whether the announced day was kept."""
    day, last = paris_date(q.release.effective_at).isoformat(), q.release.last_period or q.counts.periods[1]
    if q.days is None or q.last_day is None:
        found = [says("untimely", lang, last, day)]
    else:
        found = [says("timely", lang, last, q.last_day.isoformat(), day, q.days)]
    if q.punctuality is not None:
        found.append(says("late", lang, q.punctuality) if q.punctuality > 0 else says("punctual", lang))
    return " ".join(found)


def breaks(q: Quality, lang: str) -> str:
    """Breaks with their text."""
    if not q.counts.breaks:
        return says("no_breaks", lang)
    return says(
        "breaks",
        lang,
        listed([f"{b.period} ({b.observations}): {ours(b.text, lang) or '–'}" for b in q.counts.breaks], lang),
    )


def indicator(q: Quality, code: str, unit: str, lang: str) -> str:
    """The names of an indicator and its unit."""
    subject, units = leading(q.structure)
    names = [label(q, subject, code, lang), label(q, units, unit, lang) if unit else ""]
    return ", ".join(n for n in names if n)


def label(q: Quality, dimension: str, code: str, lang: str) -> str:
    """The name of a code; the code itself without one."""
    component = q.structure.component(dimension)
    codes = q.catalogue.codelist(component) if component else None
    item = codes.item(code) if codes else None
    return best(item.names, lang) if item else code


def vintage(q: Quality, one: Vintage, lang: str) -> str:
    """What a release revised, by indicator and unit, and the reason that was given."""
    whole = one.whole
    found = [says("vintage", lang, one.release, one.before, whole.changed, whole.added, whole.gone)]
    sizes = [
        says("size", lang, indicator(q, i.indicator, i.unit, lang), i.revised.numbers, i.revised.mean,
             i.revised.mean_absolute, i.revised.percent if i.revised.percent is not None else "–")
        for i in one.by_indicator
        if i.revised.numbers
    ]  # fmt: skip
    found += [listed(sizes, lang) + "."] if sizes else []
    why = reason(one.release, lang)
    found += [says("reason", lang, why.rstrip("."))] if why else []
    return " ".join(found)


def reason(release: Release, lang: str) -> str:
    """Why a release revises what was published, as everybody may read it."""
    return (release.notice_fr if lang == "fr" else release.notice) or ours(release.notice or release.reason, lang)


def policy(q: Quality, lang: str) -> str:
    """What the policy of the dataflow plans."""
    if q.policy is None:
        return ""
    years = q.policy.planned_years
    return says("errors_only", lang) if years is None else says("planned", lang, years)


def validation(q: Quality, lang: str) -> str:
    """Rules that looked, what they found on published cells, and what was done about it."""
    found = [says("rules", lang, len(q.rules), len(q.passed))] if q.rules else []
    if q.failed(WARNING):
        found.append(says("warnings", lang, ", ".join(f"{r.rule} ({shown(r.found, lang)})" for r in q.failed(WARNING))))
    if q.warnings_accepted:
        found.append(says("accepted", lang, q.warnings_accepted))
    return " ".join(found)


def waived(q: Quality, lang: str) -> str:
    """Errors that stand, with the reason and reference of their waivers; '' without any."""
    if not q.waivers and not q.failed(ERROR):
        return ""
    mark = " :" if lang == "fr" else ":"
    told = [
        f"{w['rule']}{mark} {ours(w['reason'], lang).rstrip('.')} ({ours(w['reference'], lang)})" for w in q.waivers
    ]
    return says("waived", lang, listed(told or [r.rule for r in q.failed(ERROR)], lang))


def sources(q: Quality, lang: str) -> str:
    """The extracts with their days."""
    word = {"en": "of", "fr": "du"}[lang]
    told = [
        f"{s.dataflow} {word} {s.day}" + (f" ({ours(s.application, lang)})" if s.application else "") for s in q.sources
    ]
    found = [says("sources", lang, listed(told, lang))] if told else []
    found += [says("partial", lang)] if q.partial or any(s.partial for s in q.sources) else []
    return " ".join(found)


def compilation(q: Quality, lang: str) -> str:
    """The map, its approvals, its calculations."""
    if not q.map:
        return ""
    found = [says("map", lang, q.map, *q.map_approved)]
    told = [f"{CALCULATIONS[k][lang == 'fr']} {n}" for k, n in sorted(q.calculations.items())]
    return " ".join([*found, *([says("calculations", lang, ", ".join(told))] if told else [])])
