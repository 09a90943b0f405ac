"""The yearly figures that are neither stocks and flows of a court nor penal tables: simple counts, means, refinements.

A refinement splits a figure that another module gives: its parts make that figure exactly, and it has no total of its
own, because the row without the breakdown is the total.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import civil, prison, services
from . import world as w
from .frame import Axes, Lists, joined, table, with_totals


@dataclass(frozen=True)
class Count:
    """An indicator that is drawn: `yearly` for France, by court of appeal, and for France by the codes of `detail`."""

    name: str
    yearly: int
    detail: str = ""
    local: bool = True  # by court of appeal too
    overseas: bool = False  # with the courts of Nouméa and Papeete


COUNTS = [
    Count("FAM_ORDPROT", 6_000, "issue_demande"),
    Count("FAM_PROTMAJ", 80_000, "mesure_majeur"),
    Count("FAM_DIV_NOTAIRE", 62_000, local=False),
    Count("NAT_CNF", 60_000, "issue_demande", overseas=True),
    Count("PEN_INSTR_NOUV", 16_000),
    Count("AP_JAP_NOUV", 95_000),
    Count("AP_AMENAG", 42_000, "type_amenagement"),
    Count("AP_TIG", 25_000, local=False),
    Count("AUX_CONCIL", 2_600, overseas=True),
    Count("ACC_VICT_AAV", 330_000, overseas=True),
    Count("RH_JUGES_OCC", 26_000, "type_juge", local=False),
    Count("PRI_ETAB", 187, "type_etab", local=False),
]
# Means of a year: (indicator, mean, by court of appeal, codes of nac for France)
MEANS: list[tuple[str, float, bool, list[str]]] = [
    ("CIV_TJ_DUREE", 10.4, True, list(civil.COURTS[0].groups)),
    ("CIV_TJ_AGE_STOCK", 13.6, True, list(civil.COURTS[0].groups)),
    ("FAM_DIV_DUREE", 21.8, True, ["ACC", "ALT", "FAU", "CMJ", "CSC"]),
    ("ENT_PC_DUREE", 1_480.0, False, []),
    ("PEN_INSTR_DUREE", 31.5, True, []),
    ("AJ_DELAI", 41.0, True, []),
]
REFINED = {  # staff and professions by a breakdown and sex
    "RH_JUGES": "degre",
    "RH_PROCUREURS": "degre",
    "RH_GREFFE": "corps_greffe",
    "RH_PENIT": "corps_penit",
    "RH_PJJ": "corps_pjj",
    "AUX_AVOCATS": "mode_exercice",
    "AUX_NOTAIRES": "mode_exercice",
    "AUX_COMJUST": "mode_exercice",
}
BY_COURT = ("AUX_NOTAIRES", "AUX_COMJUST")
YOUNG = w.AGES[:3]


def block(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    """All of one year."""
    known = {"periode": str(year), "freq": "A"}
    blocks = [t for c in COUNTS for t in counted(world, lists, c, year, known)]
    for make in (means, of_courts, families, youth, staff, budgets, access):
        blocks += make(world, lists, year, known)
    return joined(blocks)


def here(known: dict[str, str]) -> dict[str, str]:
    return {"niveau_geo": "FR", "geo": "FR", **known}


def split(random: np.random.Generator, counts: np.ndarray, shares: list[float]) -> np.ndarray:
    """Each count divided over the codes: code x the shape of `counts`."""
    weight = np.array(shares) / sum(shares)
    parts = np.stack([random.multinomial(int(n), weight) for n in np.asarray(counts).reshape(-1)], 1)
    return parts.reshape((len(shares), *np.shape(counts)))


def counted(world: w.World, lists: Lists, c: Count, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    random = world.random(c.name, year)
    trend = (0.88 if year == 2020 else 1.0) * (1 + 0.01 * (year - 2019))
    codes = w.DETAILS.get(c.detail, {"": 1.0})
    courts, weight = services.everywhere(world) if c.overseas else (world.courts, world.court_weight)
    cells = random.poisson(c.yearly * trend * weight[:, None] * np.array(list(codes.values())))
    total = "T" if c.detail else ""
    blocks = []
    if c.local:
        amounts = cells.sum(1)
        blocks.append(
            table(lists, year, amounts, [("geo", courts)], indicateur=c.name, niveau_geo="CA", detail=total, **known)
        )
    france = with_totals(cells.sum(0), 0) if c.detail else cells.sum(0)
    axes: Axes = [("detail", [*codes, "T"] if c.detail else [""])]
    return [*blocks, table(lists, year, france, axes, indicateur=c.name, **here(known))]


def means(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Durations, ages and delays, which nothing may sum, and the enforcement rate by delay."""
    blocks = []
    for name, mean, local, groups in MEANS:
        random, usual = world.random(name, year), world.random(name, "usual")  # what differs from place to place lasts
        level = mean * (1 + 0.015 * (year - 2019)) * (1.1 if year == 2020 else 1.0)
        codes = [*groups, "T"] if groups else [""]
        places = 0 if lists.unit_of(name) == "jour" else 1
        france = np.round(level * usual.uniform(0.7, 1.3, len(codes)) * random.uniform(0.97, 1.03, len(codes)), places)
        france[-1] = round(level, places)
        blocks.append(table(lists, year, france, [("nac", codes)], indicateur=name, **here(known)))
        if local:
            courts = services.everywhere(world)[0] if name == "AJ_DELAI" else world.courts
            amounts = level * usual.uniform(0.75, 1.25, len(courts)) * random.uniform(0.97, 1.03, len(courts))
            amounts = np.round(amounts, places)
            axes: Axes = [("geo", courts)]
            blocks.append(table(lists, year, amounts, axes, indicateur=name, niveau_geo="CA", nac=codes[-1], **known))
    random = world.random("AP_TX_EXEC", year)
    rates = np.round(np.array(list(w.DETAILS["delai"].values())) + random.uniform(-1.5, 1.5, 4), 1)
    blocks.append(
        table(lists, year, rates, [("detail", list(w.DETAILS["delai"]))], indicateur="AP_TX_EXEC", **here(known))
    )
    return blocks


def of_courts(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Figures that are part of the cases of a court: dismissals, family judge, applications to open proceedings."""
    news = {c.prefix: civil.flows(world, c)[year] for c in civil.COURTS if c.prefix in ("CIV_TJ", "CIV_CPH", "ENT_PC")}
    random = world.random("of courts", year)
    family = random.binomial(news["CIV_TJ"][:, 0], 0.92)  # the first group is the family
    refused = random.poisson(0.2 * news["ENT_PC"].sum(1))
    blocks = []
    for name, column, code, cases in (
        ("CIV_LICENC_NOUV", "nac", "", news["CIV_CPH"][:, 0]),  # the first group is dismissal
        ("FAM_JAF_NOUV", "nac", "FAMILLE", family),
        ("ENT_PC_DEM", "nac", "", news["ENT_PC"].sum(1) + refused),
    ):
        constants = {"indicateur": name, column: code}
        blocks.append(table(lists, year, cases, [("geo", world.courts)], niveau_geo="CA", **constants, **known))
        blocks.append(
            table(lists, year, np.array([cases.sum()]), [("geo", ["FR"])], niveau_geo="FR", **constants, **known)
        )
    for name, cases in zip(("CIV_TJ_NOUV", "CIV_TJ_TERM"), civil.national(world, civil.COURTS[0])[year], strict=True):
        proceedings = w.DETAILS["fond_refere"]
        parts = split(random, np.array(cases), list(proceedings.values()))
        blocks.append(
            table(lists, year, parts, [("detail", list(proceedings))], indicateur=name, nac="T", **here(known))
        )
    return blocks


def families(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Adoptions by court of appeal and by type; declarations of nationality by ground."""
    random = world.random("families", year)
    _, france = services.heads(world, year)
    adopted, declared = int(france["FAM_ADOPT"].sum()), int(france["NAT_ACQ_DECL"].sum())
    courts = split(random, np.array(adopted), list(world.court_weight))
    blocks = [table(lists, year, courts, [("geo", world.courts)], indicateur="FAM_ADOPT", niveau_geo="CA", **known)]
    for name, total, detail in (("FAM_ADOPT", adopted, "type_adoption"), ("NAT_ACQ_DECL", declared, "motif_acq")):
        parts = split(random, np.array(total), list(w.DETAILS[detail].values()))
        axes: Axes = [("detail", list(w.DETAILS[detail]))]
        blocks.append(table(lists, year, parts, axes, indicateur=name, sexe="T", **here(known)))
    return blocks


def youth(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Minors in danger by age and sex, minors followed by the youth protection, persons on probation.

    A person may have several measures: these figures do not add up over them.
    """
    random = world.random("youth", year)
    shape = np.array([0.5, 0.3, 0.2])[:, None] * np.array([0.53, 0.47])
    danger = random.poisson(115_000 * world.court_weight[:, None, None] * shape)  # court x age x sex
    sexes: Axes = [("sexe", ["1", "2", "T"])]
    local = with_totals(danger.sum(1), 1)
    ages: Axes = [("age", [*YOUNG, "T"]), *sexes]
    known_danger = {"indicateur": "MIN_ASSIST_EDUC"}
    blocks = [
        table(lists, year, local, [("geo", world.courts), *sexes], niveau_geo="CA", **known_danger, **known),
        table(lists, year, with_totals(danger.sum(0), 0, 1), ages, **known_danger, **here(known)),
    ]
    grown = np.array([[0.005, 0.0005], [0.925, 0.0695]])
    probation = random.poisson(175_000 * (1 + 0.01 * (year - 2019)) * grown)
    of_age: Axes = [("age", ["MIN", "MAJ", "T"]), *sexes]
    blocks.append(table(lists, year, with_totals(probation, 0, 1), of_age, indicateur="AP_MO_PERS", **here(known)))
    followed = int(random.poisson(140_000))
    blocks.append(
        table(
            lists, year, np.array([followed]), [("geo", ["FR"])], indicateur="MIN_SUIVIS_PJJ", niveau_geo="FR", **known
        )
    )
    for name, total, detail, other in (
        ("AP_MO_PERS", int(probation.sum()), "mesure_milieu_ouvert", {"sexe": "T", "age": "T"}),
        ("MIN_SUIVIS_PJJ", followed, "mesure_pjj", {}),
    ):
        measures = w.DETAILS[detail]
        parts = random.binomial(total, list(measures.values()))
        blocks.append(table(lists, year, parts, [("detail", list(measures))], indicateur=name, **other, **here(known)))
    return blocks


def staff(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Staff and professions by level of court, corps or way of practising; heads never fewer than full-time ones."""
    random = world.random("staff refined", year)
    _, france = services.heads(world, year)
    sexes: Axes = [("sexe", ["1", "2", "T"])]
    blocks = []
    for name, detail in REFINED.items():
        codes = w.DETAILS[detail]
        axes: Axes = [("detail", list(codes)), *sexes]
        parts = split(random, france[name], list(codes.values()))
        blocks.append(table(lists, year, with_totals(parts, 1), axes, indicateur=name, **here(known)))
        if name in services.HEADCOUNT:
            part_time = split(random, france[name + "_PHYS"] - france[name], list(codes.values()))
            bodies = with_totals(parts + part_time, 1)
            blocks.append(table(lists, year, bodies, axes, indicateur=name + "_PHYS", **here(known)))
    courts, weight = services.everywhere(world)
    for name in BY_COURT:
        parts = with_totals(split(random, france[name], list(weight)), 1)
        axes = [("geo", courts), *sexes]
        blocks.append(table(lists, year, parts, axes, indicateur=name, niveau_geo="CA", **known))
    receivers = random.poisson(440 * np.array([0.7, 0.3]))
    return [*blocks, table(lists, year, with_totals(receivers, 0), sexes, indicateur="AUX_AJMJ", **here(known))]


def budgets(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """The mission by programme, as voted and as spent, and each budget by title; in cents, so that parts add up."""
    random = world.random("budget refined", year)
    cents = {name: round(euros * 100) for name, euros in services.euros(world, year).items()}
    access = round(cents["AJ_BUDGET"] * 1.18)
    voted = np.array(
        [cents["BUD_P166"], cents["BUD_P107"], cents["BUD_P182"], access, round(4.1e10 + 1e9 * (year - 2020))]
    )
    spent = np.round(voted * random.uniform(0.97, 1.0, len(voted))).astype(np.int64)
    blocks = []
    programmes: Axes = [("detail", list(w.DETAILS["programme"]))]
    for name, amounts in (("BUD_MISSION", voted), ("BUD_EXEC", spent)):
        whole = np.array([amounts.sum()]) / 100
        blocks.append(table(lists, year, whole, [("geo", ["FR"])], indicateur=name, niveau_geo="FR", **known))
        blocks.append(table(lists, year, amounts / 100, programmes, indicateur=name, **here(known)))
        cents[name] = int(amounts.sum())
    for name in ("BUD_MISSION", "BUD_EXEC", "BUD_P166", "BUD_P107", "BUD_P182"):
        blocks.append(cents_split(lists, year, name, cents[name], w.DETAILS["titre"], known))
    aid = dict(zip(w.AID, (0.52, 0.33, 0.04, 0.11), strict=True))
    return [*blocks, cents_split(lists, year, "AJ_BUDGET", cents["AJ_BUDGET"], aid, known)]


def cents_split(
    lists: Lists, year: int, name: str, cents: int, shares: dict[str, float], known: dict[str, str]
) -> pd.DataFrame:
    parts = [int(cents * share) for share in shares.values()]
    parts[0] += cents - sum(parts)
    return table(lists, year, np.array(parts) / 100, [("detail", list(shares))], indicateur=name, **here(known))


def access(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Justice points and the persons they receive, by department and overseas; points by type for France."""
    random = world.random("access to law", year)
    base = 4 + world.random("justice points").poisson(16, len(world.prison_weight))
    points = base + random.binomial(base, 0.008 * (year - w.FIRST))
    people = random.poisson(points * 430)
    blocks = []
    for level, matrix, names in prison.places(world):
        for name, amounts, total in (("ACC_PJ", points, "T"), ("ACC_PERS", people, "")):
            axes: Axes = [("geo", names)]
            constants = {"indicateur": name, "niveau_geo": level, "detail": total}
            blocks.append(table(lists, year, matrix @ amounts, axes, **constants, **known))
    kinds = w.DETAILS["type_point"]
    parts = split(random, np.array(points.sum()), list(kinds.values()))
    return [*blocks, table(lists, year, parts, [("detail", list(kinds))], indicateur="ACC_PJ", **here(known))]
