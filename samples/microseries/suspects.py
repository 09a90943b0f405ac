"""What becomes of the suspects of a year: cases of the prosecution, orientations, persons tried.

Every suspect of PEN_PQ_AUT_TRAIT either cannot be prosecuted or can; who can is dropped, diverted, fined by consent or
prosecuted. So PEN_PQ_AUT_TRAIT = PEN_PQ_AUT_NONPOURS + PEN_PQ_AUT_POURSUIV, and PEN_PQ_AUT_POURSUIV = PEN_PQ_CSS_OPP +
PEN_PQ_ALT + PEN_PQ_COMPO + PEN_PQ_POURS, in every cell.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import penal
from . import world as w
from .counts import split
from .frame import Axes, Lists, joined, table, with_totals

NOT_PROSECUTABLE = 0.42  # of the suspects who are not prosecuted
ORIENTED = (0.33, 0.53, 0.14)  # of those who could have been: dropped, diverted, fined by consent
TRIED = 0.64  # persons tried in a year, per person prosecuted
CASES = 1.9  # cases that reach the prosecution, per suspect
AGED = ["MIN", "MAJ", "PM", "T"]
Cells = dict[str, np.ndarray]  # indicator → department x nature x (minor, adult, legal person)


def aged(cube: penal.Cube) -> np.ndarray:
    """Department x nature x (minor, adult, legal person)."""
    legal = np.zeros(cube.persons.shape[:2], np.int64) if cube.legal is None else cube.legal
    return np.concatenate([penal.grown(cube).sum(axis=(2, 4)), legal[:, :, None]], 2)


def orientations(world: w.World, year: int) -> Cells:
    """The suspects by what became of them."""
    random = world.random("orientations", year)
    suspects = aged(penal.prosecution(world, "PEN_PQ_AUT_TRAIT", year))
    prosecuted = aged(penal.prosecution(world, "PEN_PQ_POURS", year))
    left = suspects - prosecuted
    never = random.binomial(left, NOT_PROSECUTABLE)
    dropped = random.binomial(left - never, ORIENTED[0])
    diverted = random.binomial(left - never - dropped, ORIENTED[1] / (ORIENTED[1] + ORIENTED[2]))
    return {
        "PEN_PQ_AUT_TRAIT": suspects,
        "PEN_PQ_POURS": prosecuted,
        "PEN_PQ_AUT_NONPOURS": never,
        "PEN_PQ_AUT_POURSUIV": suspects - never,
        "PEN_PQ_CSS_OPP": dropped,
        "PEN_PQ_ALT": diverted,
        "PEN_PQ_COMPO": left - never - dropped - diverted,
    }


def block(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    """All of one year, with the mode of prosecution of PEN_PQ_POURS."""
    known = {"periode": str(year), "freq": "A"}
    cells = orientations(world, year)
    blocks = persons(world, lists, year, cells, known) + refined(world, lists, year, cells, known)
    return joined(blocks + response(world, lists, year, cells, known) + cases(world, lists, year, known))


def here(known: dict[str, str]) -> dict[str, str]:
    return {"niveau_geo": "FR", "geo": "FR", **known}


def by_nature(
    world: w.World, lists: Lists, year: int, name: str, counts: np.ndarray, known: dict[str, str]
) -> list[pd.DataFrame]:
    """`counts` (department x nature): France by nature, courts of appeal in total."""
    axes: Axes = [("nataff", [*world.natures, "T"])]
    courts = world.by_court @ counts.sum(1)
    return [
        table(lists, year, with_totals(counts.sum(0), 0), axes, indicateur=name, **here(known)),
        table(lists, year, courts, [("geo", world.courts)], indicateur=name, niveau_geo="CA", nataff="T", **known),
    ]


def persons(world: w.World, lists: Lists, year: int, cells: Cells, known: dict[str, str]) -> list[pd.DataFrame]:
    """Each orientation by nature and by court of appeal; who can be prosecuted also by age."""
    blocks = []
    for name in ("PEN_PQ_AUT_NONPOURS", "PEN_PQ_AUT_POURSUIV", "PEN_PQ_CSS_OPP", "PEN_PQ_ALT", "PEN_PQ_COMPO"):
        counts = cells[name]
        if name == "PEN_PQ_AUT_POURSUIV":
            axes: Axes = [("nataff", [*world.natures, "T"]), ("age", AGED)]
            blocks.append(table(lists, year, with_totals(counts.sum(0), 0, 1), axes, indicateur=name, **here(known)))
            courts = world.by_court @ counts.sum(axis=(1, 2))
            places: Axes = [("geo", world.courts)]
            whole = {"indicateur": name, "niveau_geo": "CA", "nataff": "T", "age": "T"}
            blocks.append(table(lists, year, courts, places, **whole, **known))
        else:
            blocks += by_nature(world, lists, year, name, counts.sum(2), known)
    return blocks


def refined(world: w.World, lists: Lists, year: int, cells: Cells, known: dict[str, str]) -> list[pd.DataFrame]:
    """France, all natures: why not prosecutable, which alternative, which mode; minors go to the juvenile court."""
    random = world.random("orientations refined", year)
    blocks = []
    for name, detail in (("PEN_PQ_AUT_NONPOURS", "motif_css"), ("PEN_PQ_ALT", "type_alt")):
        codes = w.DETAILS[detail]
        parts = split(random, cells[name].sum(), list(codes.values()))
        axes: Axes = [("detail", list(codes))]
        blocks.append(table(lists, year, parts, axes, indicateur=name, nataff="T", **here(known)))
    modes = w.DETAILS["mode_poursuite"]
    young, adult, legal = (int(n) for n in cells["PEN_PQ_POURS"].sum(axis=(0, 1)))
    parts = np.concatenate([split(random, np.array(adult + legal), list(modes.values())), [young]])
    total = {"nataff": "T", "sexe": "T", "age": "T", "nationalite": "T"}
    axes = [("detail", [*modes, w.JUVENILE_MODE])]
    return [*blocks, table(lists, year, parts, axes, indicateur="PEN_PQ_POURS", **total, **here(known))]


def response(world: w.World, lists: Lists, year: int, cells: Cells, known: dict[str, str]) -> list[pd.DataFrame]:
    """Percent of those who can be prosecuted that are not dropped, one decimal, half away from zero."""
    able, dropped = cells["PEN_PQ_AUT_POURSUIV"], cells["PEN_PQ_CSS_OPP"]

    def rate(these: np.ndarray, those: np.ndarray) -> np.ndarray:
        whole = np.maximum(these, 1)
        return np.where(these > 0, (2000 * (these - those) + whole) // (2 * whole) / 10, np.nan)

    by_code = [with_totals(x.sum(0), 0, 1) for x in (able, dropped)]
    by_court = [world.by_court @ x.sum(axis=(1, 2)) for x in (able, dropped)]
    axes: Axes = [("nataff", [*world.natures, "T"]), ("age", AGED)]
    name = {"indicateur": "PEN_PQ_TXREP"}
    return [
        table(lists, year, rate(*by_code), axes, **name, **here(known)),
        table(
            lists, year, rate(*by_court), [("geo", world.courts)], niveau_geo="CA", nataff="T", age="T", **name, **known
        ),
    ]


def cases(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Cases received, processed and, estimated by the service (status E), pending."""
    suspects = aged(penal.prosecution(world, "PEN_PQ_AUT_TRAIT", year)).sum(2)
    random = world.random("cases of the prosecution", year)
    received = random.poisson(suspects * CASES)
    processed = random.binomial(received, 0.97)
    blocks = by_nature(world, lists, year, "PEN_PQ_AFF_RECUES", received, known)
    blocks += by_nature(world, lists, year, "PEN_PQ_AFF_TRAIT", processed, known)
    pending = world.by_court @ random.poisson(received.sum(1) * 0.31)
    for counts, places in ((pending, world.courts), (pending.sum(keepdims=True), ["FR"])):
        level = "CA" if len(places) > 1 else "FR"
        made = table(lists, year, counts, [("geo", places)], indicateur="PEN_PQ_AFF_STOCK", niveau_geo=level, **known)
        blocks.append(made.assign(statut=lists.constant("statut", "E", len(made))))
    return blocks + trials(world, lists, year, known)


def trials(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Persons tried by outcome, sex and age, nature and court of appeal; the acquitted as a figure of their own."""
    random = world.random("trials", year)
    cube = penal.prosecution(world, "PEN_PQ_POURS", year)
    people = np.zeros((*cube.persons.shape[:2], 3, 3), np.int64)  # department x nature x sex x (minor, adult, legal)
    people[:, :, :2, :2] = penal.grown(cube).sum(4)
    people[:, :, 2, 2] = 0 if cube.legal is None else cube.legal
    tried = random.binomial(people, TRIED)
    outcomes = w.DETAILS["issue"]
    issues = list(outcomes)
    parts = split_last(random, tried, list(outcomes.values()))
    keep = np.ones((4, 4), bool)  # sex x age, totals last
    keep[:2, 2] = keep[2, :2] = False
    cross: Axes = [("sexe", ["1", "2", "9", "T"]), ("age", AGED), ("detail", [*issues, "T"])]
    by_code: Axes = [("nataff", world.natures), ("detail", [*issues, "T"])]
    by_court: Axes = [("geo", world.courts), ("detail", [*issues, "T"])]
    name = {"indicateur": "PEN_JUG_AUT"}
    whole = {"sexe": "T", "age": "T", **name}
    codes = with_totals(parts.sum(axis=(0, 2, 3)), 1)
    courts = with_totals(np.tensordot(world.by_court, parts.sum(axis=(1, 2, 3)), (1, 0)), 1)
    cells = with_totals(parts.sum(axis=(0, 1)), 0, 1, 2)
    relaxed = parts[..., issues.index("ISSUE_RELAX")].sum(axis=(2, 3))
    return [
        table(lists, year, cells, cross, keep[:, :, None], nataff="T", **name, **here(known)),
        table(lists, year, codes, by_code, **whole, **here(known)),
        table(lists, year, courts, by_court, niveau_geo="CA", nataff="T", **whole, **known),
        *by_nature(world, lists, year, "PEN_RELAX", relaxed, known),
    ]


def split_last(random: np.random.Generator, counts: np.ndarray, shares: list[float]) -> np.ndarray:
    """Many small counts divided over the codes, along a new last axis: one binomial after the other."""
    left, rest, out = counts, sum(shares), []
    for share in shares[:-1]:
        part = random.binomial(left, share / rest)
        out.append(part)
        left, rest = left - part, rest - share
    return np.stack([*out, left], -1)
